"""The sentences of the notices about feedback letters and situation reports."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "appraisals.letter_arrived": _(
        "%(unit)s has sent the feedback letter on %(month)s about %(count)s of your people: confirm that it arrived."
    ),
    "appraisals.letter_late": _(
        "The feedback letter of %(unit)s on %(month)s about %(count)s of your people is still not received."
    ),
    "appraisals.letters_late": _("%(count)s feedback letters have not been received within five working days."),
    "appraisals.feedback_owed": _("The results of %(count)s people for %(month)s are released and not fed back."),
    "appraisals.feedback_owed_by": _(
        "The results of %(count)s people for %(month)s are released and not fed back; that is due by %(day)s."
    ),
    "appraisals.report_due": _("The situation report on %(first)s to %(last)s is due."),
    "appraisals.report_submitted": _("%(unit)s has submitted its situation report on %(first)s to %(last)s."),
    "appraisals.report_returned": _("Your situation report on %(first)s to %(last)s was sent back: %(reason)s"),
    "appraisals.report_noted": _("Your situation report on %(first)s to %(last)s was taken note of."),
}
