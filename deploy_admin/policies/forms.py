"""The forms in front of the policies' services."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin.policies.language import PolicyDocument, periods
from deploy_admin.policies.models import OnPost
from deploy_admin.policies.services import Transition
from deploy_admin.policies.switches import Switch, asked_of, stated

#: Generous for a text: the six shipped ones are under 20 kB each.
MAX_BYTES = 500_000


class TextForm(forms.Form):
    """A policy as YAML, typed or uploaded; what was typed is kept when it is refused."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "false", "class": "mono", "autocapitalize": "off"}),
        help_text=gettext_lazy("YAML; numbers with a fraction stand in quotation marks."),
    )
    file = forms.FileField(label=gettext_lazy("Or a file"), required=False)

    def clean(self) -> dict[str, Any]:
        """Take the file's content where there is a file."""
        data = super().clean() or {}
        upload = data.pop("file", None)
        if upload is not None:
            if upload.size > MAX_BYTES:
                self.add_error("file", _("The file is larger than 500 kB; a policy is a text of a few pages."))
                return data
            try:
                data["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("The file is not UTF-8 text. Save it as UTF-8 and send it again."))
                return data
            self.data = {**self.data.dict(), "text": data["text"]}  # type: ignore[attr-defined]  # a QueryDict
        if not (data.get("text") or "").strip() and not self.errors:
            self.add_error("text", _("Paste the text, or choose a file."))
        data["text"] = (data.get("text") or "").replace("\r\n", "\n")
        return data


class EditForm(TextForm):
    """The text of a draft, with the version of the row that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AdoptForm(forms.Form):
    """Number, date, body and transition. None of the questions of the transition has a default.

    A document without quotas is not asked from which period they follow it.
    """

    number = forms.CharField(label=gettext_lazy("Document number"), required=False, max_length=100)
    adopted_on = forms.DateField(
        label=gettext_lazy("Date of the document"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    source_note = forms.CharField(
        label=gettext_lazy("Note, where number or date is not known"), required=False, max_length=200
    )
    deciding_body = forms.CharField(label=gettext_lazy("Deciding body"), max_length=200)
    quotas_from = forms.TypedChoiceField(label=gettext_lazy("Quotas from which period"), coerce=date.fromisoformat)
    assignments_from = forms.DateField(
        label=gettext_lazy("Assignments that start on or after"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy(
            "From this day on the version also says who may be sent and what holds while people are on post."
        ),
    )
    on_post = forms.ChoiceField(
        label=gettext_lazy("For people already on post, holds"), choices=OnPost.choices, widget=forms.RadioSelect
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, document: PolicyDocument, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.switches: tuple[Switch, ...] = asked_of(document)
        if document.quotas:
            quotas_from = self.fields["quotas_from"]
            assert isinstance(quotas_from, forms.TypedChoiceField)  # noqa: S101 -- declared above
            quotas_from.choices = [("", _("Choose a period")), *first_days(document, today)]
        else:
            del self.fields["quotas_from"]
        for switch in self.switches:
            self.fields[switch.code] = forms.ChoiceField(
                label=switch.sentence,
                choices=[("yes", _("Yes")), ("no", _("No"))],
                widget=forms.RadioSelect,
                help_text=_as_stated(stated(switch, document)),
            )

    def act(self) -> dict[str, Any]:
        """Return the arguments of the service."""
        data = self.cleaned_data
        return {
            "number": data["number"],
            "adopted_on": data["adopted_on"],
            "source_note": data["source_note"],
            "deciding_body": data["deciding_body"],
            "version_read": data["version"],
            "transition": Transition(
                quotas_from=data.get("quotas_from", data["assignments_from"]),
                assignments_from=data["assignments_from"],
                on_post=OnPost(data["on_post"]),
                adverse={switch.code: data[switch.code] == "yes" for switch in self.switches},
            ),
        }


def _as_stated(said: bool | None) -> str:
    """Say what the document itself answers; where it leaves the question open, that the officer decides it."""
    if said is None:
        return _("The document leaves it open: your answer decides.")
    return _("The document says: %(answer)s.") % {"answer": _("Yes") if said else _("No")}


class ReasonForm(forms.Form):
    """Why a draft is discarded."""

    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(forms.Form):
    """The last day in force, and why."""

    last_day = forms.DateField(
        label=gettext_lazy("Last day in force"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy(
            "A day before its first period says that it never held; the version it superseded then holds on."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput)


def first_days(document: PolicyDocument, today: date) -> list[tuple[str, str]]:
    """Return the first days of the periods that a version may govern from, from the year it comes into force on."""
    began = document.in_force.from_ or today
    found: dict[date, str] = {}
    for year in range(min(began.year, today.year) - 1, today.year + 3):
        for clause in document.quotas:
            span = periods.labelled(clause.period, year)
            if span is None and isinstance(clause.period, periods.Rolling):
                span = periods.containing(clause.period, date(year, 12, 31))
            if span is not None:
                found.setdefault(span.first, periods.label(clause.period, span))
    return [
        (day.isoformat(), _("%(period)s, from %(day)s on") % {"period": name, "day": day.isoformat()})
        for day, name in sorted(found.items())
    ]
