"""The forms in front of the work calendar's services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deploy_admin.errors import RuleViolation
from deploy_admin.registry import calendar_text
from deploy_admin.registry.holiday_library import Day


class CalendarForm(forms.Form):
    """The days of a year as text: one day a line, or the notice's own sentences."""

    text = forms.CharField(
        label=_("Days off and make-up working days"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"class": "form-control raw", "rows": 16, "spellcheck": "false"}),
        help_text=_("One day a line, as “2027-02-05 放假 春节” or “2027-02-20 上班”; or paste the notice."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    #: Why the text as it stands cannot be shown in the grid.
    refusal = ""

    def __init__(self, *args: Any, year: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.year = year

    def clean_text(self) -> list[Day]:
        try:
            return calendar_text.read(self.cleaned_data["text"], self.year)
        except RuleViolation as refusal:
            raise ValidationError(str(refusal.message), refusal.code) from refusal


class PublishCalendarForm(CalendarForm):
    """What publishes a year."""

    document_number = forms.CharField(
        label=_("Document number"),
        max_length=100,
        help_text=_("Of the notice that publishes the calendar, as 国办发明电〔2025〕7号."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class CorrectCalendarForm(CalendarForm):
    """What corrects a published year."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.TextInput(attrs={"class": "form-control"})
    )
