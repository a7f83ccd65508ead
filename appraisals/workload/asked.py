"""What workload is asked of each person of a sheet: what the month's clause names, and what stands on every sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from appraisals.workload.rules_of_month import MonthRules, Rule
from assignments.models import AssignmentMonth
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.policies.geography import Places
from deploy_admin.policies.language.month import Judged, MonthIndicator, SheetMeasure
from deploy_admin.registry.models import Indicator

_OF_THE_SHEET = frozenset(map(str, SheetMeasure))


@dataclass(frozen=True, slots=True)
class Asked:
    """One indicator asked of one person: by the clause of the month, or because it stands on every sheet."""

    indicator: Indicator
    #: The clause names it: a score waits for it. Otherwise it stands on every sheet.
    required: bool = False
    #: The unit gives points, with a reason; `judged_most` is None while the law leaves the cap open.
    is_judged: bool = False
    judged_most: Decimal | None = None
    reason_from: Decimal | None = None
    #: `policy#clause`; empty where no clause names it.
    clause: str = ""
    label_zh: str = ""
    label_en: str = ""

    @property
    def measure(self) -> str:
        """What a clause names it by."""
        return self.indicator.code

    @property
    def label(self) -> str:
        """The name in the language of the page: the clause's own, else the indicator's."""
        said = self.label_zh if speaks_chinese() else self.label_en
        return said or self.indicator.label

    @property
    def highest(self) -> Decimal:
        """What a value may be at most: judged points up to their cap."""
        if self.judged_most is None:
            return self.indicator.highest
        return min(self.judged_most, self.indicator.highest)

    def wants_reason(self, value: Decimal | None) -> bool:
        """Whether these judged points come with a reason."""
        if not self.is_judged or value is None:
            return False
        if self.reason_from is None or self.judged_most is None:
            return True
        return self.judged_most - value >= self.reason_from


def indicators_for(rows: Iterable[AssignmentMonth]) -> dict[int, list[Asked]]:
    """Return by row what is asked of it, in the order of the indicators. A constant number of queries."""
    return indicators_of(row.pk for row in rows)


def indicators_of(row_ids: Iterable[int], rules: MonthRules | None = None) -> dict[int, list[Asked]]:
    """Return the same for the ids of rows."""
    ids = list(row_ids)
    if not ids:
        return {}
    rules = rules or MonthRules.of(ids)
    held = _Indicators.read()
    alike: dict[Any, list[Asked]] = {}  # who is under the same clause at the same place is asked the same
    found = {}
    for pk in ids:
        if pk in rules.facts:
            key = _alike(pk, rules, held)
            if key not in alike:
                alike[key] = list(_asked(pk, rules, held))
            found[pk] = list(alike[key])
    return found


def _alike(pk: int, rules: MonthRules, held: _Indicators) -> Any:
    """Return what decides what is asked of a row: the row itself where the clause asks some of its people only."""
    rule = rules.rule(pk)
    if rule is not None and any(each.applies_to is not None for each in rule.clause.indicators):
        return pk
    clause = (rule.version_id, rule.clause_id) if rule is not None else None
    return clause, rules.division(pk), rules.category(pk) if held.of_some_kinds else ""


@dataclass
class _Indicators:
    """Every indicator by code, and where those of an authority hold."""

    by_code: Mapping[str, Indicator]
    core: tuple[Indicator, ...]
    areas: Mapping[int, frozenset[int]]
    #: Whether any of them is asked of some kinds of staff only.
    of_some_kinds: bool

    @classmethod
    def read(cls) -> _Indicators:
        rows = list(Indicator.objects.order_by("position", "code"))
        owned = {row.division_id for row in rows if row.division_id is not None}
        places = Places.load() if owned else None
        areas = {division: places.covered(division) for division in owned} if places else {}
        core = tuple(row for row in rows if row.is_core and row.is_active)
        of_some_kinds = any(row.staff_categories for row in rows)
        return cls({row.code: row for row in rows}, core, areas, of_some_kinds)

    def holds_in(self, indicator: Indicator, division: int | None) -> bool:
        owner = indicator.division_id
        return owner is None or division in self.areas[owner]


def _asked(pk: int, rules: MonthRules, held: _Indicators) -> Iterator[Asked]:
    rule = rules.rule(pk)
    division = rules.division(pk)
    found: dict[str, Asked] = {}
    if rule is not None:
        for each in _named(rule, pk, rules, held):
            found.setdefault(each.indicator.code, each)
    for indicator in held.core:
        if indicator.code not in found and held.holds_in(indicator, division) and _fits(indicator, pk, rules):
            found[indicator.code] = Asked(indicator)
    yield from sorted(found.values(), key=lambda each: (each.indicator.position, each.indicator.code))


def _fits(indicator: Indicator, pk: int, rules: MonthRules) -> bool:
    """Whether it is asked of this kind of staff; of whom nobody knows the kind, everything is."""
    if not indicator.staff_categories:
        return True
    category = rules.category(pk)
    return not category or category in indicator.staff_categories


def _named(rule: Rule, pk: int, rules: MonthRules, held: _Indicators) -> Iterator[Asked]:
    """Yield what the clause names. What is only shown is not asked of other kinds of staff; what scores is."""
    clause = rule.clause
    where = f"{rule.policy}#{rule.clause_id}"

    def asked(measure: str, said: MonthIndicator | None = None) -> Iterator[Asked]:
        indicator = None if measure in _OF_THE_SHEET else held.by_code.get(measure)
        if indicator is None:
            return
        judged: Judged | None = said.judged if said else None
        yield Asked(
            indicator,
            required=True,
            is_judged=judged is not None,
            judged_most=judged.most if judged else None,
            reason_from=judged.reason_from if judged else None,
            clause=where,
            label_zh=(said.label_zh or "") if said else "",
            label_en=(said.label_en or "") if said else "",
        )

    for each in clause.indicators:
        if not rules.asks(pk, each):
            continue
        for found in asked(each.measure, each):
            if each.form is not None or _fits(found.indicator, pk, rules):
                yield found
        if each.share_of is not None:
            yield from asked(each.share_of)
    for item in clause.deductions.items if clause.deductions else ():
        yield from asked(item.measure)
    for veto in clause.veto:
        yield from asked(veto.measure)
