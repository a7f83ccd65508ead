"""The forms about staffing requests: the table of lines on one page, beginning a list, what is decided about one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assignments.filing.services_requests import MOST_LINES, RequestRow
from assignments.kinds import ListKind, Priority
from assignments.models import StaffingRequest
from deploy_admin.errors import RuleViolation
from deploy_admin.people import codes
from deploy_admin.people.forms.fields import UnitField, choice, day, long_text, text, unit_named
from deploy_admin.people.scans import ScanField
from deploy_admin.registry.forms import ActorForm
from deploy_admin.registry.models import Institution

#: So many empty lines a new list begins with.
BEGUN_WITH = 3
#: The buttons that change the table without saving it.
REARRANGING = ("add", "remove", "up", "down")
_BETWEEN = re.compile(r"[、，,;；/\n]+")


class AcceptedField(forms.CharField):
    """Other specialities that would do: several in one cell, between commas."""

    def __init__(self) -> None:
        widget = forms.TextInput(attrs={"class": "form-control"})
        label = pgettext_lazy("request", "Also accepted")
        super().__init__(label=label, required=False, max_length=500, widget=widget)

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        return tuple(word.strip() for word in _BETWEEN.split(said) if word.strip())


class LineForm(forms.Form):
    """One line of the list."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    speciality = text(pgettext_lazy("request", "Speciality"), 100)
    number = forms.IntegerField(
        label=pgettext_lazy("request", "Number"),
        min_value=1,
        max_value=99,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )
    staff_category = choice(
        gettext_lazy("Staff category"), lambda: codes.choices(codes.STAFF_CATEGORIES), required=False
    )
    minimum_title = choice(
        pgettext_lazy("request", "Title at least"), lambda: codes.choices(codes.TITLE_LEVELS), required=False
    )
    starts_on = day(gettext_lazy("Earliest start"), required=False)
    priority = forms.TypedChoiceField(
        label=pgettext_lazy("request", "Priority"),
        choices=Priority.choices,
        coerce=int,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    also_accepts = AcceptedField()
    reason = text(gettext_lazy("Reason"), 500, required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, rank: int, quiet: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.rank = rank
        #: While lines are added and moved, nothing is said of what is not finished.
        self.quiet = quiet
        self.fields["speciality"].widget.attrs["list"] = "specialities"
        for field in self.fields.values():
            # A label of each cell that says in which line it stands, for whoever does not see the table.
            label = _("%(label)s, line %(n)d") % {"label": field.label, "n": rank}
            field.widget.attrs |= {"aria-label": label}

    def full_clean(self) -> None:
        """Look at the cells; a line that nobody wrote into has nothing wrong."""
        super().full_clean()
        if self.is_bound and (self.quiet or self.is_empty):
            self._errors = forms.utils.ErrorDict()

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything into the line."""
        said = ("id", "speciality", "staff_category", "minimum_title", "starts_on", "also_accepts", "reason")
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in said)

    def row(self) -> RequestRow:
        """Return the line as it was entered."""
        return RequestRow(**self.cleaned_data)


class Lines:
    """The lines of a list as they were sent, or as they are stored; lines are added, removed and moved by a button."""

    def __init__(self, forms_of: Sequence[LineForm]) -> None:
        self.forms = list(forms_of)

    @classmethod
    def stored(cls, lines: Sequence[StaffingRequest]) -> Lines:
        """Return the lines as they are stored; an empty list begins with a few empty ones."""
        held = [_shown(line) for line in lines] or [{"number": 1, "priority": Priority.NORMAL}] * BEGUN_WITH
        return cls([LineForm(initial=each, prefix=f"l{n}", rank=n) for n, each in enumerate(held, start=1)])

    @classmethod
    def sent(cls, data: Mapping[str, Any]) -> Lines:
        """Return the lines of a page that was sent, after the button that was pressed; nothing of them is lost."""
        held = [_said(data, n) for n in range(1, _count(data) + 1)]
        quiet = any(button in data for button in REARRANGING)
        held = _after(held, data)
        flat = {f"l{n}-{name}": value for n, each in enumerate(held, start=1) for name, value in each.items()}
        return cls([LineForm(flat, prefix=f"l{n}", rank=n, quiet=quiet) for n in range(1, len(held) + 1)])

    def __iter__(self) -> Any:
        return iter(self.forms)

    def __len__(self) -> int:
        return len(self.forms)

    def rows(self) -> list[RequestRow] | None:
        """Return the lines somebody wrote into; None where a cell cannot be read, which then says so."""
        written = [form for form in self.forms if not form.is_empty]
        # Each is looked at, so that everything wrong is told at once.
        readable = [form.is_valid() for form in written]
        if not all(readable):
            return None
        return [form.row() for form in written]

    def tell(self, refusal: RuleViolation) -> bool:
        """Put what a service found beside the cells; return whether all of it had a cell."""
        written = [form for form in self.forms if not form.is_empty]
        rows = refusal.context.get("rows") or {}
        placed = 0
        for n, said in rows.items():
            for name, sentence in said.items():
                if int(n) < len(written) and name in written[int(n)].fields:
                    written[int(n)].add_error(name, sentence)
                    placed += 1
        return bool(rows) and placed == sum(len(said) for said in rows.values())


def _count(data: Mapping[str, Any]) -> int:
    said = str(data.get("lines", ""))
    return min(int(said), MOST_LINES + 1) if said.isdecimal() and len(said) < 4 else 0


def _said(data: Mapping[str, Any], n: int) -> dict[str, Any]:
    return {name: data.get(f"l{n}-{name}", "") for name in LineForm.base_fields}


def _after(held: list[dict[str, Any]], data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines after a button: one more, one less, one further up or down."""
    if "add" in data and len(held) < MOST_LINES:
        return [*held, {"number": 1, "priority": Priority.NORMAL.value}]
    for button, step in (("remove", 0), ("up", -1), ("down", 1)):
        said = str(data.get(button, ""))
        if not (said.isdecimal() and 1 <= int(said) <= len(held)):
            continue
        at = int(said) - 1
        if button == "remove":
            return held[:at] + held[at + 1 :]
        if 0 <= at + step < len(held):
            held[at], held[at + step] = held[at + step], held[at]
    return held


def _shown(line: StaffingRequest) -> dict[str, Any]:
    names = ("speciality", "number", "staff_category", "minimum_title", "starts_on", "priority", "reason")
    return {name: getattr(line, name) for name in names} | {
        "id": line.pk,
        "also_accepts": "、".join(line.also_accepts),
    }


class HeadForm(forms.Form):
    """What is said of the list as a whole."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    nothing = forms.BooleanField(label=gettext_lazy("Nobody is needed this time"), required=False)
    remark = text(gettext_lazy("Remark"), 500, required=False)


class BeginForm(ActorForm):
    """Whose list is begun; an authority enters it from the unit's paper."""

    unit = UnitField(label=gettext_lazy("Unit"))
    scan = ScanField()

    def clean_unit(self) -> Institution:
        return unit_named(self.cleaned_data["unit"], self.actor)

    def clean_scan(self) -> Any:
        if not self.cleaned_data["scan"]:
            raise ValidationError(_("Attach the unit's paper from which you enter on its behalf."), "scan_missing")
        return self.cleaned_data["scan"]


class ReasonForm(forms.Form):
    """Why a list is sent back, or a line struck."""

    reason = long_text(gettext_lazy("Reason"), 500)


class MoreTimeForm(forms.Form):
    """Until when a unit may still enter, and why."""

    until = day(gettext_lazy("Until"))
    reason = text(gettext_lazy("Reason"), 300)


class UnitTimeForm(ActorForm):
    """The same for a unit that has begun no list yet."""

    unit = UnitField(label=gettext_lazy("Unit"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of list"),
        choices=ListKind.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    until = day(gettext_lazy("Until"))
    reason = text(gettext_lazy("Reason"), 300)

    def clean_unit(self) -> Institution:
        return unit_named(self.cleaned_data["unit"], self.actor)


class ChosenForm(forms.Form):
    """The lists that are approved together, each as it was shown: id and version."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.chosen = data.getlist("chosen") if hasattr(data, "getlist") else []

    def versions(self) -> dict[int, int]:
        """Return list → version; refuse what is not of the page."""
        found = {}
        for each in self.chosen:
            pk, _colon, version = each.partition(":")
            if not (pk.isdecimal() and version.isdecimal() and len(each) < 40):
                raise RuleViolation(_("Choose them anew from the list."), "chosen_unreadable")
            found[int(pk)] = int(version)
        if not found:
            raise RuleViolation(_("Choose at least one list."), "nothing_chosen")
        return found
