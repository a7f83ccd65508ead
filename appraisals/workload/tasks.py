"""Entry points of the worker for workload."""
