"""What the audit record calls the acts of leave and absence."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "assignments.leave_asked": _("Asked for leave"),
    "assignments.leave_approved": _("Approved leave"),
    "assignments.leave_declined": _("Declined leave"),
    "assignments.leave_withdrawn": _("Took leave back"),
    "assignments.leave_filed": _("Took down that leave was filed"),
    "assignments.leave_exported": _("Exported leave"),
    "assignments.past_leave_recorded": _("Took on leave of the past"),
    "assignments.absence_reported": _("Reported an absence"),
    "assignments.absence_answered": _("Answered a reported absence"),
    "assignments.absence_confirmed": _("Confirmed an absence as unapproved"),
    "assignments.absence_excused": _("Excused an absence"),
    "assignments.absence_withdrawn": _("Took a reported absence back"),
    "assignments.absences_exported": _("Exported absences"),
    "assignments.past_absences_recorded": _("Took on absences of the past"),
    "assignments.void_proposed": _("Proposed not to count an assignment"),
    "assignments.void_lapsed": _("The proposal not to count an assignment lapsed"),
    "assignments.void_not_followed": _("Decided to count an assignment all the same"),
    "assignments.ends_recomputed": _("Recomputed last days after rules changed"),
    "assignments.ends_checked": _("Checked last days against their rows"),
}
