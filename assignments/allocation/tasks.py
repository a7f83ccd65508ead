"""Entry points of the worker: who goes where. Plans are computed as jobs; importing this module registers the work."""

from assignments.allocation import computing  # noqa: F401
