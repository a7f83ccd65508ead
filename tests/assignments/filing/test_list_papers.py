"""Printed lists: 拟派 before approval, 派遣 after; by unit or authority, with check code; compared and withdrawn."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from assignments.filing import paper_content, papers
from assignments.kinds import ListKind, PaperKind
from assignments.models import FiledList, IssuedPaper, ListStep, NominationWish
from assignments.papers import contents, matching, printing
from assignments.services import papers as issued_papers
from assignments.states import PaperState
from deploy_admin.access import Reach, Role
from deploy_admin.errors import RuleViolation
from tests.assignments.factories import a_county_hospital, a_municipal_hospital, a_physician, a_place, of_unit, seeds
from tests.assignments.filing.factories import AT, a_list, a_nomination, a_request, a_round
from tests.assignments.papers.world import docx_words, pdf_pages, words_of
from tests.assignments.postings import CITY_OFFICER
from tests.registry.factories import FakeActor, an_authority, an_institution

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
MUNICIPAL = "chongqing-municipal-county-2025"


def an_officer(authority):
    return FakeActor(
        role=Role.DISTRICT_OFFICER, reach=Reach.DISTRICT, institution_id=authority.pk,
        institution_ids=frozenset({authority.pk}), user_id=8101,
    )  # fmt: skip


class World:
    """示范丁卫生院 asks, 示范甲医院 nominates, to the campaign of 示范市卫生健康委员会."""

    def __init__(self, policy: bool = False) -> None:
        if policy:
            seeds(MUNICIPAL)
        self.authority = an_authority(a_place("500000"), "示范市卫生健康委员会", tier="municipal")
        self.officer = an_officer(self.authority)
        self.campaign = a_round(authority=self.authority, batch=1)
        self.sender = a_municipal_hospital("示范甲医院")
        self.receiver = a_county_hospital("示范丁医院")
        self.other = an_institution("示范戊医院", division=a_place("500231"), tier="county")

    def asked(self, state: str = "submitted", **more) -> FiledList:
        filed = a_list(self.receiver, campaign=self.campaign, state=state, **more)
        a_request(
            filed=filed, speciality="儿科", also_accepts=["新生儿科"], number=2, priority=1,
            minimum_title="intermediate", staff_category="physician", reason="儿科门诊停诊",
        )  # fmt: skip
        a_request(filed=filed, speciality="全科", number=1, starts_on=date(2027, 4, 1))
        return filed

    def nominated(self, state: str = "submitted") -> FiledList:
        filed = a_list(self.sender, campaign=self.campaign, kind=ListKind.NOMINATIONS, state=state)
        self.first = a_physician(self.sender, name="示范甲一")
        self.second = a_physician(self.sender, name="示范甲二", title="232")
        a_nomination(self.first, filed=filed, speciality="儿科", wishes=[self.receiver, self.other])
        a_nomination(self.second, filed=filed, speciality="内科", possible_from=date(2027, 3, 10), remark="已沟通")
        return filed

    def approve(self, filed: FiledList) -> FiledList:
        ListStep.objects.create(
            filed_list=filed, act="approved", from_state="submitted", to_state="approved", recorded_at=AT
        )
        FiledList.objects.filter(pk=filed.pk).update(state="approved")
        filed.refresh_from_db()
        return filed


@pytest.fixture
def world():
    return World()


def unit_of(filed):
    role = Role.RECEIVER_CLERK if filed.kind == ListKind.REQUESTS else Role.SENDER_HR
    return of_unit(filed.institution, role)


def issued(filed, by=None, **more) -> IssuedPaper:
    return papers.issue_list(filed=filed, by=by or unit_of(filed), **({"dated_on": TODAY} | more))


def refused(act) -> str:
    with pytest.raises(RuleViolation) as refusal:
        act()
    return refusal.value.code


# ------------------------------------------------------------ what is printed


def test_a_unit_sends_its_requests_to_the_authority_with_every_line(world):
    paper = issued(world.asked(remark="院内可提供住宿"), number="示卫[2026]7号", contact="示范文员 000-1234")
    said = words_of(paper.content)
    assert (paper.kind, paper.issuer_id, paper.addressee_id) == (
        PaperKind.REQUEST_LIST, world.receiver.pk, world.authority.pk,
    )  # fmt: skip
    assert (paper.number, paper.content["to"]) == ("示卫〔2026〕7号", "示范市卫生健康委员会")
    assert paper.content["title"] == "关于报送2027年第1批“市聘县用”人员需求的函"
    assert "经研究，我单位2027年第1批“市聘县用”人员需求3人，其中急需2人（见附件）。现予报送，请予统筹安排。" in said
    assert "说明：院内可提供住宿。" in said
    rows = paper.content["tables"][0]["groups"][0]["rows"]
    assert [row["cells"] for row in rows] == [
        ["儿科\n（也可：新生儿科）", "执业医师类", "中级及以上", "2", "", "急需", "儿科门诊停诊"],
        ["全科", "", "", "1", "2027年4月1日", "一般", ""],
    ]


def test_a_unit_that_needs_nobody_says_so_without_a_table(world):
    filed = a_list(world.receiver, campaign=world.campaign, state="submitted", nothing=True)
    paper = issued(filed)
    assert "经研究，我单位2027年第1批无“市聘县用”人员需求。" in words_of(paper.content)
    assert paper.content["tables"] == []


def test_before_approval_the_list_is_the_one_proposed_and_afterwards_the_one_sent(world):
    filed = world.nominated()
    before = issued(filed)
    after = issued(world.approve(filed))
    assert before.content["title"] == "关于报送2027年第1批“市聘县用”拟派人员名单的函"
    assert after.content["title"] == "关于2027年第1批“市聘县用”派遣人员名单的函"
    assert before.content["tables"][0]["title"] == "2027年第1批“市聘县用”拟派人员名单（共2人）"
    assert after.content["tables"][0]["title"] == "2027年第1批“市聘县用”派遣人员名单（共2人）"
    assert "，已于2026年11月20日经示范市卫生健康委员会审核同意。" in "".join(words_of(after.content))


def test_the_people_stand_with_title_days_and_wishes_by_pinyin(world):
    paper = issued(world.nominated())
    rows = paper.content["tables"][0]["groups"][0]["rows"]
    assert [row["cells"] for row in rows] == [
        ["示范甲二", "男", "副主任医师", "内科", "2027年3月10日起", "", "已沟通"],
        ["示范甲一", "男", "主治医师", "儿科", "", "示范丁医院、示范戊医院", ""],
    ]
    assert {row["assignment"] for row in rows} == {0}
    assert paper.lines.count() == 0


def test_the_authority_answers_an_approved_list_and_says_who_was_struck_and_why(world):
    filed = world.nominated()
    filed.nominations.filter(worker=world.second).update(state="struck", struck_reason="执业注册待变更。")
    paper = issued(world.approve(filed), by=world.officer)
    said = "".join(words_of(paper.content))
    assert (paper.issuer_id, paper.addressee_id) == (world.authority.pk, world.sender.pk)
    assert paper.content["title"] == "关于同意示范甲医院2027年第1批“市聘县用”派遣人员名单的复函"
    assert "你单位报送的2027年第1批“市聘县用”拟派人员名单收悉。经审核，同意列入派遣人员名单1人（见附件）" in said
    assert "下列人员未予列入：示范甲二（执业注册待变更）。" in said
    assert "由我委另行确定" in said


def test_the_schemes_plan_and_the_batchs_document_are_named_as_basis():
    world = World(policy=True)
    world.campaign.document, world.campaign.document_number = "示范通知", "示卫〔2026〕1号"
    world.campaign.save()
    paper = issued(world.asked())
    assert "根据《" in paper.content["paragraphs"][0]["text"]
    assert "《示范通知》（示卫〔2026〕1号），经研究" in paper.content["paragraphs"][0]["text"]


def test_the_words_are_chinese_whatever_the_reader_speaks(world):
    filed = world.nominated()
    with translation.override("en"):
        english = papers.preview(filed=filed, dated_on=TODAY, by=unit_of(filed))
    with translation.override("zh-hans"):
        chinese = papers.preview(filed=filed, dated_on=TODAY, by=unit_of(filed))
    assert english | {"made_at": ""} == chinese | {"made_at": ""}


def test_pdf_and_docx_carry_the_check_code_and_the_whole_list(world):
    paper = issued(world.nominated())
    [letter, annex] = pdf_pages(paper)
    assert paper.check_code in letter
    assert "示范甲二" in annex
    assert "示范丁医院、示范戊医院" in annex
    assert paper.check_code in docx_words(paper)
    assert "示范甲一" in docx_words(paper)
    assert contents.digest(paper.content) == paper.sha256


def test_ids_do_not_come_onto_paper(world):
    filed = world.asked()
    filed.requests.filter(speciality="儿科").update(reason="联系人证件11010519491231002X")
    assert "11010519491231002X" not in str(issued(filed).content)


def test_ten_times_the_people_are_asked_for_with_as_many_queries(world):
    filed = world.nominated()

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            papers.preview(filed=FiledList.objects.select_related("campaign").get(pk=filed.pk), dated_on=TODAY,
                           by=unit_of(filed))  # fmt: skip
        return len(queries)

    few = asked()
    for number in range(10):
        a_nomination(a_physician(world.sender, name=f"示范多{number}"), filed=filed, wishes=[world.other])
    assert asked() == few


# ------------------------------------------------------------ who, and when


def test_a_list_that_is_being_entered_is_not_printed(world):
    filed = world.asked(state="draft")
    assert refused(lambda: issued(filed)) == "list_not_handed_in"
    assert papers.issue_url(filed, unit_of(filed)) == ""


def test_before_approval_it_is_the_units_own_paper(world):
    filed = world.asked()
    assert refused(lambda: issued(filed, by=world.officer)) == "list_not_approved"
    assert papers.issue_url(filed, world.officer) == ""
    assert papers.issue_url(filed, unit_of(filed)).endswith(f"/requests/lists/{filed.pk}/paper/")


def test_others_neither_see_nor_print_it(world):
    filed = world.nominated()
    stranger = of_unit(world.other, Role.SENDER_HR)
    assert refused(lambda: issued(filed, by=stranger)) == "list_unknown"
    paper = issued(filed)
    assert papers.papers_of(filed, stranger) == []
    assert papers.papers_of(filed, world.officer) == [paper]
    assert papers.papers_of(filed, unit_of(filed)) == [paper]


def test_a_day_to_come_is_no_date_of_a_paper(world):
    filed = world.asked()
    assert refused(lambda: issued(filed, dated_on=date(2026, 11, 23))) == "day_in_future"


def test_a_paper_of_a_list_is_withdrawn_by_its_issuer_alone(world):
    filed = world.asked()
    paper = issued(filed)
    assert issued_papers.may_keep(paper, unit_of(filed))
    assert not issued_papers.may_keep(paper, world.officer)
    issued_papers.withdraw_paper(paper=paper, reason="号码有误", by=unit_of(filed))
    paper.refresh_from_db()
    assert paper.state == PaperState.WITHDRAWN


def test_a_list_that_goes_back_takes_its_papers_with_it_and_no_others(world):
    filed, others = world.asked(), world.nominated()
    mine, second, foreign = issued(filed), issued(filed), issued(others)
    assert papers.supersede(filed, reason="退回修改", by=world.officer) == 2
    states = dict(IssuedPaper.objects.values_list("pk", "state"))
    assert (states[mine.pk], states[second.pk], states[foreign.pk]) == ("withdrawn", "withdrawn", "issued")
    assert papers.supersede(filed, reason="退回修改", by=world.officer) == 0


# ------------------------------------------------------------ does it still match


def changes(paper):
    with translation.override("en"):
        return [(each.name, each.printed, each.now) for each in matching.changes(paper)]


def test_list_and_paper_match_until_something_changes(world):
    filed = world.nominated()
    paper = issued(filed)
    assert changes(paper) == []
    filed.nominations.filter(worker=world.first).update(speciality="新生儿科")
    assert changes(paper) == [("示范甲一", "儿科", "新生儿科")]


def test_who_was_struck_or_came_later_is_told_by_the_row(world):
    filed = world.nominated()
    paper = issued(filed)
    filed.nominations.filter(worker=world.second).update(state="struck", struck_reason="示范")
    a_nomination(a_physician(world.sender, name="示范甲三"), filed=filed)
    found = changes(paper)
    assert [name for name, _printed, _now in found] == ["示范甲二", "示范甲三"]
    assert (found[0][2], found[1][1]) == ("—", "—")


def test_a_wish_more_is_a_change_of_that_persons_row(world):
    filed = world.nominated()
    paper = issued(filed)
    row = filed.nominations.get(worker=world.second)
    NominationWish.objects.create(nomination=row, institution=world.other, rank=1)
    assert changes(paper) == [("示范甲二", "", "示范戊医院")]


def test_approval_by_itself_changes_nothing_on_the_paper_but_sending_back_does(world):
    filed = world.nominated()
    before = issued(filed)
    world.approve(filed)
    after = issued(filed)
    assert (changes(before), changes(after)) == ([], [])
    FiledList.objects.filter(pk=filed.pk).update(state="returned", reason="示范")
    assert len(changes(before)) == len(changes(after)) == 1


def test_a_remark_that_changed_is_told_where_the_rows_are_the_same(world):
    filed = world.asked(remark="院内可提供住宿")
    paper = issued(filed)
    FiledList.objects.filter(pk=filed.pk).update(remark="院内无住宿")
    assert changes(paper) == [("", "说明：院内可提供住宿。", "说明：院内无住宿。")]


def test_the_page_that_is_printed_says_that_a_look_is_no_paper(world):
    filed = world.asked()
    html = printing.html(papers.preview(filed=filed, dated_on=TODAY, by=unit_of(filed)))
    assert "预览稿，未印发" in html
    assert IssuedPaper.objects.count() == 0


def test_approved_on_is_the_day_of_the_last_approval(world):
    filed = world.asked()
    assert paper_content.approved_on(filed) is None
    assert paper_content.approved_on(world.approve(filed)) == date(2026, 11, 20)


def test_the_city_prints_for_its_authority(world):
    paper = issued(world.approve(world.asked()), by=CITY_OFFICER)
    assert paper.issuer_id == world.authority.pk
