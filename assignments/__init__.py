"""Who goes where, and whether they came."""
