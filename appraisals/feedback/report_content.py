"""What a situation report says on paper: the unit's words under four heads, and the numbers as an annex."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import translation

from appraisals.feedback.values import NONE
from appraisals.models import SituationReport
from assignments.kinds import PaperKind
from assignments.models import AssignmentMonth
from assignments.papers import contents, words
from assignments.papers.contents import Content, Frame
from assignments.papers.matter import Body, Group, Line, Matter, Paragraph, Row, Table
from deploy_admin import clock
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution

_HEADS = (
    ("work", "一、工作开展情况。"),
    ("results", "二、工作成效。"),
    ("difficulties", "三、存在的困难。"),
    ("proposals", "四、意见建议。"),
)
HEAD, WIDTHS = ("项目", "单位", "本期", "上期", "增减"), (34, 15, 17, 17, 17)


def content(report: SituationReport, dated_on: date) -> tuple[Content, int | None]:
    """Return what the report says, and the authority it is addressed to."""
    unit = report.institution_id
    authority = authority_over([unit], dated_on).get(unit)
    names = Institution.objects.filter(pk__in={unit, authority or unit}).named(dated_on)
    frame = Frame(dated_on=dated_on, made_at=clock.now().isoformat())
    with translation.override("zh-hans"):
        body = _body(report, names.get(authority or 0) or "卫生健康主管部门", dated_on)
        said = contents.compose(PaperKind.SITUATION_REPORT, body, issuer=names.get(unit) or "", frame=frame)
    return said, authority


def _body(report: SituationReport, to: str, dated_on: date) -> Body:
    noun, months = _noun(report, dated_on), _months(report)
    lead = f"现将我单位{months}{noun}工作情况报告如下："
    return Body(
        title=(f"关于{months}{noun}", "工作情况的报告"),
        to=to,
        paragraphs=(Paragraph(lead), *_paragraphs(report)),
        closing=(Paragraph("特此报告。"),),
        tables=(_table(report.numbers, f"{months}{noun}工作情况统计表"),),
    )


def _paragraphs(report: SituationReport) -> Iterator[Paragraph]:
    """Yield the unit's words; each line of them is a paragraph, the first after its head."""
    for name, head in _HEADS:
        lines = [line.strip() for line in getattr(report, name).splitlines() if line.strip()] or ["无。"]
        yield Paragraph(words.plain(lines[0]), head)
        yield from (Paragraph(words.plain(line)) for line in lines[1:])
    if missing := report.numbers["missing"]:
        yield Paragraph(f"（{words.listed([_month(text) for text in missing])}的月报表尚未提交，统计表未计入。）")


def _table(numbers: Any, title: str) -> Table:
    rows = tuple(
        Row(0, (line["zh"], line["unit_zh"], *(line[key] or NONE for key in ("value", "before", "change"))))
        for line in numbers["lines"]
    )
    return Table(title, HEAD, WIDTHS, (Group("", rows),))


def _months(report: SituationReport) -> str:
    first, last = report.first_month, report.last_month
    if first == last:
        return f"{first.year}年{first.month}月"
    end = f"{last.month}月" if last.year == first.year else f"{last.year}年{last.month}月"
    return f"{first.year}年{first.month}月至{end}"


def _month(text: str) -> str:
    year, month = text.split("-")
    return f"{year}年{int(month)}月"


def _noun(report: SituationReport, dated_on: date) -> str:
    """Return what the schemes call the people who were there."""
    rows = AssignmentMonth.objects.filter(
        sheet__institution=report.institution_id, month__range=(report.first_month, report.last_month)
    )
    ids = rows.order_by("assignment_id").values_list("assignment_id", flat=True).distinct()
    lines = [Line(pk) for pk in ids]
    if not lines:
        return "派驻人员"
    matter = Matter(lines, report.institution_id, None, dated_on)
    nouns = [document.scheme.person_zh for document in matter.documents if document.scheme.person_zh]
    return words.listed(nouns) or matter.noun
