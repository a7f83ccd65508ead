"""Entry points of the worker for entering the month."""
