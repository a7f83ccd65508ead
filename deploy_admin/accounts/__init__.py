"""Users, memberships, sign-in, second factor, tokens."""
