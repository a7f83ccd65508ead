"""The forms in front of confirming, returning and correcting what was taken on from the past."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.forms.assignments import REASON, AssignmentForm, PaperFields, number
from assignments.forms.assignments_batch import BatchForm
from assignments.importing import words
from assignments.importing.past_columns import LONGEST_DAYS, LONGEST_MONTHS
from assignments.kinds import CompletionResult, EndReason, Evidence, RosterPattern
from assignments.rules.past import OUTCOMES
from assignments.states import AssignmentState
from deploy_admin.people.forms.fields import choice, day, long_text, text
from deploy_admin.people.scans import ScanField


class ConfirmForm(BatchForm):
    """Entries that count from now on."""


class ReasonBatchForm(BatchForm):
    """Entries that go back, or whose confirmation is taken back, with a reason."""

    reason = long_text(REASON, 500)


class ScanBatchForm(BatchForm):
    """One scan for many entries: the list in which all of them stand."""

    scan = ScanField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["scan"].required = True


class EntryForm(PaperFields, AssignmentForm):
    """What an entry about the past says; person, units and first day are corrected by the table."""

    term_months = number(gettext_lazy("Planned months"), 0, LONGEST_MONTHS)
    term_days = number(gettext_lazy("and days"), 0, LONGEST_DAYS)
    running = forms.BooleanField(label=gettext_lazy("Still at the post"), required=False)
    last_day = day(gettext_lazy("Actual last day"), required=False)
    outcome = choice(
        gettext_lazy("How it ended"),
        lambda: [(code, AssignmentState(code).label) for code in OUTCOMES],
        required=False,
        help_text=gettext_lazy("Left empty: as the days say."),
    )
    end_reason = choice(gettext_lazy("Why it ended early"), lambda: EndReason.choices, required=False)
    result = choice(
        gettext_lazy("Completion result"),
        lambda: [each for each in CompletionResult.choices if each[0]],
        required=False,
    )
    result_on = day(gettext_lazy("Result of"), required=False)
    full_time = forms.BooleanField(label=gettext_lazy("Full-time"), required=False)
    roster_pattern = choice(gettext_lazy("Roster pattern"), lambda: RosterPattern.choices)
    evidence = choice(gettext_lazy("Evidence"), lambda: Evidence.choices)
    decided_by = text(gettext_lazy("Deciding body"), 200, required=False)
    remark = long_text(gettext_lazy("Remark"), 500, required=False)

    field_order = (
        "version", "term_months", "term_days", "running", "last_day", "outcome", "end_reason", "result", "result_on",
        "full_time", "roster_pattern", "evidence", "document", "document_number", "document_date", "scan",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("running") and said.get("last_day"):
            self.add_error("last_day", _("Whoever is still at the post has no last day."))
        return said


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the form begins with, from an entry as the table writes it."""
    last = row.get("last_day")
    running = last == words.RUNNING
    renamed = {"term_months": row.get("months"), "term_days": row.get("days"), "running": running}
    return row | renamed | {"last_day": date.fromisoformat(last) if last and not running else None}
