"""REST, room by room; imported here so that the routes are registered."""

from assignments.allocation import api as allocation  # noqa: F401
from assignments.api import (  # noqa: F401
    assignments,
    campaigns,
    counting,
    eligibility,
    inspections,
    leave,
    papers,
    past,
    standing,
)
from assignments.filing import api as filing  # noqa: F401
