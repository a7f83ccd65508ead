"""暂停执业活动通知: the sending unit tells its departments, the authority and the receiving units."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from assignments.models import PracticeSuspension
from assignments.papers import words
from assignments.papers.matter import Body, Group, Matter, Paragraph, Row, Table, each_once, quoted
from assignments.posting import Posted, asked_of
from deploy_admin.people import codes
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution

HEAD = ("姓名", "性别", "执业类别", "执业证书编号", "暂停执业起止日期", "接收单位")
WIDTHS = (12, 7, 10, 22, 23, 26)


def build(matter: Matter) -> Body:
    """Return the notice about all these people, as their suspensions stand."""
    rows, count = matter.rows, len(matter.rows)
    held = days_of(row.pk for row in rows)
    lines = tuple(_row(row, matter, held.get(row.pk)) for row in rows)
    whom = f"{matter.noun}{count}人"
    rule = f"根据{matter.basis}有关规定，" if matter.basis else ""
    said = (
        Paragraph(f"{rule}现将{matter.noun}派驻期间暂停在我单位执业活动的有关事项通知如下："),
        Paragraph(f"{whom}（名单见附件）在派驻期间暂停在我单位的执业活动，起止日期以附件为准。", "一、暂停范围。"),
        Paragraph("暂停期间，各科室不得安排上述人员在我单位从事门诊、值班、手术等执业活动。", "二、暂停期间的管理。"),
        Paragraph("派驻期限顺延、续派或者提前结束的，暂停的止期相应调整。", "三、期限的调整。"),
    )
    return Body(
        title=(f"关于暂停{whom}", "执业活动的通知"),
        to="各科室",
        paragraphs=said,
        tables=(Table("暂停执业活动人员名单", HEAD, WIDTHS, (Group("", lines),)),),
        quotes=_quotes(matter),
        copies=words.listed([_authority(matter), *(matter.name(unit) for unit in _receivers(matter))]),
    )


def days_of(assignment_ids: Iterable[int]) -> dict[int, tuple[date, date | None]]:
    """Return from when to when practice stands suspended; without a last day it holds until the assignment's own."""
    found: dict[int, tuple[date, date | None]] = {}
    rows = PracticeSuspension.objects.filter(assignment__in=list(assignment_ids), withdrawn_at__isnull=True)
    for pk, first, last in rows.order_by("valid_from").values_list("assignment_id", "valid_from", "valid_to"):
        found[pk] = (found[pk][0] if pk in found else first), last
    return found


def needed_of(rows: Collection[Any]) -> set[int]:
    """Return of which of these people practice is suspended, or has to be by the posting rules."""
    held = days_of(row.pk for row in rows)
    asked = asked_of(Posted.of(row) for row in rows if row.pk not in held)
    return held.keys() | {pk for pk, each in asked.items() if each.suspension}


def _row(row: Any, matter: Matter, held: tuple[date, date | None] | None) -> Row:
    licence = matter.licence(row)
    first, last = held or (row.starts_on, None)
    cells = (
        row.worker.name,
        matter.sex(row),
        codes.label(codes.PRACTICE_CATEGORIES, licence.practice_category) if licence else "",
        licence.number if licence else "",
        words.stacked(first, last or row.ends_on),
        matter.name(row.receiving_unit_id),
    )
    return Row(row.pk, tuple(map(words.plain, cells)))


def _quotes(matter: Matter) -> tuple[tuple[str, str], ...]:
    asked = asked_of(Posted.of(row) for row in matter.rows)
    rules = [rule for each in asked.values() for rule in each.rules if rule.clause.suspension]
    return each_once([quoted(rule.clause.cite, matter.held.document(rule)) for rule in rules])


def _receivers(matter: Matter) -> list[int]:
    return matter.by_pinyin(row.receiving_unit_id for row in matter.rows)


def _authority(matter: Matter) -> str:
    """Return the authority the unit answers to."""
    authority = authority_over([matter.issuer_id], matter.on).get(matter.issuer_id)
    names = Institution.objects.filter(pk=authority).named(matter.on) if authority else {}
    return names.get(authority or 0, "")
