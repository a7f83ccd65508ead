"""The forms in front of the acts on one assignment: each carries the version that was shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments import scans
from assignments.kinds import CompletionResult, EndReason, FilingBasis, MentoringMode, RosterPattern, TaskKind
from assignments.services.moving import Basis
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.people.forms.fields import UnitField, choice, day, long_text, text, unit_named
from deploy_admin.people.scans import ScanField
from deploy_admin.registry.forms import ActorForm
from deploy_admin.registry.models import Institution

#: The fields of what an act rests on, in their order.
PAPER = ("deciding_body", "meeting_on", "document", "document_number", "document_date", "scan")
DAY = gettext_lazy("Day")
REASON = gettext_lazy("Reason")


def number(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control", "min": least, "max": most})
    return forms.IntegerField(label=label, min_value=least, max_value=most, widget=widget, **more)


def today_in(field: str) -> dict[str, Any]:
    """Return what a form about today begins with."""
    return {field: clock.today()}


class AssignmentForm(ActorForm):
    """A form about one assignment as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def changed(self) -> dict[str, Any]:
        """Return what says something else than the form was shown with."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}


class PaperFields(ActorForm):
    """What an act rests on where no body decides: a document and its scan."""

    document = text(gettext_lazy("Document title"), 200, required=False)
    document_number = text(
        gettext_lazy("Document number"),
        100,
        required=False,
        help_text=gettext_lazy("As printed, with 〔 〕 brackets."),
    )
    document_date = day(gettext_lazy("Document date"), required=False)
    scan = ScanField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # What is done comes first, what it rests on last.
        self.order_fields([*(name for name in self.fields if name not in PAPER), *PAPER])

    def basis(self, by: Actor) -> Basis:
        """Return what the act rests on, the scan stored with it."""
        said = {name: self.cleaned_data[name] for name in PAPER[:-1] if name in self.cleaned_data}
        return Basis(**said, scan=scans.kept(self.cleaned_data.get("scan"), by))


class BasisFields(PaperFields):
    """What a decision rests on: the body that decided, when, and its document."""

    deciding_body = text(gettext_lazy("Deciding body"), 200, required=False)
    meeting_on = day(gettext_lazy("Meeting of"), required=False)


class ReasonForm(AssignmentForm):
    """Taking back what was entered by mistake."""

    reason = long_text(REASON, 500)


class DayAndReasonForm(ReasonForm):
    """The same, as of a day."""

    on = day(DAY)


class WithdrawSuspensionForm(DayAndReasonForm):
    """Taking back the statement that practice is suspended."""


class ArrivalForm(AssignmentForm):
    """The first day on post."""

    on = day(gettext_lazy("First day on post"))


class SuspensionFields(PaperFields):
    """The sending unit's statement that practice there is suspended."""

    on = day(gettext_lazy("Stated on"))
    valid_from = day(
        gettext_lazy("Suspended from"),
        required=False,
        help_text=gettext_lazy("Empty: from the first day on post."),
    )


class SuspensionForm(SuspensionFields, AssignmentForm):
    """The statement about one person."""


class FilingFields(PaperFields):
    """On what practice at the receiving unit rests."""

    filing = choice(gettext_lazy("Basis of practice"), lambda: [(v, w) for v, w in FilingBasis.choices if v])
    on = day(gettext_lazy("Filed on"))
    number = text(gettext_lazy("Filing number"), 100, required=False)


class FilingForm(FilingFields, AssignmentForm):
    """The basis of one person's practice."""


class DetailsForm(AssignmentForm):
    """Where and how the person works at the receiving unit."""

    department = text(gettext_lazy("Department"), 100, required=False)
    supervisor = text(gettext_lazy("Supervisor"), 100, required=False)
    roster_pattern = choice(gettext_lazy("Roster pattern"), lambda: RosterPattern.choices)


class ExtensionForm(BasisFields, AssignmentForm):
    """Days that the authority grants beyond the term."""

    days = number(
        gettext_lazy("Calendar days more"),
        -366,
        366,
        help_text=gettext_lazy("A number below zero takes back what was granted."),
    )
    reason = long_text(REASON, 500, required=False)


class MoveForm(BasisFields, AssignmentForm):
    """Another receiving unit, within the same term."""

    receiving_unit = UnitField(label=gettext_lazy("New receiving unit"))
    first_day = day(gettext_lazy("First day there"))
    reason = long_text(REASON, 500)

    def clean_receiving_unit(self) -> Institution:
        return unit_named(self.cleaned_data["receiving_unit"], self.actor)


class FullTimeForm(AssignmentForm):
    """Full-time or part-time from a day on."""

    full_time = forms.TypedChoiceField(
        label=gettext_lazy("Detachment"),
        choices=[("yes", gettext_lazy("full-time")), ("no", gettext_lazy("part-time"))],
        coerce=lambda value: value == "yes",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    first_day = day(gettext_lazy("From"))
    reason = long_text(REASON, 500)


REPLACE = [
    ("", gettext_lazy("as the policy says")),
    ("yes", gettext_lazy("a replacement is due")),
    ("no", gettext_lazy("no replacement")),
]


def _replace(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


class RecallForm(BasisFields, AssignmentForm):
    """Called back by the organisation before the term is over."""

    last_day = day(gettext_lazy("Last day on post"))
    remark = long_text(REASON, 500)
    replace = forms.TypedChoiceField(
        label=gettext_lazy("Replacement"),
        choices=REPLACE,
        coerce=_replace,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class EndEarlyForm(RecallForm):
    """The end before the term, with its reason of the code list."""

    reason = choice(gettext_lazy("Reason of the end"), lambda: EndReason.choices)
    remark = long_text(gettext_lazy("What happened"), 500, required=False)

    field_order = ["last_day", "reason", "remark", "replace"]


class VoidForm(BasisFields, AssignmentForm):
    """The decision that an assignment does not count."""

    on = day(gettext_lazy("Decided on"))
    reason = long_text(REASON, 500)
    last_day = day(
        gettext_lazy("Last day on post"),
        required=False,
        help_text=gettext_lazy("Where the person leaves the post with it; empty: the term runs on uncounted."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["deciding_body"].required = True

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("document_number") and not said.get("document"):
            self.add_error("document_number", _("Name the document of the decision: its title or its number."))
        return said


class CloseFields(BasisFields):
    """The end of the term, with the result of the evaluation."""

    result = choice(
        gettext_lazy("Completion result"), lambda: [(v, w) for v, w in CompletionResult.choices if v], required=False
    )
    on = day(gettext_lazy("Closed on"))
    reason = long_text(gettext_lazy("Remark"), 500, required=False)


class CloseForm(CloseFields, AssignmentForm):
    """What became of the person at the end of the term."""

    outcome = choice(
        gettext_lazy("Outcome"),
        lambda: [(state.value, state.label) for state in (AssignmentState.RETURNED, AssignmentState.TRANSFERRED)],
    )

    field_order = ["outcome", "result", "on", "reason"]


class OnDayForm(AssignmentForm):
    """Nothing but the day."""

    on = day(DAY)


class RenewFields(BasisFields):
    """A further term at the same unit, from the day after the last."""

    months = number(gettext_lazy("Months"), 0, 120)
    days = number(gettext_lazy("and days"), 0, 366, required=False)

    def clean_days(self) -> int:
        return self.cleaned_data["days"] or 0


class RenewForm(RenewFields, AssignmentForm):
    """The further term of one person."""


class DeputyForm(PaperFields, AssignmentForm):
    """A posting as deputy director beside the assignment, by order."""

    order = text(gettext_lazy("Order"), 200)
    first_day = day(gettext_lazy("First day"))
    last_day = day(gettext_lazy("Last day"), required=False)


class EndDeputyForm(AssignmentForm):
    """The end of the posting as deputy director."""

    last_day = day(gettext_lazy("Last day"))
    reason = long_text(REASON, 500, required=False)


class TaskForm(AssignmentForm):
    """A task at the post with its goal."""

    kind = choice(gettext_lazy("Kind of task"), lambda: TaskKind.choices)
    goal = text(gettext_lazy("Goal"), 300)
    target_number = number(gettext_lazy("Target"), 0, 1_000_000, required=False)


class TaskChangeForm(AssignmentForm):
    """The goal as it is now, and what came of it."""

    goal = text(gettext_lazy("Goal"), 300)
    target_number = number(gettext_lazy("Target"), 0, 1_000_000, required=False)
    reached_number = number(gettext_lazy("Reached"), 0, 1_000_000, required=False)
    outcome = long_text(gettext_lazy("What came of it"), 500, required=False)


class TaskRemoveForm(AssignmentForm):
    """Nothing is asked: a task entered by mistake goes."""


class MentoringForm(AssignmentForm):
    """Whom the person teaches."""

    mode = choice(gettext_lazy("How"), lambda: MentoringMode.choices)
    mentee = text(gettext_lazy("Mentee or team"), 100)
    post = text(gettext_lazy("Post"), 100, required=False)
    valid_from = day(gettext_lazy("First day"))
    valid_to = day(gettext_lazy("Last day"), required=False)


class EndMentoringForm(AssignmentForm):
    """The last day of teaching."""

    last_day = day(gettext_lazy("Last day"))
