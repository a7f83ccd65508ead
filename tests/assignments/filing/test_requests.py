"""Saving the lines of a list: all or none, in the unit's order, every fault beside its cell, two clerks at once."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from assignments.filing import services_moving as moving
from assignments.filing.services_requests import RequestRow, of_line, save_requests, wrong
from assignments.models import AllocationPlan, PlanLine, StaffingRequest
from deploy_admin import clock
from deploy_admin.errors import Conflict, RuleViolation
from tests.assignments.filing.factories import a_nomination, a_round
from tests.assignments.filing.world import INTERNAL, Place, fresh
from tests.assignments.postings import an_assignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return Place()


def told(filed) -> list[tuple[int, str, int]]:
    rows = StaffingRequest.objects.filter(filed_list=filed, state="standing").order_by("rank")
    return list(rows.values_list("rank", "speciality", "number"))


def save(place, filed, *rows, **more):
    return save_requests(filed=filed, rows=rows, **({"version": filed.version, "by": place.clerk} | more))


class TestSaving:
    def test_the_order_is_the_rank_and_missing_lines_are_removed(self, place):
        filed = place.begun(INTERNAL, RequestRow("外科"), RequestRow("儿科"))
        kept = {line.speciality: line for line in filed.requests.all()}
        filed = save(place, filed, of_line(kept["儿科"]), RequestRow("药学", 3), of_line(kept["内科"]))
        assert told(filed) == [(1, "儿科", 1), (2, "药学", 3), (3, "内科", 2)]
        again = {line.speciality: line.pk for line in filed.requests.all()}
        assert (again["儿科"], again["内科"]) == (kept["儿科"].pk, kept["内科"].pk)

    def test_every_column_is_kept(self, place):
        row = RequestRow(
            " 康复科 ",
            2,
            ("中医科", "康复科", "中医科 "),
            "physician",
            "intermediate",
            date(2027, 5, 1),
            1,
            " 新建科室 ",
        )
        line = place.begun(row).requests.get()
        assert of_line(line) == RequestRow(
            "康复科", 2, ("中医科",), "physician", "intermediate", date(2027, 5, 1), 1, "新建科室", line.pk
        )

    def test_saved_again_unchanged_no_line_gets_a_new_version(self, place):
        filed = place.begun()
        line = filed.requests.get()
        save(place, filed, of_line(line))
        assert filed.requests.get().version == line.version

    def test_a_line_of_another_list_is_refused(self, place):
        filed = place.begun()
        with pytest.raises(RuleViolation) as found:
            save(place, filed, RequestRow("内科", id=999_999))
        assert found.value.code == "line_unknown"

    def test_nobody_this_time_is_saved_without_lines(self, place):
        filed = save(place, place.begun(), nothing=True, remark="本年不需要")
        assert (filed.nothing, filed.remark, told(filed)) == (True, "本年不需要", [])


class TestFaults:
    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (RequestRow(""), "speciality"),
            (RequestRow("内" * 101), "speciality"),
            (RequestRow("外科", 0), "number"),
            (RequestRow("外科", 100), "number"),
            (RequestRow("外科", also_accepts=tuple("一二三四五六七八九十百")), "also_accepts"),
            (RequestRow("外科", staff_category="doctor"), "staff_category"),
            (RequestRow("外科", minimum_title="chief"), "minimum_title"),
            (RequestRow("外科", priority=4), "priority"),
            # The campaign's people serve from 10 March 2027 to 9 March 2028.
            (RequestRow("外科", starts_on=date(2028, 3, 10)), "starts_on"),
            (RequestRow("外科", starts_on=date(2026, 3, 1)), "starts_on"),
        ],
    )
    def test_what_is_wrong_is_told_of_its_cell(self, row, column):
        assert list(wrong([INTERNAL, row], a_round())[1]) == [column]

    def test_the_last_day_of_the_term_is_still_possible(self):
        assert wrong([RequestRow("内科", starts_on=date(2028, 3, 9))], a_round()) == {}

    def test_the_same_line_twice_and_nobody_with_lines(self):
        with translation.override("en"):
            assert wrong([INTERNAL, RequestRow("内科 ")], a_round()) == {
                1: {"speciality": "The same as line 1: raise its number."}
            }
        assert wrong([INTERNAL, RequestRow("内科", priority=1)], a_round()) == {}
        assert list(wrong([INTERNAL], a_round(), nothing=True)) == [0]

    def test_a_list_has_fifty_lines_at_most(self):
        rows = [RequestRow(f"专业{n}") for n in range(51)]
        assert list(wrong(rows, a_round())) == [50]
        assert wrong(rows[:50], a_round()) == {}

    def test_all_faults_are_told_at_once_and_nothing_is_written(self, place):
        filed = place.begun()
        with pytest.raises(RuleViolation) as found:
            save(place, filed, RequestRow("外科"), RequestRow("", 0), RequestRow("儿科", 100))
        assert set(found.value.fields) == {"rows.1.speciality", "rows.1.number", "rows.2.number"}
        assert set(found.value.context["rows"]) == {"1", "2"}
        assert told(filed) == [(1, "内科", 2)]


class TestTwoClerks:
    def test_the_second_is_shown_both_entries_and_nothing_is_lost(self, place):
        filed = place.begun()
        save(place, filed, RequestRow("外科"), by=place.head)
        with pytest.raises(Conflict) as found, translation.override("en"):
            save(place, filed, RequestRow("儿科", 3))
        assert found.value.context["yours"] == {"Line 1": "儿科 × 3 · normal"}
        assert found.value.context["theirs"]["Line 1"] == "外科 × 1 · normal"
        assert told(filed) == [(1, "外科", 1)]


class TestWhatWasPlanned:
    @pytest.fixture
    def planned(self, place):
        filed = place.approved(INTERNAL, RequestRow("外科"))
        line = filed.requests.get(speciality="内科")
        nomination = a_nomination(institution=place.hospital, campaign=place.round)
        plan = AllocationPlan.objects.create(campaign=place.round, number=1)
        PlanLine.objects.create(plan=plan, request=line, nomination=nomination, seat=1)
        filed = moving.send_back(filed=filed, reason="示范", by=place.officer)
        return place, filed, plan

    def test_a_removed_line_that_a_plan_mentions_is_struck_and_stays_readable(self, planned):
        place, filed, _plan = planned
        other = filed.requests.get(speciality="外科")
        save(place, filed, of_line(other))
        assert filed.requests.get(speciality="内科").state == "struck"
        assert told(filed) == [(1, "外科", 1)]

    def test_a_line_that_was_decided_on_is_neither_changed_removed_nor_struck(self, planned):
        place, filed, plan = planned
        decide(plan)
        line = filed.requests.get(speciality="内科")
        for rows in ([RequestRow("外科")], [RequestRow("内科", 5, id=line.pk)]):
            with pytest.raises(RuleViolation) as found:
                save(place, fresh(filed), *rows)
            assert found.value.code == "line_decided"
        filed = moving.submit(filed=fresh(filed), by=place.clerk)
        with pytest.raises(RuleViolation) as found:
            moving.strike(line=line, reason="示范", by=place.officer)
        assert found.value.code == "line_decided"

    def test_another_rank_is_no_change_of_what_was_decided(self, planned):
        place, filed, plan = planned
        decide(plan)
        lines = {line.speciality: of_line(line) for line in filed.requests.all()}
        save(place, filed, lines["外科"], lines["内科"])
        assert told(filed) == [(1, "外科", 1), (2, "内科", 2)]


def decide(plan: AllocationPlan) -> None:
    """Mark the plan as decided, its lines as placed; only the rows."""
    for line in plan.lines.all():
        line.assignment = an_assignment(line.nomination.worker, campaign=plan.campaign)
        line.save()
    AllocationPlan.objects.filter(pk=plan.pk).update(
        state="decided", decision=1, decided_at=clock.now(), decided_by_name="示范", deciding_body="示范会议",
        meeting_on=date(2026, 11, 20), document_number="示范〔2026〕1号",
    )  # fmt: skip
