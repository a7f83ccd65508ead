"""Entry points of the worker, room by room; imported here so that the worker finds them."""

from assignments.allocation import tasks as allocation  # noqa: F401
from assignments.filing import tasks as filing  # noqa: F401
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
