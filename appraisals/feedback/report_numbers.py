"""The numbers of a situation report: people, attendance, work of whole months, beside as many months before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from appraisals.feedback.values import Told, exact
from appraisals.models import ReleasedScore, Workload
from assignments.models import AssignmentMonth, MonthSheet
from assignments.states import SHEET_HANDED_IN
from deploy_admin.months import Month, add_months
from deploy_admin.registry.models import Indicator

#: What a sheet tells, in order: key, Chinese and English name, unit.
DAYS = (
    ("people", "在岗人员", "People at the post", "人", "people"),
    ("duty", "应出勤", "Days asked for", "人日", "person-days"),
    ("attended", "实际出勤", "Days at the post", "人日", "person-days"),
    ("leave", "请假", "Days of leave", "人日", "person-days"),
    ("absent", "旷工", "Days of unapproved absence", "人日", "person-days"),
)
NEW_TECHNIQUES = "new_techniques"
_HALVES = {"attended": "attended_halves", "leave": "leave_halves", "absent": "absent_halves"}


@dataclass
class Sums:
    """What some months add up to."""

    people: set[int] = field(default_factory=set)
    days: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    workload: dict[str, Decimal] = field(default_factory=dict)

    def add(self, assignment_id: int, days: Mapping[str, Decimal], workload: Mapping[str, Decimal]) -> None:
        """Add one person's month."""
        self.people.add(assignment_id)
        for key in ("duty", *_HALVES):
            self.days[key] += days.get(key, Decimal(0))
        for code, value in workload.items():
            self.workload[code] = self.workload.get(code, Decimal(0)) + value

    def value(self, key: str) -> Decimal | None:
        """Return one of the numbers; nothing where there was nobody."""
        if not self.people:
            return None
        return Decimal(len(self.people)) if key == "people" else self.days[key]


def months_of(first: date, last: date) -> list[Month]:
    """Return the months from the first to the last."""
    found = [Month.of(first)]
    while found[-1].first < last:
        found.append(found[-1].next)
    return found


def before(first: date, last: date) -> tuple[date, date]:
    """Return as many months just before."""
    count = len(months_of(first, last))
    return add_months(first, -count), add_months(last, -count)


def numbers(institution_id: int, first: date, last: date) -> dict[str, Any]:
    """Return the numbers as the months stand: handed in as entered, released as released. Plain JSON, exact text.

    `missing` are months of these that have a sheet which is not handed in: what it holds is not counted.
    """
    earlier, until = before(first, last)
    months = months_of(first, last)
    now, was = _sums(institution_id, first, last), _sums(institution_id, earlier, until)
    sheets = MonthSheet.objects.filter(institution=institution_id, month__range=(first, last))
    states = dict(sheets.values_list("month", "state"))
    lines = [
        {
            "code": key,
            "zh": zh,
            "en": en,
            "unit_zh": unit_zh,
            "unit_en": unit_en,
            **_pair(now.value(key), was.value(key)),
        }
        for key, zh, en, unit_zh, unit_en in DAYS
    ]
    lines += [
        {
            "code": indicator.code,
            "zh": indicator.label_zh,
            "en": indicator.label_en,
            "unit_zh": indicator.unit_zh,
            "unit_en": indicator.unit_en,
            **_pair(now.workload.get(indicator.code), was.workload.get(indicator.code)),
        }
        for indicator in _indicators({*now.workload, *was.workload})
    ]
    return {
        "months": [str(month) for month in months],
        "before": [str(Month.of(earlier)), str(Month.of(until))],
        "missing": [str(month) for month in months if states.get(month.first) not in SHEET_HANDED_IN],
        "lines": lines,
    }


def differences(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str, str]]:
    """Return every number that is another one now: its line, what was reported, what the months say."""
    lines = {line["code"]: line for line in now["lines"]}
    found = []
    for line in frozen["lines"]:
        value = lines.pop(line["code"], {}).get("value")
        if value != line["value"]:
            found.append((line, line["value"] or "—", value or "—"))
    return found + [(line, "—", line["value"]) for line in lines.values() if line["value"] is not None]


def _sums(institution_id: int, first: date, last: date) -> Sums:
    """Add up what is handed in. Three queries."""
    rows = list(
        AssignmentMonth.objects.filter(
            sheet__institution=institution_id, month__range=(first, last), sheet__state__in=SHEET_HANDED_IN
        ).values("pk", "assignment_id", "duty_days", *_HALVES.values())
    )
    ids = [row["pk"] for row in rows]
    released = _released(ids)
    live = _workload(pk for pk in ids if pk not in released)
    sums = Sums()
    for row in rows:
        told = released.get(row["pk"])
        if told is not None:
            sums.add(row["assignment_id"], told.days, told.workload)
            continue
        days = {key: Decimal(row[column]) / 2 for key, column in _HALVES.items()}
        sums.add(row["assignment_id"], days | {"duty": Decimal(row["duty_days"])}, live.get(row["pk"], {}))
    return sums


def _released(row_ids: Sequence[int]) -> dict[int, Told]:
    scores = ReleasedScore.objects.standing().filter(row__in=row_ids).defer("explanation")
    return {score.row_id: Told.of(score) for score in scores}


def _workload(row_ids: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = Workload.objects.filter(row__in=list(row_ids), value__isnull=False).annotate(code=F("indicator__code"))
    for row, code, value in rows.values_list("row_id", "code", "value"):
        found[row][code] = value
    return found


def _indicators(codes: set[str]) -> list[Any]:
    """Return these indicators in the order of the register; new techniques stand there even where there are none."""
    return list(Indicator.objects.filter(code__in={*codes, NEW_TECHNIQUES}).order_by("position", "code"))


def _pair(now: Decimal | None, was: Decimal | None) -> dict[str, Any]:
    change = exact(now - was) if now is not None and was is not None else None
    if change is not None and now is not None and was is not None and now > was:
        change = f"+{change}"
    return {
        "value": exact(now) if now is not None else None,
        "before": exact(was) if was is not None else None,
        "change": change,
    }
