"""What each of the four papers says, worked out by hand: people, days, clauses, who is addressed."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Campaign
from assignments.services import papers
from assignments.services.paper_drafts import drafted
from tests.assignments.papers.world import TODAY, World, dispatched, extended, issued, received, suspended
from tests.assignments.postings import CITY_OFFICER, a_step, suspended_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def said(content):
    return [each["head"] + each["text"] for each in (*content["paragraphs"], *content["closing"])]


def cells(content):
    return [row["cells"] for table in content["tables"] for group in table["groups"] for row in group["rows"]]


class TestSuspensionNotice:
    """暂停执业活动通知."""

    def test_it_lists_each_with_category_licence_days_and_receiving_unit(self, world):
        second, first = world.going("白计划"), world.going("安计划", receiver=world.other)
        suspended_for(first, valid_from=date(2026, 3, 9), valid_to=date(2026, 12, 31))
        content = issued(suspended(first, second)).content
        assert content["title"] == "关于暂停“市聘县用”人员2人执业活动的通知"
        assert content["issuer"] == "示范甲医院"
        assert content["to"] == "各科室"
        days = "2026年3月10日至\n2027年3月9日"
        assert cells(content) == [
            ["白计划", "男", "临床", "110500000012345", days, "示范丁卫生院"],
            ["安计划", "男", "临床", "110500000012345", "2026年3月9日至\n2026年12月31日", "示范戊卫生院"],
        ]
        assert content["copies"] == "示范市卫生健康委员会、示范丁卫生院、示范戊卫生院"

    def test_it_quotes_the_clause_that_asks_for_it(self, world):
        content = issued(suspended(world.going("安计划"))).content
        [quote] = content["quotes"]
        assert quote["phrase"].startswith("执业医师类")
        assert "应当暂停其在本单位的执业活动" in quote["phrase"]
        assert quote["source"].startswith("《重庆市开展卫生人才“市聘县用”工作的实施方案》")

    def test_whose_practice_need_not_be_suspended_stands_on_no_notice(self, world):
        nurse = world.going("护计划", worker=world.nurse("护计划"))
        found = drafted(suspended(nurse, world.going("安计划")), CITY_OFFICER)
        assert found.left_out == ("护计划",)
        assert "护计划" not in str(cells(issued(suspended(nurse, world.going("白计划"))).content))

    def test_each_sending_unit_issues_its_own(self, world):
        rows = world.going("安计划"), world.going("乙计划", at=world.other_sender)
        found = papers.issue(chosen=suspended(*rows), dated_on=TODAY, by=CITY_OFFICER)
        assert [(paper.content["issuer"], cells(paper.content)[0][0]) for paper in found] == [
            ("示范甲医院", "安计划"),
            ("示范乙医院", "乙计划"),
        ]

    def test_without_a_licence_on_record_the_cell_says_so_with_a_dash(self, world):
        row = world.going("安计划")
        row.worker.licences.update(number="", practice_category="")
        assert cells(issued(suspended(row)).content)[0][2:4] == ["—", "—"]


class TestDispatchNotice:
    """派遣通知."""

    def test_it_names_campaign_reporting_day_place_and_the_list_by_receiving_unit(self, world):
        Campaign.objects.filter(pk=world.campaign.pk).update(
            reporting_on=date(2026, 3, 10), briefing_on=date(2026, 3, 5), briefing_place="示范会议中心"
        )
        world.campaign.refresh_from_db()
        world.going("白计划", receiver=world.other, at=world.other_sender)
        world.going("安计划")
        content = issued(dispatched(campaign=world.campaign)).content
        assert content["title"] == "关于派遣2026年第1批“市聘县用”人员的通知"
        assert content["issuer"] == "示范市卫生健康委员会"
        assert content["to"] == "示范甲医院、示范乙医院、示范丁卫生院、示范戊卫生院"
        texts = said(content)
        assert "现派遣“市聘县用”人员2人到2个接收单位工作" in texts[0]
        assert texts[1] == "一、派驻期限。12个月，自2026年3月10日至2027年3月9日。"
        assert texts[2] == "二、行前会议。2026年3月5日，地点：示范会议中心。"
        assert texts[3] == "三、报到。派驻人员于2026年3月10日到各自接收单位报到。"
        assert texts[4].startswith("四、暂停执业。")
        [table] = content["tables"]
        assert [(group["label"], group["rows"][0]["cells"][0]) for group in table["groups"]] == [
            ("示范丁卫生院（1人）", "安计划"),
            ("示范戊卫生院（1人）", "白计划"),
        ]
        assert cells(content)[0] == ["安计划", "男", "主治医师", "—", "示范甲医院", "2026年3月10日至\n2027年3月9日"]
        assert content["whole"] is True

    def test_chosen_people_of_several_terms_are_told_to_look_at_the_list(self, world):
        rows = world.going("安计划"), world.going("白计划", months=6)
        content = issued(dispatched(*rows)).content
        assert said(content)[1] == "一、派驻期限。各人起止日期以附件为准。"
        assert content["whole"] is False

    def test_many_units_are_addressed_together(self, world):
        for number in range(7):
            world.going(f"示范{number}", receiver=None, at=world.sender)
        assert issued(dispatched(campaign=world.campaign)).content["to"] == "各有关派出单位、接收单位"

    def test_who_was_withdrawn_or_came_back_is_not_on_it(self, world):
        world.going("安计划")
        world.going("冯归来", state="returned", starts_on=date(2025, 1, 10))
        world.going("葛撤回", state="withdrawn", starts_on=date(2026, 4, 1))
        assert [row[0] for row in cells(issued(dispatched(campaign=world.campaign)).content)] == ["安计划"]


class TestLeaveReceipt:
    """请假备案回执."""

    def test_it_says_what_is_counted_under_which_clause_and_the_new_last_day(self, world):
        row = world.there("安在岗")
        leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        content = issued(received(leave)).content
        assert content["title"] == "请假备案回执"
        assert content["issuer"] == "示范万州区卫生健康委员会（示范）"  # the office over the receiving unit
        assert content["to"] == "示范丁卫生院"
        assert cells(content) == [
            [
                "安在岗",
                "示范甲医院",
                "事假",
                "2026年5月11日至\n2026年5月15日",
                "5个工作日",
                "示备〔2026〕3号\n2026年5月15日",
                "2027年3月14日",
            ]
        ]
        assert said(content)[-1] == "服务期因请假累计顺延5日，顺延后期满日期为2027年3月14日。"
        assert content["quotes"] == [
            {
                "phrase": "请假5天以上需向领导小组办公室备案，同时顺延基层服务期限",
                "source": "《重庆市万州区卫生人才“县聘乡用”实施方案》四（二）1",
            }
        ]

    def test_leave_that_lengthens_nothing_is_told_so(self, world):
        leave = world.filed(world.there("安在岗"), date(2026, 5, 11), date(2026, 5, 20), kind="annual")
        content = issued(received(leave)).content
        assert cells(content)[0][4] == "8个工作日"
        assert said(content)[-1] == "上述请假不顺延服务期。"

    def test_several_leaves_of_one_unit_share_a_receipt_and_other_units_get_their_own(self, world):
        first, second = world.there("安在岗"), world.there("白在岗")
        third = world.there("丁别处", receiver=world.other)
        leaves = [world.filed(row, date(2026, 5, 11), date(2026, 5, 15)) for row in (first, second, third)]
        found = papers.issue(chosen=received(*leaves), dated_on=TODAY, by=CITY_OFFICER)
        assert sorted((paper.content["to"], len(cells(paper.content))) for paper in found) == [
            ("示范丁卫生院", 2),
            ("示范戊卫生院", 1),
        ]
        both = next(paper.content for paper in found if len(cells(paper.content)) == 2)
        assert "2人2次请假" in said(both)[0]
        assert "安在岗" not in "".join((both["title"], *said(both)))  # names stand in the table only


class TestExtensionNotice:
    """服务期顺延通知."""

    def test_it_gives_each_reason_its_days_and_the_new_last_day(self, world):
        """As in the readings: five working days in May, a term from 3 January ends on 7 January a year later."""
        row = world.there("安在岗", starts_on=date(2025, 1, 3))
        world.filed(row, date(2025, 5, 12), date(2025, 5, 16))
        content = issued(extended(row)).content
        assert content["title"] == "关于顺延安在岗服务期的通知"
        assert content["to"] == "示范甲医院、示范丁卫生院"
        assert "自2025年1月3日起派驻示范丁卫生院，服务期12个月，原定2026年1月2日期满" in said(content)[0]
        assert "其服务期顺延5日，顺延后的期满日期为2026年1月7日" in said(content)[0]
        assert cells(content) == [
            ["事假", "2025年5月12日至\n2025年5月16日", "5个工作日", "5日"],
            ["合计", "—", "—", "5日"],
        ]

    def test_days_an_officer_granted_stand_with_their_document(self, world):
        row = world.there("安在岗", granted_days=10)
        world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        a_step(row, "extended", on=TODAY, document_number="示纪〔2026〕5号")
        content = issued(extended(row)).content
        assert ["经批准延长（示纪〔2026〕5号）", "—", "—", "10日"] in cells(content)
        assert "其服务期顺延15日，顺延后的期满日期为2027年3月24日" in said(content)[0]

    def test_each_person_gets_an_own_notice_and_who_stays_no_longer_is_left_out(self, world):
        rows = [world.there(name) for name in ("安在岗", "白在岗", "陈如期")]
        for row in rows[:2]:
            world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        found = drafted(extended(*rows), CITY_OFFICER)
        assert [len(draft.lines) for draft in found.drafts] == [1, 1]
        assert found.left_out == ("陈如期",)


def test_the_words_are_chinese_whatever_the_readers_language(world):
    from django.utils import translation

    row = world.going("安计划")
    with translation.override("en"):
        content = issued(dispatched(row)).content
    assert cells(content)[0][1:3] == ["男", "主治医师"]


def test_the_office_adds_a_contact_and_a_paragraph_without_whole_ids(world):
    paper = issued(
        dispatched(world.going("安计划")), contact="某科 023-00000000", remark="证号500101199001011234请核对。"
    )
    assert paper.content["contact"] == "某科 023-00000000"
    assert "500101199001011234" not in str(paper.content)
    assert paper.content["remark"].endswith("请核对。")
