"""The forms in front of allocation plans: a plan's name, a pairing that is named, the basis of a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin.people.forms.fields import day, text
from deploy_admin.people.scans import ScanField
from deploy_admin.registry.forms import ActorForm

#: What the board's buttons ask of a pairing.
ACTS = ("pin", "unpin", "ban", "unban", "unplace")


def number(said: Any) -> int:
    """Return a key as an address or a button says it; 0 for everything that is none."""
    word = str(said or "")
    return int(word) if word.isdecimal() and len(word) < 19 else 0


class NameForm(ActorForm):
    """What a plan is called."""

    name = text(gettext_lazy("Name of the plan"), 100, required=False)


class VersionForm(ActorForm):
    """The plan as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class PairForm(VersionForm):
    """A request and a nomination that belong together."""

    request = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    nomination = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ActForm(VersionForm):
    """One button of the board: `act:request:nomination`."""

    act = forms.CharField(max_length=60)
    reason = forms.CharField(max_length=300, required=False)

    def clean_act(self) -> tuple[str, int, int]:
        act, _colon, pair = self.cleaned_data["act"].partition(":")
        request, _colon, nomination = pair.partition(":")
        if act not in ACTS or not number(request) or not number(nomination):
            raise ValidationError(_("Look at the plan again and act from there."), "act_unreadable")
        return act, number(request), number(nomination)


class DecideForm(VersionForm):
    """On what a decision rests, and the warnings that are accepted knowingly."""

    deciding_body = text(gettext_lazy("Deciding body"), 200)
    meeting_on = day(gettext_lazy("Meeting of"))
    document = text(gettext_lazy("Document"), 200, required=False)
    document_number = text(
        gettext_lazy("Document number"),
        100,
        required=False,
        help_text=gettext_lazy("As printed, with 〔 〕 brackets."),
    )
    document_date = day(gettext_lazy("Document date"), required=False)
    scan = ScanField()
    accept = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, warnings: Any = (), **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["accept"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(code, code) for code in warnings]

    def basis(self) -> dict[str, Any]:
        """Return what the service takes, the scan left out."""
        names = ("deciding_body", "meeting_on", "document", "document_number", "document_date", "version")
        return {name: self.cleaned_data[name] for name in names}
