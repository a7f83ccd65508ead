"""Entry points of the worker, room by room; imported here so that the worker finds them."""

from assignments.tasks import (  # noqa: F401
    assignments,
    calendar,
    campaigns,
    counting,
    eligibility,
    inspections,
    leave,
    months,
    papers,
    past,
    standing,
)
