"""What a reviewer should look at in workload: missing, unusual, unchanged, said otherwise, without a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appraisals.models import Workload
from appraisals.rules.written import plain
from appraisals.workload.asked import Asked, indicators_of
from appraisals.workload.usual import usual_ranges
from assignments.models import AssignmentMonth
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.months import Month

#: A month of so many values above zero, all the same as the month before, is worth a look; fewer repeat by chance.
ALIKE_LEAST = 3

SENTENCES: dict[str, Promise] = {
    "workload_missing": _("Not entered: %(indicators)s."),
    "workload_unusual": _("%(indicator)s: %(value)s, usually %(low)s to %(high)s."),
    "workload_unchanged": _("The workload is the same as in %(month)s."),
    "workload_said_differs": _("%(indicator)s: the person entered %(said)s, the unit %(value)s."),
    "judged_without_reason": _("%(indicator)s: points without a reason."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, as a code and what its sentence needs; names of indicators in both languages."""

    code: str
    row_id: int
    params: dict[str, Any] = field(default_factory=dict)


def sentence(finding: Finding) -> str:
    """Return the finding in the reader's language."""
    lang = "zh" if speaks_chinese() else "en"
    said = {key: value[lang] if isinstance(value, Mapping) else value for key, value in finding.params.items()}
    return str(SENTENCES[finding.code]) % said


def findings(sheet_ids: Collection[int]) -> dict[int, list[Finding]]:
    """Return by sheet what its workload shows; sheets without anything are left out. A constant number of queries."""
    rows = list(AssignmentMonth.objects.filter(sheet__in=list(sheet_ids)).order_by("sheet_id", "pk"))
    asked = indicators_of(row.pk for row in rows)
    usual = usual_ranges(rows, asked)
    held = _values([row.pk for row in rows])
    before = _before(rows)
    found: dict[int, list[Finding]] = defaultdict(list)
    for row in rows:
        own = held.get(row.pk, {})
        there = asked.get(row.pk, [])
        found[row.sheet_id] += _missing(row, there, own)
        for each in there:
            value = own.get(each.indicator.code)
            if value is None or value.value is None:
                continue
            if (range_ := usual.get((row.pk, each.indicator.code))) is not None and not range_.holds(value.value):
                params = {**_named(each), "value": plain(value.value)}
                params |= {"low": plain(range_.low), "high": plain(range_.high)}
                found[row.sheet_id].append(Finding("workload_unusual", row.pk, params))
            if value.said is not None and value.said != value.value:
                params = {**_named(each), "said": plain(value.said), "value": plain(value.value)}
                found[row.sheet_id].append(Finding("workload_said_differs", row.pk, params))
            if each.wants_reason(value.value) and not value.reason:
                found[row.sheet_id].append(Finding("judged_without_reason", row.pk, _named(each)))
        found[row.sheet_id] += _unchanged(row, own, before)
    return {sheet: them for sheet, them in found.items() if them}


def _missing(row: AssignmentMonth, asked: list[Asked], own: Mapping[str, Workload]) -> list[Finding]:
    """Name what the clause asks and nobody entered: once for each person, however many indicators."""
    without = [each for each in asked if each.required and not _has(own.get(each.indicator.code))]
    if not without:
        return []
    names = {
        "zh": "、".join(each.label_zh or each.indicator.label_zh for each in without),
        "en": ", ".join(each.label_en or each.indicator.label_en for each in without),
    }
    return [Finding("workload_missing", row.pk, {"indicators": names})]


def _has(value: Workload | None) -> bool:
    return value is not None and value.value is not None


def _named(asked: Asked) -> dict[str, Any]:
    indicator = asked.indicator
    return {
        "indicator": {"zh": asked.label_zh or indicator.label_zh, "en": asked.label_en or indicator.label_en},
        "code": indicator.code,
    }


def _unchanged(
    row: AssignmentMonth, own: Mapping[str, Workload], before: Mapping[tuple[int, date], Mapping[str, Decimal]]
) -> list[Finding]:
    last = before.get((row.assignment_id, Month(row.month).previous.first))
    now = {code: value.value for code, value in own.items() if value.value is not None}
    telling = sum(1 for value in now.values() if value)
    if last is None or telling < ALIKE_LEAST or now != last:
        return []
    return [Finding("workload_unchanged", row.pk, {"month": str(Month(row.month).previous)})]


def _values(row_ids: list[int]) -> dict[int, dict[str, Workload]]:
    found: dict[int, dict[str, Workload]] = defaultdict(dict)
    for value in Workload.objects.filter(row__in=row_ids).for_list():
        found[value.row_id][value.indicator.code] = value
    return found


def _before(rows: list[AssignmentMonth]) -> dict[tuple[int, date], dict[str, Decimal]]:
    """Return by assignment and month the values of the months before these."""
    found: dict[tuple[int, date], dict[str, Decimal]] = defaultdict(dict)
    wanted = {(row.assignment_id, Month(row.month).previous.first) for row in rows}
    values = Workload.objects.filter(
        row__assignment__in={assignment for assignment, _month in wanted},
        row__month__in={month for _assignment, month in wanted},
        value__isnull=False,
    ).order_by()
    told = values.values_list("row__assignment_id", "row__month", "indicator__code", "value")
    for assignment, month, code, value in told:
        if (assignment, month) in wanted:
            found[assignment, month][code] = value
    return found
