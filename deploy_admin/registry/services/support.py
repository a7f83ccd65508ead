"""Recording who supports whom and which specialities a unit builds up, correcting their days, removing slips."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.registry.models import Institution, PairingSupport, SpecialityProgramme
from deploy_admin.registry.services.facts import check_day
from deploy_admin.registry.support import paired, places, programmes
from deploy_admin.registry.tables import names_of

__all__ = [
    "Days", "Pairing", "Programme", "Tie", "change", "change_all", "paired", "places", "programmes", "record_pairings",
    "record_programmes", "remove",
]  # fmt: skip

Tie = PairingSupport | SpecialityProgramme
Row = TypeVar("Row", PairingSupport, SpecialityProgramme)
#: What the record calls the acts on one of them, and on several at once.
NOUNS: dict[type[Any], tuple[str, str]] = {
    PairingSupport: ("pairing", "pairings"),
    SpecialityProgramme: ("programme", "programmes"),
}


@dataclass(frozen=True, kw_only=True)
class Days:
    """From when to when something holds, both days inside, and the document that says so."""

    valid_from: date
    valid_to: date | None = None
    document: str = ""

    def values(self) -> dict[str, Any]:
        return {"valid_from": self.valid_from, "valid_to": self.valid_to, "document": self.document.strip()}


@dataclass(frozen=True, kw_only=True)
class Pairing(Days):
    """One unit to support another."""

    supporting_unit_id: int
    supported_unit_id: int


@dataclass(frozen=True, kw_only=True)
class Programme(Days):
    """One speciality for a unit to build up."""

    institution_id: int
    speciality: str


@transaction.atomic
def record_pairings(*, rows: Sequence[Pairing], by: Actor) -> list[PairingSupport]:
    """Record any number of pairings, all or none; whoever answers for the supported unit records them."""
    _check_kept({row.supported_unit_id for row in rows}, by)
    _check_days([(unit, row) for row in rows for unit in (row.supporting_unit_id, row.supported_unit_id)])
    made = [
        PairingSupport(
            supporting_unit_id=row.supporting_unit_id, supported_unit_id=row.supported_unit_id, **_stamped(row, by)
        )
        for row in rows
    ]
    return _recorded(PairingSupport, made, by)


@transaction.atomic
def record_programmes(*, rows: Sequence[Programme], by: Actor) -> list[SpecialityProgramme]:
    """Record any number of programmes, all or none; whoever answers for the unit records them."""
    _check_kept({row.institution_id for row in rows}, by)
    _check_days([(row.institution_id, row) for row in rows])
    made = []
    for row in rows:
        speciality = row.speciality.strip()
        if not speciality:
            sentence = _("A programme names its speciality.")
            raise RuleViolation(sentence, "speciality_missing", fields={"speciality": sentence})
        made.append(SpecialityProgramme(institution_id=row.institution_id, speciality=speciality, **_stamped(row, by)))
    _check_programmes_apart(made)
    return _recorded(SpecialityProgramme, made, by)


def change(*, row: Row, days: Days, version: int, by: Actor) -> Row:
    """Set from when to when one of them holds and what says so: to end it, or to correct a slip."""
    return change_all(changes=[(row, days, version)], by=by)[0]


@transaction.atomic
def change_all(*, changes: Sequence[tuple[Row, Days, int]], by: Actor) -> list[Row]:
    """Set the days and documents of any number of rows of one kind, each at the version that was read; all or none."""
    if not changes:
        return []
    kind = type(changes[0][0])
    _check_kept({_owner(row) for row, _days, _version in changes}, by)
    _check_days([(unit, days) for row, days, _version in changes for unit in _units(row)])
    held = _taken(kind, {row.pk: (version, days.values()) for row, days, version in changes})
    told = []
    for row, days, _version in changes:
        now = held[row.pk]
        was = {name: getattr(now, name) for name in days.values()}
        changed = {name: value for name, value in days.values().items() if was[name] != value}
        if not changed:
            raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
        for name, value in changed.items():
            setattr(now, name, value)
        told.append({"id": now.pk, "old": {name: was[name] for name in changed}, "new": changed})
    if kind is SpecialityProgramme:
        _check_programmes_apart(list(held.values()))
    with refusals():
        kind.objects.bulk_update(held.values(), ["valid_from", "valid_to", "document"], batch_size=500)
    one, many = NOUNS[kind]
    if len(told) == 1:
        only = held[changes[0][0].pk]
        audit.record(act=f"{one}.changed", by=by, on=only, label=_label(only), detail=told[0])
    else:
        audit.record(act=f"{many}.changed", by=by, detail={"count": len(told), "changes": told})
    return [held[row.pk] for row, _days, _version in changes]


@transaction.atomic
def remove(*, row: Tie, reason: str, version: int, by: Actor) -> None:
    """Remove what was recorded by mistake; what it said stays in the audit record. What is over is ended instead."""
    if not reason.strip():
        sentence = _("Say why it is removed.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    _check_kept({_owner(row)}, by)
    held = _taken(type(row), {row.pk: (version, {})})[row.pk]
    said = {name: getattr(held, name) for name in ("valid_from", "valid_to", "document")}
    detail = {**said, "units": list(_units(held)), "reason": reason.strip()}
    if isinstance(held, SpecialityProgramme):
        detail["speciality"] = held.speciality
    audit.record(act=f"{NOUNS[type(row)][0]}.removed", by=by, on=held, label=_label(held), detail=detail)
    held.delete()


def _stamped(row: Days, by: Actor) -> dict[str, Any]:
    now = clock.now()
    stamp = {"recorded_at": now, "updated_at": now, "recorded_by": by.name[:150]}
    return {"valid_from": row.valid_from, "valid_to": row.valid_to, "document": row.document.strip(), **stamp}


def _recorded(kind: type[Row], made: list[Row], by: Actor) -> list[Row]:
    if not made:
        return []
    with refusals():
        kind.objects.bulk_create(made)
    one, many = NOUNS[kind]
    if len(made) == 1:
        detail = {"from": made[0].valid_from, "to": made[0].valid_to, "units": list(_units(made[0]))}
        audit.record(act=f"{one}.recorded", by=by, on=made[0], label=_label(made[0]), detail=detail)
    else:
        audit.record(act=f"{many}.recorded", by=by, detail={"count": len(made), "ids": [row.pk for row in made]})
    return made


def _owner(row: Tie) -> int:
    """Return the unit whose authority keeps the row: the one that receives."""
    return row.supported_unit_id if isinstance(row, PairingSupport) else row.institution_id


def _units(row: Tie) -> tuple[int, ...]:
    if isinstance(row, PairingSupport):
        return row.supporting_unit_id, row.supported_unit_id
    return (row.institution_id,)


def _label(row: Tie) -> str:
    names = names_of(_units(row), clock.today())
    told = " → ".join(names.get(unit, f"#{unit}") for unit in _units(row))
    return f"{told}: {row.speciality}" if isinstance(row, SpecialityProgramme) else told


def _check_kept(units: Collection[int], by: Actor) -> None:
    """Refuse units of others: the city keeps everybody's, an authority those it is competent for."""
    if by.reach is Reach.ALL:
        return
    seen = Institution.objects.visible_to(by).filter(pk__in=units) if by.reach is Reach.DISTRICT else ()
    if len(set(units)) != len(seen):
        sentence = _("You may record this only for units for which your authority is competent.")
        fields = dict.fromkeys(("supported_unit", "institution"), sentence)
        raise RuleViolation(sentence, "outside_your_divisions", fields=fields)


def _check_days(rows: Sequence[tuple[int, Days]]) -> None:
    """Refuse days on which a unit does not exist, or so far ahead that they must be a slip. One query."""
    spans = {
        pk: (first, last)
        for pk, first, last in Institution.objects.filter(pk__in={unit for unit, _row in rows}).values_list(
            "pk", "opened_on", "closed_on"
        )
    }
    for unit, row in rows:
        check_day(row.valid_from)
        first, last = spans[unit]
        if row.valid_from < first or (last is not None and last < row.valid_from):
            sentence = _("%(name)s does not exist on %(day)s.") % {
                "name": names_of([unit], clock.today()).get(unit, f"#{unit}"),
                "day": row.valid_from.isoformat(),
            }
            raise RuleViolation(sentence, "institution_not_there", fields={"valid_from": sentence})


def _check_programmes_apart(rows: Sequence[SpecialityProgramme]) -> None:
    """Refuse a speciality that a unit builds up twice on one day. One query."""
    units = {row.institution_id for row in rows}
    changed = {row.pk for row in rows if row.pk}
    held: dict[tuple[int, str], list[SpecialityProgramme]] = {}
    for row in SpecialityProgramme.objects.filter(institution__in=units).exclude(pk__in=changed).order_by("pk"):
        held.setdefault((row.institution_id, row.speciality), []).append(row)
    for row in rows:
        beside = held.setdefault((row.institution_id, row.speciality), [])
        if any(_overlap(row, other) for other in beside):
            sentence = _("The unit builds up this speciality on some of these days already.")
            raise RuleViolation(sentence, "programme_twice", fields={"speciality": sentence})
        beside.append(row)


def _overlap(one: SpecialityProgramme, other: SpecialityProgramme) -> bool:
    return (one.valid_to or date.max) >= other.valid_from and (other.valid_to or date.max) >= one.valid_from


def _taken(kind: type[Any], asked: Mapping[int, tuple[int, Mapping[str, Any]]]) -> dict[int, Any]:
    """Raise the versions of these rows, which locks them; another version than the one read is refused."""
    locked = kind.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=asked).order_by("pk")
    rows: dict[int, Any] = {row.pk: row for row in locked}
    for pk, (version, yours) in asked.items():
        row = rows.get(pk)
        if row is None:
            raise RuleViolation(_("This entry is not there any more."), "entry_gone")
        if row.version != version:
            theirs = {name: getattr(row, name) for name in yours}
            raise Conflict(
                _("Somebody else has changed this entry since you opened it."),
                "stale_version",
                context={"version": version, "yours": dict(yours), "theirs": theirs},
            )
    now = clock.now()
    kind.objects.filter(pk__in=asked).update(version=F("version") + 1, updated_at=now)
    for row in rows.values():
        row.version, row.updated_at = row.version + 1, now
    return rows
