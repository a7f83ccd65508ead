"""What the audit record calls the acts of this app."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTS = {
    "eligibility.judged": _("Judged who may go"),
    "eligibility.judging_asked": _("Asked for everybody to be judged again"),
    "eligibility.exported": _("Exported who may go"),
    "eligibility.list_checked": _("Checked a list of people"),
    "assignments.correction_asked": _("Said what is wrong in the own record"),
    "assignments.correction_answered": _("Answered what somebody said is wrong"),
}
