"""服务期顺延通知: the authority tells one person's units by how much the term is longer, why, and until when."""

from __future__ import annotations

from typing import Any

from assignments import leave_words
from assignments.models import Transition
from assignments.papers import receipt, words
from assignments.papers.matter import Body, Group, Matter, Paragraph, Row, Table, each_once, quoted
from assignments.rules.terms import Ending, Episode
from assignments.services import ending

HEAD = ("顺延事由", "起止日期", "计入天数", "顺延天数")
WIDTHS = (34, 32, 18, 16)


def build(matter: Matter) -> Body:
    """Return the notice about one assignment, every reason with its days, from the same sum as the explanation."""
    [row] = matter.rows
    ends = ending.endings([row.pk])[row.pk]
    added = ends.extended_days + row.granted_days
    sending, receiving = matter.name(row.sending_unit_id), matter.name(row.receiving_unit_id)
    who = words.listed([sending, matter.title(row), row.speciality or row.worker.speciality])
    term = words.term(row.term_months, row.term_days)
    basis = f"依据{matter.basis}，" if matter.basis else ""
    said = (
        Paragraph(
            f"{words.plain(row.worker.name)}（{words.plain(who)}）自{words.day(row.starts_on)}起派驻{receiving}，"
            f"服务期{term}，原定{words.day(ends.term_ends_on)}期满。"
            f"{basis}其服务期顺延{added}日，顺延后的期满日期为{words.day(ends.ends_on)}。顺延事由和天数如下："
        ),
    )
    return Body(
        title=(f"关于顺延{words.plain(row.worker.name)}", "服务期的通知"),
        to=words.listed([sending, receiving]),
        paragraphs=said,
        closing=(Paragraph("请接收单位据此安排工作，派出单位相应调整暂停执业活动的止期。"),),
        tables=(Table("", HEAD, WIDTHS, (Group("", tuple(_rows(row, ends))),), annex=False),),
        quotes=_quotes(matter, ends),
        copies=words.plain(row.worker.name),
    )


def _rows(row: Any, ends: Ending) -> list[Row]:
    found = [_of_leave(row, episode) for episode in ends.episodes if episode.extends_by]
    if row.granted_days:
        found.append(_cells(row, f"经批准延长{_decided(row)}", "", "", f"{row.granted_days}日"))
    added = ends.extended_days + row.granted_days
    return [*found, _cells(row, "合计", words.NONE, words.NONE, f"{added}日")]


def _of_leave(row: Any, episode: Episode) -> Row:
    first = episode.rulings[0] if episode.rulings else None
    kinds = words.listed([leave_words.kind_label(leave.kind) for leave in episode.leaves])
    counts = words.listed(
        [receipt.counted(part.counted, part.leaves[0].kind, first) for part in first.parts] if first else []
    )
    return _cells(row, kinds, words.stacked(episode.first, episode.last), counts, f"{episode.extends_by}日")


def _cells(row: Any, *cells: str) -> Row:
    return Row(row.pk, tuple(map(words.plain, cells)))


def _decided(row: Any) -> str:
    """Return on what the days granted by an officer rest, in brackets."""
    steps = Transition.objects.filter(assignment=row.pk, act="extended").order_by("recorded_at", "pk")
    papers = words.listed([step.document_number or step.document for step in steps])
    return f"（{papers}）" if papers else ""


def _quotes(matter: Matter, ends: Ending) -> tuple[tuple[str, str], ...]:
    rules = [ruling.rule for episode in ends.episodes if episode.extends_by for ruling in episode.rulings]
    return each_once([quoted(rule.clause.cite, matter.held.document(rule)) for rule in rules])
