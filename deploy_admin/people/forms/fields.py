"""What the forms about people share: fields, the version that was shown, ID numbers that are not echoed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin import clock, national_ids
from deploy_admin.access import Actor, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.people import codes
from deploy_admin.people.scans import ScanField
from deploy_admin.registry import choosing
from deploy_admin.registry.forms import UNKNOWN, ActorForm, OfferingInput
from deploy_admin.registry.models import Institution
from deploy_admin.sealing import SealBroken, vault

#: What an ID number is sealed for while a form goes back and forth.
FORM_ID_PURPOSE = "people.form_id"
#: What is wrong with a typed ID number, and what to do.
WRONG_ID = {
    "length": gettext_lazy("An ID number has 18 characters."),
    "characters": gettext_lazy("An ID number is 17 digits and a digit or X."),
    "checksum": gettext_lazy("The last character does not fit the others: compare it with the card."),
    "birth_date": gettext_lazy("The date of birth in the ID number does not exist: compare it with the card."),
    "old_15": gettext_lazy("This is an ID number of the old kind with 15 digits: enter the one with 18."),
}


def day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def text(label: Any, length: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=forms.TextInput(attrs={"class": "form-control"}), **more
    )


def long_text(label: Any, length: int, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": 3})
    return forms.CharField(label=label, max_length=length, widget=widget, **more)


def choice(label: Any, listed: Callable[[], Iterable[tuple[str, Any]]], **more: Any) -> forms.ChoiceField:
    """A choice whose words are asked for in the reader's language, when the form is shown."""
    return forms.ChoiceField(
        label=label,
        choices=lambda: [("", "—"), *listed()],
        widget=forms.Select(attrs={"class": "form-select"}),
        **more,
    )


class FlagField(forms.ChoiceField):
    """Yes, no, or not known."""

    def __init__(self, label: Any, **more: Any) -> None:
        widget = forms.Select(attrs={"class": "form-select"})
        super().__init__(label=label, choices=UNKNOWN, required=False, widget=widget, **more)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return ("no", "yes")[value] if isinstance(value, bool) else value


def titles() -> list[tuple[str, Any]]:
    """Return the professional titles, for a form."""
    return [(title.code, title.label) for title in codes.TITLES]


class WorkerForm(ActorForm):
    """A form about one person as the page showed the record."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """Return what was entered, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def changed(self) -> dict[str, Any]:
        """Return what says something else than the form was shown with."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.values()}


class PaperForm(WorkerForm):
    """A form about something that a document orders or proves."""

    document = text(gettext_lazy("Document title"), 200, required=False)
    document_number = text(
        gettext_lazy("Document number"),
        100,
        required=False,
        help_text=gettext_lazy("As printed, with 〔 〕 brackets."),
    )
    document_date = day(gettext_lazy("Document date"), required=False)
    scan = ScanField()


class UnitField(forms.CharField):
    """A unit, named as the actor knows it; a text box that offers what matches."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("help_text", gettext_lazy("Name or credit code."))
        super().__init__(widget=OfferingInput(reverse_lazy("people:unit_offers")), max_length=200, **more)


def unit_named(name: str, actor: Actor) -> Institution:
    """Return the open unit the actor means; ValidationError says why there is none."""
    try:
        return choosing.institution_named(name, choosing.nameable_by(actor, clock.today()))
    except RuleViolation as refusal:
        raise ValidationError(refusal.message, refusal.code) from refusal


def acts_for_one_unit(actor: Actor) -> bool:
    """Whether the unit goes without saying: whoever sees one unit only enters for it."""
    return actor.reach is Reach.UNIT


class OwnUnitMixin:
    """The unit the form is about: named by who sees several, the own one of who sees one."""

    actor: Actor
    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def _settle_unit(self) -> None:
        if acts_for_one_unit(self.actor):
            del self.fields["unit"]

    def clean_unit(self) -> Institution:
        return unit_named(self.cleaned_data["unit"], self.actor)

    @property
    def institution(self) -> Institution:
        if "unit" in self.cleaned_data:
            unit: Institution = self.cleaned_data["unit"]
            return unit
        return Institution.objects.visible_to(self.actor).get(pk=self.actor.institution_id)


class IdField(forms.CharField):
    """An ID number: whether it may be missing is judged with what was kept from the form before."""

    def validate(self, value: Any) -> None:
        """Leave it to the form, which knows the kept number."""


def _of_user(actor: Actor) -> bytes:
    return str(actor.user_id).encode()


class IdForm(ActorForm):
    """A form that asks for an ID number and never shows it again: once read, it travels sealed."""

    national_id = IdField(
        label=gettext_lazy("ID number"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control raw", "autocomplete": "off", "inputmode": "text"}),
        help_text=gettext_lazy(
            "18 characters; date of birth and sex are read from it. Only the masked number is shown."
        ),
    )
    id_kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *args: Any, actor: Actor, **more: Any) -> None:
        self._id: national_ids.NationalId | None = None
        self._typed_wrong = ""
        if data is not None:
            data = data.copy()
            self._take(data, actor)
        elif kept := (more.get("initial") or {}).get("id_kept"):
            self._id = self._opened(kept, actor)
        super().__init__(data, *args, actor=actor, **more)
        if self._id is not None:
            field = self.fields["national_id"]
            field.help_text = _("%(masked)s was entered; leave the field empty to keep it.") % {
                "masked": self._id.masked
            }

    def _take(self, data: Any, actor: Actor) -> None:
        """Read the number, typed or kept, and leave only its sealed form in what is shown again."""
        typed, kept = str(data.get("national_id", "")).strip(), str(data.get("id_kept", ""))
        data["id_kept"] = ""
        if typed:
            try:
                self._id = national_ids.parse(typed)
            except national_ids.WrongId as wrong:
                self._typed_wrong = wrong.code
        elif kept:
            self._id = self._opened(kept, actor)
        if self._id is not None:
            sealed = vault().seal(self._id.number, FORM_ID_PURPOSE, _of_user(actor))
            data["national_id"], data["id_kept"] = "", base64.urlsafe_b64encode(sealed).decode()

    def _opened(self, kept: str, actor: Actor) -> national_ids.NationalId | None:
        """Return what this very user's form kept; anything else is nothing."""
        try:
            text = vault().open(base64.urlsafe_b64decode(kept), FORM_ID_PURPOSE, _of_user(actor))
            return national_ids.parse(text)
        except (SealBroken, ValueError):
            return None

    def clean_national_id(self) -> str:
        """Return the checked number."""
        if self._typed_wrong:
            raise ValidationError(str(WRONG_ID[self._typed_wrong]), self._typed_wrong)
        if self._id is None:
            raise ValidationError(self.fields["national_id"].error_messages["required"], "required")
        return self._id.number
