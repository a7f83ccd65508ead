"""The tables of this app that can be uploaded: placements, past assignments, and their leave."""

from assignments.importing.past_assignments import PAST_ASSIGNMENTS
from assignments.importing.past_leave import PAST_LEAVE
from assignments.importing.placements import PLACEMENTS

__all__ = ["PAST_ASSIGNMENTS", "PAST_LEAVE", "PLACEMENTS"]
