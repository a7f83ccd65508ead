"""What a printed list says: a unit's requests or nominations on their way to the authority, or as it approved them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone, translation

from assignments.filing import paper_words
from assignments.filing.paper_tables import Line, table_of_nominations, table_of_requests
from assignments.kinds import ListKind, PaperKind, Priority
from assignments.models import FiledList, Nomination, NominationWish, StaffingRequest
from assignments.papers import contents, words
from assignments.papers.contents import Content, Frame
from assignments.papers.matter import Body, Paragraph, Table
from assignments.states import LineState, ListState
from deploy_admin.people.models import Title
from deploy_admin.registry.models import InstitutionProfile

KINDS = {ListKind.REQUESTS: PaperKind.REQUEST_LIST, ListKind.NOMINATIONS: PaperKind.NOMINATION_LIST}


def content(filed: FiledList, frame: Frame, *, by_authority: bool, approved_on: date | None) -> Content:
    """Return what the paper says as the list is now; it names the list, so that its papers are found again."""
    with translation.override("zh-hans"):
        paper = Paper(filed, frame.dated_on, by_authority, approved_on)
        said = contents.compose(KINDS[ListKind(filed.kind)], paper.body(), issuer=paper.issuer, frame=frame)
    approved = approved_on.isoformat() if approved_on else ""
    return said | {"filed_list": filed.pk, "by_authority": by_authority, "approved_on": approved}


def approved_on(filed: FiledList) -> date | None:
    """Return the day on which the list as it stands was approved; None while it is not."""
    if filed.state != ListState.APPROVED:
        return None
    steps = filed.steps.filter(to_state=ListState.APPROVED).exclude(from_state=ListState.APPROVED)
    at = steps.order_by("-recorded_at", "-pk").values_list("recorded_at", flat=True).first()
    return timezone.localdate(at) if at else None


class Paper:
    """One printed list in the making. A constant number of queries, whatever the number of its lines."""

    def __init__(self, filed: FiledList, on: date, by_authority: bool, approved: date | None) -> None:
        self.filed, self.on, self.by_authority, self.approved = filed, on, by_authority, approved
        self.campaign = filed.campaign
        self.is_requests = filed.kind == ListKind.REQUESTS
        self.document = paper_words.document_of(self.campaign, on)
        self.noun = paper_words.noun(self.campaign, self.document)

    # ------------------------------------------------------------ rows

    @cached_property
    def rows(self) -> list[Any]:
        """Every line of the list, those that stand and those that were struck."""
        return list(self._requests() if self.is_requests else self._nominations())

    @cached_property
    def standing(self) -> list[Any]:
        return [row for row in self.rows if row.state == LineState.STANDING]

    @cached_property
    def struck(self) -> list[Any]:
        return [row for row in self.rows if row.state == LineState.STRUCK]

    def _requests(self) -> Any:
        return StaffingRequest.objects.filter(filed_list=self.filed).order_by("rank", "pk")

    def _nominations(self) -> Any:
        titles = Title.objects.filter(qualified_on__lte=self.on).order_by("pk")
        rows = Nomination.objects.filter(filed_list=self.filed).select_related("worker")
        return rows.prefetch_related(
            Prefetch("wishes", NominationWish.objects.order_by("rank")), Prefetch("worker__titles", titles)
        ).order_by("worker__pinyin", "pk")

    @cached_property
    def _units(self) -> dict[int, tuple[str, str]]:
        """Name and kind of every unit on the paper, on its day."""
        ids = {self.filed.institution_id, self.campaign.authority_id}
        if not self.is_requests:
            ids |= {wish.institution_id for row in self.standing for wish in row.wishes.all()}
        profiles = InstitutionProfile.objects.standing(self.on).filter(institution__in=ids).order_by()
        return {pk: (name, kind) for pk, name, kind in profiles.values_list("institution_id", "name", "kind")}

    def name(self, unit_id: int) -> str:
        return self._units[unit_id][0] if unit_id in self._units else ""

    @property
    def issuer(self) -> str:
        return self.authority if self.by_authority else self.unit

    @property
    def unit(self) -> str:
        return self.name(self.filed.institution_id)

    @property
    def authority(self) -> str:
        return self.name(self.campaign.authority_id)

    # ------------------------------------------------------------ the text

    @property
    def batch(self) -> str:
        return paper_words.batch(self.campaign)

    @property
    def called(self) -> str:
        """Return what the list is called: 拟派人员名单 before it is approved, 派遣人员名单 after."""
        if self.is_requests:
            return f"{self.noun}需求"
        return f"{paper_words.scheme(self.noun)}{'派遣' if self.approved else '拟派'}人员名单"

    @property
    def people(self) -> int:
        return sum(row.number for row in self.standing) if self.is_requests else len(self.standing)

    def title(self) -> tuple[str, ...]:
        if self.by_authority:
            return f"关于同意{self.unit}{self.batch}", f"{self.called}的复函"
        return f"关于{'' if self.approved else '报送'}{self.batch}", f"{self.called}的函"

    def body(self) -> Body:
        """Return the letter and its table."""
        return Body(
            title=self.title(),
            to=self.unit if self.by_authority else self.authority,
            paragraphs=tuple(Paragraph(text) for text in self._paragraphs()),
            closing=(Paragraph("此复。" if self.by_authority else "专此函报。"),),
            tables=self._tables(),
        )

    def _tables(self) -> tuple[Table, ...]:
        if not self.standing:
            return ()
        title = f"{self.batch}{self.called}{'表' if self.is_requests else ''}（共{self.people}人）"
        if self.is_requests:
            return (table_of_requests(title, self.standing),)
        kind = self._units.get(self.filed.institution_id, ("", ""))[1]
        return (table_of_nominations(title, [self._line(row, kind) for row in self.standing], self.on),)

    def _line(self, row: Any, unit_kind: str) -> Line:
        wished = [self.name(wish.institution_id) for wish in row.wishes.all()]
        return Line(row=row, wishes=words.listed(wished), unit_kind=unit_kind)

    def _paragraphs(self) -> Iterator[str]:
        yield from self._answer() if self.by_authority else self._report()
        if self.filed.remark and not self.by_authority:
            yield f"说明：{_sentence(words.plain(self.filed.remark))}"

    def _report(self) -> Iterator[str]:
        """Yield what the unit tells the authority."""
        basis = paper_words.basis(self.campaign, self.document)
        rule = f"根据{basis}，" if basis else ""
        if not self.standing:
            said = f"无{self.noun}需求" if self.is_requests else f"无拟派的{self.noun}"
            yield f"{rule}经研究，我单位{self.batch}{said}。"
            return
        if self.approved:
            agreed = f"已于{words.day(self.approved)}经{self.authority}审核同意"
            yield f"{rule}我单位{self.batch}{self.called}{self._count()}，{agreed}。"
            return
        if self.is_requests:
            yield f"{rule}经研究，我单位{self.batch}{self.called}{self._count()}。现予报送，请予统筹安排。"
        else:
            said = f"{rule}经研究，我单位{self.batch}拟派{self.noun}{self._count()}。"
            yield f"{said}现将拟派人员名单予以报送，请予审核。"

    def _answer(self) -> Iterator[str]:
        """Yield what the authority answers to the unit: what it agrees to, and what not, with the reasons."""
        what = self.called if self.is_requests else f"{paper_words.scheme(self.noun)}拟派人员名单"
        received = f"你单位报送的{self.batch}{what}收悉。"
        if not self.standing:
            yield received + "你单位本批次无派遣任务安排。" if not self.is_requests else received + "本批次不作安排。"
        elif self.is_requests:
            yield f"{received}经审核，同意你单位{self.noun}需求{self._count()}，由{self._we}统筹安排。"
        else:
            yield (
                f"{received}经审核，同意列入派遣人员名单{self._count()}，具体接收单位由{self._we}另行确定。"
                "请你单位做好派驻准备。"
            )
        if self.struck:
            yield f"下列{'需求' if self.is_requests else '人员'}未予列入：{self._struck()}。"

    def _count(self) -> str:
        """Return “6人，其中急需2人（见附件）”."""
        urgent = sum(row.number for row in self.standing if self.is_requests and row.priority == Priority.URGENT)
        more = f"，其中急需{urgent}人" if urgent and urgent < self.people else "，均为急需" if urgent else ""
        return f"{self.people}人{more}（见附件）"

    def _struck(self) -> str:
        return "；".join(f"{_named(row)}（{words.plain(row.struck_reason).rstrip('。；')}）" for row in self.struck)

    @property
    def _we(self) -> str:
        return paper_words.we(self.issuer)


def _named(row: Any) -> str:
    if isinstance(row, StaffingRequest):
        return f"{words.plain(row.speciality)}{row.number}人"
    return words.plain(row.worker.name)


def _sentence(text: str) -> str:
    """Return the text ending in a full stop."""
    return text if text.endswith(("。", "！", "？")) else f"{text}。"
