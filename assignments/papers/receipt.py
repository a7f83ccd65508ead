"""请假备案回执: the scheme's office tells the receiving unit what is filed and counted, and the new last day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assignments import leave_words
from assignments.models import Leave
from assignments.papers import words
from assignments.papers.matter import Body, Group, Matter, Paragraph, Row, Table, each_once, quoted
from assignments.rules.terms import Ending, Ruling
from assignments.services import ending

HEAD = ("姓名", "派出单位", "假别", "请假起止日期", "计入天数", "备案编号及日期", "服务期满日期")
WIDTHS = (11, 12, 9, 23, 10, 23, 21)
_DAYS = {"duty_days": "个工作日", "days": "天"}


def build(matter: Matter) -> Body:
    """Return the receipt for one or several leaves of one receiving unit."""
    ends = ending.endings([row.pk for row in matter.rows])
    rows = tuple(
        _row(row, leave, matter, ends[row.pk]) for row in matter.rows for leave in matter.leaves.get(row.pk, [])
    )
    people = len(matter.rows)
    what = f"{people}人{len(rows)}次请假" if people > 1 or len(rows) > 1 else f"{matter.rows[0].worker.name}的请假"
    senders = [matter.name(unit) for unit in matter.by_pinyin(row.sending_unit_id for row in matter.rows)]
    return Body(
        title=("请假备案回执",),
        to=words.listed([matter.name(unit) for unit, _rows in matter.by_receiver()]),
        paragraphs=(Paragraph(f"你单位报送的{matter.noun}{words.plain(what)}备案材料收悉，已予备案，具体如下："),),
        closing=tuple(Paragraph(text) for text in _extended(matter, ends)),
        tables=(Table("", HEAD, WIDTHS, (Group("", rows),), annex=False),),
        quotes=_quotes(matter, ends),
        copies=words.listed([*senders, "请假人本人"]),
    )


def rulings_of(leave_id: int, ends: Ending) -> Iterator[Ruling]:
    """Yield what the rules make of the leave with this id."""
    for episode in ends.episodes:
        if any(leave.id == leave_id for leave in episode.leaves):
            yield from episode.rulings


def counted(days: int, kind: str, ruling: Ruling | None) -> str:
    """Return “5个工作日” or “98天”, by the rule that counts them."""
    return f"{days}{_DAYS[ruling.rule.clause.unit_of(kind) if ruling else 'duty_days']}"


def _row(row: Any, leave: Leave, matter: Matter, ends: Ending) -> Row:
    count = ends.counts().get(leave.pk)
    days = counted(count.days, leave.kind, next(rulings_of(leave.pk, ends), None)) if count else ""
    filed = f"{leave.filing_number}\n{words.day(leave.filed_on)}" if leave.filed_on else ""
    cells = (
        row.worker.name,
        matter.name(row.sending_unit_id),
        leave_words.kind_label(leave.kind),
        words.stacked(leave.first_day, leave.last_day),
        days,
        filed,
        words.day(row.ends_on),
    )
    return Row(row.pk, tuple(map(words.plain, cells)), leave.pk)


def _extended(matter: Matter, ends: dict[int, Ending]) -> Iterator[str]:
    """Yield what leave does to the term, without names: the table has them."""
    longer = [row for row in matter.rows if ends[row.pk].extended_days]
    if len(matter.rows) == 1 and longer:
        days, last = ends[longer[0].pk].extended_days, words.day(ends[longer[0].pk].ends_on)
        yield f"服务期因请假累计顺延{days}日，顺延后期满日期为{last}。"
    elif longer:
        yield f"其中{len(longer)}人的服务期因请假顺延，顺延后期满日期见上表。"
    else:
        yield "上述请假不顺延服务期。"


def _quotes(matter: Matter, ends: dict[int, Ending]) -> tuple[tuple[str, str], ...]:
    rules = [
        ruling.rule
        for row in matter.rows
        for leave in matter.leaves.get(row.pk, [])
        for ruling in rulings_of(leave.pk, ends[row.pk])
    ]
    return each_once([quoted(rule.clause.cite, matter.held.document(rule)) for rule in rules])
