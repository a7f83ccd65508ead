"""How it went, and what follows."""
