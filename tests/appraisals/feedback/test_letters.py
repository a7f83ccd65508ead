"""What a feedback letter says, and in which order letters follow one another; checked by hand."""

from __future__ import annotations

import pytest

from appraisals.feedback import owing, services_letters
from appraisals.models import FeedbackLetter
from appraisals.states import ReleaseKind
from assignments.papers import contents
from assignments.services import papers
from tests.appraisals.feedback.world import SENT, World, rows_of, text_of
from tests.assignments.factories import a_physician
from tests.assignments.months.factories import OCTOBER, a_row
from tests.assignments.postings import on_post

pytestmark = pytest.mark.django_db
FIRST = "关于反馈2026年10月“市聘县用”人员绩效考核结果的函"


@pytest.fixture
def world():
    return World()


class TestTheFirstLetter:
    """One to each sending unit, about everybody of it."""

    def test_title_addressee_and_opening_name_plan_and_clause(self, world):
        world.result("安一")
        letter = world.letter()
        content = letter.paper.content
        assert content["title"] == FIRST
        assert content["to"] == "示范甲医院"
        assert text_of(letter).startswith(
            "根据《示范市卫生人才“市聘县用”实施方案》第三条关于“考核结果由区县卫生健康部门统一反馈派出单位，"
            "并与其绩效工资挂钩”的规定，现将你单位派出的“市聘县用”人员2026年10月绩效考核结果予以反馈（共1人，见附件）。"
        )
        assert content["dated_on"] == "2026-11-20"
        assert (letter.kind, letter.sequence, letter.people) == (ReleaseKind.FIRST, 1, 1)

    def test_the_row_says_days_work_points_and_factor_and_no_kind_of_leave(self, world):
        days = {12: "Sh", 13: "B", 14: "K", 17: "D"}
        workload = {"outpatient_emergency_visits": "212", "rounds": "3"}
        world.result("安一", points="87.50", factor="1.1000", workload=workload, days=days)
        letter = world.letter()
        # October 2026 has 17 duty days: 17 - 0.5 - 1 - 1 + 1 day on a Saturday.
        assert rows_of(letter) == [
            {
                "姓名": "安一", "科室/专业": "内科", "接收单位": "示范丁卫生院", "应出勤": "17", "出勤": "15.5",
                "请假": "1.5", "旷工": "1", "门急诊人次": "212", "巡诊": "3", "得分": "87.50", "绩效系数": "1.1",
                "备注": "",
            }
        ]  # fmt: skip
        words = str(letter.paper.content)
        assert "病假" not in words
        assert "事假" not in words

    def test_a_day_to_be_checked_has_a_column_only_where_there_is_one(self, world):
        world.result("安一")
        assert "待核" not in rows_of(world.letter())[0]
        world.result("白二", by=world.other_sender, days={12: "U"})
        assert rows_of(world.letter())[0]["待核"] == "1"

    def test_an_undetermined_result_says_what_is_missing(self, world):
        world.result("安一", state="undetermined", missing=["value:operations"])
        letter = world.letter()
        [row] = rows_of(letter)
        assert row["备注"] == "待定，缺少：手术"
        assert "得分" not in row
        assert "其中1人的得分待定，所缺事项见附件备注；补齐后另行函告。" in text_of(letter)

    def test_without_weights_only_the_indicators_are_shown(self, world):
        world.result("安一", state="unweighted", workload={"rounds": 3})
        letter = world.letter()
        [row] = rows_of(letter)
        assert row["巡诊"] == "3"
        assert row["备注"] == "只列指标，不计分"
        assert not {"得分", "绩效系数"} & row.keys()
        assert "适用的方案未规定各项指标的权重" in text_of(letter)

    def test_beside_scored_people_those_without_points_are_counted(self, world):
        world.result("安一", points=80)
        world.result("白二", state="unweighted")
        letter = world.letter()
        assert [row["得分"] for row in rows_of(letter)] == ["80.00", "—"]
        assert "1人适用的方案未规定各项指标的权重" in text_of(letter)

    def test_people_stand_by_receiving_unit_and_pinyin(self, world):
        world.result("周三", at=world.receiver)
        world.result("安一", at=world.other)
        world.result("白二", at=world.receiver)
        assert [row["姓名"] for row in rows_of(world.letter())] == ["白二", "周三", "安一"]

    def test_somebody_who_moved_has_a_row_for_each_unit_and_counts_once(self, world):
        worker = a_physician(world.sender, name="安一")
        assignment = on_post(worker, receiver=world.receiver)
        for unit, days in ((world.receiver, {"last": 15}), (world.other, {"first": 16})):
            row = a_row(world.sheet(unit), assignment, **days)
            world.told(row)
        letter = world.letter()
        assert [row["接收单位"] for row in rows_of(letter)] == ["示范丁卫生院", "示范戊卫生院"]
        assert letter.people == 1
        assert "共1人" in text_of(letter)
        assert letter.paper.lines.count() == 1

    def test_contact_and_further_paragraph_are_printed(self, world):
        world.result("安一")
        content = world.letter(contact="张示范 023-1", remark="另附说明。").paper.content
        assert (content["contact"], content["remark"]) == ("张示范 023-1", "另附说明。")


class TestWhatFollows:
    """Supplements add to the first letter, corrections put it right; both name it."""

    def test_a_late_result_goes_out_in_a_supplement_that_names_the_first(self, world):
        world.result("安一")
        first = world.letter(number="万州卫函[2026]3号")
        world.result("白二", at=world.other)
        letter = world.letter()
        assert (letter.kind, letter.sequence) == (ReleaseKind.SUPPLEMENT, 2)
        assert letter.paper.content["title"] == "关于补充反馈2026年10月“市聘县用”人员绩效考核结果的函"
        assert f"在2026年11月20日《{FIRST}》（万州卫函〔2026〕3号）之后，现将" in text_of(letter)
        assert [row["姓名"] for row in rows_of(letter)] == ["白二"]
        assert first.paper.number == "万州卫函〔2026〕3号"

    def test_the_number_given_later_is_the_one_that_is_named(self, world):
        world.result("安一")
        first = world.letter()
        papers.number_paper(paper=first.paper, number="万州卫函〔2026〕8号", dated_on=SENT, by=world.officer)
        world.result("白二")
        assert "（万州卫函〔2026〕8号）" in text_of(world.letter())

    def test_a_correction_says_old_and_new_of_everything_it_moves(self, world):
        score = world.result("安一", points=80, factor="1", workload={"rounds": 3})
        world.letter(number="万州卫函〔2026〕3号")
        world.corrected(score, points="85.5", factor="1.05", workload={"rounds": 5})
        letter = world.letter()
        assert (letter.kind, letter.sequence) == (ReleaseKind.CORRECTION, 2)
        assert letter.paper.content["title"] == "关于更正2026年10月“市聘县用”人员绩效考核结果的函"
        assert (
            f"现对2026年11月20日《{FIRST}》（万州卫函〔2026〕3号）所列1人的2026年10月绩效考核结果予以更正"
            in text_of(letter)
        )
        [row] = rows_of(letter)
        assert row["备注"] == "更正：巡诊3→5；得分80→85.5；绩效系数1→1.05"
        assert row["得分"] == "85.50"

    def test_a_value_taken_away_is_said_too(self, world):
        score = world.result("安一", points=80, workload={"rounds": 3})
        world.letter()
        world.corrected(score, points=80, workload={})
        assert rows_of(world.letter())[0]["备注"] == "更正：巡诊3→—"

    def test_a_late_result_and_a_correction_are_two_letters(self, world):
        score = world.result("安一")
        world.letter()
        world.corrected(score)
        world.result("白二")
        kinds = [(letter.kind, letter.sequence) for letter in world.issued()]
        assert kinds == [(ReleaseKind.SUPPLEMENT, 2), (ReleaseKind.CORRECTION, 3)]

    def test_what_was_corrected_before_it_was_told_is_told_once_and_as_new(self, world):
        old = world.result("安一", points=80)
        new = world.corrected(old, points=85)
        letter = world.letter()
        assert letter.kind == ReleaseKind.FIRST
        assert [line.released_id for line in letter.lines.all()] == [new.pk]
        assert rows_of(letter)[0]["备注"] == ""

    def test_of_two_corrections_the_last_is_told_beside_what_was_told(self, world):
        told = world.result("安一", points=80)
        world.letter()
        between = world.corrected(told, points=82)
        world.corrected(between, points=90)
        letter = world.letter()
        assert rows_of(letter)[0]["备注"] == "更正：得分80→90"
        assert owing.owed(world.office.pk, OCTOBER) == []

    def test_a_correction_by_another_authority_names_the_letter_that_told(self, world):
        score = world.result("安一")
        world.letter(number="万州卫函〔2026〕3号")
        world.corrected(score, authority=world.other_office)
        [owed] = owing.owed(world.other_office.pk, OCTOBER)
        assert owed.kind == ReleaseKind.CORRECTION
        assert "（万州卫函〔2026〕3号）" in services_letters.preview(owed, dated_on=SENT)["paragraphs"][0]["text"]


class TestTheDigest:
    """The check code is that of the frozen content."""

    def test_it_is_of_the_content_and_stays(self, world):
        score = world.result("安一")
        letter = world.letter()
        before = dict(letter.paper.content)
        assert letter.paper.sha256 == contents.digest(letter.paper.content)
        world.corrected(score)
        world.issued()
        again = FeedbackLetter.objects.get(pk=letter.pk).paper
        assert again.content == before
        assert contents.digest(again.content) == letter.paper.sha256

    def test_a_preview_says_what_the_letter_will_say(self, world):
        world.result("安一")
        [owed] = owing.owed(world.office.pk, OCTOBER)
        preview = services_letters.preview(owed, dated_on=SENT)
        assert not FeedbackLetter.objects.exists()
        issued = world.letter().paper.content
        assert preview | {"made_at": ""} == issued | {"made_at": ""}
