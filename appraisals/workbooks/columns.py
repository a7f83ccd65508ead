"""The columns of a month's workbook: who, a cell for each day, the counts of work asked at this unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from appraisals.rules.written import plain
from appraisals.workbooks.signs import sign_of
from appraisals.workload.asked import Asked
from assignments.rules.attendance_codes import CELLS
from deploy_admin.jobs.importing.columns import Column, Type, speaks_chinese
from deploy_admin.months import Month

NUMBER, NAME, SENDER = "assignment", "name", "sending_unit"
_DAY, _COUNT, _REASON = "d", "w:", "r:"


@dataclass(frozen=True)
class DayColumn(Column):
    """One day of the month, shown by the signs that people write."""

    def shown(self, value: Any) -> str:
        return sign_of(value, zh=speaks_chinese()) if value in CELLS else str(value or "")


@dataclass(frozen=True)
class CountColumn(Column):
    """One count of work, shown as people write numbers."""

    def shown(self, value: Any) -> str:
        try:
            return plain(Decimal(str(value))) if value not in (None, "") else ""
        except InvalidOperation:
            return str(value)


@dataclass(frozen=True, slots=True)
class Heading:
    """One indicator of the workbook: asked of somebody at the unit, by its code."""

    code: str
    label_zh: str
    label_en: str
    unit_zh: str
    unit_en: str
    is_judged: bool = False
    decimals: int = 0

    @classmethod
    def of(cls, asked: Asked) -> Heading:
        """Return the heading of what is asked."""
        each = asked.indicator
        return cls(
            each.code,
            asked.label_zh or each.label_zh,
            asked.label_en or each.label_en,
            each.unit_zh,
            each.unit_en,
            asked.is_judged,
            each.decimals,
        )


def headings(asked: Iterable[Iterable[Asked]]) -> tuple[Heading, ...]:
    """Return every indicator that is asked of anybody, once, in their order; judged where it is of anybody."""
    found: dict[str, tuple[int, Heading]] = {}
    for them in asked:
        for each in them:
            code = each.indicator.code
            if code not in found or (each.is_judged and not found[code][1].is_judged):
                found[code] = each.indicator.position, Heading.of(each)
    return tuple(heading for _code, (_at, heading) in sorted(found.items(), key=lambda item: (item[1][0], item[0])))


def day_key(day: int) -> str:
    """Return the key of a day's column."""
    return f"{_DAY}{day}"


def count_key(code: str) -> str:
    """Return the key of an indicator's column."""
    return f"{_COUNT}{code}"


def reason_key(code: str) -> str:
    """Return the key of the column with the reason of judged points."""
    return f"{_REASON}{code}"


def columns_for(month: Month, indicators: Sequence[Heading]) -> tuple[Column, ...]:
    """Return the columns of one unit's month, in the workbook's order."""
    return (
        Column(
            NUMBER, "编号", "No.", Type.INTEGER, required=True, minimum=1, width=9,
            aliases=("派驻编号", "序号编号", "assignment"), help=_("Says whose row it is; leave it as it is."),
        ),
        Column(NAME, "姓名", "Name", required=True, width=11, aliases=("人员姓名",), max_length=100),
        Column(SENDER, "派出单位", "Sending unit", width=22, aliases=("原单位",)),
        *(_day(number) for number in range(1, month.last.day + 1)),
        *(column for each in indicators for column in _counts(each)),
    )  # fmt: skip


def _day(number: int) -> Column:
    return DayColumn(
        day_key(number), f"{number}日", str(number), width=5, max_length=20,
        aliases=(str(number), f"{number:02}", f"{number}号", f"{number:02}日"),
    )  # fmt: skip


def _counts(each: Heading) -> Iterable[Column]:
    yield CountColumn(
        count_key(each.code), each.label_zh, each.label_en, Type.DECIMAL, unit=(each.unit_zh, each.unit_en), width=11,
        aliases=(each.code, f"{each.label_zh}（{each.unit_zh}）", f"{each.label_en} ({each.unit_en})"),
    )  # fmt: skip
    if each.is_judged:
        yield Column(
            reason_key(each.code), f"{each.label_zh}理由", f"Reason: {each.label_en}", width=24, max_length=300,
            aliases=(f"{each.label_zh}评分理由", f"{each.label_zh}说明"),
        )  # fmt: skip
