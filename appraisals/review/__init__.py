"""The district's review: accept, send back, release, reopen, correct."""
