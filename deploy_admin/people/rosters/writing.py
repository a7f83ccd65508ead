"""From a row of a roster to what is written: only what the row says, beside what is recorded."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from deploy_admin.jobs.importing.records import Record
from deploy_admin.people.rosters.columns import YES
from deploy_admin.people.rosters.people import whole_id
from deploy_admin.people.rosters.standing import Person
from deploy_admin.people.services.bulk_rows import DocumentRow, LicenceRow, PersonRow, TitleRow, UnavailabilityRow
from deploy_admin.people.services.facts import KEEP
from deploy_admin.people.services.matching import Known

_BETWEEN = re.compile(r"[、，,;；\n]+")
OF_TITLE = frozenset({"title", "title_scope", "title_qualified_on", "title_appointed_on"})
OF_LICENCE = frozenset({"licence", "licence_number", "practice_category", "licensed_on"})
OF_ABSENCE = frozenset({"away_kind", "away_from", "away_to"})
#: Columns that are written as they stand.
PLAIN = frozenset({
    "name", "sex", "ethnicity", "education", "degree", "major", "speciality", "department", "staff_category",
    "employment_mode", "hired_on", "began_as", "management_experience", "changed_on", "left_on",
})  # fmt: skip


@lru_cache(maxsize=2000)
def papers(text: str) -> tuple[str, ...]:
    """Return the names of documents in a cell, each once, in their order."""
    return tuple(dict.fromkeys(part.strip()[:100] for part in _BETWEEN.split(text) if part.strip()))


def person_row(
    record: Record, known: Known | None, person: Person | None, standing: dict[str, Any], today: date
) -> PersonRow:
    """Return what the row says of its person; `person` and `standing` where what is recorded may be looked at."""
    values = record.values
    row = PersonRow(record.refs["unit"])
    if known is not None:
        row.worker_id, row.version = known.worker_id, known.version
    if known is None or not known.id_masked:
        row.national_id = whole_id(record)
    for key in PLAIN & values.keys():
        setattr(row, key, values[key])
    if (since := values.get("clinical_since")) is not None and since != standing.get("clinical_since"):
        row.clinical_since = since  # a month: the day that is recorded stays where the month is the same
    if (military := values.get("military")) is not None:
        row.military = military == YES
    row.ended_as = values.get("ended_as") or ""
    if row.ended_as and row.left_on is None:
        row.left_on = standing.get("left_on")
    row.titles = _titles(values, person)
    row.licences = _licences(values, person)
    if (named := values.get("documents")) is not None:
        held = person.documents if person else frozenset()
        row.documents = tuple(DocumentRow(name) for name in papers(named) if name not in held)
    row.unavailabilities = _absences(values, person, today)
    return row


def _titles(values: dict[str, Any], person: Person | None) -> tuple[TitleRow, ...]:
    if values.keys().isdisjoint(OF_TITLE):
        return ()
    code, scope = values.get("title"), values.get("title_scope")
    held = person.title(code, scope) if person else None
    if held is not None:
        scope = scope or (held.scope if code in (None, held.code) else None)
        code = code or held.code
    if code is None:
        return ()
    qualified, appointed = values.get("title_qualified_on", KEEP), values.get("title_appointed_on", KEEP)
    return (TitleRow(code, qualified, scope or "general", appointed),)


def _licences(values: dict[str, Any], person: Person | None) -> tuple[LicenceRow, ...]:
    if values.keys().isdisjoint(OF_LICENCE):
        return ()
    held = person.licence(values.get("licence")) if person else None
    kind = values.get("licence") or (held.kind if held else None)
    if kind is None:
        return ()
    number, category = values.get("licence_number", KEEP), values.get("practice_category", KEEP)
    return (LicenceRow(kind, number, category, values.get("licensed_on", KEEP)),)


def _absences(values: dict[str, Any], person: Person | None, today: date) -> tuple[UnavailabilityRow, ...]:
    if values.keys().isdisjoint(OF_ABSENCE):
        return ()
    kind, first, last = values.get("away_kind"), values.get("away_from"), values.get("away_to")
    held = person.absence(kind, first, last, today) if person else None
    kind = kind or (held.kind if held else None)
    first = first or (held.valid_from if held else None)
    if kind is None or first is None:
        return ()
    return (UnavailabilityRow(kind, first, last or (held.valid_to if held else None)),)
