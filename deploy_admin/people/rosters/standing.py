"""The people of a roster as they stand, by column: what a row is compared with, and what goes out again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from deploy_admin.people import codes
from deploy_admin.people.models import Employment, HealthWorker, HeldDocument, Licence, Title, Unavailability
from deploy_admin.people.rosters.columns import NO, YES
from deploy_admin.people.services import bulk_posts as posts
from deploy_admin.people.services.bulk_reading import rows_of

PERSON = (
    "number", "version", "name", "id_masked", "sex", "born_on", "ethnicity", "education", "degree", "major",
    "speciality", "clinical_since", "management_experience",
)  # fmt: skip
SEPARATOR = "、"
_LICENCE_ORDER = {code.value: at for at, code in enumerate(codes.LICENCES)}


class HeldTitle(NamedTuple):
    id: int
    worker_id: int
    code: str
    scope: str
    qualified_on: date
    appointed_on: date | None


class HeldLicence(NamedTuple):
    id: int
    worker_id: int
    kind: str
    number: str
    practice_category: str
    issued_on: date | None


class Away(NamedTuple):
    id: int
    worker_id: int
    kind: str
    valid_from: date
    valid_to: date | None

    def meets(self, first: date, last: date | None) -> bool:
        """Whether some of the days from `first` to `last` are among its own."""
        return self.valid_from <= (last or date.max) and first <= (self.valid_to or date.max)


class Person(NamedTuple):
    """What is recorded of one person."""

    facts: Mapping[str, Any]
    posts: list[posts.Post]
    titles: list[HeldTitle]
    licences: list[HeldLicence]
    documents: frozenset[str]
    away: list[Away]

    def title(self, code: str | None, scope: str | None) -> HeldTitle | None:
        """Return the title a row speaks of: that of its code and scope where it is held, else the latest."""
        named = [title for title in self.titles if title.code == code]
        scoped = [title for title in named if scope is None or title.scope == scope]
        there = scoped or named or self.titles
        return there[-1] if there else None

    def licence(self, kind: str | None) -> HeldLicence | None:
        """Return the licence a row speaks of: that of its kind where it is held, else the foremost."""
        named = [licence for licence in self.licences if licence.kind == kind]
        there = named or self.licences
        return there[0] if there else None

    def absence(self, kind: str | None, first: date | None, last: date | None, today: date) -> Away | None:
        """Return the absence a row speaks of: of its reason and days where it names them, else the first not over."""
        if kind is not None:
            same = [away for away in self.away if away.kind == kind]
            if first is not None:
                return next((away for away in same if away.meets(first, last)), None)
            return next((away for away in same if away.meets(today, None)), None)
        return next((away for away in self.away if away.meets(today, None)), None)


def read(worker_ids: Collection[int]) -> dict[int, Person]:
    """Return these people as they stand. Six queries for any number."""
    if not worker_ids:
        return {}
    employed: dict[int, list[posts.Post]] = defaultdict(list)
    for row in rows_of(Employment, posts.COLUMNS[1:], worker_ids, order="worker_id, valid_from"):
        employed[row[1]].append(posts.Post(*row))
    titles: dict[int, list[HeldTitle]] = defaultdict(list)
    for row in rows_of(
        Title,
        HeldTitle._fields[1:],
        worker_ids,
        condition="revoked_on IS NULL",
        order="worker_id, qualified_on, id",
    ):
        titles[row[1]].append(HeldTitle(*row))
    licences: dict[int, list[HeldLicence]] = defaultdict(list)
    for row in rows_of(Licence, HeldLicence._fields[1:], worker_ids, condition="ended_on IS NULL"):
        licences[row[1]].append(HeldLicence(*row))
    for held in licences.values():
        held.sort(key=lambda licence: _LICENCE_ORDER.get(licence.kind, 99))
    documents: dict[int, set[str]] = defaultdict(set)
    for _pk, worker, name in rows_of(HeldDocument, ("worker_id", "name"), worker_ids):
        documents[worker].add(name)
    away: dict[int, list[Away]] = defaultdict(list)
    for row in rows_of(
        Unavailability,
        Away._fields[1:],
        worker_ids,
        condition="withdrawn_at IS NULL",
        order="worker_id, valid_from",
    ):
        away[row[1]].append(Away(*row))
    return {
        row[0]: Person(
            dict(zip(PERSON, row[1:], strict=True)),
            employed.get(row[0], []),
            titles.get(row[0], []),
            licences.get(row[0], []),
            frozenset(documents.get(row[0], ())),
            away.get(row[0], []),
        )
        for row in rows_of(HealthWorker, PERSON, worker_ids)
    }


def as_row(
    person: Person, said: Mapping[str, Any], today: date, *, institution_id: int | None = None
) -> dict[str, Any]:
    """Return the person by column key, as a file would write it; `said` tells which title and absence it speaks of.

    The employment is left out where it is not at the institution asked for.
    """
    facts = person.facts
    row: dict[str, Any] = {
        "name": facts["name"],
        "sex": facts["sex"] if facts["sex"] in ("1", "2") else None,
        "clinical_since": facts["clinical_since"].replace(day=1) if facts["clinical_since"] else None,
        "management_experience": facts["management_experience"],
        "documents": SEPARATOR.join(sorted(person.documents)) or None,
    }
    for key in ("ethnicity", "education", "degree", "major", "speciality"):
        row[key] = facts[key] or None
    last = person.posts[-1] if person.posts else None
    if last is not None and institution_id in (None, last.institution_id):
        began = posts.chain(person.posts)[0].began_as
        row |= {
            "department": last.department or None,
            "staff_category": last.staff_category or None,
            "employment_mode": last.employment_mode or None,
            "hired_on": last.hired_on,
            "began_as": began if began in ("recruited", "transferred") else None,
            "military": None if last.military is None else (YES if last.military else NO),
            "left_on": last.valid_to,
            "ended_as": last.ended_as or None,
        }
    title = person.title(said.get("title"), said.get("title_scope"))
    if title is not None:
        row |= {
            "title": title.code,
            "title_scope": title.scope,
            "title_qualified_on": title.qualified_on,
            "title_appointed_on": title.appointed_on,
        }
    licence = person.licence(said.get("licence"))
    if licence is not None:
        row |= {
            "licence": licence.kind,
            "licence_number": licence.number or None,
            "practice_category": licence.practice_category or None,
            "licensed_on": licence.issued_on,
        }
    away = person.absence(said.get("away_kind"), said.get("away_from"), said.get("away_to"), today)
    if away is not None:
        row |= {"away_kind": away.kind, "away_from": away.valid_from, "away_to": away.valid_to}
    return row
