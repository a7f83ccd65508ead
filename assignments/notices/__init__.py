"""The sentences of this app's notices, room by room."""

from __future__ import annotations

from assignments.allocation import notices as allocation
from assignments.filing import notices as filing
from assignments.notices import (
    assignments,
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
from deploy_admin.jobs import notices

notices.register(
    {
        **eligibility.SENTENCES,
        **campaigns.SENTENCES,
        **assignments.SENTENCES,
        **leave.SENTENCES,
        **inspections.SENTENCES,
        **months.SENTENCES,
        **standing.SENTENCES,
        **counting.SENTENCES,
        **papers.SENTENCES,
        **past.SENTENCES,
        **filing.SENTENCES,
        **allocation.SENTENCES,
    }
)
