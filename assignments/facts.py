"""Feeds the rules from rows: what is true of a person on a day, and of the unit that would send them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any

from assignments import records
from assignments.records import HeldTitle, Record
from assignments.rules import EVER
from deploy_admin.months import add_months
from deploy_admin.people import rules
from deploy_admin.policies.language.facts import FACTS, TITLE_LEVELS, Subject
from deploy_admin.registry import succession
from deploy_admin.registry.codes import PRIMARY_CARE
from quotas.facts import Units

Sheet = dict[date, Mapping[str, Any]]

#: Staff of whom an empty column says that there is nothing; of the others it says that nobody has entered it yet.
WITHOUT_TITLES = frozenset({"management", "other"})
#: Licences under which there is no practice category.
WITHOUT_CATEGORY = frozenset({"registered_nurse", "village_doctor"})
RANK = {code.value: rank for rank, code in enumerate(TITLE_LEVELS)}
_SEXES = {"1": "male", "2": "female"}
_LISTED = re.compile(r"[、,，;；/]+")


def years(since: date | None, day: date) -> int | None:
    """Return the completed years by corresponding day; of somebody born on 29 February one is full on 28 February."""
    if since is None:
        return None
    if since > day:
        return 0
    full = day.year - since.year
    if (day.month, day.day) >= (since.month, since.day):
        return full
    # Only of a 29 February the corresponding day can be earlier than that: clipped to its month's last day.
    return full if since.day == 29 and add_months(since, 12 * full) <= day else full - 1


class Seen:
    """One person on one day, as the feeds ask: the employment of the day, and the titles that count there."""

    __slots__ = ("_counting", "day", "post", "primary_care", "record")

    def __init__(self, record: Record, day: date, *, primary_care: bool) -> None:
        self.record = record
        self.day = day
        self.post = record.post_on(day)
        self.primary_care = primary_care
        self._counting: tuple[HeldTitle, ...] | None = None

    def on(self, day: date) -> Seen:
        """Return the same person on another day."""
        return self if day == self.day else Seen(self.record, day, primary_care=self.primary_care)

    @property
    def category(self) -> str:
        return self.post.staff_category if self.post else ""

    def nothing_or_unknown(self) -> tuple[()] | None:
        """What an empty list of titles or licences means of this person."""
        return () if self.category in WITHOUT_TITLES else None

    @property
    def counting(self) -> tuple[HeldTitle, ...]:
        """The titles held on the day that count at the unit: a grassroots-targeted one only at primary level."""
        if self._counting is None:
            day = self.day
            self._counting = tuple(
                [
                    title
                    for title in self.record.titles
                    if title.qualified_on <= day
                    and (title.revoked_on is None or day < title.revoked_on)
                    and (self.primary_care or title.scope != rules.GRASSROOTS)
                ]
            )
        return self._counting

    @property
    def level(self) -> str | None:
        """The highest level held; `none` where it is known that there is no title."""
        held = self.counting
        if held:
            return max([title.level for title in held], key=RANK.__getitem__)
        return "none" if self.record.titles or self.category in WITHOUT_TITLES else None

    @property
    def at_level(self) -> tuple[HeldTitle, ...]:
        level = self.level
        return tuple(title for title in self.counting if title.level == level)

    @property
    def title_since(self) -> date | None:
        return min((title.qualified_on for title in self.at_level), default=None)


def _hired_on(seen: Seen) -> date | None:
    return rules.hired_on(seen.record.posts, seen.post) if seen.post else None


def _establishment_since(seen: Seen) -> date | tuple[()] | None:
    post = seen.post
    if post is None or not post.employment_mode:
        return None
    if post.employment_mode != rules.ESTABLISHMENT:
        return ()
    return rules.establishment_since(seen.record.posts, post)


def _on_establishment(seen: Seen) -> int | tuple[()] | None:
    since = _establishment_since(seen)
    return since if isinstance(since, tuple) else years(since, seen.day)


def _licences(seen: Seen) -> tuple[str, ...] | None:
    day = seen.day
    held = tuple(
        [
            each.kind
            for each in seen.record.licences
            if (each.issued_on is None or each.issued_on <= day) and (each.ended_on is None or day <= each.ended_on)
        ]
    )
    return held or (() if seen.record.licences else seen.nothing_or_unknown())


def _practice_categories(seen: Seen) -> tuple[str, ...] | None:
    day = seen.day
    held = [
        each
        for each in seen.record.licences
        if (each.issued_on is None or each.issued_on <= day) and (each.ended_on is None or day <= each.ended_on)
    ]
    said = tuple([each.practice_category for each in held if each.practice_category])
    if said:
        return said
    if any(each.kind not in WITHOUT_CATEGORY for each in held):
        return None
    return () if seen.record.licences else seen.nothing_or_unknown()


def _title_text(which: Callable[[HeldTitle], str]) -> Callable[[Seen], tuple[str, ...] | None]:
    def feed(seen: Seen) -> tuple[str, ...] | None:
        held = tuple(dict.fromkeys(which(title) for title in seen.at_level))
        return held or (() if seen.level == "none" else None)

    return feed


def _titles_held(seen: Seen) -> tuple[str, ...] | None:
    day = seen.day
    held = tuple(
        title.code
        for title in seen.record.titles
        if title.qualified_on <= day and (title.revoked_on is None or day < title.revoked_on)
    )
    return held or (() if seen.record.titles else seen.nothing_or_unknown())


def _title_since(seen: Seen) -> date | tuple[()] | None:
    return () if seen.level == "none" else seen.title_since


def _years_in_title(seen: Seen) -> int | tuple[()] | None:
    return () if seen.level == "none" else years(seen.title_since, seen.day)


def _listed(text: str) -> tuple[str, ...] | None:
    return tuple(part.strip() for part in _LISTED.split(text) if part.strip()) or None


def _documents_held(seen: Seen) -> tuple[str, ...]:
    return tuple(p.name for p in seen.record.documents if p.issued_on is None or p.issued_on <= seen.day)


def _documents_valid(seen: Seen) -> tuple[str, ...]:
    return tuple(
        p.name
        for p in seen.record.documents
        if (p.issued_on is None or p.issued_on <= seen.day) and (p.valid_to is None or seen.day <= p.valid_to)
    )


def _unavailability(seen: Seen) -> tuple[str, ...]:
    day = seen.day
    return tuple(
        each.kind
        for each in seen.record.away
        if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
    )


#: fact → what it is of a person on a day; None is unknown, the empty tuple is: there is nothing
FEEDS: Mapping[str, Callable[[Seen], Any]] = {
    "staff_category": lambda seen: seen.category or None,
    "employment_mode": lambda seen: (seen.post.employment_mode or None) if seen.post else None,
    "military_status": lambda seen: seen.post.military if seen.post else None,
    "licence": _licences,
    "practice_category": _practice_categories,
    "title_level": lambda seen: seen.level,
    "title_scope": _title_text(lambda title: title.scope),
    "title_series": _title_text(lambda title: title.series),
    "titles_held": _titles_held,
    "title_since": _title_since,
    "years_in_title": _years_in_title,
    "speciality": lambda seen: _listed(seen.record.speciality),
    "major": lambda seen: seen.record.major or None,
    "hire_date": _hired_on,
    "years_since_hire": lambda seen: years(_hired_on(seen), seen.day),
    "establishment_since": _establishment_since,
    "years_on_establishment": _on_establishment,
    "sex": lambda seen: _SEXES.get(seen.record.sex),
    "age": lambda seen: years(seen.record.born_on, seen.day),
    "years_of_clinical_work": lambda seen: years(seen.record.clinical_since, seen.day),
    "education": lambda seen: seen.record.education or None,
    "degree": lambda seen: seen.record.degree or None,
    "documents_held": _documents_held,
    "documents_valid": _documents_valid,
    "management_experience": lambda seen: seen.record.management_experience,
    "unavailability": _unavailability,
    "events": lambda seen: tuple(seen.record.events),
}


def ever(record: Record) -> dict[str, Any]:
    """Return every value each fact of the person ever had; what never had one is left out, and so unknown."""
    posts, titles = record.posts, record.titles
    held: dict[str, Iterable[Any]] = {
        "staff_category": (post.staff_category for post in posts),
        "employment_mode": (post.employment_mode for post in posts),
        "military_status": (post.military for post in posts),
        "licence": (each.kind for each in record.licences),
        "practice_category": (each.practice_category for each in record.licences),
        "title_level": (title.level for title in titles),
        "title_scope": (title.scope for title in titles),
        "title_series": (title.series for title in titles),
        "titles_held": (title.code for title in titles),
        "hire_date": (post.hired_on for post in posts),
        "sex": (_SEXES.get(record.sex),),
        "education": (record.education,),
        "degree": (record.degree,),
        "major": (record.major,),
        "speciality": _listed(record.speciality) or (),
        "management_experience": (record.management_experience,),
    }
    known = {
        name: values
        for name, raw in held.items()
        if (values := tuple(dict.fromkeys(value for value in raw if value is not None and value != "")))
    }
    return known | {
        "documents_held": tuple(dict.fromkeys(paper.name for paper in record.documents)),
        "unavailability": tuple(dict.fromkeys(away.kind for away in record.away)),
        "events": tuple(record.events),
    }


def with_membership(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a unit's facts with whether it is a member of a community: where none is named, that is unknown."""
    return {**told, "in_medical_community": True} if told.get("medical_community") else told


class Senders:
    """The units of some people on some days: their facts, the divisions they stand in, the heirs of closed ones."""

    def __init__(self, unit_ids: Collection[int], days: Collection[date], day: date) -> None:
        self.day = day
        self.days = frozenset({*days, day})
        self.known: set[int] = set()
        self._heirs: dict[int, int] = {}
        self._sheets: dict[int, dict[date, Mapping[str, Any]]] = {}
        self._divisions: dict[int, int] = {}
        self._primary: set[int] = set()
        self.learn(unit_ids)

    def learn(self, unit_ids: Collection[int]) -> None:
        """Read further units: a constant number of queries per day."""
        self.known |= set(unit_ids)
        self._heirs |= succession.standing_for(set(unit_ids), self.day)
        wanted = {self.unit(unit) for unit in unit_ids} - self._sheets.keys()
        if not wanted:
            return
        units = Units(self.days, wanted)
        for unit in wanted:
            self._sheets[unit] = sheet = {day: with_membership(told) for day, told in units.sheet(unit).items()}
            if sheet.get(self.day, {}).get("kind") in PRIMARY_CARE:
                self._primary.add(unit)
            if (raw := units.raw[self.day].get(unit)) and raw["located_in"]:
                self._divisions[unit] = int(raw["located_in"][0])

    def unit(self, unit_id: int) -> int:
        """Return the unit that stands on the day for this one."""
        return self._heirs.get(unit_id, unit_id)

    def sheet(self, unit_id: int) -> dict[date, Mapping[str, Any]]:
        """Return the unit's facts by day."""
        return self._sheets[unit_id]

    def division(self, unit_id: int) -> int | None:
        """Return the division the unit stands in on the day; None where it does not exist then."""
        return self._divisions.get(unit_id)

    def is_primary_care(self, unit_id: int) -> bool:
        """Whether grassroots-targeted titles count there."""
        return unit_id in self._primary


def person_facts(seen: Seen, names: Iterable[str]) -> tuple[Any, ...]:
    """Return these facts of the person on the day, in the order of `names`."""
    return tuple([FEEDS[name](seen) for name in names])


def fed_by_people(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of `names` that a person's record feeds, in a fixed order."""
    return tuple(sorted(name for name in names if name in FEEDS))


def whole_sheet(
    record: Record, days: Iterable[date], unit: Mapping[date, Mapping[str, Any]], *, primary_care: bool
) -> Sheet:
    """Return everything that a rule may ask of the person and the sending unit, by day and ever."""
    sheet: Sheet = {}
    for day in days:
        seen = Seen(record, day, primary_care=primary_care)
        known = {name: value for name, feed in FEEDS.items() if (value := feed(seen)) is not None}
        sheet[day] = {**unit.get(day, {}), **known}
    sheet[EVER] = ever(record)
    return sheet


def person_sheets(worker_ids: Collection[int], days: Collection[date], on: date) -> dict[int, Sheet]:
    """Return whole sheets of these people by id, the sending unit being that of the day `on`.

    For some thousand people at a time; a constant number of queries.
    """
    held = records.read(worker_ids)
    posts = {pk: record.post_on(on) for pk, record in held.items()}
    senders = Senders({post.institution_id for post in posts.values() if post}, days, on)
    sheets: dict[int, Sheet] = {}
    for pk, record in held.items():
        post = posts[pk]
        unit_id = senders.unit(post.institution_id) if post else None
        unit = senders.sheet(unit_id) if unit_id is not None else {}
        primary = unit_id is not None and senders.is_primary_care(unit_id)
        sheets[pk] = whole_sheet(record, {*days, on}, unit, primary_care=primary)
    return sheets


def person_fact_names() -> frozenset[str]:
    """Return the facts of a person that the language says are fed; a test holds them against FEEDS."""
    return frozenset(name for name, fact in FACTS.items() if fact.subject is Subject.PERSON and fact.fed)
