"""The forms about campaigns: what one says, where its people go, a unit's checklist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assignments import destinations, reading
from assignments.destinations import Destinations
from assignments.kinds import Kind
from assignments.services.campaigns import FACTS
from assignments.states import CampaignState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.people.forms.fields import day, long_text, text
from deploy_admin.people.scans import ScanField
from deploy_admin.policies.geography import division_key
from deploy_admin.policies.language.facts import FACTS as POLICY_FACTS
from deploy_admin.registry import choosing
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.forms import ActorForm, OfferingInput
from deploy_admin.registry.models import Division, Institution
from quotas.reading import scheme_names

#: So many ways of being a destination can be put down: “community centres of the centre, or county hospitals of the
#: north-east”.
LINES = 3
#: Whom a campaign sends nobody to.
NO_RECEIVERS = frozenset({"health_authority", "health_supervision", "emergency_centre"})


def _number(label: Any, low: int, high: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control"})
    return forms.IntegerField(label=label, min_value=low, max_value=high, widget=widget, **more)


def _several(label: Any, choices: Any) -> forms.MultipleChoiceField:
    widget = forms.SelectMultiple(attrs={"class": "form-control", "size": 5})
    help_text = gettext_lazy("Several with Ctrl or ⌘.")
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget, help_text=help_text)


def _either(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or: it does not matter."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("", gettext_lazy("does not matter")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def _codes(fact: str, without: frozenset[str] = frozenset()) -> Any:
    """The values of a fact in the reader's language, asked for when the form is shown."""

    def listed() -> list[tuple[str, str]]:
        known = POLICY_FACTS[fact]
        return [
            (each.value, known.word(each.value, reading.lang())) for each in known.values if each.value not in without
        ]

    return listed


class CampaignForm(ActorForm):
    """One campaign: a batch of a year, its windows, its term, and where its people go."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    authority = forms.CharField(
        label=gettext_lazy("Competent authority"),
        max_length=200,
        widget=OfferingInput(reverse_lazy("people:unit_offers")),
        help_text=gettext_lazy("Whose campaign it is."),
    )
    scheme = forms.ChoiceField(
        label=gettext_lazy("Scheme"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Kind.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    year = _number(gettext_lazy("Year"), 2010, 2100, help_text=gettext_lazy("The year in which its people count."))
    batch = _number(gettext_lazy("Batch"), 1, 99)
    name = text(pgettext_lazy("campaign", "Name"), 120)
    planned_number = _number(gettext_lazy("Planned number"), 0, 100_000, required=False)
    planned_is_approximate = forms.BooleanField(
        label=gettext_lazy("The planned number is approximate"), required=False
    )
    requests_from = day(gettext_lazy("Staffing requests from"), required=False)
    requests_to = day(gettext_lazy("Staffing requests until"), required=False)
    nominations_from = day(gettext_lazy("Nominations from"), required=False)
    nominations_to = day(gettext_lazy("Nominations until"), required=False)
    briefing_on = day(gettext_lazy("Briefing"), required=False)
    briefing_place = text(gettext_lazy("Place of the briefing"), 200, required=False)
    reporting_on = day(gettext_lazy("Reporting day"), required=False)
    starts_on = day(gettext_lazy("First day on post"))
    term_months = _number(gettext_lazy("Term in months"), 0, 120)
    term_days = _number(gettext_lazy("and days"), 0, 366, required=False)
    document = text(gettext_lazy("Document title"), 200, required=False)
    document_number = text(
        gettext_lazy("Document number"),
        100,
        required=False,
        help_text=gettext_lazy("As printed, with 〔 〕 brackets."),
    )
    document_date = day(gettext_lazy("Document date"), required=False)
    scan = ScanField()
    destinations_note = text(
        gettext_lazy("Destinations in words"),
        300,
        required=False,
        help_text=gettext_lazy("As the document says it; what is chosen below decides."),
    )

    def __init__(self, *args: Any, actor: Actor, settled: bool = False, **more: Any) -> None:
        super().__init__(*args, actor=actor, **more)
        if settled or actor.reach is not Reach.ALL:
            del self.fields["authority"]
        scheme = self.fields["scheme"]
        assert isinstance(scheme, forms.ChoiceField)  # noqa: S101 -- declared above
        scheme.choices = [("", _("none")), *sorted(scheme_names().items())]
        #: What the form's lines cannot say stays as it is.
        self.kept: Destinations | None = None
        self._districts = _districts(actor)
        for number in range(1, LINES + 1):
            self.fields |= {
                f"kind_{number}": _several(gettext_lazy("Kinds of unit"), _codes("kind", NO_RECEIVERS)),
                f"tier_{number}": _several(gettext_lazy("Tiers"), _codes("tier")),
                f"area_group_{number}": _several(gettext_lazy("Area groups"), _codes("area_group")),
                f"located_in_{number}": _several(gettext_lazy("Districts"), self._districts),
                f"settlement_{number}": _several(gettext_lazy("Street or township"), _codes("settlement")),
                f"remote_{number}": _either(gettext_lazy("Remote area")),
            }
        self.fields["units"] = long_text(
            gettext_lazy("Named units"),
            4000,
            required=False,
            help_text=gettext_lazy("One name or credit code a line."),
        )

    @property
    def basics(self) -> list[Any]:
        """The fields above the destinations."""
        return [self[name] for name in CampaignForm.base_fields if name in self.fields and name != "version"]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The fields of each way of being a destination; those that say something stand open."""
        found = []
        for number in range(1, LINES + 1):
            fields = [self[f"{fact}_{number}"] for fact in destinations.OFFERED]
            said = any(bound.value() or bound.errors for bound in fields)
            found.append({"fields": fields, "open": said or number == 1})
        return found

    def clean_authority(self) -> Institution:
        return self._institution(self.cleaned_data["authority"], authorities=True)

    def clean_units(self) -> list[int]:
        rows = choosing.nameable_by(self.actor, clock.today())
        found = []
        for line in self.cleaned_data["units"].splitlines():
            if line.strip():
                try:
                    found.append(choosing.institution_named(line, rows).pk)
                except RuleViolation as refusal:
                    raise ValidationError(f"{line.strip()}: {refusal.message}", refusal.code) from refusal
        return found

    def clean_term_days(self) -> int:
        return self.cleaned_data["term_days"] or 0

    def facts(self) -> dict[str, Any]:
        """Return what the service takes, the scan apart."""
        said = {name: self.cleaned_data[name] for name in FACTS if name in self.cleaned_data and name != "scan"}
        return said | {"destinations": self._meant().written()}

    def _meant(self) -> Destinations:
        data = self.cleaned_data
        lines = []
        for number in range(1, LINES + 1):
            line = {fact: data.get(f"{fact}_{number}") or [] for fact in destinations.OFFERED if fact != "remote"}
            remote = data.get(f"remote_{number}")
            lines.append(line | {"remote": [] if remote is None else [remote]})
        built = destinations.built(lines, data["units"])
        if built.condition is None and self.kept is not None:
            return Destinations(self.kept.condition, built.units)
        return built


def _districts(actor: Actor) -> list[tuple[str, str]]:
    """Return the districts to choose from, by the code that policies know them by."""
    offered = dict(districts_to_choose(actor, clock.today()))
    rows = Division.objects.filter(pk__in=offered).order_by("code", "pk").values_list("pk", "code", "name_en")
    return [(division_key(code, name_en), offered[pk]) for pk, code, name_en in rows]


def initial(facts: Mapping[str, Any]) -> tuple[dict[str, Any], Destinations | None]:
    """Return what the form is shown with, and the destinations that its lines cannot say."""
    shown = {name: value for name, value in facts.items() if name not in ("destinations", "scan")}
    where = destinations.read(facts.get("destinations") or {})
    lines = destinations.as_lines(where)
    if lines is not None and len(lines) <= LINES:
        for number, line in enumerate(lines, 1):
            for fact, values in line.items():
                shown[f"{fact}_{number}"] = ("no", "yes")[values[0]] if fact == "remote" else [str(v) for v in values]
    names = Institution.objects.filter(pk__in=where.units).named(clock.today()) if where.units else {}
    shown["units"] = "\n".join(names.get(unit, f"#{unit}") for unit in sorted(where.units))
    return shown, where if lines is None or len(lines) > LINES else None


class ReasonForm(forms.Form):
    """Why a campaign is withdrawn, or plans are taken back."""

    reason = long_text(gettext_lazy("Reason"), 500)


class DutyForm(ActorForm):
    """What a unit has put in place, on which day, with what in hand."""

    done_on = day(gettext_lazy("Done on"))
    remark = text(gettext_lazy("Remark"), 500, required=False)
    document = text(gettext_lazy("Document title"), 200, required=False)
    document_number = text(gettext_lazy("Document number"), 100, required=False)
    document_date = day(gettext_lazy("Document date"), required=False)
    scan = ScanField()


class StateForm(forms.Form):
    """Into which state a campaign is moved, as it was read."""

    to = forms.ChoiceField(choices=CampaignState.choices)
    version = forms.IntegerField()
    reason = forms.CharField(required=False, max_length=500)
