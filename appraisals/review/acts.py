"""What the audit record calls the acts of the review of months."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "appraisals.months_released": _("Released months"),
    "appraisals.month_correction_asked": _("Asked to correct a released month"),
    "appraisals.month_correction_approved": _("Corrected a released month"),
    "appraisals.month_correction_declined": _("Declined to correct a released month"),
    "appraisals.month_correction_withdrawn": _("Took back asking to correct a released month"),
    "appraisals.month_review_exported": _("Exported the review of a month"),
}
