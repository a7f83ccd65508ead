"""Pages about accounts: the door (sign-in), one's own account, members, tokens."""
