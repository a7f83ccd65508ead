"""The tables of printed lists: one row for each request, or for each person nominated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assignments import posting_rows
from assignments.kinds import Priority
from assignments.papers import words
from assignments.papers.matter import Group, Row, Table
from deploy_admin.people import codes
from deploy_admin.registry.codes import PRIMARY_CARE

_REQUEST_HEAD = ("专业", "人员类别", "职称要求", "人数", "最早到岗", "缓急", "需求理由")
_REQUEST_WIDTHS = (17, 14, 14, 7, 17, 7, 24)
_NOMINATION_HEAD = ("姓名", "性别", "职称", "专业", "可派时间", "意向接收单位", "备注")
_NOMINATION_WIDTHS = (11, 6, 14, 13, 23, 20, 13)
#: Frozen with the paper: the words do not follow the reader's language.
_PRIORITIES = {Priority.URGENT: "急需", Priority.NORMAL: "一般", Priority.LATER: "可缓"}
_TITLE = posting_rows.TITLE


@dataclass(frozen=True)
class Line:
    """One person nominated as the table tells it."""

    row: Any
    wishes: str
    unit_kind: str


def table_of_requests(title: str, rows: Sequence[Any]) -> Table:
    """Return the annex of a list of requests, in the unit's own order."""
    return Table(title, _REQUEST_HEAD, _REQUEST_WIDTHS, (Group("", tuple(_request(row) for row in rows)),))


def table_of_nominations(title: str, lines: Sequence[Line], on: date) -> Table:
    """Return the annex of a nomination list, by pinyin."""
    rows = tuple(_nomination(line, on) for line in lines)
    return Table(title, _NOMINATION_HEAD, _NOMINATION_WIDTHS, (Group("", rows),))


def _request(row: Any) -> Row:
    also = f"\n（也可：{words.listed(row.also_accepts)}）" if row.also_accepts else ""
    level = codes.label(codes.TITLE_LEVELS, row.minimum_title) if row.minimum_title else ""
    return _row(
        f"{row.speciality}{also}",
        codes.label(codes.STAFF_CATEGORIES, row.staff_category) if row.staff_category else "",
        f"{level}及以上" if level else "",
        str(row.number),
        words.day(row.starts_on) if row.starts_on else "",
        _PRIORITIES[Priority(row.priority)],
        row.reason,
    )


def _nomination(line: Line, on: date) -> Row:
    row, worker = line.row, line.row.worker
    held = [{name: _plain(getattr(title, name)) for name in _TITLE} for title in worker.titles.all()]
    return _row(
        worker.name,
        codes.label(codes.SEXES, worker.sex) if worker.sex in {"1", "2"} else "",
        posting_rows.highest_title(held, on, primary_care=line.unit_kind in PRIMARY_CARE),
        row.speciality or worker.speciality,
        _days(row.possible_from, row.possible_to),
        line.wishes,
        row.remark,
    )


def _days(first: date | None, last: date | None) -> str:
    if first is None:
        return f"至{words.day(last)}" if last else ""
    return words.stacked(first, last) if last else f"{words.day(first)}起"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _row(*cells: str) -> Row:
    return Row(0, tuple(words.plain(cell) if cell else "" for cell in cells))
