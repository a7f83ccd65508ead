"""The forms in front of this app's services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments import reading
from assignments.checking import MOST


class CheckForm(forms.Form):
    """A list of people, pasted or as a file, with what is asked about them."""

    text = forms.CharField(
        label=_("Names or person numbers, one per line"),
        required=False,
        max_length=200 * MOST,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 8}),
    )
    file = forms.FileField(
        label=_("or a table (XLSX, XLS, CSV)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".xlsx,.xls,.csv"}),
    )
    target = forms.ChoiceField(
        label=_("For what"), choices=reading.target_choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    day = forms.DateField(
        label=_("Planned first day"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not (said.get("text") or "").strip() and not said.get("file"):
            raise forms.ValidationError(_("Paste the names, or choose a file."))
        return said


class CorrectionForm(forms.Form):
    """What is wrong in the own record."""

    text = forms.CharField(
        label=_("What is wrong, and what would be right"),
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )


class AnswerForm(forms.Form):
    """The answer to it."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=1000, widget=forms.Textarea(attrs={"class": "form-control", "rows": 3})
    )
