"""The forms in front of what counts: which lines are meant, why one is declined, which quota is chosen instead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ChosenField(forms.MultipleChoiceField):
    """Ids of lines, as a list's ticks send them; whether they are there, the service asks."""

    def valid_value(self, value: Any) -> bool:
        return str(value).isdecimal() and len(str(value)) <= 18


class ChosenForm(forms.Form):
    """Some lines by their ticks, or all that the list shows."""

    ids = ChosenField(required=False)
    all = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("ids") and not data.get("all"):
            raise forms.ValidationError(_("Choose at least one line."), code="nothing_chosen")
        data["ids"] = [int(pk) for pk in data.get("ids") or ()]
        return data


class DeclineForm(ChosenForm):
    """Why lines do not count. The field stands beside other acts of the same form, so the browser does not insist."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"})
    )


class ChooseForm(forms.Form):
    """The quota for which an assignment is to count: period, unit, topic and group as the page offered them."""

    period = forms.CharField(max_length=30)
    institution = forms.IntegerField()
    topic = forms.CharField(max_length=150)
    group = forms.CharField(max_length=100, required=False)
