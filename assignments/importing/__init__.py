"""The tables of this app that can be uploaded: requests, nominations, placements, past assignments and leave."""

from assignments.importing.nominations import NOMINATIONS
from assignments.importing.past_assignments import PAST_ASSIGNMENTS
from assignments.importing.past_leave import PAST_LEAVE
from assignments.importing.placements import PLACEMENTS
from assignments.importing.staffing_requests import STAFFING_REQUESTS

__all__ = ["NOMINATIONS", "PAST_ASSIGNMENTS", "PAST_LEAVE", "PLACEMENTS", "STAFFING_REQUESTS"]
