"""Which month clause holds for each person of a sheet, and of whom it asks what: set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from assignments.facts import person_sheets
from assignments.models import AssignmentMonth
from deploy_admin.people.models import Employment
from deploy_admin.policies.language.conditions import AsOf, ConditionNode, OnDay
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import EVER, Judge, Sheet, compile_condition
from deploy_admin.policies.language.month import MonthIndicator, MonthRule
from deploy_admin.policies.layering import MONTH, GoverningClause
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import AtPost, Choice
from deploy_admin.registry.models import InstitutionProfile

Rule = GoverningClause[MonthRule]


class Facts(NamedTuple):
    """One person's month, as far as the choice of a clause needs it; the names are the columns'."""

    pk: int
    month: date
    sheet_id: int
    institution_id: int
    assignment_id: int
    worker_id: int
    scheme: str
    speciality: str
    full_time: bool


_COLUMNS = (
    "pk", "month", "sheet_id", "sheet__institution_id", "assignment_id", "assignment__worker_id",
    "assignment__scheme", "assignment__speciality", "assignment__full_time",
)  # fmt: skip


def facts_of(row_ids: Iterable[int]) -> dict[int, Facts]:
    """Return the facts of these months by row. One query."""
    rows = AssignmentMonth.objects.filter(pk__in=set(row_ids)).order_by().values_list(*_COLUMNS)
    return {row[0]: Facts(*row) for row in rows}


@dataclass
class MonthRules:
    """The clauses for some months, with everything their conditions ask, read once."""

    facts: Mapping[int, Facts]
    held: AtPost

    @classmethod
    def of(cls, row_ids: Iterable[int], *, held: AtPost | None = None) -> MonthRules:
        """Read what is needed for these rows."""
        return cls(facts_of(row_ids), held or governing.at_post())

    def __post_init__(self) -> None:
        self._found: dict[int, Rule | None] = {}
        self._judges: dict[tuple[int, str, str, date], Judge] = {}
        self._sheets: dict[date, dict[int, Sheet]] = {}
        self._categories: dict[date, dict[int, str]] = {}

    def rule(self, row_id: int) -> Rule | None:
        """Return the clause that measures the month: of several topics the nearest, then the first by its name."""
        if row_id not in self._found:
            self._found[row_id] = self._chosen(self.facts[row_id])
        return self._found[row_id]

    def asks(self, row_id: int, indicator: MonthIndicator) -> bool:
        """Whether the clause asks this indicator of the person; what cannot be told counts as yes."""
        rule = self.rule(row_id)
        return rule is not None and self._holds(rule, indicator.id, indicator.applies_to, self.facts[row_id])

    def sheet(self, row_id: int) -> Sheet:
        """Return the facts that conditions ask of the month."""
        return self._sheet(self.facts[row_id])

    @property
    def is_conditional(self) -> bool:
        """Whether any clause speaks of some people only."""
        return self._is_conditional

    def division(self, row_id: int) -> int | None:
        """Return the division in which the receiving unit stood on the first day."""
        facts = self.facts[row_id]
        return self._places.get((facts.institution_id, facts.month))

    def category(self, row_id: int) -> str:
        """Return the person's staff category in the month; empty where nobody entered it."""
        facts = self.facts[row_id]
        if facts.month not in self._categories:
            self._categories[facts.month] = _categories(self._workers(facts.month), facts.month)
        return self._categories[facts.month].get(facts.worker_id, "")

    @cached_property
    def _places(self) -> dict[tuple[int, date], int]:
        wanted = {(each.institution_id, each.month) for each in self.facts.values()}
        units = {unit for unit, _month in wanted}
        held: dict[int, list[tuple[date, int]]] = defaultdict(list)
        rows = InstitutionProfile.objects.filter(institution__in=units).order_by("institution_id", "valid_from")
        for unit, first, division in rows.values_list("institution_id", "valid_from", "division_id"):
            held[unit].append((first, division))
        found = {}
        for unit, month in wanted:
            if spans := held.get(unit):
                # Before the first profile stands the first one: the unit that opens within the month.
                found[unit, month] = next((div for first, div in reversed(spans) if first <= month), spans[0][1])
        return found

    def _chosen(self, facts: Facts) -> Rule | None:
        division = self._places.get((facts.institution_id, facts.month))
        if division is None:
            return None
        applies: Callable[[Rule], bool] | None = None
        if self._is_conditional:
            applies = lambda rule: self._holds(rule, "", rule.clause.applies_to, facts)  # noqa: E731
        found = self.held.rules(MONTH, facts.scheme, division, facts.month, facts.month, applies)
        # A month's rule is the one of its first day for everybody: the newest way, where several would hold.
        rules = [each for rule in found for each in (rule.new if isinstance(rule, Choice) else (rule,))]
        return min(rules, key=lambda rule: (-rule.nearness, rule.clause_id, rule.policy), default=None)

    @cached_property
    def _is_conditional(self) -> bool:
        return any(
            rule.applies_to is not None for version in self.held.versions.values() for rule in version.document.month
        )

    def _holds(self, rule: Rule, part: str, node: ConditionNode | None, facts: Facts) -> bool:
        if node is None:
            return True
        key = rule.version_id, rule.clause_id, part, facts.month
        if key not in self._judges:
            self._judges[key] = compile_condition(node, self.held.document(rule), asked_on(facts.month))
        return self._judges[key](self._sheet(facts)) is not Truth.NO

    def _sheet(self, facts: Facts) -> Sheet:
        """Return the facts of person, sending unit and posting on the first day of the month."""
        day = facts.month
        if day not in self._sheets:
            self._sheets[day] = dict(person_sheets(self._workers(day), [day], day))
        sheet = self._sheets[day].get(facts.worker_id, {})
        return {**sheet, day: {**sheet.get(day, {}), "full_time": facts.full_time}}

    def _workers(self, month: date) -> set[int]:
        return {each.worker_id for each in self.facts.values() if each.month == month}


def asked_on(first: date) -> Callable[[AsOf | None], date]:
    """Return which day a condition of a month is asked on."""

    def resolve(as_of: AsOf | None) -> date:
        if isinstance(as_of, OnDay):
            return as_of.day
        return EVER if as_of == "ever" else first

    return resolve


def _categories(worker_ids: Collection[int], day: date) -> dict[int, str]:
    rows = Employment.objects.on(day).filter(worker__in=worker_ids).exclude(staff_category="").order_by()
    return dict(rows.values_list("worker_id", "staff_category"))
