"""Entry points of the worker for issued papers: one service call each; safe to run twice."""
