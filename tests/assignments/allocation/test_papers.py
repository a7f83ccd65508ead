"""The decision on paper: basis, order of the criteria, who goes where, what stays open; compared, read in extracts."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from assignments.allocation import paper_content, papers
from assignments.kinds import PaperKind
from assignments.models import Assignment, IssuedPaper
from assignments.papers import contents, matching, reading
from assignments.papers.contents import Frame
from assignments.services import papers as issued_papers
from deploy_admin.access import Permission, Role
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import Notice
from tests.assignments.allocation.factories import BASIS, World, a_gap, a_line, a_plan
from tests.assignments.factories import of_unit
from tests.assignments.papers.world import docx_words, pdf_pages, words_of
from tests.assignments.postings import CITY_OFFICER, an_assignment, district_officer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
RULE = {
    "version": 1, "clause": "order", "label": "派驻次序", "title_zh": "示范市方案", "title_en": "Model plan",
    "article": "第五条", "quote": "坚持需求优先，兼顾医共体。",
    "criteria": [
        {"id": "requests", "by": "requests", "label_zh": "接收单位需求", "label_en": "requests"},
        {"id": "community", "by": "prefer", "label_zh": "医共体分组", "label_en": "community"},
    ],
}  # fmt: skip


@pytest.fixture
def world():
    return World()


def decided(world, people=2, *, gap=True, **more):
    """Return a decided plan that places so many people, with a request of which nobody fills three places."""
    plan = a_plan(world.campaign, state="decided", **more)
    for number in range(people):
        unit = world.receiver if number % 2 else world.township
        request = world.asks(unit, speciality="内科")
        nomination = world.named(f"示范派{number}")
        own = an_assignment(
            nomination.worker, sender=world.hospital, receiver=unit, campaign=world.campaign,
            starts_on=world.campaign.starts_on, speciality="内科",
        )  # fmt: skip
        a_line(plan, request, nomination, assignment=own)
    if gap:
        a_gap(plan, request=world.asks(world.receiver, speciality="儿科", number=3), places=3)
    return plan


def issue(plan, **more) -> IssuedPaper:
    return papers.issue_decision(**({"plan": plan, "dated_on": TODAY, "by": CITY_OFFICER} | more))


def text_of(paper) -> str:
    return "".join(words_of(paper.content))


def test_it_names_the_body_the_meeting_the_document_and_everybody_by_unit(world):
    plan = decided(world)
    paper = issue(plan, number="示卫人[2026]9号")
    assert (paper.kind, paper.issuer_id, paper.addressee_id, paper.campaign) == (
        PaperKind.ALLOCATION_DECISION, world.campaign.authority_id, None, world.campaign,
    )  # fmt: skip
    assert paper.number == "示卫人〔2026〕9号"
    assert paper.content["title"].endswith("统筹调配的决定")
    said = text_of(paper)
    assert (
        f"经{BASIS['deciding_body']}2026年11月20日会议研究（《{BASIS['document']}》，{BASIS['document_number']}）"
        in said
    )
    assert "2人到2个接收单位工作（名单见附件1）" in said
    people, vacant = paper.content["tables"]
    assert people["title"].endswith("派遣人员名单（共2人）")
    assert sorted(row["cells"][0] for group in people["groups"] for row in group["rows"]) == ["示范派0", "示范派1"]
    assert {row["assignment"] for group in people["groups"] for row in group["rows"]} == set(
        paper.lines.values_list("assignment_id", flat=True)
    )
    assert [row["cells"] for row in vacant["groups"][0]["rows"]] == [["示范县医院", "儿科", "3"]]
    assert "尚有3人的需求未能安排，见附件2。" in said


def test_without_gaps_there_is_one_annex_and_no_word_of_them(world):
    paper = issue(decided(world, gap=False))
    assert len(paper.content["tables"]) == 1
    assert "（名单见附件）" in text_of(paper)
    assert "未能安排" not in text_of(paper)


def test_the_criteria_stand_in_their_order_with_the_clause_that_says_so(world):
    paper = issue(decided(world, rule=RULE))
    said = text_of(paper)
    assert "依次按照接收单位需求、医共体分组确定，在前的优先于在后的。上述次序依据《示范市方案》第五条确定。" in said
    assert paper.content["quotes"] == [{"phrase": "坚持需求优先，兼顾医共体", "source": "《示范市方案》第五条"}]


def test_without_a_policy_the_neutral_order_is_said_to_be_one(world):
    said = text_of(issue(decided(world)))
    assert "依次按照接收单位需求、需求缓急、专业对口、个人意愿" in said
    assert "适用的方案未规定次序，按通用次序确定。" in said


def test_pdf_and_docx_carry_check_code_and_list(world):
    paper = issue(decided(world))
    pages = pdf_pages(paper)
    assert paper.check_code in pages[0]
    assert "示范派0" in pages[-2]
    assert "儿科" in pages[-1]
    assert "示范派1" in docx_words(paper)
    assert contents.digest(paper.content) == paper.sha256


def test_the_words_are_chinese_whatever_the_reader_speaks(world):
    plan = decided(world)
    frame = Frame(dated_on=TODAY, made_at="")
    with translation.override("en"):
        english = paper_content.content(plan, papers.lines_of(plan), frame)
    with translation.override("zh-hans"):
        assert paper_content.content(plan, papers.lines_of(plan), frame) == english


def test_ten_times_the_people_cost_as_many_queries(world):
    plan, more = decided(world), decided(world, 12)
    frame = Frame(dated_on=TODAY, made_at="")

    def asked(each) -> int:
        with CaptureQueriesContext(connection) as queries:
            paper_content.content(each, papers.lines_of(each), frame)
        return len(queries)

    asked(plan)
    assert asked(more) == asked(plan)


# ------------------------------------------------------------ who and when


def refused(act) -> str:
    with pytest.raises(RuleViolation) as refusal:
        act()
    return refusal.value.code


def test_only_a_decided_plan_by_whoever_decides_it_is_put_on_paper(world):
    draft = a_plan(world.campaign)
    assert refused(lambda: issue(draft)) == "plan_not_decided"
    plan = decided(world)
    assert refused(lambda: issue(plan, by=of_unit(world.hospital))) == "not_permitted"
    stranger = district_officer(world.second)
    assert refused(lambda: issue(plan, by=stranger)) == "not_permitted"
    assert refused(lambda: issue(a_plan(world.campaign, state="decided"))) == "plan_empty"
    assert refused(lambda: issue(plan, dated_on=date(2026, 11, 23))) == "day_in_future"
    assert IssuedPaper.objects.count() == 0


def test_a_decision_is_not_withdrawn(world):
    paper = issue(decided(world))
    act = lambda: issued_papers.withdraw_paper(paper=paper, reason="示范", by=CITY_OFFICER)  # noqa: E731
    assert refused(act) == "paper_not_withdrawn"
    assert issued_papers.PERMISSIONS[PaperKind.ALLOCATION_DECISION] is Permission.ALLOCATION_DECIDE


def test_sending_and_receiving_units_are_told_and_read_their_own_rows(world):
    paper = issue(decided(world))
    told = set(Notice.objects.open().filter(code="assignments.paper_issued").values_list("institution_id", flat=True))
    assert told == {world.hospital.pk, world.receiver.pk, world.township.pk}
    clerk = of_unit(world.receiver, Role.RECEIVER_CLERK)
    read = reading.read(paper, clerk)
    assert not read.whole
    [people] = read.content["tables"]  # what stays open is no row of theirs
    assert [row["cells"][0] for group in people["groups"] for row in group["rows"]] == ["示范派1"]


# ------------------------------------------------------------ does it still match


def changes(paper):
    with translation.override("en"):
        return [(each.name, each.printed, each.now) for each in matching.changes(paper)]


def test_decision_and_rows_match_until_somebody_goes_elsewhere_or_not_at_all(world):
    paper = issue(decided(world))
    assert changes(paper) == []
    own = Assignment.objects.get(worker__name="示范派0")
    Assignment.objects.filter(pk=own.pk).update(speciality="全科")
    assert changes(paper) == [("示范派0", "内科", "全科")]
    Assignment.objects.filter(pk=own.pk).update(state="withdrawn")
    assert changes(paper) == [("示范派0", "on the list", "no longer in force")]
