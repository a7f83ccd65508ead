"""What an allocation decision says: who decided when on what basis, in which order of criteria, and who goes where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import translation

from assignments.allocation import governed
from assignments.kinds import PaperKind
from assignments.models import AllocationPlan, PlanGap
from assignments.papers import contents, dispatch, words
from assignments.papers.contents import Content, Frame
from assignments.papers.matter import Body, Group, Line, Matter, Paragraph, Row, Table
from deploy_admin.registry.models import InstitutionProfile

_GAP_HEAD, _GAP_WIDTHS = ("接收单位", "专业", "尚缺人数"), (50, 30, 20)
_NUMERALS = "一二三四五六七八九"


def content(plan: AllocationPlan, lines: Sequence[Line], frame: Frame) -> Content:
    """Return what the decision says of these assignments; it names its plan, so that it can be written again."""
    with translation.override("zh-hans"):
        paper = Decision(plan, lines, frame)
        said = contents.compose(PaperKind.ALLOCATION_DECISION, paper.body(), issuer=paper.matter.issuer, frame=frame)
    return said | {"plan": plan.pk}


class Decision:
    """One decision in the making. A constant number of queries, whatever the number of people."""

    def __init__(self, plan: AllocationPlan, lines: Sequence[Line], frame: Frame) -> None:
        self.plan, self.campaign = plan, plan.campaign
        self.matter = Matter(lines, plan.campaign.authority_id, plan.campaign, frame.dated_on)
        self.gaps = self._gaps()

    def body(self) -> Body:
        """Return the decision with its list by receiving unit, and what was asked for in vain."""
        batch, noun = dispatch.batch(self.campaign), self.matter.noun
        return Body(
            title=(f"关于{batch}{noun}", "统筹调配的决定"),
            to=dispatch.addressed(self.matter),
            paragraphs=tuple(self._paragraphs()),
            tables=tuple(self._tables()),
            quotes=self._quotes(),
        )

    def _paragraphs(self) -> Iterator[Paragraph]:
        people, receivers = len(self.matter.rows), len(self.matter.by_receiver())
        yield Paragraph(
            f"{self._basis()}决定派遣{dispatch.batch(self.campaign)}{self.matter.noun}{people}人"
            f"到{receivers}个接收单位工作（名单见附件{'1' if self.gaps else ''}）。有关事项如下："
        )
        points = [("确定次序", self._order()), ("派驻期限", dispatch.term_of(self.matter))]
        if self.gaps:
            places = sum(gap.places for gap in self.gaps)
            points.append(("未安排的需求", f"本次尚有{places}人的需求未能安排，见附件2。"))
        points.append(("派遣手续", "派出单位和接收单位应当按照派遣通知办理派出和到岗手续。"))
        for numeral, (head, text) in zip(_NUMERALS, points, strict=False):
            yield Paragraph(text, f"{numeral}、{head}。")

    def _basis(self) -> str:
        """Return “根据《方案》，经示范委2026年11月20日会议研究（《纪要》示纪〔2026〕1号），”."""
        plan, rule = self.plan, f"根据{self.matter.basis}，" if self.matter.basis else ""
        body, day = words.plain(plan.deciding_body), words.day(plan.meeting_on) if plan.meeting_on else ""
        parts = [words.cited(words.plain(plan.document)) if plan.document else ""]
        parts += [words.plain(plan.document_number) if plan.document_number else ""]
        parts += [f"{words.day(plan.document_date)}"] if plan.document_date else []
        document = "，".join(part for part in parts if part)
        return f"{rule}经{body}{day}会议研究{f'（{document}）' if document else ''}，"

    def _order(self) -> str:
        """Return what holds for everybody, and the criteria in the order in which they decided."""
        criteria = words.listed([each["label_zh"] for each in governed.kept(self.plan)])
        source = (
            f"上述次序依据{words.cited(self.plan.rule['title_zh'])}{self.plan.rule.get('article', '')}确定。"
            if self.plan.rule
            else "适用的方案未规定次序，按通用次序确定。"
        )
        return (
            "在符合派遣条件、接收单位对专业和职称的要求以及可派时间的前提下，"
            f"依次按照{criteria}确定，在前的优先于在后的。{source}"
        )

    def _quotes(self) -> tuple[tuple[str, str], ...]:
        rule = self.plan.rule
        if not rule:
            return ()
        return ((rule["quote"].rstrip("。；，"), f"{words.cited(rule['title_zh'])}{rule.get('article', '')}"),)

    def _tables(self) -> Iterator[Table]:
        rows, batch = self.matter.rows, dispatch.batch(self.campaign)
        groups = tuple(
            Group(
                f"{self.matter.name(unit)}（{len(found)}人）",
                tuple(dispatch.row_of(row, self.matter) for row in found),
            )
            for unit, found in self.matter.by_receiver()
        )
        yield Table(f"{batch}派遣人员名单（共{len(rows)}人）", dispatch.HEAD, dispatch.WIDTHS, groups)
        if self.gaps:
            yield self._vacant(f"{batch}未安排的人员需求")

    def _vacant(self, title: str) -> Table:
        """Return what was asked for in vain, by unit."""
        ids = {gap.request.institution_id for gap in self.gaps}
        profiles = InstitutionProfile.objects.standing(self.matter.on).filter(institution__in=ids).order_by()
        names = {pk: (pinyin, name) for pk, pinyin, name in profiles.values_list("institution_id", "pinyin", "name")}
        order = sorted(
            self.gaps, key=lambda gap: (names.get(gap.request.institution_id, ("", "")), gap.request.rank, gap.pk)
        )
        rows = tuple(
            Row(
                0,
                (
                    names.get(gap.request.institution_id, ("", ""))[1],
                    words.plain(gap.request.speciality),
                    str(gap.places),
                ),
            )
            for gap in order
        )
        return Table(title, _GAP_HEAD, _GAP_WIDTHS, (Group("", rows),))

    def _gaps(self) -> list[Any]:
        rows = PlanGap.objects.filter(plan=self.plan, request__isnull=False)
        return list(rows.select_related("request").order_by("pk"))
