"""What the rules at the post rest on, read once for many assignments: their pieces, places, calendar and clauses."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from assignments.facts import person_sheets
from assignments.models import Segment
from assignments.rules.duty import Duty
from deploy_admin.policies.language.conditions import AsOf, OnDay
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import EVER, Judge, Sheet, compile_condition
from deploy_admin.policies.layering import C, GoverningClause, Section
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import AtPost, Choice
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import InstitutionProfile
from deploy_admin.workdays import WorkCalendar


class Row(NamedTuple):
    """One assignment as the end of its term is reckoned from it; the names are the columns'."""

    pk: int
    worker_id: int
    scheme: str
    receiving_unit_id: int
    full_time: bool
    roster_pattern: str
    starts_on: date
    term_months: int
    term_days: int
    granted_days: int
    ended_on: date | None
    term_ends_on: date
    ends_on: date
    extended_days: int


class Ground:
    """The rules, the calendar and the places of some assignments: a constant number of queries for any number.

    Where a clause says of whom it speaks, people's records are read besides, once for each first day.
    """

    def __init__(
        self, rows: Collection[Row], *, held: AtPost | None = None, calendar: WorkCalendar | None = None
    ) -> None:
        self.held = held or governing.at_post()
        self.calendar = calendar or work_calendar()
        self._pieces = _pieces([row.pk for row in rows])
        units = {row.receiving_unit_id for row in rows} | {unit for held in self._pieces.values() for _, unit in held}
        self._places = _places(units)
        self._duties: dict[str, Duty] = {}
        self._together: dict[date, list[int]] = defaultdict(list)
        for row in rows:
            self._together[row.starts_on].append(row.worker_id)
        self._sheets: dict[date, dict[int, Sheet]] = {}
        self._judges: dict[tuple[int, str, date], Judge] = {}
        self._conditional: dict[int, bool] = {}
        self._ways: dict[int, tuple[Any, Any]] = {}

    def duty(self, pattern: str) -> Duty:
        """Return the duty days of a roster pattern."""
        if pattern not in self._duties:
            self._duties[pattern] = Duty(pattern, self.calendar)
        return self._duties[pattern]

    def unit(self, row: Row, day: date) -> int:
        """Return where the person serves on the day; before the first piece where it begins."""
        pieces = self._pieces.get(row.pk)
        return _standing(pieces, day) if pieces else row.receiving_unit_id

    def division(self, row: Row, day: date) -> int | None:
        """Return the division in which the receiving unit of the day stands."""
        places = self._places.get(self.unit(row, day))
        return _standing(places, day) if places else None

    def rules(
        self, section: Section[C], row: Row, day: date
    ) -> tuple[tuple[tuple[GoverningClause[C], ...], ...], ...]:
        """Return topic by topic what holds for the person on the day: one way, or those to choose among."""
        division = self.division(row, day)
        if division is None:
            return ()
        applies = self._speaks_of(row) if self._is_conditional(section) else None
        found = self.held.rules(section, row.scheme, division, day, row.starts_on, applies)
        if applies is not None:
            return tuple(_ways(rule) for rule in found)
        # Without conditions the same answer is the same object each time.
        if id(found) not in self._ways:
            self._ways[id(found)] = found, tuple(_ways(rule) for rule in found)
        ways: tuple[tuple[tuple[GoverningClause[C], ...], ...], ...] = self._ways[id(found)][1]
        return ways

    def _is_conditional(self, section: Section[Any]) -> bool:
        key = id(section)
        if key not in self._conditional:
            self._conditional[key] = any(
                clause.applies_to is not None
                for version in self.held.versions.values()
                for clause in section.clauses(version.document)
            )
        return self._conditional[key]

    def _speaks_of(self, row: Row) -> Callable[[GoverningClause[Any]], bool]:
        return lambda rule: rule.clause.applies_to is None or self._judge(rule, row)(self._sheet(row)) is not Truth.NO

    def _judge(self, rule: GoverningClause[Any], row: Row) -> Judge:
        key = rule.version_id, rule.clause_id, row.starts_on
        if key not in self._judges:
            document = self.held.document(rule)
            self._judges[key] = compile_condition(rule.clause.applies_to, document, _asked_on(row.starts_on))
        return self._judges[key]

    def _sheet(self, row: Row) -> Sheet:
        """Return the facts of person, sending unit and piece on the first day."""
        if row.starts_on not in self._sheets:
            people = set(self._together[row.starts_on]) | {row.worker_id}
            self._sheets[row.starts_on] = dict(person_sheets(people, [row.starts_on], row.starts_on))
        sheet = self._sheets[row.starts_on].get(row.worker_id, {})
        return {**sheet, row.starts_on: {**sheet.get(row.starts_on, {}), "full_time": row.full_time}}


def _ways(rule: Any) -> tuple[tuple[Any, ...], ...]:
    return rule.ways if isinstance(rule, Choice) else ((rule,),)


def _asked_on(first: date) -> Callable[[AsOf | None], date]:
    def resolve(as_of: AsOf | None) -> date:
        if isinstance(as_of, OnDay):
            return as_of.day
        return EVER if as_of == "ever" else first

    return resolve


def _standing(held: list[tuple[date, int]], day: date) -> int:
    """Return what holds on the day; before the first, the first."""
    return held[max(bisect_right(held, day, key=lambda each: each[0]) - 1, 0)][1]


def _pieces(ids: list[int]) -> dict[int, list[tuple[date, int]]]:
    rows = Segment.objects.filter(assignment__in=ids).order_by("assignment_id", "valid_from")
    return _grouped(rows.values_list("assignment_id", "valid_from", "receiving_unit_id"))


def _places(units: Collection[int]) -> dict[int, list[tuple[date, int]]]:
    rows = InstitutionProfile.objects.filter(institution__in=list(units)).order_by("institution_id", "valid_from")
    return _grouped(rows.values_list("institution_id", "valid_from", "division_id"))


def _grouped(rows: Iterable[tuple[int, date, int]]) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for owner, first, value in rows:
        found[owner].append((first, value))
    return dict(found)
