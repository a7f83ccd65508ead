"""Entry points of the worker for trends."""
