"""Which days of an assignment are credited, by which clause, at what worth. Pure: clauses in, pieces out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from assignments.rules.adding import amount
from assignments.rules.lengths import Length, lasts
from assignments.rules.service import ONE, Line, Piece, Rule, Service, Stretch, Worth
from deploy_admin.policies.language.conditions import AsOf, OnDay
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import (
    EVER,
    SEGMENT_DAYS,
    Sheet,
    compile_condition,
    leaves,
    missing_facts,
)
from deploy_admin.policies.language.nodes import Duration
from deploy_admin.policies.language.service import Conversion
from deploy_admin.policies.language.types import PolicyDocument

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
_DAY = timedelta(days=1)
#: Under this day a sheet carries the facts of the assignment's first day.
FIRST_DAY = SEGMENT_DAYS - _DAY


def resolve(as_of: AsOf | None) -> date:
    """Return the day an as-of means in a condition on places: the days of the piece unless it says otherwise."""
    if isinstance(as_of, OnDay):
        return as_of.day
    return {"ever": EVER, "event": FIRST_DAY}.get(as_of or "", SEGMENT_DAYS)


def on_first_day(as_of: AsOf | None) -> date:
    """Return the day an as-of means in a condition on the person: the first day unless it says otherwise."""
    found = resolve(as_of)
    return FIRST_DAY if found == SEGMENT_DAYS else found


class Finding(NamedTuple):
    """What a clause says of a place: whether its days are credited, at which worths in order of preference."""

    credited: Truth
    worths: tuple[tuple[Worth, Duration | None], ...] = ()
    missing: tuple[str, ...] = ()


class Crediting:
    """One service clause, compiled once and asked of many places; it remembers what it said of each."""

    def __init__(self, rule: Rule, document: PolicyDocument) -> None:
        clause = rule.clause
        self.rule = rule
        self.clause = clause
        self.applies = compile_condition(clause.applies_to, document, on_first_day)
        self._at = compile_condition(clause.at, document, resolve)
        self._plain = Worth(rule)
        self._conversions = tuple(
            (each, compile_condition(each.when, document, resolve), self._worth(each)) for each in clause.conversions
        )
        self._said: dict[int, tuple[Sheet, Finding]] = {}
        places = [clause.at, *(each.when for each in clause.conversions)]
        #: The facts of places that are asked, and the fixed days for which they are.
        self.facts = frozenset(leaf.fact for node in places for leaf in leaves(node))
        self.person_facts = frozenset(leaf.fact for leaf in leaves(clause.applies_to))
        asked = {leaf.as_of for node in places for leaf in leaves(node)}
        self.asks_ever = "ever" in asked
        #: Whether a place is asked about as it was on the first day of the assignment.
        self.asks_first_day = "event" in asked
        self.days = frozenset(
            leaf.as_of.day
            for node in (*places, clause.applies_to)
            for leaf in leaves(node)
            if isinstance(leaf.as_of, OnDay)
        )

    def _worth(self, each: Conversion) -> Worth:
        key = (self.rule.policy, self.rule.clause_id, each.id) if each.cap_scope == "total" else None
        ratio = ONE if each.ratio is None else each.ratio
        return Worth(self.rule, each, ratio=ratio, cap=each.cap, cap_key=key)

    def said(self, sheet: Sheet) -> Finding:
        """Return what the clause says of service at such a place."""
        held = self._said.get(id(sheet))
        if held is None or held[0] is not sheet:
            held = self._said[id(sheet)] = sheet, self._find(sheet)
        return held[1]

    def _find(self, sheet: Sheet) -> Finding:
        credited = self._at(sheet)
        if credited is NO:
            return Finding(NO)
        missing = missing_facts(self.clause.at, sheet, resolve) if credited is UNKNOWN else ()
        if self.clause.reckoned_by == "duty_days" and self.clause.duty_days_per_month is None:
            credited, missing = UNKNOWN, (*missing, "duty_days_per_month")
        worths: list[tuple[Worth, Duration | None]] = []
        for conversion, when, worth in self._conversions:
            truth = when(sheet)
            if truth is NO:
                continue
            if truth is UNKNOWN:
                credited, missing = UNKNOWN, (*missing, *missing_facts(conversion.when, sheet, resolve))
            elif conversion.ratio is None:
                credited, missing = UNKNOWN, (*missing, f"conversion:{conversion.id}")
            worths.append((worth, conversion.minimum))
            if conversion.minimum is None:
                break
        return Finding(credited, (*worths, (self._plain, None)), tuple(dict.fromkeys(missing)))


class Passed(NamedTuple):
    """Days that are not credited, and why."""

    first: date
    last: date
    unit: int
    why: str
    missing: tuple[str, ...] = ()
    clause_id: str = ""


class Draft(NamedTuple):
    """What one line makes of an assignment."""

    pieces: tuple[Piece, ...]
    passed: tuple[Passed, ...]

    @property
    def term(self) -> Length:
        """What it comes to at the end."""
        return amount(self.pieces, lambda each: each.ends_on).length

    @property
    def unknown(self) -> tuple[Passed, ...]:
        return tuple(each for each in self.passed if each.missing)


def drafted(service: Service) -> Draft:
    """Return which days are credited by the line that is most favourable to the person; of equal ones the newest."""
    if len(service.lines) == 1:
        return _by_line(service, service.lines[0])
    if not service.lines:
        return _by_line(service, (None,) * len(service.stretches))
    drafts = [_by_line(service, line) for line in reversed(service.lines)]
    return max(drafts, key=lambda draft: (draft.term, len(draft.unknown)))


def _by_line(service: Service, line: Line) -> Draft:
    end = service.credited_until(service.ends_on)
    found: list[tuple[Stretch, date, Finding]] = []
    passed: list[Passed] = []
    for stretch, rule in zip(service.stretches, line, strict=True):
        last = min(stretch.last, end)
        if last < stretch.first:
            continue
        why, said = _why_not(stretch, rule)
        if said is None or said.credited is not YES:
            missing = said.missing if said is not None else ()
            passed.append(Passed(stretch.first, last, stretch.unit, why, missing, rule.clause.id if rule else ""))
        else:
            found.append((stretch, last, said))
    pieces = tuple(_worthed(service, found))
    return Draft(pieces, tuple(passed))


def _why_not(stretch: Stretch, rule: Crediting | None) -> tuple[str, Finding | None]:
    if rule is None:
        return "no_rule", None
    if rule.clause.full_time and not stretch.full_time:
        return "not_full_time", None
    said = rule.said(stretch.sheet)
    return ("place" if said.credited is NO else "unknown"), said


def _worthed(service: Service, found: Sequence[tuple[Stretch, date, Finding]]) -> Iterator[Piece]:
    """Yield the pieces with the first conversion that applies and whose run is long enough for it."""
    chosen = [0] * len(found)
    moved = True
    while moved:
        moved = False
        for run in _runs(found, chosen):
            first, last = found[run[0]][0].first, found[run[-1]][1]
            minimum = found[run[0]][2].worths[chosen[run[0]]][1]
            if minimum is not None and not lasts(first, last, minimum):
                for n in run:
                    chosen[n] += 1
                moved = True
    for n, (stretch, last, said) in enumerate(found):
        yield Piece(service, stretch.first, last, stretch.sheet, stretch.unit, said.worths[chosen[n]][0])


def _runs(found: Sequence[tuple[Stretch, date, Finding]], chosen: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for n, (stretch, _last, said) in enumerate(found):
        worth = said.worths[chosen[n]][0]
        if run:
            before = found[run[-1]]
            joined = before[2].worths[chosen[run[-1]]][0].alike == worth.alike and before[1] + _DAY == stretch.first
            if not joined:
                yield run
                run = []
        run.append(n)
    if run:
        yield run
