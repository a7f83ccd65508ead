"""Tests of the pages of assignments, of arrivals, of one's own service, and of assignments over REST."""
