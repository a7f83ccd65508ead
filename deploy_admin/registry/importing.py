"""Institutions as a table: new rows are registered, differing ones changed from a day, or corrected on that day."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin import clock
from deploy_admin.access import Permission, Reach
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.registry import services, words
from deploy_admin.registry.codes import Kind
from deploy_admin.registry.directory import Directory
from deploy_admin.registry.models import Institution

findings.register(
    {
        "division_unknown": (
            gettext_lazy("no division of yours has this name or code"),
            gettext_lazy("Write the district's full name, or the division code."),
        ),
        "division_ambiguous": (
            gettext_lazy("several divisions are meant: %(names)s"),
            gettext_lazy("Write the district before the street or town, or the division code."),
        ),
        "institution_unknown": (
            gettext_lazy("no institution known to you, and no row of this file, has this name or code"),
            gettext_lazy("Write the full name or the unified social credit code."),
        ),
        "institution_ambiguous": (
            gettext_lazy("several institutions have this name"),
            gettext_lazy("Write the unified social credit code."),
        ),
        "row_ambiguous": (
            gettext_lazy("several institutions of this district have this name"),
            gettext_lazy("Fill in the unified social credit code."),
        ),
        "code_differs": (
            gettext_lazy("the institution of this name is recorded with the code %(code)s"),
            gettext_lazy("Correct the code here, or on the institution's page."),
        ),
        "rename_by_document": (
            gettext_lazy("the institution with this code is recorded as “%(name)s”"),
            gettext_lazy("A renaming needs its document: record it on the institution's page."),
        ),
        "move_by_document": (
            gettext_lazy("it is recorded in %(place)s"),
            gettext_lazy("A move to another district needs its document: record it on the institution's page."),
        ),
        "before_profile_begins": (
            gettext_lazy("the present profile begins only on %(day)s"),
            gettext_lazy("Write that day to correct the profile, or a later one for a change."),
        ),
        "authority_by_city": (
            gettext_lazy("health authorities and jurisdictions are registered by the city"),
            gettext_lazy("Leave the row out."),
        ),
        "not_an_authority": (
            gettext_lazy("only a health authority has a jurisdiction"),
            gettext_lazy("Leave the cell empty."),
        ),
        "degrees_alone": (
            gettext_lazy("latitude and longitude go together"),
            gettext_lazy("Fill in both, or leave both empty."),
        ),
        "jurisdiction_taken": (
            gettext_lazy("another authority is competent for %(name)s"),
            gettext_lazy("End its jurisdiction first, on its page."),
        ),
        "jurisdiction_ends_elsewhere": (
            gettext_lazy("it is recorded as competent for %(names)s too"),
            gettext_lazy("Add these, or end the jurisdiction on the institution's page."),
        ),
    }
)

#: Column keys that are columns of the profile as they stand.
PLAIN = ("name", "short_name", "kind", "tier", "ownership", "affiliation", "settlement", "medical_community")
#: Where it stands: in a row both or neither.
DEGREES = ("latitude", "longitude")
FIVE_PLACES = Decimal("0.00001")
#: Empty cells of these mean an empty text, not nothing known.
TEXTS = frozenset({"short_name", "settlement", "medical_community"})


class DayAsText(forms.DateField):
    """A day that is kept with the upload, hence as text."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return day.isoformat() if day else None


def _first_of_year() -> str:
    return clock.today().replace(month=1, day=1).isoformat()


class InstitutionsForm(forms.Form):
    """From which day on what the file says holds, where its rows do not say so."""

    on = DayAsText(
        label=gettext_lazy("Holds from"),
        initial=_first_of_year,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        help_text=gettext_lazy("First day of new institutions and of changes, where the row names none."),
    )


class Institutions(ColumnSet):
    """The register of institutions, the whole of it or any part."""

    key = "institutions"
    namespace = "registry"
    permission = Permission.INSTITUTIONS_EDIT
    title = gettext_lazy("Import institutions")
    lead = gettext_lazy(
        "One row for each institution. A row is matched by its credit code, or by name and district. "
        "What the file does not mention stays as it is; nothing is closed by leaving it out."
    )
    compared = (
        *PLAIN,
        "credit_code",
        "level",
        "division",
        "administered_by",
        "parent",
        "remote",
        "key_township",
        "population",
        *DEGREES,
        "jurisdiction",
    )
    params_form = InstitutionsForm

    def columns(self, context: Context) -> Sequence[Column]:
        return words.columns()

    def scope(self, context: Context) -> str:
        return f"institutions:{context.params['on']}:{context.actor.institution_id}"

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Institutions"), reverse("registry:institutions")

    def next_step(self, context: Context) -> tuple[str, str] | None:
        return _("See the institutions"), reverse("registry:institutions")

    def _directory(self, context: Context) -> Directory:
        if "directory" not in context.store:
            context.store["directory"] = Directory(context.actor, context.today)
        directory: Directory = context.store["directory"]
        return directory

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        directory = self._directory(context)
        default = date.fromisoformat(str(context.params["on"]))
        for record in records:
            record.values["from_day"] = record.values.get("from_day") or default
            directory.find_place(record)
            _find_degrees(record)
        directory.meet(records)
        for record in records:
            directory.find_institution(record)
            directory.find_relation(record, "administered_by")
            directory.find_relation(record, "parent")
            directory.find_jurisdiction(record)
            city = context.actor.reach is Reach.ALL
            authority = record.values.get("kind") == Kind.HEALTH_AUTHORITY
            if not city and (authority or record.values.get("jurisdiction")):
                record.refuse("kind" if authority else "jurisdiction", "authority_by_city")
            elif record.values.get("jurisdiction") and not authority:
                record.refuse("jurisdiction", "not_an_authority")

    def identity(self, record: Record) -> Hashable | None:
        if "unit" in record.refs:
            return ("old", record.refs["unit"])
        if "division" not in record.refs or not record.values.get("name"):
            return None
        return ("new", record.values["name"], record.refs["district"], record.values.get("credit_code") or "")

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        directory = self._directory(context)
        units = {record.refs["unit"] for record in records if "unit" in record.refs}
        return {("old", unit): directory.as_row(unit) for unit in units}

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        directory = self._directory(context)
        for entry in entries:
            if entry.kind != RowKind.CHANGED:
                continue
            profile = directory.profiles[entry.record.refs["unit"]]
            day, changed = entry.record.values["from_day"], {change["column"]: change for change in entry.changes}
            if changed.keys() <= {"jurisdiction", "credit_code"}:
                pass
            elif day < profile.valid_from:
                entry.refuse("from_day", "before_profile_begins", day=profile.valid_from.isoformat())
            elif day > profile.valid_from:
                self._check_documents(entry, changed, directory)
            if "credit_code" in changed and changed["credit_code"]["was"]:
                entry.refuse("credit_code", "code_differs", code=changed["credit_code"]["was"])
            if "jurisdiction" in changed:
                left = directory.dropped(entry.record)
                if left:
                    entry.refuse("jurisdiction", "jurisdiction_ends_elsewhere", names="、".join(left))

    def _check_documents(self, entry: Entry, changed: Mapping[str, Any], directory: Directory) -> None:
        if "name" in changed:
            entry.refuse("name", "rename_by_document", name=changed["name"]["was"])
        if "division" in changed:
            before = directory.profiles[entry.record.refs["unit"]].division_id
            if directory.tree.district(before) != entry.record.refs["district"]:
                entry.refuse("division", "move_by_document", place=changed["division"]["was"])

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        directory = self._directory(context)
        new = [entry for entry in entries if entry.kind == RowKind.NEW]
        units = services.register_all(
            registrations=[self._registration(entry.record, number) for number, entry in enumerate(new)],
            by=context.actor,
        )
        made = {entry.record.refs["key"]: unit.pk for entry, unit in zip(new, units, strict=True)}
        changes: list[services.Change] = []
        corrections: list[services.Correction] = []
        for entry in entries:
            if entry.kind != RowKind.CHANGED:
                continue
            record, unit = entry.record, entry.record.refs["unit"]
            named = {change["column"] for change in entry.changes}
            facts = _facts(record, made, named)
            code = record.values.get("credit_code") if "credit_code" in named else services.KEEP
            profile, version = directory.profiles[unit], directory.versions[unit]
            if facts and record.values["from_day"] > profile.valid_from and code is services.KEEP:
                changes.append(
                    services.Change(institution_id=unit, on=record.values["from_day"], facts=facts, version=version)
                )
            elif facts or code is not services.KEEP:
                corrections.append(
                    services.Correction(profile_id=profile.pk, facts=facts, version=version, credit_code=code)
                )
        services.change_all(changes=changes, by=context.actor)
        services.correct_all(corrections=corrections, reason=_("Corrected by upload"), by=context.actor)
        grants = [
            services.Grant(made.get(e.record.refs["key"]) or e.record.refs["unit"], division, day)
            for e in entries
            for division, day in directory.to_grant(e.record)
        ]
        services.grant_all(grants=grants, by=context.actor)
        return {
            "registered": len(new),
            "changed": len(changes),
            "corrected": len(corrections),
            "jurisdictions": len(grants),
        }

    def _registration(self, record: Record, number: int) -> services.Registration:
        record.refs.setdefault("key", f"row {number}")
        return services.Registration(
            facts=services.ProfileFacts(**_facts(record, {}, None)),
            opened_on=record.values["from_day"],
            credit_code=record.values.get("credit_code"),
            key=record.refs["key"],
            parent_key=record.refs.get("parent_key"),
            administered_by_key=record.refs.get("administered_by_key"),
        )

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        directory = self._directory(context)
        order = (
            Institution.objects.visible_to(context.actor)
            .as_of(context.today)
            .order_by("profile__pinyin", "pk")
            .values_list("pk", flat=True)
        )
        for unit in order:
            row = directory.as_row(unit)
            yield {**row, "from_day": directory.profiles[unit].valid_from}


def _find_degrees(record: Record) -> None:
    """Round degrees to what is kept, about a metre; refuse one without the other."""
    said = [key for key in DEGREES if record.values.get(key) is not None]
    for key in said:
        record.values[key] = record.values[key].quantize(FIVE_PLACES)
    if len(said) == 1 and not record.refused:
        record.refuse(said[0], "degrees_alone")


def _facts(record: Record, made: Mapping[str, int], named: set[str] | None) -> dict[str, Any]:
    """Return the columns of a profile that the row names; with `named`, only those among them."""
    values, refs = record.values, record.refs
    facts: dict[str, Any] = {}
    for key in (*PLAIN, "remote", "key_township", "population", *DEGREES):
        if key in values and (named is None or key in named):
            facts[key] = (values[key] or "") if key in TEXTS else values[key]
    if "level" in values and (named is None or "level" in named):
        facts["level"] = int(values["level"]) if values["level"] else None
    if named is None or "division" in named:
        facts["division_id"] = refs["division"]
    for key in ("administered_by", "parent"):
        if key in values and (named is None or key in named):
            facts[f"{key}_id"] = made.get(refs.get(f"{key}_key", ""), refs.get(f"{key}_id"))
    return facts


register(Institutions())

from deploy_admin.registry import importing_support  # noqa: E402, F401 -- only this module is looked for at start
