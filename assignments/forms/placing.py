"""The forms in front of placing people: one by one, by list, and a plan that changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.checking import MOST
from assignments.kinds import RosterPattern
from assignments.services.placing_checks import WARNINGS
from deploy_admin.access import Actor
from deploy_admin.people.forms.fields import UnitField, day, text, unit_named
from deploy_admin.registry.forms import ActorForm
from deploy_admin.registry.models import Institution


def _whole(label: Any, high: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control"})
    return forms.IntegerField(label=label, min_value=0, max_value=high, required=False, widget=widget, **more)


class TermFields(ActorForm):
    """From when and for how long; left empty, as the campaign says."""

    starts_on = day(gettext_lazy("First day on post"))
    term_months = _whole(gettext_lazy("Term in months"), 120)
    term_days = _whole(gettext_lazy("and days"), 366)
    accept = forms.MultipleChoiceField(
        choices=[(code, code) for code in WARNINGS], required=False, widget=forms.MultipleHiddenInput
    )

    def term(self) -> dict[str, Any]:
        """Return the days asked for."""
        return {name: self.cleaned_data[name] for name in ("starts_on", "term_months", "term_days")}

    @property
    def accepted(self) -> frozenset[str]:
        """The warnings accepted knowingly."""
        return frozenset(self.cleaned_data.get("accept") or ())


class PlanFields(TermFields):
    """What a plan says of one person."""

    receiver = UnitField(label=gettext_lazy("Receiving unit"))
    department = text(gettext_lazy("Department at the receiving unit"), 100, required=False)
    supervisor = text(gettext_lazy("Supervisor"), 100, required=False)
    speciality = text(gettext_lazy("Speciality"), 100, required=False)
    roster_pattern = forms.ChoiceField(
        label=gettext_lazy("Roster pattern"),
        choices=RosterPattern.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    full_time = forms.BooleanField(label=gettext_lazy("Full-time"), required=False)

    field_order = ("receiver", "starts_on", "term_months", "term_days")

    def clean_receiver(self) -> Institution:
        return unit_named(self.cleaned_data["receiver"], self.actor)

    def facts(self) -> dict[str, Any]:
        """Return what the services take."""
        data = self.cleaned_data
        names = ("department", "supervisor", "speciality", "roster_pattern", "full_time")
        return self.term() | {name: data[name] for name in names} | {"receiving_unit_id": data["receiver"].pk}


class PlaceForm(PlanFields):
    """One person into a campaign."""

    worker = forms.IntegerField(widget=forms.HiddenInput)
    slot = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PlanForm(PlanFields):
    """A plan as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    #: A plan says its own term.
    term_months = forms.IntegerField(
        label=gettext_lazy("Term in months"),
        min_value=0,
        max_value=120,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    term_days = forms.IntegerField(
        label=gettext_lazy("and days"),
        min_value=0,
        max_value=366,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )


class ListForm(TermFields):
    """Several people, a line each, with a receiving unit of their own or one for all."""

    text = forms.CharField(
        label=gettext_lazy("Names or person numbers, one per line"),
        max_length=200 * MOST,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 10}),
        help_text=gettext_lazy("A receiving unit may follow on the line, after a comma or a tab."),
    )
    receiver = UnitField(label=gettext_lazy("Receiving unit of all others"), required=False)

    field_order = ("text", "receiver", "starts_on", "term_months", "term_days")

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, actor=actor, **more)
        self.fields["starts_on"].help_text = _("As the campaign says, unless you change it.")

    def clean_receiver(self) -> Institution | None:
        name = self.cleaned_data["receiver"]
        return unit_named(name, self.actor) if name else None
