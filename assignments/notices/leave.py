"""The sentences of the notices about leave and absence."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "assignments.leave_asked": _("%(name)s asks for leave from %(from)s to %(to)s; decide."),
    "assignments.leave_approved": _("Your leave from %(from)s to %(to)s is approved; your last day is %(last)s."),
    "assignments.leave_declined": _("Your leave from %(from)s to %(to)s is declined; the reason stands with it."),
    "assignments.leave_withdrawn": _(
        "Your approved leave from %(from)s to %(to)s was taken back; your last day is %(last)s."
    ),
    "assignments.leave_filing_due": _("The leave of %(name)s from %(from)s to %(to)s is to be filed with you."),
    "assignments.leave_waits": _("%(count)s requests for leave have waited for more than two working days; decide."),
    "assignments.absence_to_answer": _(
        "You are said to have been absent without leave from %(from)s to %(to)s; answer until %(by)s."
    ),
    "assignments.absence_reported": _(
        "%(name)s is said to have been absent without leave from %(from)s to %(to)s; may answer until %(by)s."
    ),
    "assignments.absence_to_decide": _(
        "The absence of %(name)s from %(from)s to %(to)s has been heard; confirm or excuse it."
    ),
    "assignments.absence_confirmed": _("Your absence from %(from)s to %(to)s counts as unapproved."),
    "assignments.absence_excused": _("Your absence from %(from)s to %(to)s is excused."),
    "assignments.absence_withdrawn": _("The report of your absence from %(from)s to %(to)s was taken back."),
    "assignments.absence_warning": _(
        "%(name)s: %(count)s unapproved absences are counted; one more may cost the whole assignment."
    ),
    "assignments.void_proposed": _(
        "%(name)s: %(count)s unapproved absences are counted; decide whether the assignment still counts."
    ),
    "assignments.ends_drift": _("The nightly check found %(count)s assignments whose last day contradicts the rows."),
}
