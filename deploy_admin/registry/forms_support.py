"""The forms in front of the services of pairing support and speciality programmes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deploy_admin.registry.forms import ActorForm, OfferingInput, VersionForm
from deploy_admin.registry.models import Institution
from deploy_admin.registry.services.support import Days, Pairing, Programme, Tie


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def _unit(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=OfferingInput(reverse_lazy("registry:institution_offers")), **more)


def _text(label: Any, length: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=forms.TextInput(attrs={"class": "form-control"}), **more
    )


class DaysForm(ActorForm):
    """From when to when, and what says so."""

    valid_from = _day(_("First day"))
    valid_to = _day(_("Last day"), required=False, help_text=_("Empty: it holds until somebody ends it."))
    document = _text(_("Document"), 200, required=False, help_text=_("Title and number of what orders it."))

    def days(self) -> dict[str, Any]:
        """Return what was filled in."""
        return {name: self.cleaned_data[name] for name in DaysForm.base_fields}


class PairingForm(DaysForm):
    """Who supports whom."""

    supporting_unit = _unit(
        _("Supporting unit"), help_text=_("Name or credit code; of other districts any hospital may be named.")
    )
    supported_unit = _unit(_("Supported unit"), help_text=_("Name or credit code of the unit that is supported."))

    field_order = ("supporting_unit", "supported_unit")

    def clean_supporting_unit(self) -> Institution:
        return self._institution(self.cleaned_data["supporting_unit"], hospitals=True)

    def clean_supported_unit(self) -> Institution:
        return self._institution(self.cleaned_data["supported_unit"])

    def row(self) -> Pairing:
        """Return what is to be recorded."""
        data = self.cleaned_data
        ends = {"supporting_unit_id": data["supporting_unit"].pk, "supported_unit_id": data["supported_unit"].pk}
        return Pairing(**ends, **self.days())


class ProgrammeForm(DaysForm):
    """Which speciality a unit builds up."""

    institution = _unit(_("Institution"), help_text=_("Name or credit code."))
    speciality = _text(
        pgettext_lazy("programme", "Speciality"), 100, help_text=_("One speciality; each is an entry of its own.")
    )

    field_order = ("institution", "speciality")

    def clean_institution(self) -> Institution:
        return self._institution(self.cleaned_data["institution"])

    def row(self) -> Programme:
        """Return what is to be recorded."""
        data = self.cleaned_data
        return Programme(institution_id=data["institution"].pk, speciality=data["speciality"], **self.days())


class ChangeDaysForm(DaysForm, VersionForm):
    """Other days or another document, at the version that was read."""

    @staticmethod
    def of(row: Tie) -> dict[str, Any]:
        """Return the row as the form's first values."""
        return {name: getattr(row, name) for name in (*DaysForm.base_fields, "version")}

    def changed_days(self) -> Days:
        """Return the days and the document as they are to be."""
        return Days(**self.days())


class RemoveForm(VersionForm):
    """Why an entry is removed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        # It stands on one page with the form of the days, which has a version of its own.
        super().__init__(*args, auto_id="remove_%s", **more)

    reason = _text(_("Why it is removed"), 300, help_text=_("Only what was recorded by mistake; what is over ends."))
