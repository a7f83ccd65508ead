"""Pages of who may go."""
