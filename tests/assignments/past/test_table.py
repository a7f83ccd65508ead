"""The table of past assignments: told by cell what is wrong, applied whole, sent in again a no-op."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from assignments.models import Assignment, Segment, Transition
from tests.assignments.past.world import World, applied, kinds, plan_of, sent_in, sheet, told

pytestmark = pytest.mark.django_db
NO_RESULT = {"期满考核结果": None, "考核日期": None}


@pytest.fixture
def world():
    return World()


def test_a_year_that_was_served_is_taken_on_as_it_was(world):
    worker = world.worker("示范甲")
    applied(
        sheet({"补助项目1": "生活补助", "补助金额1": "12,000.00元", "基层服务证明编号": "示范〔2024〕7号"}), world.hr
    )
    own = Assignment.objects.get(worker=worker)
    assert (own.state, own.origin, own.evidence, own.confirmed_at) == ("returned", "imported", "original", None)
    assert (own.sending_unit_id, own.receiving_unit_id) == (world.hospital.pk, world.centre.pk)
    assert (own.starts_on, own.term_months, own.term_ends_on, own.ends_on) == (
        date(2023, 1, 3), 12, date(2024, 1, 2), date(2024, 1, 2),
    )  # fmt: skip
    assert (own.result, own.result_on, own.scheme) == ("qualified", date(2024, 1, 15), "county_township")
    assert own.past_payments.get().amount == Decimal("12000.00")
    assert own.past_certificate.number == "示范〔2024〕7号"
    step = Transition.objects.get(assignment=own)
    assert (step.act, step.to_state, step.on, step.document_number) == (
        "taken_on", "returned", date(2024, 1, 2), "示范卫发〔2023〕1号",
    )  # fmt: skip
    assert step.recorded_at.year == 2026
    assert Segment.objects.get(assignment=own).valid_from == date(2023, 1, 3)


class TestHowAnEntryStands:
    def entered(self, world, **row):
        world.worker("示范甲")
        applied(sheet(row), world.hr)
        return Assignment.objects.get()

    def test_still_there_by_a_word_for_it(self, world):
        own = self.entered(world, 到岗日期="2026-03-10", 实际结束日期="至今", 期满考核结果=None, 考核日期=None)
        assert (own.state, own.ended_on, own.ends_on) == ("on_post", None, date(2027, 3, 9))
        assert Transition.objects.get().on == date(2026, 3, 10)

    def test_still_there_though_the_term_is_over(self, world):
        own = self.entered(world, 到岗日期="2025-03-10", 实际结束日期="仍在岗", 期满考核结果=None, 考核日期=None)
        assert (own.state, own.ends_on) == ("term_reached", date(2026, 3, 9))

    def test_no_last_day_of_a_term_that_is_over_means_it_was_served_whole(self, world):
        own = self.entered(world, 实际结束日期=None)
        assert (own.state, own.ended_on, own.ends_on) == ("returned", None, date(2024, 1, 2))

    def test_an_early_end_with_its_reason(self, world):
        row = {"实际结束日期": "2023-06-30", "提前终止原因": "辞职", "期满考核结果": None, "考核日期": None}
        own = self.entered(world, **row)
        assert (own.state, own.end_reason, own.ended_on) == ("ended_early", "resigned", date(2023, 6, 30))
        assert (own.ends_on, own.term_ends_on) == (date(2023, 6, 30), date(2024, 1, 2))

    def test_without_months_it_was_as_long_as_it_was_served(self, world):
        own = self.entered(world, 计划月数=None, 实际结束日期="2023-12-31")
        assert (own.term_months, own.term_days, own.ends_on) == (11, 29, date(2023, 12, 31))

    def test_what_was_not_counted_has_body_document_and_remark(self, world):
        row = {
            "结束方式": "不计入",
            "决定机关": "示范卫健委",
            "备注": "旷工超过三次",
            "期满考核结果": None,
            "考核日期": None,
        }
        own = self.entered(world, **row)
        assert own.state == "void"
        step = Transition.objects.get()
        assert (step.deciding_body, step.reason) == ("示范卫健委", "旷工超过三次")

    def test_a_total_stands_for_amounts_that_are_not_known_singly(self, world):
        own = self.entered(world, 补助合计="8600")
        assert [(each.purpose, each.amount) for each in own.past_payments.all()] == [("合计", Decimal("8600.00"))]

    def test_the_result_is_of_the_last_day_where_its_own_is_not_known(self, world):
        world.worker("示范乙")
        plan = plan_of(sheet({"姓名": "示范乙", "考核日期": None}), world.hr)
        assert told(plan, refuses=False) == [("考核日期", "past_result_day_assumed")]
        assert self.entered(world, 考核日期=None).result_on == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ({"到岗日期": "2027-01-01", "实际结束日期": None, **NO_RESULT}, ("到岗日期", "past_in_future")),
        ({"实际结束日期": "2022-12-31"}, ("实际结束日期", "past_days_reversed")),
        ({"实际结束日期": "2027-01-31"}, ("实际结束日期", "past_last_in_future")),
        ({"实际结束日期": "待定"}, ("实际结束日期", "past_last_day")),
        ({"实际结束日期": "2024-01"}, ("实际结束日期", "day_missing")),
        ({"计划月数": None, "实际结束日期": "至今", **NO_RESULT}, ("计划月数", "past_term_missing")),
        ({"计划月数": 121}, ("计划月数", "too_large")),
        ({"实际结束日期": "2023-12-02"}, ("end_reason", "past_why_ended")),
        ({"提前终止原因": "其他"}, ("提前终止原因", "past_not_ended_early")),
        ({"结束方式": "提前终止"}, ("实际结束日期", "past_not_early")),
        ({"结束方式": "提前终止", "实际结束日期": None}, ("实际结束日期", "past_last_missing")),
        (
            {"结束方式": "期满返回", "实际结束日期": "至今", "到岗日期": "2026-03-01"},
            ("结束方式", "past_outcome_contradicts"),
        ),
        ({"结束方式": "不计入"}, ("结束方式", "past_void_basis")),
        ({"到岗日期": "2026-03-01", "实际结束日期": "至今"}, ("期满考核结果", "past_result_running")),
        ({"期满考核结果": None}, ("期满考核结果", "past_result_missing")),
        ({"考核日期": "2022-12-31"}, ("考核日期", "past_result_too_early")),
        ({"派驻类型": "市派"}, ("派驻类型", "not_in_list")),
        ({"派驻类型": None}, ("派驻类型", "required")),
        ({"接收单位": "无此卫生院"}, ("接收单位", "post_unit_unknown")),
        ({"接收单位": "示范镇"}, ("接收单位", "post_unit_unknown_close")),
        ({"接收单位": "示范一院"}, ("接收单位", "post_same_unit")),
        ({"姓名": "查无此人"}, ("姓名", "post_person_unknown")),
        ({"姓名": "示范甲", "人员编号": "P99999999"}, ("人员编号", "post_person_unknown")),
        ({"补助项目1": "生活补助"}, ("amount_1", "past_amount_alone")),
        ({"补助金额1": "300"}, ("purpose_1", "past_amount_alone")),
        (
            {"补助项目1": "补助", "补助金额1": "300", "补助项目2": "补助", "补助金额2": "300"},
            ("补助金额2", "past_amount_twice"),
        ),
        ({"证明日期": "2024-02-01"}, ("certificate_number", "past_certificate_number")),
        ({"凭据等级": "口头"}, ("凭据等级", "not_in_list")),
    ],
)  # fmt: skip
def test_each_thing_that_cannot_be_so_is_said_beside_its_cell(world, row, refused):
    world.worker("示范甲")
    plan = plan_of(sheet(row), world.hr)
    assert told(plan) == [refused]
    assert kinds(plan) == ["refused"]


@pytest.mark.parametrize(
    ("row", "warned"),
    [
        ({"实际结束日期": "2024-01-12"}, "past_longer_than_term"),
        ({"到岗日期": "2015-01-05", "实际结束日期": "2016-01-04", "考核日期": "2016-01-15"}, "past_not_employed"),
        ({"文号": None}, "past_no_document"),
        ({"补助项目1": "补助", "补助金额1": "300", "补助合计": "500"}, "past_total_other"),
    ],
)
def test_what_is_odd_but_may_be_so_is_warned_of(world, row, warned):
    world.worker("示范甲")
    plan = plan_of(sheet(row), world.hr)
    assert told(plan) == []
    assert warned in {code for _column, code in told(plan, refuses=False)}
    assert kinds(plan) == ["new"]


class TestWhoIsMeant:
    def test_two_of_one_name_are_told_apart_by_their_number(self, world):
        one, other = world.worker("示范甲"), world.worker("示范甲")
        assert told(plan_of(sheet({}), world.hr)) == [("姓名", "post_person_ambiguous")]
        applied(sheet({"人员编号": other.number}), world.hr)
        assert list(Assignment.objects.values_list("worker_id", flat=True)) == [other.pk]
        assert one.pk != other.pk

    def test_number_and_name_of_different_people_are_refused(self, world):
        world.worker("示范甲")
        other = world.worker("示范乙")
        assert told(plan_of(sheet({"人员编号": other.number}), world.hr)) == [("姓名", "post_name_other")]

    def test_a_person_of_another_unit_is_unknown_here(self, world):
        from tests.registry.factories import an_institution

        stranger = world.worker("示范甲", at=an_institution("示范二院", division=world.divisions["first"]))
        assert told(plan_of(sheet({"人员编号": stranger.number}), world.hr)) == [("人员编号", "post_person_unknown")]
        assert kinds(plan_of(sheet({"人员编号": stranger.number}), world.office)) == ["new"]

    def test_whoever_moved_on_is_entered_by_the_unit_that_once_employed_them(self, world):
        from tests.people.factories import an_employment
        from tests.registry.factories import an_institution

        post = {"valid_to": date(2025, 12, 31), "ended_as": "transferred"}
        worker = world.worker("示范甲", post=post)
        an_employment(
            worker, an_institution("示范二院", division=world.divisions["first"]), valid_from=date(2026, 1, 1)
        )
        assert kinds(plan_of(sheet({"人员编号": worker.number}), world.hr)) == ["new"]

    def test_a_unit_enters_its_own_people_only(self, world):
        worker = world.worker("示范甲")
        row = {"人员编号": worker.number, "派出单位": "示范镇卫生院", "接收单位": "示范一院"}
        assert told(plan_of(sheet(row), world.hr)) == [("派出单位", "post_unit_not_yours")]

    def test_an_authority_only_people_of_units_that_answer_to_it(self, world):
        from tests.assignments.postings import district_officer
        from tests.registry.factories import an_authority

        worker = world.worker("示范甲")
        own, foreign = district_officer(world.authority), district_officer(an_authority(world.divisions["second"]))
        assert kinds(plan_of(sheet({"人员编号": worker.number}), own)) == ["new"]
        assert ("人员编号", "post_person_unknown") in told(plan_of(sheet({"人员编号": worker.number}), foreign))

    def test_the_office_need_not_name_the_unit_where_the_roster_does(self, world):
        worker = world.worker("示范甲")
        applied(sheet({"人员编号": worker.number}), world.office)
        own = Assignment.objects.get()
        assert (own.sending_unit_id, own.on_behalf) == (world.hospital.pk, True)


class TestDays:
    def test_nobody_is_in_two_places_on_one_day(self, world):
        worker = world.worker("示范甲")
        world.taken_on(worker, starts_on=date(2023, 6, 1))
        assert told(plan_of(sheet({}), world.hr)) == [("到岗日期", "past_elsewhere")]

    def test_not_by_two_rows_of_one_table_either(self, world):
        world.worker("示范甲")
        rows = {}, {"到岗日期": "2023-12-01", "实际结束日期": "2024-11-30", "考核日期": "2024-12-10"}
        assert told(plan_of(sheet(*rows), world.hr)) == [("到岗日期", "past_twice")]

    def test_one_after_the_other_is_well(self, world):
        world.worker("示范甲")
        rows = {}, {"到岗日期": "2024-01-03", "实际结束日期": "2025-01-02", "考核日期": "2025-01-10"}
        assert kinds(plan_of(sheet(*rows), world.hr)) == ["new", "new"]

    def test_the_same_row_twice_is_refused(self, world):
        world.worker("示范甲")
        assert ("same_row") in {code for _column, code in told(plan_of(sheet({}, {}), world.hr))}

    def test_what_is_kept_here_with_its_life_is_not_taken_on(self, world):
        from tests.assignments.postings import an_assignment

        worker = world.worker("示范甲")
        an_assignment(
            worker, sender=world.hospital, receiver=world.centre, starts_on=date(2023, 1, 3), state="returned"
        )
        assert told(plan_of(sheet({}), world.hr)) == [("到岗日期", "past_entered_here")]


class TestSentInAgain:
    def test_the_same_file_changes_nothing(self, world):
        world.worker("示范甲")
        content = sheet({})
        applied(content, world.hr)
        again = sent_in(content, world.hr)
        assert again.state == "unchanged"
        assert Assignment.objects.count() == 1

    def test_the_same_rows_in_another_file_change_nothing(self, world):
        world.worker("示范甲")
        applied(sheet({"补助项目1": "补助", "补助金额1": "300.50"}), world.hr)
        assert kinds(plan_of(sheet({"补助项目1": "补助", "补助金额1": "300.5"}, format="csv"), world.hr)) == [
            "unchanged"
        ]

    def test_the_export_sent_in_again_changes_nothing(self, world):
        from deploy_admin import clock
        from deploy_admin.jobs.importing import outgoing
        from deploy_admin.jobs.importing.columns import Context, column_set_of
        from tests.assignments.past.world import params

        for name in ("示范甲", "示范乙", "示范丙"):
            world.worker(name)
        early = {"实际结束日期": "2023-06-30", "提前终止原因": "辞职", "期满考核结果": None, "考核日期": None}
        running = {"到岗日期": "2026-03-10", "实际结束日期": "至今", "期满考核结果": None, "考核日期": None}
        applied(sheet({"补助合计": "900"}, {"姓名": "示范乙", **early}, {"姓名": "示范丙", **running}), world.hr)
        context = Context(world.hr, params("past_assignments"), clock.today())
        content = outgoing.current(column_set_of("past_assignments"), context, "xlsx")
        plan = plan_of(content, world.hr)
        assert told(plan) == []
        assert kinds(plan) == ["unchanged"] * 3, [entry.changes for entry in plan.entries]

    def test_a_later_table_corrects_what_is_not_confirmed(self, world):
        world.worker("示范甲")
        applied(sheet({"补助项目1": "补助", "补助金额1": "300"}), world.hr)
        base = {"姓名": "示范甲", "接收单位": "示范镇卫生院", "派驻类型": "县聘乡用", "到岗日期": "2023-01-03"}
        applied(sheet({"实际结束日期": "2023-09-30", "提前终止原因": "重病"}, base=base), world.hr)
        own = Assignment.objects.get()
        assert (own.state, own.end_reason, own.ends_on) == ("ended_early", "grave_illness", date(2023, 9, 30))
        assert own.result == "qualified"  # an empty cell leaves what is recorded
        assert own.past_payments.get().amount == 300
        assert [step.act for step in own.transitions.order_by("pk")] == ["taken_on", "past_corrected"]

    def test_what_is_confirmed_is_not_corrected_by_a_table(self, world):
        from assignments.services import past

        world.worker("示范甲")
        applied(sheet({}), world.hr)
        past.confirm(assignments=[Assignment.objects.get().pk], by=world.office)
        assert told(plan_of(sheet({"服务科室": "内科"}), world.hr)) == [("服务科室", "past_confirmed_already")]
        assert kinds(plan_of(sheet({"备注": None}), world.hr)) == ["unchanged"]


def test_a_table_as_hospitals_keep_it(world):
    """Merged titles above the header, full-width digits, dates as text and serials, dashes, totals, a signature."""
    import io

    import openpyxl

    for name in ("示范甲", "示范乙", "示范丙"):
        world.worker(name)
    book = openpyxl.Workbook()
    own = book.active
    own.append(["示范一院2021年以来对口支援人员台账"])
    own.merge_cells("A1:H1")
    own.append(["姓名", "受援单位", "派出时间", "派驻结束时间", "类型", "考核结果", "是否脱产", "依据文号"])
    own.append(
        ["示范 甲", "示范镇卫生院", "２０２３年１月３日", "2024.1.2", "县聘乡用", "合格", "是", "示范〔2023〕1号"]
    )
    own.append(["示范乙", None, 44985, "2024/2/28", "县聘", "优秀", "√", "-"])
    own.merge_cells("B3:B4")
    own.append(["示范丙", "示范镇卫生院", "20260310", "至今", "县聘乡用", "—", "否", "示范〔2026〕1号"])
    own.append(["合计", None, None, "3人"])
    own.append(["填表人：示范"])
    stream = io.BytesIO()
    book.save(stream)
    plan = plan_of(stream.getvalue(), world.hr, evidence="archive")
    assert [code for _h, code in told(plan)] == ["past_term_missing"]  # of whoever is still there: for how long?
    own["I2"] = "服务月数"
    own["I5"] = "１２个月"
    stream = io.BytesIO()
    book.save(stream)
    applied(stream.getvalue(), world.hr, evidence="archive")
    rows = list(Assignment.objects.order_by("starts_on").values_list("starts_on", "ends_on", "state", "full_time"))
    assert rows == [
        (date(2023, 1, 3), date(2024, 1, 2), "returned", True),
        (date(2023, 2, 28), date(2024, 2, 28), "returned", True),
        (date(2026, 3, 10), date(2027, 3, 9), "on_post", False),
    ]
    assert set(Assignment.objects.values_list("evidence", flat=True)) == {"archive"}


def test_queries_do_not_grow_with_the_rows(world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    names = [f"示范{n:03d}" for n in range(40)]
    for name in names:
        world.worker(name)
    counts = []
    for few in (2, 40):
        with CaptureQueriesContext(connection) as queries:
            plan = plan_of(sheet(*({"姓名": name} for name in names[:few])), world.hr)
        assert kinds(plan) == ["new"] * few
        counts.append(len(queries))
    assert counts[0] == counts[1]
