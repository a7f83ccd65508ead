"""The forms in front of leave, absence and the proposals that follow from it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments import leave_words
from assignments.forms.assignments import BasisFields, PaperFields, number
from assignments.forms.assignments_batch import MOST
from assignments.models import Assignment
from assignments.rules.duty import SHIFT
from assignments.services.leave_checks import LONGEST
from deploy_admin.access import Actor
from deploy_admin.people.forms.fields import choice, day, long_text, text
from deploy_admin.registry.forms import ActorForm

REASON = gettext_lazy("Reason")
REMARK = gettext_lazy("Remark")


class DaysFields(ActorForm):
    """From one day to another; of shifts with the duty days that the roster has in it."""

    first_day = day(gettext_lazy("First day"))
    last_day = day(gettext_lazy("Last day"))
    stated_duty_days = number(gettext_lazy("Duty days in it, by the roster"), 1, LONGEST, required=False)

    def __init__(self, *args: Any, assignment: Assignment, **more: Any) -> None:
        super().__init__(*args, **more)
        self.assignment = assignment
        if assignment.roster_pattern == SHIFT:
            self.fields["stated_duty_days"].required = True
        else:
            del self.fields["stated_duty_days"]

    def days(self) -> dict[str, Any]:
        """Return what the services are given."""
        return {name: self.cleaned_data.get(name) for name in ("first_day", "last_day", "stated_duty_days")}


class AskLeaveForm(DaysFields):
    """Leave asked for by the person."""

    kind = choice(gettext_lazy("Kind of leave"), leave_words.kinds_to_choose)
    remark = long_text(REMARK, 300, required=False)
    field_order = ["kind", "first_day", "last_day", "stated_duty_days", "remark"]


class AskLeaveForPersonForm(PaperFields, AskLeaveForm):
    """Leave entered for the person, with the letter it rests on."""


class DecisionForm(ActorForm):
    """A decision with a remark that may be left out."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    remark = text(REMARK, 300, required=False)


class ReasonForm(ActorForm):
    """A decision that says why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = long_text(REASON, 300)


class MayTakeBackForm(ReasonForm):
    """Taking back what was only asked for: the reason may be left out."""

    reason = long_text(REASON, 300, required=False)


class FileForm(ActorForm):
    """The filing number and day."""

    number = text(gettext_lazy("Filing number"), 60)
    on = day(gettext_lazy("Filed on"))


class OneFileForm(FileForm):
    """The same of one leave, at the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ChosenForm(ActorForm):
    """An act on many: `chosen` are ids with the versions that were shown."""

    def __init__(self, data: Any = None, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(data, *args, actor=actor, **more)
        self._pairs = data.getlist("ids") if data is not None else []

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        versions: dict[int, int] = {}
        for pair in self._pairs:
            pk, _colon, version = pair.partition(":")
            if not (pk.isdecimal() and version.isdecimal() and len(pk) < 19 and len(version) < 10):
                raise ValidationError(_("Choose them anew from the list."), "chosen_unreadable")
            versions[int(pk)] = int(version)
        if not versions:
            raise ValidationError(_("Choose at least one."), "nothing_chosen")
        if len(versions) > MOST:
            raise ValidationError(_("At most %(n)d are dealt with at once.") % {"n": MOST}, "too_many")
        return said | {"versions": versions}


class ChosenFileForm(ChosenForm, FileForm):
    """One filing for a whole list."""


class ReportForm(PaperFields, DaysFields):
    """Days on which somebody was missing."""

    remark = long_text(gettext_lazy("What was seen"), 500)
    field_order = ["first_day", "last_day", "stated_duty_days", "remark"]


class AnswerForm(ActorForm):
    """What the person says to it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = long_text(gettext_lazy("Answer"), 1000)


class ExcuseForm(ActorForm):
    """Excused by leave of a kind, or for a reason."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    leave_kind = choice(gettext_lazy("Leave approved for these days"), leave_words.kinds_to_choose, required=False)
    reason = long_text(gettext_lazy("or for this reason"), 300, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("leave_kind") and not (said.get("reason") or "").strip():
            raise ValidationError(_("Choose the leave, or say why it is excused."), "reason_missing")
        return said


class ProposalForm(BasisFields):
    """The decision on a proposal; following it takes a body that decided and a document."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    follow = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("yes", gettext_lazy("The assignment is not counted")),
            ("no", gettext_lazy("The assignment is counted all the same")),
        ],
        widget=forms.RadioSelect,
    )
    on = day(gettext_lazy("Day of the decision"))
    reason = long_text(REASON, 500)
    field_order = ["follow", "on", "reason", "deciding_body", "meeting_on"]
