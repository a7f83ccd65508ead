"""What the audit record calls the acts of taking on the past and placing by workbook."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "assignments.taken_on": _("Taken on from the past"),
    "assignments.past_taken_on": _("Took on assignments of the past"),
    "assignments.past_corrected": _("Corrected what was taken on from the past"),
    "assignments.past_confirmed": _("Confirmed what was taken on from the past"),
    "assignments.past_reopened": _("Took a confirmation of the past back"),
    "assignments.past_returned": _("Returned what was taken on from the past"),
    "assignments.past_scan_added": _("Put a scan beside what was taken on from the past"),
    "assignments.past_exported": _("Exported what was taken on from the past"),
    "assignments.past_leave_corrected": _("Corrected leave or absence of the past"),
}
