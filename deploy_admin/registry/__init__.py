"""Who exists: divisions, institutions and their dated profiles."""
