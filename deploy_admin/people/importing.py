"""The roster as a column set: one row for each person of a unit; matched by ID number, or by the person number."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, Unit, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.people.rosters import export, findings, standing, units, writing  # noqa: F401 -- findings register
from deploy_admin.people.rosters.checks import Checks
from deploy_admin.people.rosters.columns import COLUMNS, COMPARED
from deploy_admin.people.rosters.people import Meant, whole_id
from deploy_admin.people.services import bulk_posts
from deploy_admin.people.services.bulk import save_all
from deploy_admin.people.services.matching import Known
from deploy_admin.registry.choosing import institution_named, nameable_by
from deploy_admin.registry.models import Institution

#: Where an employment that cannot be so is shown.
PLACES = {"changed_after_leaving": "changed_on"}


class UnitField(forms.CharField):
    """A unit the actor sees, by name or code; kept as its id, shown by its name."""

    def __init__(self, actor: Actor, **more: Any) -> None:
        super().__init__(**more)
        self.actor = actor

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).strip()
        if not text:
            return None
        seen = nameable_by(self.actor, clock.today())
        if text.isdecimal() and len(text) < 18 and seen.filter(pk=int(text)).exists():
            return int(text)
        try:
            return int(institution_named(text, seen).pk)
        except RuleViolation as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def prepare_value(self, value: Any) -> Any:
        if str(value or "").isdecimal() and len(str(value)) < 18:
            seen = Institution.objects.visible_to(self.actor).filter(pk=int(value)).named(clock.today())
            return seen.get(int(value), value)
        return value


class RosterForm(forms.Form):
    """Whose roster it is, where the rows do not say so."""

    def __init__(self, data: Any, actor: Actor) -> None:
        super().__init__(data)
        self.fields["unit"] = UnitField(
            actor,
            label=gettext_lazy("Unit"),
            required=False,
            help_text=gettext_lazy("Name or social credit code. Leave it empty where every row names its unit.")
            if actor.reach is not Reach.UNIT
            else gettext_lazy("Leave it empty for your own unit."),
        )


class Rosters(ColumnSet):
    """The people of one unit, by its own hands or by an officer on its behalf."""

    key = "roster"
    namespace = "people"
    permission = Permission.PEOPLE_EDIT
    title = gettext_lazy("Roster")
    lead = gettext_lazy(
        "Only those who are needed: recruits of the last five years, intermediates without primary-level service, "
        "promotions, nominees; the full roster is welcome, not asked for. One row for each person. An empty cell "
        "leaves what is recorded; people who are not in the file stay as they are: leaving is said by its date."
    )
    compared = COMPARED
    applies_from_rows = True
    per_unit = True
    unit_columns = ("unit",)

    def asked(self, data: Any, actor: Actor) -> forms.Form:
        if actor.reach is Reach.UNIT and nameable_by(actor, clock.today()).order_by()[:2].count() < 2:
            return forms.Form(data)  # there is nothing to choose
        return RosterForm(data, actor)

    def columns(self, context: Context) -> Sequence[Column]:
        return COLUMNS

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        return (("national_id", "person_number"),)

    def scope(self, context: Context) -> str:
        unit = units.unit_of(context)
        return f"roster:{unit}" if unit is not None else f"roster:by:{context.actor.institution_id}"

    def lock(self, context: Context) -> str:
        return self.scope(context)

    def units(self, context: Context) -> Sequence[Unit]:
        return units.expected(context)

    def subtitle(self, context: Context) -> str:
        unit = units.unit_of(context)
        if unit is None:
            return str(context.today.year)
        named = Institution.objects.visible_to(context.actor).filter(pk=unit).named(context.today)
        return f"{named.get(unit, '')} {context.today.year}".strip()

    def label(self, record: Record) -> str:
        return str(record.values.get("name") or record.values.get("person_number") or "")

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        read = units.Units(context, named=any(record.values.get("unit") for record in records))
        for record in records:
            record.values = {key: value for key, value in record.values.items() if value is not None and value != ""}
            place = read.find(record)
            if place is not None:
                record.refs["unit"] = place.id
        meant = Meant(records, context)
        known: dict[int, Known] = {}
        for record in records:
            if (person := meant.find(record)) is not None:
                record.refs["worker"] = person.worker_id
                known[person.worker_id] = person
        people = standing.read([person.worker_id for person in known.values() if person.visible])
        context.store["roster"] = known, people
        rows: dict[int, dict[str, Any]] = {}
        context.store["rows"] = rows
        checks = Checks(context.today)
        for record in records:
            if "unit" not in record.refs:
                continue
            place = read.places[record.refs["unit"]]
            worker = record.refs.get("worker")
            identity = whole_id(record)
            born, sex = (identity.born_on, identity.sex) if identity is not None else (None, "")
            if worker is None:
                checks.row(record, born, sex, place)
                if not record.refused:
                    checks.new(record)
                continue
            there = people.get(worker)
            if there is not None:
                if there.facts["id_masked"]:
                    born, sex = there.facts["born_on"], there.facts["sex"]
                row = standing.as_row(there, record.values, context.today, institution_id=place.id)
            else:
                row = {}
            if known[worker].id_masked:  # found to agree
                row["national_id"] = record.values.get("national_id")
            rows[worker] = row
            checks.row(record, born, sex, place)
            checks.known(record, there, row)
            checks.taken_on(record, known[worker])
            if there is not None and there.documents and record.values.get("documents"):
                named = {*writing.papers(record.values["documents"]), *there.documents}
                record.values["documents"] = standing.SEPARATOR.join(sorted(named))

    def identity(self, record: Record) -> Hashable | None:
        if "worker" in record.refs:
            return record.refs["worker"]
        number = record.values.get("national_id")
        return number if number and "*" not in number else None

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        return context.store["rows"]

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        known, people = context.store["roster"]
        for entry in entries:
            if entry.kind != RowKind.CHANGED:
                continue
            worker = entry.record.refs["worker"]
            there = people.get(worker)
            if there is None:
                continue
            row = writing.person_row(entry.record, known[worker], there, context.store["rows"][worker], context.today)
            try:
                settled = bulk_posts.settled(row, worker, there.posts, context.today)
            except RuleViolation as refusal:
                entry.refuse(PLACES.get(refusal.code, "hired_on"), refusal.code)
                continue
            if any(post.valid_to is not None and post.valid_to < post.valid_from for post in settled):
                entry.refuse("left_on", "days_reversed", column=_("the first day"))

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        known, people = context.store["roster"]
        rows, today = context.store["rows"], context.today
        saved = save_all(
            (
                writing.person_row(
                    entry.record,
                    known.get(worker := entry.record.refs.get("worker", 0)),
                    people.get(worker),
                    rows.get(worker, {}),
                    today,
                )
                for entry in entries
            ),
            job_id=claim.job_id,
            by=context.actor,
        )
        return {"registered": saved.created, "changed": saved.changed}

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        return export.rows(context)

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        return export.rows(context) if units.unit_of(context) is not None else ()

    def next_step(self, context: Context) -> tuple[str, str] | None:
        unit = units.unit_of(context)
        asked = f"?institution={unit}" if unit is not None and context.actor.reach is not Reach.UNIT else ""
        return _("See the people"), reverse("people:people") + asked

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Rosters"), reverse("people:rosters")


ROSTER = register(Rosters())
