"""What the audit record calls the acts of this app, room by room."""

from __future__ import annotations

from assignments.acts import (
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
from assignments.allocation import acts as allocation
from assignments.filing import acts as filing

ACTS = {
    **eligibility.ACTS,
    **campaigns.ACTS,
    **assignments.ACTS,
    **leave.ACTS,
    **calendar.ACTS,
    **inspections.ACTS,
    **months.ACTS,
    **standing.ACTS,
    **counting.ACTS,
    **papers.ACTS,
    **past.ACTS,
    **filing.ACTS,
    **allocation.ACTS,
}
