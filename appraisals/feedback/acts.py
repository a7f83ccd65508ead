"""What the audit record calls the acts of feedback letters and situation reports."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "feedback.sent": _("Issued a feedback letter"),
    "feedback.received": _("Received a feedback letter"),
    "feedback.exported": _("Exported the list of feedback letters"),
    "feedback.pay_list_exported": _("Exported the pay list"),
    "feedback.summary_exported": _("Exported the summary of the results"),
    "reports.begun": _("Began a situation report"),
    "reports.written": _("Wrote a situation report"),
    "reports.submitted": _("Submitted a situation report"),
    "reports.taken_back": _("Took a situation report back"),
    "reports.sent_back": _("Sent a situation report back"),
    "reports.noted": _("Took note of a situation report"),
}
