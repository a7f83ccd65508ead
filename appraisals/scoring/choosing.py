"""Which clause scores which month, compiled once, with what it asks besides the values: groups, history, duty days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from appraisals.rules.month_score import Contradiction, Facts, Scorer, compile_rule
from appraisals.scoring.reading import Months, Row
from appraisals.workload import rules_of_month
from appraisals.workload.rules_of_month import MonthRules, Rule
from assignments.models import RosterCycle
from assignments.rules.attendance import ON_DUTY, rostered
from assignments.rules.duty import SHIFT
from deploy_admin.months import Month
from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import Judge, compile_condition, missing_facts
from deploy_admin.policies.language.month import MonthRule
from deploy_admin.policies.services.at_post import AtPost
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import InstitutionProfile

_WHOLE = Facts()
Judges = Mapping[str, tuple[ConditionNode, Judge]]


class Scoring:
    """One clause ready to score: compiled, with what has to be read for it."""

    def __init__(self, rule: Rule, held: AtPost) -> None:
        clause: MonthRule = rule.clause
        self.rule, self.clause = rule, clause
        self.version_id, self.clause_id = rule.version_id, rule.clause_id
        try:
            self.scorer: Scorer | None = compile_rule(clause)
        except Contradiction:
            self.scorer = None
        self.groups = self.scorer.groups if self.scorer else frozenset()
        self.history = self.scorer.history if self.scorer else {}
        self.measures = clause.measures
        self.pro_rata = clause.partial_month == "pro_rata_duty_days" and any(
            each.target is not None and each.weight is not None for each in clause.indicators
        )
        self._document = held.document(rule)
        self._judges: dict[date, Judges] = {}
        self._conditions = [(each.id, each.applies_to) for each in clause.indicators if each.applies_to is not None]
        if clause.applies_to is not None:
            self._conditions.append(("", clause.applies_to))
        self.has_conditions = bool(self._conditions)
        #: Nothing is asked but values and duty days.
        self.is_plain = not (self._conditions or self.groups or self.history)

    def answers(self, month: date, sheet: Any) -> dict[str, tuple[Truth, tuple[str, ...]]]:
        """Return for each condition by indicator (the clause's own by "") its answer and what is not known."""
        if month not in self._judges:
            asked = rules_of_month.asked_on(month)
            self._judges[month] = {
                name: (node, compile_condition(node, self._document, asked)) for name, node in self._conditions
            }
        found = {}
        for name, (node, judge) in self._judges[month].items():
            truth = judge(sheet)
            missing = missing_facts(node, sheet, rules_of_month.asked_on(month)) if truth is Truth.UNKNOWN else ()
            found[name] = truth, missing
        return found


class Choosing:
    """The clauses for the months of one pass; what governs was read once, when it was made."""

    def __init__(self, held: AtPost) -> None:
        self.held = held
        self._compiled: dict[tuple[int, str], Scoring] = {}
        self._chosen: dict[tuple[str, int, date], Scoring | None] = {}
        self._whole: dict[Any, int] = {}
        self._calendar = work_calendar()
        self._is_conditional = any(
            rule.applies_to is not None for version in held.versions.values() for rule in version.document.month
        )

    def of(self, rule: Rule) -> Scoring:
        """Return the clause compiled."""
        key = rule.version_id, rule.clause_id
        if key not in self._compiled:
            self._compiled[key] = Scoring(rule, self.held)
        return self._compiled[key]

    def choose(self, months: Months) -> Iterator[tuple[Row, Scoring | None, Facts]]:
        """Yield each row with the clause that scores it and what the clause asks besides the values."""
        chosen = self._scorings(months.rows)
        pairs = list(zip(months.rows, chosen, strict=True))
        asking = [(row, scoring) for row, scoring in pairs if scoring is not None and not scoring.is_plain]
        rules = MonthRules({row.id: _asked(row) for row, _scoring in asking}, self.held)
        cycles = _cycles(row for row, scoring in pairs if _is_part(row, scoring) and row.roster_pattern == SHIFT)
        kinds = _kinds({row.institution_id for row, held in asking if "receiving_kind" in held.groups})
        history = _History([(row, held) for row, held in asking if held.history])
        missed = months.missed
        for row, scoring in pairs:
            if scoring is None:
                yield row, None, _WHOLE
                continue
            part = self._part(row, cycles.get(row.assignment_id, ())) if _is_part(row, scoring) else None
            if scoring.is_plain and part is None and row.id not in missed:
                yield row, scoring, _WHOLE
                continue
            lacking = months.lacking(row)
            answers = scoring.answers(row.month, rules.sheet(row.id)) if scoring.has_conditions else {}
            lacking |= {f"applies:{name}": missing for name, (_truth, missing) in answers.items() if missing}
            groups = {name: _group(name, row, rules, kinds) for name in sorted(scoring.groups)}
            applies = {name: truth for name, (truth, _missing) in answers.items()}
            yield row, scoring, Facts(part, groups, history.of(row, scoring), applies, lacking)

    def _scorings(self, rows: Sequence[Row]) -> list[Scoring | None]:
        """Return the clause of each row; where no clause speaks of some people only, once per scheme and unit."""
        if self._is_conditional:
            rules = MonthRules({row.id: _asked(row) for row in rows}, self.held)
            return [None if (rule := rules.rule(row.id)) is None else self.of(rule) for row in rows]
        keys = [(row.scheme, row.institution_id, row.month) for row in rows]
        unmet = {key: row for key, row in zip(keys, rows, strict=True) if key not in self._chosen}
        rules = MonthRules({row.id: _asked(row) for row in unmet.values()}, self.held)
        for key, row in unmet.items():
            rule = rules.rule(row.id)
            self._chosen[key] = None if rule is None else self.of(rule)
        return [self._chosen[key] for key in keys]

    def _part(self, row: Row, cycles: Any) -> tuple[int, int | None] | None:
        key = row.month, row.roster_pattern, cycles
        if key not in self._whole:
            cells = rostered(Month(row.month), row.roster_pattern, self._calendar, cycles)
            self._whole[key] = sum(cell in ON_DUTY for cell in cells)
        whole = self._whole[key]
        return None if whole == row.duty_days else (row.duty_days, whole)


def _is_part(row: Row, scoring: Scoring | None) -> bool:
    return scoring is not None and row.is_partial and scoring.pro_rata


def _asked(row: Row) -> rules_of_month.Facts:
    return rules_of_month.Facts(
        row.id, row.month, row.sheet_id, row.institution_id, row.assignment_id, row.worker_id, row.scheme,
        row.speciality, row.full_time,
    )  # fmt: skip


def _group(name: str, row: Row, rules: MonthRules, kinds: Mapping[int, list[tuple[date, str]]]) -> str | None:
    if name == "speciality":
        return row.speciality or None
    if name == "staff_category":
        return rules.category(row.id) or None
    held = kinds.get(row.institution_id, [])
    # As the division: before the first profile stands the first one.
    return next((kind for first, kind in reversed(held) if first <= row.month), held[0][1] if held else "") or None


def _kinds(units: Collection[int]) -> dict[int, list[tuple[date, str]]]:
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    if units:
        rows = InstitutionProfile.objects.filter(institution__in=units).order_by("institution_id", "valid_from")
        for unit, first, kind in rows.values_list("institution_id", "valid_from", "kind"):
            found[unit].append((first, kind))
    return found


def _cycles(rows: Iterator[Row]) -> dict[int, tuple[tuple[date, tuple[str, ...]], ...]]:
    wanted = {row.assignment_id for row in rows}
    found: dict[int, list[tuple[date, tuple[str, ...]]]] = defaultdict(list)
    if wanted:
        held = RosterCycle.objects.filter(assignment__in=wanted).order_by("assignment_id", "valid_from")
        for assignment, first, cells in held.values_list("assignment_id", "valid_from", "cells"):
            found[assignment].append((first, tuple(cells)))
    return {assignment: tuple(each) for assignment, each in found.items()}


class _History:
    """Earlier months of the people whose clause asks for them: each month's values, of several rows together."""

    def __init__(self, asking: Collection[tuple[Row, Scoring]]) -> None:
        self._held: dict[tuple[int, str], list[tuple[date, Decimal]]] = {}
        if not asking:
            return
        measures = {measure for _row, scoring in asking for measure in scoring.history}
        before = Months.before({row.worker_id for row, _ in asking}, max(row.month for row, _ in asking))
        for measure in measures:
            for worker, month, value in _per_month(before, measure):
                self._held.setdefault((worker, measure), []).append((month, value))

    def of(self, row: Row, scoring: Scoring) -> dict[str, tuple[Decimal, ...]]:
        """Return by measure the values of the months before the row's, the latest first, as many as are asked."""
        return {
            measure: tuple(
                value for month, value in self._held.get((row.worker_id, measure), ()) if month < row.month
            )[:most]
            for measure, most in scoring.history.items()
        }


def _per_month(before: Months, measure: str) -> Iterator[tuple[int, date, Decimal]]:
    """Yield the value of each person's month, the latest first; a month of which something is unknown has none."""
    sums: dict[tuple[int, date], Decimal | None] = {}
    for row in before.rows:
        key = row.worker_id, row.month
        text, held = before.text(row, measure), sums.get(key, Decimal(0))
        sums[key] = None if text is None or held is None else held + Decimal(text)
    for (worker, month), value in sorted(sums.items(), key=lambda each: each[0], reverse=True):
        if value is not None:
            yield worker, month, value
