"""The forms in front of feedback letters and situation reports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appraisals.feedback.services_reports import LONGEST, TEXTS
from assignments.papers.numbering import following
from deploy_admin.months import Month
from deploy_admin.people.forms.fields import day, long_text, text
from deploy_admin.registry.forms import ActorForm


class MonthField(forms.CharField):
    """A month as browsers send it: 2026-10."""

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.TextInput(attrs={"type": "month", "class": "form-control", "placeholder": "2026-10"})
        super().__init__(label=label, max_length=7, widget=widget, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return Month.parse(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Write a month as 2026-10."), "not_a_month") from error


class IssueForm(ActorForm):
    """What the office adds to the letters of a month."""

    dated_on = day(gettext_lazy("Date on the letters"))
    number = text(gettext_lazy("Document number"), 100, required=False, help_text=gettext_lazy("May be given later."))
    contact = text(
        gettext_lazy("Contact person and telephone"), 100, required=False, help_text=gettext_lazy("Printed below.")
    )
    remark = long_text(
        gettext_lazy("Further paragraph"), 500, required=False, help_text=gettext_lazy("Printed as it is written.")
    )

    def __init__(self, *args: Any, letters: int = 1, last: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        if letters > 1:
            del self.fields["number"]
        elif next_one := following(last):
            words = _("May be given later. After the last one: %(number)s") % {"number": next_one}
            self.fields["number"].help_text = words

    def said(self) -> dict[str, Any]:
        """Return what the services are given."""
        given = {name: self.cleaned_data.get(name) or "" for name in ("number", "contact", "remark")}
        return given | {"dated_on": self.cleaned_data["dated_on"]}


class BeginReportForm(ActorForm):
    """On which months a report is written."""

    first = MonthField(gettext_lazy("First month"))
    last = MonthField(gettext_lazy("Last month"))


class ReportForm(ActorForm):
    """The words of a report; the numbers stand beside it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    work = long_text(pgettext_lazy("situation report", "What was done"), LONGEST, required=False)
    results = long_text(pgettext_lazy("situation report", "What came of it"), LONGEST, required=False)
    difficulties = long_text(gettext_lazy("Difficulties"), LONGEST, required=False)
    proposals = long_text(gettext_lazy("Proposals"), LONGEST, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in TEXTS:
            self.fields[name].widget.attrs["rows"] = 6

    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in TEXTS}


class SendBackForm(ActorForm):
    """Why a report goes back."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = long_text(gettext_lazy("Reason"), 300)


class NoteForm(ActorForm):
    """What the authority answers."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = long_text(pgettext_lazy("situation report", "Answer"), 1000, required=False)
