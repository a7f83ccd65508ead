"""The forms of the entry pages: submitting with the unit's letter, pasting, shifts, the person's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.rules.attendance_paste import code_of
from deploy_admin.people.forms.fields import day, long_text, text
from deploy_admin.people.scans import ScanField
from deploy_admin.registry.forms import ActorForm

#: Signs of a shift roster; a comma or a space between them is as good as nothing.
SHIFTS = ("P", "N", "X")
LONGEST = 28


class SubmitForm(ActorForm):
    """Submitting a month at the version that was shown; on behalf of a unit with its letter."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    scan = ScanField()

    def __init__(self, *args: Any, on_behalf: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if on_behalf:
            self.fields["scan"].label = _("The unit's letter")
        else:
            del self.fields["scan"]


class PasteForm(ActorForm):
    """What was copied, and the cell where it begins."""

    row = forms.TypedChoiceField(
        label=gettext_lazy("From this person on"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    day = forms.IntegerField(
        label=gettext_lazy("From this day on"),
        min_value=1,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )
    text = forms.CharField(
        label=gettext_lazy("What was copied"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"class": "form-control mono", "rows": 12, "wrap": "off"}),
    )

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], last: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["row"].choices = people  # type: ignore[attr-defined]
        self.fields["day"].max_value = last  # type: ignore[attr-defined]
        self.last = last

    def clean_day(self) -> int:
        found: int = self.cleaned_data["day"]
        if found > self.last:
            raise ValidationError(_("The month has no such day: %(day)s.") % {"day": found}, "day_unknown")
        return found


class CycleForm(ActorForm):
    """The shifts that repeat from a day on."""

    valid_from = day(gettext_lazy("First day of the cycle"))
    cells = text(
        gettext_lazy("Shifts, in their order"),
        100,
        help_text=gettext_lazy("For example 白夜休休 or P N X X: one sign for each day, at most 28."),
    )

    def clean_cells(self) -> list[str]:
        said = self.cleaned_data["cells"]
        signs = said.split() if " " in said.strip() else list(said)
        found = [self._shift(sign) for sign in signs if sign.strip(" ,，、/")]
        if not 1 <= len(found) <= LONGEST:
            raise ValidationError(_("A shift roster has 1 to %(n)d days.") % {"n": LONGEST}, "roster_length")
        return found

    @staticmethod
    def _shift(sign: str) -> str:
        found = "P" if sign == "白" else code_of(sign)
        if found not in SHIFTS:
            sentence = _("“%(sign)s” is no shift: day duty is √ or 白, night duty 夜, rest 休.")
            raise ValidationError(sentence % {"sign": sign}, "roster_codes")
        return found


class AnswerForm(ActorForm):
    """What the person says to the own month."""

    answer = forms.ChoiceField(choices=[("confirmed", ""), ("disputed", "")], widget=forms.HiddenInput)
    remark = long_text(
        gettext_lazy("What is not right"),
        500,
        required=False,
        help_text=gettext_lazy("Only if something is wrong: which day or which number, and how it was."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("answer") == "disputed" and not (said.get("remark") or "").strip():
            self.add_error("remark", ValidationError(_("Say what is not right about the month."), "reason_missing"))
        return said
