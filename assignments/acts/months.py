"""What the audit record calls the acts of the months."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "assignments.month_opened": _("Opened a month"),
    "assignments.month_saved": _("Entered days of a month"),
    "assignments.roster_set": _("Set a shift roster"),
    "assignments.month_submitted": _("Submitted a month"),
    "assignments.month_withdrawn": _("Took a submitted month back"),
    "assignments.month_review_opened": _("Opened a month for review"),
    "assignments.month_sent_back": _("Sent a month back"),
    "assignments.month_reopened": _("Opened an accepted month again"),
    "assignments.month_accepted": _("Accepted a month"),
    "assignments.days_settled": _("Settled days to be checked as decided"),
    "assignments.month_exempted": _("Gave more time for a month"),
    "assignments.month_released": _("Released a month"),
    "assignments.month_confirmed": _("Confirmed the own month"),
    "assignments.month_disputed": _("Disputed the own month"),
}
