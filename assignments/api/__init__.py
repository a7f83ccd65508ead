"""REST, room by room; imported here so that the routes are registered."""

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
