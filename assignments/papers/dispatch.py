"""派遣通知: the authority tells sending and receiving units who goes where, from when to when, and how they report."""

from __future__ import annotations

from typing import Any

from assignments.models import Campaign
from assignments.papers import suspension, words
from assignments.papers.matter import Body, Group, Matter, Paragraph, Row, Table

HEAD = ("姓名", "性别", "职称", "专业", "派出单位", "派驻起止日期")
WIDTHS = (12, 7, 16, 16, 26, 23)
#: So many units are named as those addressed; more are addressed together.
NAMED = 6
_NUMERALS = "一二三四五六七八九"


def build(matter: Matter) -> Body:
    """Return the notice with its list by receiving unit."""
    rows = matter.rows
    groups = tuple(
        Group(f"{matter.name(unit)}（{len(found)}人）", tuple(row_of(row, matter) for row in found))
        for unit, found in matter.by_receiver()
    )
    return Body(
        title=_title(matter),
        to=addressed(matter),
        paragraphs=tuple(_paragraphs(matter, len(groups))),
        tables=(Table(f"{batch(matter.campaign)}派遣人员名单（共{len(rows)}人）", HEAD, WIDTHS, groups),),
    )


def _title(matter: Matter) -> tuple[str, ...]:
    return f"关于派遣{batch(matter.campaign)}", f"{matter.noun}的通知"


def batch(campaign: Campaign | None) -> str:
    """Return “2026年第1批”."""
    return f"{campaign.year}年第{campaign.batch}批" if campaign else ""


def addressed(matter: Matter) -> str:
    """Return the units by name, or all of them together where they are many."""
    senders = [matter.name(unit) for unit in matter.by_pinyin(row.sending_unit_id for row in matter.rows)]
    receivers = [matter.name(unit) for unit, _rows in matter.by_receiver()]
    if len(senders) + len(receivers) <= NAMED:
        return words.listed([*senders, *receivers])
    return "各有关派出单位、接收单位"


def _paragraphs(matter: Matter, receivers: int) -> list[Paragraph]:
    count, campaign = len(matter.rows), matter.campaign
    rule = f"根据{matter.basis}，" if matter.basis else ""
    said = f"{rule}现派遣{matter.noun}{count}人到{receivers}个接收单位工作（名单见附件），有关事项通知如下："
    points = [("派驻期限", term_of(matter))]
    if campaign is not None and campaign.briefing_on is not None:
        place = f"，地点：{words.plain(campaign.briefing_place)}" if campaign.briefing_place else ""
        points.append(("行前会议", f"{words.day(campaign.briefing_on)}{place}。"))
    points.append(("报到", _reporting(campaign)))
    if suspension.needed_of(matter.rows):
        points.append(("暂停执业", "派出单位应当按规定暂停派驻人员在本单位的执业活动，并在到岗前出具暂停执业说明。"))
    points.append(("到岗确认", "接收单位应当在派驻人员到岗后及时确认到岗日期，安排工作任务，做好食宿和交通保障。"))
    heads = [f"{numeral}、{head}。" for numeral, (head, _text) in zip(_NUMERALS, points, strict=False)]
    texts = [text for _head, text in points]
    return [Paragraph(said), *(Paragraph(text, head) for head, text in zip(heads, texts, strict=True))]


def term_of(matter: Matter) -> str:
    """Return for how long people are sent, and from when to when where it is the same for all."""
    days = {(row.starts_on, row.ends_on) for row in matter.rows}
    terms = {(row.term_months, row.term_days) for row in matter.rows}
    length = f"{words.term(*terms.pop())}，" if len(terms) == 1 else ""
    if len(days) == 1:
        return f"{length}自{words.span(*days.pop())}。"
    return f"{length}各人起止日期以附件为准。"


def _reporting(campaign: Campaign | None) -> str:
    if campaign is not None and campaign.reporting_on is not None:
        return f"派驻人员于{words.day(campaign.reporting_on)}到各自接收单位报到。"
    return "派驻人员在派驻起始日到各自接收单位报到。"


def row_of(row: Any, matter: Matter) -> Row:
    """Return one person's row in a list by receiving unit."""
    cells = (
        row.worker.name,
        matter.sex(row),
        matter.title(row),
        row.speciality or row.worker.speciality,
        matter.name(row.sending_unit_id),
        words.stacked(row.starts_on, row.ends_on),
    )
    return Row(row.pk, tuple(map(words.plain, cells)))
