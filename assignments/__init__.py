"""Who goes where, and whether they came; so far: who may go, and why not."""
