"""Scores from rows: what is read, what is written, and what is left alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from appraisals.models import Score
from appraisals.scoring import working
from appraisals.scoring.services import explain, explain_all, supposed, values_of
from assignments.models import Absence, AssignmentMonth, MonthSheet
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from deploy_admin.months import Month
from tests.appraisals.scoring.factories import (
    ABSENT_ONCE,
    AGAINST_ONESELF,
    VISITS,
    a_month_of,
    compute,
    points_of,
    score_of,
    weighed,
)
from tests.appraisals.workload.factories import NAMED, a_count, a_month_clause, a_unit
from tests.assignments.months.factories import OCTOBER, a_cycle, a_row, a_sheet, days_of, handed_in
from tests.assignments.postings import an_absence, on_post
from tests.people.factories import a_worker

pytestmark = pytest.mark.django_db
#: October 2026 has 17 duty days in the tests' calendar of a row: 1, 2, 5, 6 and 7 are holidays.
DUTY = 17


@pytest.fixture
def unit():
    return a_unit()


class TestPoints:
    def test_a_full_month_has_full_points(self, unit):
        weighed()
        row = a_month_of(unit)
        assert row.duty_days == DUTY
        assert points_of(row) == "100.00"
        found = score_of(row)
        assert (found.state, found.month, found.is_vetoed, found.missing) == ("scored", OCTOBER.first, False, [])
        assert found.inputs == {
            "values": {VISITS: "160", "attendance_days": "17", "teaching_sessions": "2", "duty_days": "17"}
        }

    def test_half_days_are_halves(self, unit):
        weighed()
        # half a day of personal leave: 16.5 of 17 days, 40 × 16.5 ÷ 17 = 38.8235…
        assert points_of(a_month_of(unit, cells={12: "Sh"})) == "98.82"

    def test_duty_on_rest_days_does_not_count_above_the_whole(self, unit):
        weighed()
        assert points_of(a_month_of(unit, cells={10: "D", 11: "D"})) == "100.00"

    def test_without_a_rule_nothing_is_scored(self, unit):
        row = a_month_of(unit)
        assert points_of(row) is None
        found = score_of(row)
        assert (found.state, found.policy_version, found.clause_id) == ("no_rule", None, "")
        assert explain(found).value == ""

    def test_without_weights_the_indicators_are_shown(self, unit):
        a_month_clause(NAMED)
        row = a_month_of(unit)
        assert points_of(row) is None
        assert score_of(row).state == "unweighted"
        assert [step.result for step in explain(score_of(row)).steps] == ["160", "17", "2"]

    def test_a_count_nobody_entered_leaves_it_undetermined(self, unit):
        weighed()
        row = a_month_of(unit, counts={VISITS: 160})
        assert points_of(row) is None
        assert (score_of(row).state, score_of(row).missing) == ("undetermined", ["value:teaching_sessions"])

    def test_an_empty_count_is_not_zero(self, unit):
        weighed()
        row = a_month_of(unit, counts={VISITS: 160, "teaching_sessions": None})
        assert points_of(row) is None
        assert score_of(row).inputs["values"]["teaching_sessions"] is None


class TestPartsOfAMonth:
    def part(self, unit, first, last, visits, month=OCTOBER, **more):
        plain = days_of(month, first=first, last=last)
        return a_month_of(
            unit, month=month, first=first, last=last, counts={VISITS: visits, "teaching_sessions": 2}, **more
        ), plain.count("P")

    def test_the_target_follows_the_duty_days_from_the_first_day(self, unit):
        weighed()
        # 19 to 31 October: ten duty days of 22, for the work calendar of this database has no holidays
        row, duty = self.part(unit, 19, 31, 40)
        assert duty == 10
        # 40 × 40 ÷ 72.7272… = 22
        assert points_of(row) == "82.00"
        assert score_of(row).inputs["part"] == [10, 22]

    def test_and_until_the_last_day(self, unit):
        weighed()
        # 1 to 13 February 2026: ten of twenty duty days
        row, duty = self.part(unit, 1, 13, 40, month=Month(date(2026, 2, 1)))
        assert duty == 10
        assert score_of_after(row).inputs["part"] == [10, 20]
        assert str(score_of(row).points) == "80.00"

    def test_february_of_a_leap_year_has_one_duty_day_more(self, unit):
        weighed()
        # 2028-02-29 is a Tuesday: 21 duty days
        row, duty = self.part(unit, 28, 29, 8, month=Month(date(2028, 2, 1)))
        assert duty == 2
        assert score_of_after(row).inputs["part"] == [2, 21]

    def test_closed_days_without_duty_leave_the_target_whole(self, unit):
        weighed()
        # 1 November 2026 is a Sunday: who comes on the 2nd is there for every duty day
        row, duty = self.part(unit, 2, 30, 80, month=Month(date(2026, 11, 1)))
        assert duty == 21
        assert "part" not in score_of_after(row).inputs

    def test_of_shift_workers_the_rosters_cycle_says_the_duty_days(self, unit):
        weighed()
        assignment = on_post(receiver=unit, starts_on=date(2026, 10, 17), roster_pattern="shift")
        a_cycle(assignment, date(2026, 10, 1), "PNXX")
        days = ["Z"] * 16 + list("PNXX" * 3) + ["P", "N", "X"]
        row = a_month_of(unit, assignment, days=days, duty_days=8)
        # 31 days of P N X X: eight whole cycles but one day, 16 duty days; at the post for 8 of them
        assert score_of_after(row).inputs["part"] == [8, 16]
        assert str(score_of(row).points) == "100.00"

    def test_a_shift_workers_attendance_may_exceed_the_office_week(self, unit):
        weighed()
        assignment = on_post(receiver=unit, starts_on=date(2026, 3, 10), roster_pattern="shift")
        row = a_month_of(unit, assignment, days=["P"] * 25 + ["X"] * 6, duty_days=20)
        assert points_of(row) == "100.00"
        assert score_of(row).inputs["values"]["attendance_days"] == "25"


def score_of_after(row):
    compute(row)
    return score_of(row)


class TestAbsences:
    RULE = {"veto": ABSENT_ONCE}

    def test_a_confirmed_absence_undoes_the_month(self, unit):
        weighed(**self.RULE)
        row = a_month_of(unit, cells={12: "K"})
        an_absence(row.assignment, date(2026, 10, 12))
        assert points_of(row) == "0.00"
        assert score_of(row).is_vetoed

    def test_an_open_one_leaves_it_open(self, unit):
        weighed(**self.RULE)
        row = a_month_of(unit, cells={12: "U"})
        absence = an_absence(row.assignment, date(2026, 10, 12), state="to_be_checked")
        assert points_of(row) is None
        assert score_of(row).missing == ["unchecked_days", "absence_open"]
        Absence.objects.filter(pk=absence.pk).update(
            state="confirmed",
            decided_at=absence.updated_at,
            decided_by_name="示范院长",
        )
        assert points_of(row) == "0.00"

    def test_an_excused_one_is_none(self, unit):
        weighed(**self.RULE)
        row = a_month_of(unit, cells={12: "K"})
        an_absence(row.assignment, date(2026, 10, 12), state="excused")
        # absent on one of seventeen days all the same, but not without leave: 40 × 16 ÷ 17
        assert points_of(row) == "97.65"

    def test_the_fourth_episode_and_not_the_third(self, unit):
        weighed(veto=ABSENT_ONCE.replace('at_least: "1"', 'more_than: "3"'))
        row = a_month_of(unit, cells=dict.fromkeys((8, 12, 14), "K"))
        for day in (8, 12, 14):
            an_absence(row.assignment, date(2026, 10, day))
        assert points_of(row) == "92.94"  # 40 × 14 ÷ 17 + 60
        AssignmentMonth.objects.filter(pk=row.pk).update(days=days_of(OCTOBER, dict.fromkeys((8, 12, 14, 16), "K")))
        an_absence(row.assignment, date(2026, 10, 16))
        assert points_of(row) == "0.00"


class TestWhichRule:
    def test_a_month_follows_the_rule_of_its_first_day(self, unit):
        weighed()
        september, october = Month(date(2026, 9, 1)), OCTOBER
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        before = a_month_of(unit, who, month=september)
        after = a_month_of(unit, who, month=october)
        halved = WEIGHED_HALF
        a_successor(halved, date(2026, 9, 15))
        compute(before, after)
        assert str(score_of(before).points) == "100.00"  # the new rule begins within September
        assert str(score_of(after).points) == "80.00"

    def test_who_is_not_spoken_of_has_no_rule(self, unit):
        weighed(applies_to="{staff_category: nursing}")
        row = a_month_of(unit)
        compute(row)
        assert score_of(row).state == "no_rule"

    def test_a_condition_that_cannot_be_told_leaves_it_undetermined(self, unit):
        weighed(applies_to="{title_level: {at_least: intermediate}}")
        row = a_month_of(unit, on_post(a_worker(), receiver=unit))
        compute(row)
        found = score_of(row)
        assert (found.state, found.missing) == ("undetermined", ["fact:title_level"])
        assert explain(found).value.missing == ("fact:title_level",)

    def test_groups_and_conditions_of_one_indicator(self, unit):
        table = """
      - id: visits
        measure: outpatient_emergency_visits
        weight: "60"
        target: {by: speciality, values: {内科: "200"}, otherwise: "160"}
      - {id: rounds, measure: rounds, judged: {most: "40"}, applies_to: {staff_category: nursing}}"""
        weighed(table, full='"100"')
        medicine = a_month_of(unit, on_post(receiver=unit, speciality="内科"), counts={VISITS: 100})
        other = a_month_of(unit, on_post(receiver=unit, speciality="外科"), counts={VISITS: 80}, sheet=medicine.sheet)
        compute(medicine)
        assert [str(score_of(row).points) for row in (medicine, other)] == ["30.00", "30.00"]
        assert score_of(medicine).inputs["groups"] == {"speciality": "内科"}
        assert score_of(medicine).inputs["applies"] == {"rounds": "no"}


WEIGHED_HALF = """
      - {id: visits, measure: outpatient_emergency_visits, weight: "40", target: {fixed: "320"}}
      - {id: present, measure: attendance_days, weight: "40", share_of: duty_days}
      - id: teaching
        measure: teaching_sessions
        bands: [{less_than: "2", points: "0"}, {at_least: "2", points: "20"}]"""


def a_successor(indicators, day):
    """Adopt another text of the same plan, in force from the day."""
    from tests.policies.factories import a_draft, a_part, a_text, adopt, transition

    part = a_part("month", "municipal_county.month", indicators=indicators)
    draft = a_draft(a_text("month-plan", "500000", part, section="month"))
    return adopt(draft, day, transition=transition(day))


class TestHistory:
    def test_the_target_is_the_mean_of_the_own_earlier_months(self, unit):
        weighed(AGAINST_ONESELF)
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        months = [Month(date(2026, number, 1)) for number in (6, 7, 8, 9)]
        for month, visits in zip(months, (900, 100, 140, 120), strict=True):
            a_month_of(unit, who, month=month, counts={VISITS: visits})
        row = a_month_of(unit, who, counts={VISITS: 90})
        assert points_of(row) == "75.00"  # the mean of 120, 140 and 100 is 120
        assert score_of(row).inputs["history"] == {VISITS: ["120", "140", "100"]}

    def test_a_month_that_was_not_handed_in_is_none(self, unit):
        weighed(AGAINST_ONESELF)
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        draft = a_sheet(unit, Month(date(2026, 9, 1)), people=0)
        a_count(a_row(draft, who), VISITS, 5)
        row = a_month_of(unit, who, counts={VISITS: 90})
        assert points_of(row) is None
        assert score_of(row).missing == ["history:visits"]

    def test_two_halves_of_a_month_at_two_units_are_one_month(self, unit):
        weighed(AGAINST_ONESELF)
        september = Month(date(2026, 9, 1))
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        a_month_of(unit, who, month=september, counts={VISITS: 50}, last=15)
        a_month_of(a_unit(), who, month=september, counts={VISITS: 70}, first=16)
        assert points_of(a_month_of(unit, who, counts={VISITS: 90})) == "75.00"


class TestWriting:
    def test_what_says_the_same_is_not_written_again(self, unit):
        weighed()
        row = a_month_of(unit)
        assert compute(row) == 1
        before = score_of(row)
        assert compute(row) == 0
        after = score_of(row)
        assert (after.computed_at, after.digest) == (before.computed_at, before.digest)

    def test_the_sheet_says_that_its_scores_are_right(self, unit):
        weighed()
        row = a_month_of(unit)
        assert MonthSheet.objects.get().scored_revision is None
        compute(row)
        assert MonthSheet.objects.get().scored_revision == 1

    def test_a_sheet_that_moved_meanwhile_is_left_to_who_comes_next(self, unit, monkeypatch):
        weighed()
        row = a_month_of(unit)
        from appraisals.scoring import computing

        def slow(self_months, *args):
            MonthSheet.objects.update(revision=2)
            return REAL(self_months, *args)

        REAL = computing.results
        monkeypatch.setattr(computing, "results", slow)
        assert compute(row) == 0
        assert not Score.objects.exists()
        assert MonthSheet.objects.get().scored_revision is None

    def test_a_sheet_with_the_unit_again_has_no_scores(self, unit):
        weighed()
        row = a_month_of(unit)
        compute(row)
        MonthSheet.objects.update(state="draft", revision=2)
        assert compute(row) == 1
        assert not Score.objects.exists()
        assert MonthSheet.objects.get().scored_revision is None

    def test_what_is_owed_is_found_without_being_named(self, unit):
        weighed()
        first, second = a_month_of(unit), a_month_of(a_unit())
        a_sheet(a_unit(), OCTOBER)  # a draft is owed nothing
        assert working.compute(by=SYSTEM) == 2
        assert working.compute(by=SYSTEM) == 0
        MonthSheet.objects.filter(pk=first.sheet_id).update(state="returned", reason="核对", revision=2)
        assert working.compute(by=SYSTEM) == 1
        assert list(Score.objects.values_list("row", flat=True)) == [second.pk]

    def test_a_month_is_scored_as_a_whole_and_what_is_released_stays(self, unit):
        weighed()
        open_, released = a_month_of(unit), a_month_of(sheet=handed_in(a_unit(), OCTOBER, people=0, state="released"))
        earlier = a_month_of(a_unit(), month=Month(date(2026, 9, 1)))
        assert working.compute(month=OCTOBER, by=SYSTEM) == 2
        assert not Score.objects.filter(row=earlier).exists()
        Score.objects.update(digest="x", points=1)
        assert working.compute(month=OCTOBER, by=SYSTEM) == 1
        assert (str(score_of(open_).points), str(score_of(released).points)) == ("100.00", "1.00")

    def test_a_drift_is_mended_recorded_and_told(self, unit):
        weighed()
        row = a_month_of(unit)
        compute(row)
        assert not Event.objects.filter(act="scores.drift").exists()
        row.workload.update(value=80)  # past every service: nothing moved the revision
        assert working.compute(month=OCTOBER, by=SYSTEM) == 1
        assert str(score_of(row).points) == "80.00"
        event = Event.objects.get(act="scores.drift")
        assert event.detail["rows"] == [{"row": row.pk, "state": "scored", "points": "80.00"}]
        assert Notice.objects.open().get(key="appraisals.drift").params["count"] == 1

    def test_texts_of_every_kind_come_back_as_they_were(self, unit):
        table = """
      - id: visits
        measure: outpatient_emergency_visits
        weight: "100"
        target: {by: speciality, values: {内科: "200"}, otherwise: "160"}"""
        weighed(table)
        odd = 'a\\b"c\td\ne'
        row = a_month_of(unit, on_post(receiver=unit, speciality=odd), counts={VISITS: 80})
        assert points_of(row) == "50.00"
        assert score_of(row).inputs["groups"] == {"speciality": odd}

    def test_the_number_of_statements_does_not_grow_with_the_rows(self, unit):
        weighed(AGAINST_ONESELF, veto=ABSENT_ONCE)
        row = a_month_of(unit, cells={12: "K"})
        an_absence(row.assignment, date(2026, 10, 12))
        compute(row)

        def asked(*rows):
            MonthSheet.objects.update(revision=F("revision") + 1)
            Score.objects.update(digest="x")
            with CaptureQueriesContext(connection) as queries:
                compute(*rows)
            return len(queries)

        one = asked(row)
        more = [a_month_of(a_unit(), cells={12: "K"}) for _ in range(4)]
        for each in more:
            a_row(each.sheet, None, {13: "U"})
        assert asked(row, *more) == one


class TestAnswers:
    def test_the_explanation_follows_from_what_the_score_keeps(self, unit):
        version = weighed()
        row = a_month_of(unit, counts={VISITS: 100, "teaching_sessions": 2})
        compute(row)
        found = score_of(row)
        assert found.policy_version == version
        told = explain(found)
        assert told.value == str(found.points) == "85.00"
        assert told.to_json() == type(told).from_json(told.to_json()).to_json()

    def test_many_are_explained_with_one_query(self, unit, django_assert_num_queries):
        weighed()
        rows = [a_month_of(unit)]
        rows += [a_month_of(sheet=rows[0].sheet) for _ in range(3)]
        compute(rows[0])
        scores = list(Score.objects.all())
        with django_assert_num_queries(1):
            assert {told.value for told in explain_all(scores).values()} == {"100.00"}

    def test_the_values_of_a_month_are_what_the_sheet_tells_and_what_was_entered(self, unit):
        row = a_month_of(unit, cells={12: "S", 13: "Bh", 14: "K", 24: "D", 8: "R"}, counts={VISITS: "12.50"})
        an_absence(row.assignment, date(2026, 10, 14))
        found = values_of([row.pk])[row.pk]
        assert {name: str(value) for name, value in found.items()} == {
            "attendance_days": "15.5", "duty_days": "17", "leave_days": "1.5", "personal_leave_days": "1",
            "sick_leave_days": "0.5", "absent_days": "1", "absent_times": "1", "night_duties": "0",
            "rest_day_duties": "1", "round_days": "1", VISITS: "12.5",
        }  # fmt: skip

    def test_what_is_open_is_not_known(self, unit):
        row = a_month_of(unit, cells={12: "U"})
        found = values_of([row.pk])[row.pk]
        assert (found["attendance_days"], found["absent_days"], found["absent_times"]) == (None, None, None)

    def test_a_month_is_supposed_otherwise_and_nothing_is_written(self, unit):
        weighed()
        row = a_month_of(unit)
        compute(row)
        would, told = supposed(row, days_of(OCTOBER, {12: "S"}), {VISITS: Decimal(80), "teaching_sessions": None})
        assert (would.state, would.missing) == ("undetermined", ("value:teaching_sessions",))
        would, told = supposed(row, days_of(OCTOBER, {12: "S"}), {VISITS: Decimal(80)})
        # 20 for the visits, 40 × 16 ÷ 17 for being there, 20 for teaching
        assert (str(would.points), told.value) == ("77.65", "77.65")
        assert str(score_of(row).points) == "100.00"
        assert would.values[VISITS] == 80
