"""The forms in front of the registry's services. Names and codes typed in are looked up as the actor may know them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.registry import choosing
from deploy_admin.registry.codes import Affiliation, Kind, Level, Ownership, Settlement, Tier
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution, InstitutionProfile
from deploy_admin.registry.services import Document, Part
from deploy_admin.registry.services.facts import checked_credit_code
from deploy_admin.registry.tables import names_of

FIVE_PLACES = Decimal("0.00001")
UNKNOWN = [("", gettext_lazy("not known")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


class OfferingInput(forms.TextInput):
    """A text box that offers what matches while one types; without a script one types the whole name or the code."""

    def __init__(self, url: str | Promise) -> None:
        super().__init__({"class": "form-control", "autocomplete": "off"})
        self.url = url

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        offers = f"{name}-offers"
        asking = {
            "list": offers,
            "hx-get": f"{self.url}?name={name}",
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{offers}",
            "hx-sync": "this:replace",
        }
        box = super().render(name, value, {**asking, **(attrs or {})}, renderer)
        return format_html('{}<datalist id="{}"></datalist>', box, offers)


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


class DegreesField(forms.DecimalField):
    """Degrees with five places, which is about a metre; what maps and receivers tell beyond that is rounded off."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        told = super().to_python(value)
        return told if told is None or not told.is_finite() else told.quantize(FIVE_PLACES)


def _degrees(label: Any, lowest: int, highest: int, **more: Any) -> DegreesField:
    widget = forms.NumberInput(attrs={"class": "form-control num", "step": "any", "inputmode": "decimal"})
    return DegreesField(label=label, required=False, min_value=lowest, max_value=highest, widget=widget, **more)


def _text(label: Any, length: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=forms.TextInput(attrs={"class": "form-control"}), **more
    )


def _choice(label: Any, choices: Iterable[tuple[Any, Any]], **more: Any) -> forms.ChoiceField:
    listed = [("", "—"), *choices]
    return forms.ChoiceField(label=label, choices=listed, widget=forms.Select(attrs={"class": "form-select"}), **more)


class ActorForm(forms.Form):
    """A form that knows who fills it in, so that what is named is looked up in the actor's reach."""

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.actor = actor

    def _day_meant(self) -> date:
        day = self.cleaned_data.get("on") or self.cleaned_data.get("opened_on")
        return max(day, clock.today()) if day else clock.today()

    def _division(self, text: str) -> int:
        try:
            return choosing.division_named(text, DivisionTree.read(self._day_meant()), self.actor)
        except RuleViolation as refusal:
            raise ValidationError(refusal.message, refusal.code) from refusal

    def _institution(self, text: str, **more: bool) -> Institution:
        try:
            return choosing.institution_named(text, choosing.nameable_by(self.actor, clock.today(), **more))
        except RuleViolation as refusal:
            raise ValidationError(refusal.message, refusal.code) from refusal


class VersionForm(ActorForm):
    """A form about one institution as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DocumentForm(VersionForm):
    """A form about a change that a document orders."""

    document_title = _text(gettext_lazy("Document title"), 200)
    document_number = _text(
        gettext_lazy("Document number"),
        100,
        required=False,
        help_text=gettext_lazy("As printed, with 〔 〕 brackets."),
    )

    @property
    def document(self) -> Document:
        return Document(title=self.cleaned_data["document_title"], number=self.cleaned_data["document_number"])


class FactsForm(ActorForm):
    """The facts of a profile."""

    name = _text(gettext_lazy("Name"), 200)
    short_name = _text(gettext_lazy("Short name"), 60, required=False)
    kind = _choice(gettext_lazy("Kind"), Kind.choices)
    tier = _choice(gettext_lazy("Tier"), Tier.choices)
    level = _choice(gettext_lazy("Grade"), Level.choices, required=False)
    ownership = _choice(gettext_lazy("Ownership"), Ownership.choices)
    affiliation = _choice(gettext_lazy("Affiliation"), Affiliation.choices)
    division = forms.CharField(
        label=gettext_lazy("Located in"),
        widget=OfferingInput(reverse_lazy("registry:division_offers")),
        help_text=gettext_lazy("The finest division known: name from the district down, or code."),
    )
    administered_by = forms.CharField(
        label=gettext_lazy("Administered by"),
        required=False,
        widget=OfferingInput(reverse_lazy("registry:institution_offers")),
        help_text=gettext_lazy("Name or credit code. Where it stands decides who is competent, not this."),
    )
    parent = forms.CharField(
        label=gettext_lazy("Branch of"),
        required=False,
        widget=OfferingInput(reverse_lazy("registry:institution_offers")),
    )
    settlement = _choice(gettext_lazy("Settlement"), Settlement.choices, required=False)
    remote = forms.ChoiceField(
        label=gettext_lazy("Remote area"),
        choices=UNKNOWN,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    key_township = forms.ChoiceField(
        label=gettext_lazy("Key township"),
        choices=UNKNOWN,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    medical_community = _text(gettext_lazy("Medical community"), 100, required=False)
    population = forms.IntegerField(
        label=gettext_lazy("Population served"),
        required=False,
        min_value=0,
        max_value=100_000_000,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    latitude = _degrees(
        gettext_lazy("Latitude"), 3, 54, help_text=gettext_lazy("In degrees, as 29.56301; both or neither.")
    )
    longitude = _degrees(gettext_lazy("Longitude"), 73, 136)

    def clean_level(self) -> int | None:
        return int(self.cleaned_data["level"]) if self.cleaned_data["level"] else None

    def clean_remote(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["remote"])

    def clean_key_township(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["key_township"])

    def touched(self, name: str) -> bool:
        """Whether a field says something else than it was shown with; what was left alone is not looked up again."""
        return not self.initial or name in self.changed_data

    def clean_administered_by(self) -> int | None:
        text = self.cleaned_data["administered_by"]
        return self._institution(text, authorities=True).pk if text and self.touched("administered_by") else None

    def clean_parent(self) -> int | None:
        text = self.cleaned_data["parent"]
        return self._institution(text).pk if text and self.touched("parent") else None

    def clean(self) -> dict[str, Any]:
        # After the day is known: a division is looked up as the divisions lie on that day.
        text = self.cleaned_data.get("division")
        if text and self.touched("division"):
            try:
                self.cleaned_data["division"] = self._division(text)
            except ValidationError as error:
                self.add_error("division", error)
        degrees = [self.cleaned_data.get(name, "") for name in ("latitude", "longitude")]
        if None in degrees and degrees != [None, None] and "" not in degrees:
            name = "latitude" if degrees[0] is None else "longitude"
            self.add_error(name, _("Latitude and longitude go together: give both or neither."))
        return self.cleaned_data

    COLUMNS = {"division": "division_id", "administered_by": "administered_by_id", "parent": "parent_id"}

    def facts(self) -> dict[str, Any]:
        """Return the columns of a profile; where one was shown, only those that were touched."""
        return {
            self.COLUMNS.get(name, name): self.cleaned_data[name]
            for name in FactsForm.base_fields
            if self.touched(name)
        }


def initial_facts(profile: InstitutionProfile, day: date) -> dict[str, Any]:
    """Return a profile as the form shows it."""
    tree = DivisionTree.read(day)
    names = names_of({profile.administered_by_id, profile.parent_id}, day)
    said = {None: "", True: "yes", False: "no"}
    return {name: getattr(profile, name) for name in FactsForm.base_fields if hasattr(profile, name)} | {
        "division": tree.full_name(profile.division_id),
        "administered_by": names.get(profile.administered_by_id, "") if profile.administered_by_id else "",
        "parent": names.get(profile.parent_id, "") if profile.parent_id else "",
        "remote": said[profile.remote],
        "key_township": said[profile.key_township],
        "level": str(profile.level or ""),
    }


class EstablishForm(FactsForm):
    """A new institution."""

    opened_on = _day(gettext_lazy("First day"))
    credit_code = _text(gettext_lazy("Unified social credit code"), 30, required=False)

    field_order = ("name", "short_name", "credit_code", "opened_on")

    def clean_credit_code(self) -> str | None:
        try:
            return checked_credit_code(self.cleaned_data["credit_code"])
        except RuleViolation as refusal:
            raise ValidationError(refusal.message, refusal.code) from refusal


class ChangeForm(FactsForm, VersionForm):
    """What becomes different from a day on."""

    on = _day(gettext_lazy("Takes effect on"), help_text=gettext_lazy("The present profile ends the day before."))

    field_order = ("on",)


class CorrectForm(FactsForm, VersionForm):
    """What was recorded wrongly."""

    credit_code = _text(gettext_lazy("Unified social credit code"), 30, required=False)
    reason = _text(gettext_lazy("Reason for the correction"), 300)

    field_order = ("reason", "name", "short_name", "credit_code")
    clean_credit_code = EstablishForm.clean_credit_code


class RenameForm(DocumentForm):
    """A new name by a document."""

    name = _text(gettext_lazy("New name"), 200)
    short_name = _text(gettext_lazy("Short name"), 60, required=False)
    on = _day(gettext_lazy("Takes effect on"))


class MoveForm(DocumentForm):
    """Another place by a document."""

    on = _day(gettext_lazy("Takes effect on"))
    division = forms.CharField(
        label=gettext_lazy("New location"), widget=OfferingInput(reverse_lazy("registry:division_offers"))
    )
    administered_by = forms.CharField(
        label=gettext_lazy("Administered by"),
        required=False,
        widget=OfferingInput(reverse_lazy("registry:institution_offers")),
        help_text=gettext_lazy("Leave empty if it stays as it is."),
    )

    field_order = ("division", "administered_by", "on")

    def clean_administered_by(self) -> int | None:
        text = self.cleaned_data["administered_by"]
        return self._institution(text, authorities=True).pk if text else None

    def clean(self) -> dict[str, Any]:
        if text := self.cleaned_data.get("division"):
            try:
                self.cleaned_data["division"] = self._division(text)
            except ValidationError as error:
                self.add_error("division", error)
        return self.cleaned_data


class MergeForm(DocumentForm):
    """Into which unit this one, and perhaps others, are merged."""

    heir = forms.CharField(
        label=gettext_lazy("Merged into"), widget=OfferingInput(reverse_lazy("registry:institution_offers"))
    )
    others = forms.CharField(
        label=gettext_lazy("Other units merged into it on the same day"),
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text=gettext_lazy("One name or credit code a line."),
    )
    on = _day(gettext_lazy("Takes effect on"), help_text=gettext_lazy("The merged units close the day before."))

    field_order = ("heir", "others", "on")

    def clean_heir(self) -> Institution:
        return self._institution(self.cleaned_data["heir"])

    def clean_others(self) -> list[Institution]:
        return [self._institution(line) for line in self.cleaned_data["others"].splitlines() if line.strip()]


class SplitForm(DocumentForm):
    """Among which units one is split, and with what share of its past figures."""

    PARTS = 4

    on = _day(gettext_lazy("Takes effect on"))
    continues = forms.BooleanField(label=gettext_lazy("The unit itself continues"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number in range(1, self.PARTS + 1):
            self.fields[f"heir_{number}"] = forms.CharField(
                label=_("Heir %(number)s") % {"number": number},
                required=number == 1,
                widget=OfferingInput(reverse_lazy("registry:institution_offers")),
            )
            self.fields[f"share_{number}"] = forms.DecimalField(
                label=_("Share of heir %(number)s") % {"number": number},
                required=False,
                min_value=0,
                max_value=1,
                max_digits=7,
                decimal_places=6,
                help_text=_("Between 0 and 1, as 0.4. Leave all empty if the document names none."),
                widget=forms.NumberInput(attrs={"class": "form-control", "step": "any"}),
            )

    def clean(self) -> dict[str, Any]:
        parts = []
        for number in range(1, self.PARTS + 1):
            text, share = self.cleaned_data.get(f"heir_{number}"), self.cleaned_data.get(f"share_{number}")
            if not text:
                if share is not None:
                    self.add_error(f"heir_{number}", _("Name the heir of this share."))
                continue
            try:
                heir = self._institution(text)
            except ValidationError as error:
                self.add_error(f"heir_{number}", error)
                continue
            parts.append(Part(heir_id=heir.pk, version=heir.version, share=share))
        self.cleaned_data["parts"] = parts
        return self.cleaned_data


class CloseForm(DocumentForm):
    """The last day of a unit without an heir."""

    last_day = _day(gettext_lazy("Last day"))

    field_order = ("last_day",)


class JurisdictionForm(ActorForm):
    """For which division an authority becomes competent."""

    division = forms.CharField(
        label=gettext_lazy("Division"), widget=OfferingInput(reverse_lazy("registry:division_offers"))
    )
    on = _day(gettext_lazy("First day"))

    def clean(self) -> dict[str, Any]:
        if text := self.cleaned_data.get("division"):
            try:
                self.cleaned_data["division"] = self._division(text)
            except ValidationError as error:
                self.add_error("division", error)
        return self.cleaned_data


class EndJurisdictionForm(ActorForm):
    """The last day of a jurisdiction."""

    last_day = _day(gettext_lazy("Last day"))
