"""The forms in front of the review of months: reasons, more time, the basis of a release, corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.review import scans, words
from appraisals.review.services_releasing import ReleaseBasis
from appraisals.workload.asked import Asked
from assignments.rules.attendance_codes import CLOSED
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.people.forms.fields import day, long_text, text
from deploy_admin.people.scans import ScanField
from deploy_admin.registry.forms import ActorForm


class SendBackForm(ActorForm):
    """Why a month goes back to its unit."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = long_text(gettext_lazy("Reason"), 500)


class MoreTimeForm(ActorForm):
    """Until when a unit may still enter, and why."""

    until = day(gettext_lazy("May be entered until"))
    reason = text(gettext_lazy("Reason"), 300)


class BeginForm(ActorForm):
    """A unit whose sheet was never opened."""

    institution = forms.IntegerField(min_value=1)
    month = forms.CharField(max_length=10)


class ShownForm(ActorForm):
    """The sheets that were shown without anomaly, as `sheet:revision`, with commas between."""

    month = forms.CharField(max_length=10)
    shown = forms.CharField(required=False, max_length=400_000)

    def clean_shown(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for pair in filter(None, self.cleaned_data["shown"].split(",")):
            sheet, _colon, revision = pair.partition(":")
            if not (sheet.isdecimal() and revision.isdecimal() and len(sheet) < 19 and len(revision) < 10):
                raise forms.ValidationError(_("Look at the list again and accept from there."), "shown_unreadable")
            found[int(sheet)] = int(revision)
        return found


def chosen(values: Sequence[str]) -> list[int]:
    """Return the keys of a list of ticked boxes; what is no key is refused."""
    if not all(value.isdecimal() and len(value) < 19 for value in values):
        raise RuleViolation(_("Choose them anew from the list."), "chosen_unreadable")
    return [int(value) for value in values]


class ReleaseForm(ActorForm):
    """On what a release rests, where the office writes it down; and that undetermined scores go out so."""

    deciding_body = text(gettext_lazy("Deciding body"), 150, required=False)
    meeting_on = day(gettext_lazy("Meeting of"), required=False)
    document_number = text(
        gettext_lazy("Document number"),
        100,
        required=False,
        help_text=gettext_lazy("As printed, with 〔 〕 brackets."),
    )
    remark = text(gettext_lazy("Remark"), 500, required=False)
    scan = ScanField()
    undetermined = forms.BooleanField(required=False)

    def __init__(self, *args: Any, unknown: int = 0, **more: Any) -> None:
        super().__init__(*args, **more)
        if unknown:
            self.fields["undetermined"].label = _("Release these %(n)d people's scores as undetermined") % {
                "n": unknown
            }
        else:
            del self.fields["undetermined"]

    def basis(self, by: Actor) -> ReleaseBasis:
        """Return what the release rests on, the scan stored with it."""
        said = {name: self.cleaned_data[name] for name in ("deciding_body", "meeting_on", "document_number", "remark")}
        return ReleaseBasis(**said, scan=scans.kept(self.cleaned_data.get("scan"), by))


class CorrectionForm(ActorForm):
    """The month as it should be: a code for each open day, a count for each indicator, the reason."""

    released = forms.IntegerField(widget=forms.HiddenInput)
    reason = long_text(
        gettext_lazy("Reason"), 500, required=False, help_text=gettext_lazy("Needed to ask, not to look.")
    )
    scan = ScanField()

    def __init__(
        self,
        *args: Any,
        month: date,
        days: Sequence[str],
        asked: Mapping[str, Asked],
        workload: Mapping[str, str | None],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.was, self.asked = days, asked
        choices = words.cells_to_choose()
        for n, cell in enumerate(days, 1):
            if cell == CLOSED:
                continue
            label = (month + timedelta(days=n - 1)).isoformat()
            widget = forms.Select(attrs={"class": "form-select"})
            self.fields[f"day_{n}"] = forms.ChoiceField(label=label, choices=choices, initial=cell, widget=widget)
        for code, each in asked.items():
            attrs = {"class": "form-control num", "inputmode": "decimal", "autocomplete": "off"}
            self.fields[f"count_{code}"] = forms.CharField(
                label=each.label,
                help_text=each.indicator.unit,
                required=False,
                max_length=20,
                initial=workload.get(code) or "",
                widget=forms.TextInput(attrs=attrs),
            )

    @property
    def day_fields(self) -> list[Any]:
        """The fields of the days, in order."""
        return [self[name] for name in self.fields if name.startswith("day_")]

    @property
    def count_fields(self) -> list[Any]:
        """The fields of the counts, in order."""
        return [self[name] for name in self.fields if name.startswith("count_")]

    @property
    def days(self) -> list[str]:
        """Return the cells, closed days as they were."""
        return [self.cleaned_data.get(f"day_{n}", cell) for n, cell in enumerate(self.was, 1)]

    @property
    def workload(self) -> dict[str, Decimal | str | int | None]:
        """Return the counts as they were written."""
        return {code: self.cleaned_data.get(f"count_{code}", "") for code in self.asked}


class DecisionForm(ActorForm):
    """A decision with a remark that may be left out."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    remark = text(gettext_lazy("Remark"), 300, required=False)


class DeclineForm(DecisionForm):
    """A decision against, which says why."""

    remark = long_text(gettext_lazy("Reason"), 300)


class WithdrawForm(ActorForm):
    """Taking back what was asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput)
