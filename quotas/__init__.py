"""What each unit owes in a period: figures and sign-off, quotas, release, tallies."""
