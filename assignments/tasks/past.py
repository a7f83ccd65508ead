"""Entry points of the worker for taking on the past: one service call each; safe to run twice."""
