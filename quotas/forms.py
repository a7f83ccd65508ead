"""Plain forms in front of the services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quotas.filters import PeriodField


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """Which period."""

    period = PeriodField(label=_("Period"))


class ReasonForm(forms.Form):
    """Why a unit stays below a quota that binds in principle."""

    text = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Say what stood in the way and what is done about it; an officer accepts or declines it."),
    )


class DecisionForm(forms.Form):
    """What an officer makes of a written reason."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("accept", _("Accept")), ("decline", _("Decline"))], widget=forms.RadioSelect
    )
    remark = forms.CharField(label=_("Remark"), required=False, max_length=500)


class CorrectionForm(forms.Form):
    """What is asked besides the numbers when a signed figure is corrected."""

    reason = forms.CharField(
        label=_("Reason for the correction"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        help_text=_("The signed figure stays on record; the correction is a new revision beside it."),
    )


class WithdrawalForm(forms.Form):
    """Why a number that was entered by mistake is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class FiguresForm(forms.Form):
    """One number per cell of a measure's breakdown, each with the revision that was read."""

    def __init__(self, *args: Any, cells: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = cells
        for cell in cells:
            self.fields[cell["name"]] = forms.IntegerField(
                label=cell["label"],
                required=False,
                min_value=0,
                max_value=10_000_000,
                initial=cell["value"],
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
                error_messages={"invalid": _("Write a whole number, such as 0 or 12.")},
            )
            self.fields[f"{cell['name']}-version"] = forms.IntegerField(
                initial=cell["revision"], widget=forms.HiddenInput, required=False
            )

    def numbers(self) -> list[tuple[dict[str, Any], int, int | None]]:
        """The cells that were filled in: (cell, value, revision read)."""
        return [
            (cell, self.cleaned_data[cell["name"]], self.cleaned_data.get(f"{cell['name']}-version"))
            for cell in self.cells
            if self.cleaned_data.get(cell["name"]) is not None
        ]


class ReleaseForm(forms.Form):
    """The number, date and basis of a release."""

    period = PeriodField(label=_("Period"), widget=forms.HiddenInput)
    scheme = forms.ChoiceField(label=_("Scheme"), widget=forms.HiddenInput)
    expected_run = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.CharField(
        label=_("Document number"), max_length=100, help_text=_("As printed, with its brackets: 渝卫〔2026〕1号")
    )
    released_on = forms.DateField(label=_("Date"), widget=DateInput)
    deciding_body = forms.CharField(label=_("Deciding body"), max_length=150)
    meeting_on = forms.DateField(label=_("Meeting"), widget=DateInput, required=False)
    remark = forms.CharField(
        label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )

    def __init__(self, *args: Any, schemes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["scheme"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = list(schemes.items())
