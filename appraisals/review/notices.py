"""The sentences of the notices about the review of months."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "appraisals.month_accepted": _("The month %(month)s of %(unit)s is accepted."),
    "appraisals.month_released": _(
        "The month %(month)s of %(unit)s is released; corrections go through the authority."
    ),
    "appraisals.own_month_released": _("Your month %(month)s is released."),
    "appraisals.own_month_corrected": _("Your released month %(month)s was corrected."),
    "appraisals.correction_asked": _("%(by)s asks to correct the released month %(month)s of %(name)s; decide."),
    "appraisals.correction_approved": _("The released month %(month)s of %(name)s was corrected."),
    "appraisals.correction_declined": _("The correction of the month %(month)s of %(name)s was declined."),
}
