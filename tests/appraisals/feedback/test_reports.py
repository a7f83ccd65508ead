"""Situation reports: numbers counted from the months, frozen when submitted; who writes, who answers; the paper."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appraisals.feedback import report_listing, report_numbers, services
from appraisals.models import SituationReport, Workload
from appraisals.states import ReportState
from assignments.models import IssuedPaper
from assignments.papers import matching
from assignments.services import papers
from assignments.states import PaperState
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from deploy_admin.months import Month
from deploy_admin.registry.models import Indicator
from tests.appraisals.feedback.world import World, docx_words, pdf_pages, tight
from tests.assignments.months.factories import OCTOBER
from tests.assignments.postings import CITY_OFFICER, district_officer, receiver_clerk
from tests.people.factories import refused

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(date(2026, 9, 1))
WORDS = {
    "work": "开展门诊。\n带教两名医师。",
    "results": "新开展一项技术。",
    "difficulties": "",
    "proposals": "增派儿科。",
}


@pytest.fixture
def world():
    return World()


@pytest.fixture
def report(world):
    return services.begin_report(
        institution_id=world.receiver.pk, first=OCTOBER, last=OCTOBER, texts=WORDS, by=world.clerk
    )


def line(numbers, code):
    [found] = [each for each in numbers["lines"] if each["code"] == code]
    return found["value"], found["before"], found["change"]


def numbers_of(world, first=OCTOBER, last=OCTOBER):
    return report_numbers.numbers(world.receiver.pk, first.first, last.first)


def counted(row, code, value):
    Workload.objects.create(row=row, indicator=Indicator.objects.get(code=code), value=value, source="clerk")


class TestTheNumbers:
    """People, days, work of the months, beside as many months before."""

    def test_released_months_count_as_released(self, world):
        world.result("安一", workload={"rounds": 3, "new_techniques": 1}, days={12: "Sh", 13: "K"})
        world.result("白二", workload={"rounds": 4})
        numbers = numbers_of(world)
        # Two people with 17 duty days each; one was half a day on leave and one day absent.
        assert line(numbers, "people") == ("2", None, None)
        assert line(numbers, "duty") == ("34", None, None)
        assert line(numbers, "attended") == ("32.5", None, None)
        assert line(numbers, "leave") == ("0.5", None, None)
        assert line(numbers, "absent") == ("1", None, None)
        assert line(numbers, "rounds") == ("7", None, None)
        assert line(numbers, "new_techniques") == ("1", None, None)

    def test_a_month_that_is_only_handed_in_counts_as_entered(self, world):
        row = world.row("安一", state="submitted", days={12: "Sh"})
        counted(row, "rounds", 3)
        numbers = numbers_of(world)
        assert (line(numbers, "attended")[0], line(numbers, "rounds")[0]) == ("16.5", "3")
        assert numbers["missing"] == []

    def test_a_month_that_is_not_handed_in_is_named_and_not_counted(self, world):
        world.row("安一", state="draft")
        numbers = numbers_of(world)
        assert numbers["missing"] == ["2026-10"]
        assert line(numbers, "people") == (None, None, None)

    def test_beside_it_stand_as_many_months_before_with_the_change(self, world):
        world.result("安一", workload={"rounds": 7})
        world.result("安一", month=SEPTEMBER, workload={"rounds": 3})
        world.result("白二", month=SEPTEMBER, workload={"rounds": 2, "operations": 4})
        numbers = numbers_of(world)
        assert numbers["before"] == ["2026-09", "2026-09"]
        assert line(numbers, "people") == ("1", "2", "-1")
        assert line(numbers, "rounds") == ("7", "5", "+2")
        assert line(numbers, "operations") == (None, "4", None)

    def test_a_correction_counts_instead_of_what_it_corrects(self, world):
        score = world.result("安一", workload={"rounds": 3})
        world.corrected(score, workload={"rounds": 5})
        assert line(numbers_of(world), "rounds")[0] == "5"

    def test_another_unit_is_not_counted(self, world):
        world.result("安一", at=world.other)
        assert line(numbers_of(world), "people") == (None, None, None)

    def test_the_queries_do_not_grow_with_the_people(self, world):
        world.result("安一", workload={"rounds": 3})
        with CaptureQueriesContext(connection) as few:
            numbers_of(world)
        for number in range(5):
            world.result(f"白{number}", workload={"rounds": 3})
        with CaptureQueriesContext(connection) as many:
            numbers_of(world)
        assert len(many) == len(few)


class TestItsWay:
    """Written, submitted, taken back, sent back, taken note of."""

    def test_submitted_the_numbers_are_frozen(self, world, report):
        score = world.result("安一", workload={"rounds": 3})
        done = services.submit_report(report=report, by=world.clerk)
        assert done.state == ReportState.SUBMITTED
        world.corrected(score, workload={"rounds": 5})
        assert line(SituationReport.objects.get().numbers, "rounds")[0] == "3"
        [change] = matching.changes(done.paper)
        assert (change.what, change.printed, change.now) == ("巡诊", "3", "5")

    def test_taken_back_it_is_open_and_its_paper_withdrawn(self, world, report):
        done = services.submit_report(report=report, by=world.clerk)
        back = services.take_back_report(report=done, by=world.clerk)
        assert back.state == ReportState.DRAFT
        assert IssuedPaper.objects.get().state == PaperState.WITHDRAWN

    def test_sent_back_with_a_reason_and_submitted_again_it_has_a_new_paper(self, world, report):
        services.submit_report(report=report, by=world.clerk)
        back = services.send_back_report(report=report, reason="请补充困难", by=world.officer)
        assert (back.state, back.answer, back.answered_by_name) == ("returned", "请补充困难", world.officer.name)
        services.save_report(report=report, texts=WORDS | {"difficulties": "缺设备。"}, by=world.clerk)
        again = services.submit_report(report=report, by=world.clerk)
        assert [paper.state for paper in IssuedPaper.objects.order_by("pk")] == ["withdrawn", "issued"]
        assert again.paper == IssuedPaper.objects.order_by("pk").last()
        assert (again.answer, again.answered_by_name) == ("", "")

    def test_taken_note_of_with_an_answer(self, world, report):
        services.submit_report(report=report, by=world.clerk)
        done = services.take_note_of_report(report=report, answer="已阅，将增派。", by=world.officer)
        assert (done.state, done.answer) == ("received", "已阅，将增派。")
        acts = list(Event.objects.filter(act__startswith="reports.").order_by("pk").values_list("act", flat=True))
        assert acts == ["reports.begun", "reports.submitted", "reports.noted"]

    def test_nothing_moves_after_it_was_taken_note_of(self, world, report):
        services.submit_report(report=report, by=world.clerk)
        services.take_note_of_report(report=report, by=world.officer)
        for act in (
            lambda: services.save_report(report=report, texts=WORDS, by=world.clerk),
            lambda: services.submit_report(report=report, by=world.clerk),
            lambda: services.take_back_report(report=report, by=world.clerk),
            lambda: services.send_back_report(report=report, reason="请补充", by=world.officer),
        ):
            with refused("report_settled"):
                act()

    def test_without_words_it_is_not_submitted(self, world):
        empty = services.begin_report(institution_id=world.receiver.pk, first=OCTOBER, last=OCTOBER, by=world.clerk)
        with refused("report_empty") as refusal:
            services.submit_report(report=empty, by=world.clerk)
        assert "work" in refusal.value.fields

    def test_a_month_that_is_not_over_is_not_reported(self, world):
        month = Month(date(2026, 11, 1))
        begun = services.begin_report(
            institution_id=world.receiver.pk, first=OCTOBER, last=month, texts=WORDS, by=world.clerk
        )
        with refused("month_not_over"):
            services.submit_report(report=begun, by=world.clerk)

    def test_one_report_on_the_same_months(self, world, report):
        with refused("report_twice"):
            services.begin_report(institution_id=world.receiver.pk, first=OCTOBER, last=OCTOBER, by=world.clerk)

    @pytest.mark.parametrize(
        ("first", "last", "code"),
        [
            (date(2026, 10, 1), date(2026, 9, 1), "period_reversed"),
            (date(2025, 1, 1), date(2026, 10, 1), "period_too_long"),
            (date(2026, 10, 1), date(2026, 12, 1), "months_ahead"),
        ],
    )
    def test_months_that_cannot_be(self, world, first, last, code):
        with refused(code):
            services.begin_report(
                institution_id=world.receiver.pk, first=Month(first), last=Month(last), by=world.clerk
            )

    def test_a_version_that_is_old_comes_back_with_both(self, world, report):
        services.save_report(report=report, texts=WORDS, version=report.version, by=world.clerk)
        with pytest.raises(Conflict) as refusal:
            services.save_report(report=report, texts=WORDS, version=report.version, by=world.clerk)
        assert refusal.value.code == "stale_version"

    def test_who_writes_and_who_answers(self, world, report):
        others = (world.officer, CITY_OFFICER, world.hr, receiver_clerk(world.other))
        for actor in others:
            with refused("not_permitted"):
                services.begin_report(institution_id=world.receiver.pk, first=SEPTEMBER, last=OCTOBER, by=actor)
        with refused("report_unknown"):
            services.save_report(report=report, texts=WORDS, by=world.officer)
        services.submit_report(report=report, by=world.clerk)
        with refused("not_permitted"):
            services.take_note_of_report(report=report, by=world.clerk)
        with refused("report_unknown"):
            services.take_note_of_report(report=report, by=district_officer(world.other_office))
        assert services.take_note_of_report(report=report, by=CITY_OFFICER)

    def test_a_draft_is_the_units_own(self, world, report):
        seen = lambda actor: SituationReport.objects.visible_to(actor).exists()  # noqa: E731
        assert seen(world.clerk)
        assert not seen(world.officer)
        assert not seen(CITY_OFFICER)
        services.submit_report(report=report, by=world.clerk)
        assert seen(world.officer)
        assert not seen(world.hr)

    def test_the_database_wants_words_of_what_was_submitted(self, world, report):
        with pytest.raises(IntegrityError), transaction.atomic():
            SituationReport.objects.filter(pk=report.pk).update(state="submitted", work="")


class TestItsPaper:
    """The unit's words under four heads, the numbers as an annex, addressed to the authority."""

    def test_what_it_says(self, world, report):
        world.result("安一", workload={"rounds": 3})
        paper = services.submit_report(report=report, by=world.clerk).paper
        content = paper.content
        assert content["title"] == "关于2026年10月“市聘县用”人员工作情况的报告"
        assert content["issuer"] == "示范丁卫生院"
        assert content["to"] == world.office.profile.name
        texts = [(each["head"], each["text"]) for each in content["paragraphs"]]
        assert texts == [
            ("", "现将我单位2026年10月“市聘县用”人员工作情况报告如下："),
            ("一、工作开展情况。", "开展门诊。"),
            ("", "带教两名医师。"),
            ("二、工作成效。", "新开展一项技术。"),
            ("三、存在的困难。", "无。"),
            ("四、意见建议。", "增派儿科。"),
        ]
        rows = [row["cells"] for row in content["tables"][0]["groups"][0]["rows"]]
        assert ["在岗人员", "人", "1", "—", "—"] in rows
        assert ["巡诊", "次", "3", "—", "—"] in rows
        pdf, docx = "".join(pdf_pages(paper)), docx_words(paper)
        for word in ("特此报告。", "带教两名医师。", "在岗人员", paper.check_code):
            assert tight(word) in pdf
            assert tight(word) in docx

    def test_it_is_read_by_unit_and_authority_alone(self, world, report):
        world.result("安一")
        paper = services.submit_report(report=report, by=world.clerk).paper
        seen = lambda actor: IssuedPaper.objects.whole_for(actor).filter(pk=paper.pk).exists()  # noqa: E731
        assert seen(world.clerk)
        assert seen(world.officer)
        assert not IssuedPaper.objects.visible_to(world.hr).filter(pk=paper.pk).exists()

    def test_it_is_taken_back_not_withdrawn_and_numbered_by_its_unit(self, world, report):
        paper = services.submit_report(report=report, by=world.clerk).paper
        with refused("paper_not_withdrawn"):
            papers.withdraw_paper(paper=paper, reason="错了", by=world.clerk)
        papers.number_paper(paper=paper, number="丁卫〔2026〕5号", dated_on=date(2026, 11, 20), by=world.clerk)
        assert IssuedPaper.objects.get().number == "丁卫〔2026〕5号"


class TestWhoOwesOne:
    """Whoever had people there in the months and sent in nothing on all of them."""

    def test_the_last_quarter_that_is_over(self):
        assert report_listing.last_quarter(date(2026, 11, 22)) == (Month(date(2026, 7, 1)), Month(date(2026, 9, 1)))
        assert report_listing.last_quarter(date(2027, 1, 1)) == (Month(date(2026, 10, 1)), Month(date(2026, 12, 1)))

    def test_those_without_a_report_are_named_in_the_text(self, world, report):
        world.result("安一")
        world.result("白二", at=world.other)
        services.submit_report(report=report, by=world.clerk)
        owing = report_listing.unreported(OCTOBER, OCTOBER, world.officer)
        assert owing == [world.other.pk]
        text = report_listing.reminder(OCTOBER, OCTOBER, ["示范戊卫生院"])
        assert "示范戊卫生院" in text
        assert "2026-10" in text

    def test_a_draft_or_a_part_of_the_months_is_no_report(self, world, report):
        world.result("安一")
        assert report_listing.unreported(OCTOBER, OCTOBER, world.officer) == [world.receiver.pk]
        services.submit_report(report=report, by=world.clerk)
        assert report_listing.unreported(SEPTEMBER, OCTOBER, world.officer) == [world.receiver.pk]
        assert report_listing.unreported(OCTOBER, OCTOBER, world.officer) == []

    def test_another_districts_units_are_not_named(self, world):
        world.result("安一")
        assert report_listing.unreported(OCTOBER, OCTOBER, district_officer(world.other_office)) == []


class TestWhoIsTold:
    """The authority of a report that came in, the unit of the answer."""

    def test_each_step_tells_whom_it_waits_for(self, world, report):
        def waits():
            return list(Notice.objects.open().filter(code__startswith="appraisals.report").values_list(
                "code", "institution_id"))  # fmt: skip

        services.submit_report(report=report, by=world.clerk)
        assert waits() == [("appraisals.report_submitted", world.office.pk)]
        services.send_back_report(report=report, reason="请补充", by=world.officer)
        assert waits() == [("appraisals.report_returned", world.receiver.pk)]
        services.submit_report(report=report, by=world.clerk)
        assert waits() == [("appraisals.report_submitted", world.office.pk)]
        services.take_note_of_report(report=report, by=world.officer)
        assert waits() == [("appraisals.report_noted", world.receiver.pk)]
