"""What a month is worth: every form of an indicator worked by hand, deductions, veto, cap, pay factor."""

from __future__ import annotations

from decimal import Decimal

import pytest

from appraisals.rules.month_score import Contradiction, Facts
from deploy_admin.policies.language.explained import Truth, Undetermined
from tests.appraisals.rules.clauses import a_scorer, an_indicator, numbers, points, score

VISITS = "outpatient_emergency_visits"
TARGET = an_indicator(weight="40", target={"fixed": "160"})
BANDS = an_indicator(
    "teaching",
    "teaching_sessions",
    bands=[
        {"less_than": "2", "points": "0"},
        {"at_least": "2", "less_than": "4", "points": "10"},
        {"at_least": "4", "points": "20"},
    ],
)
STEPPED = an_indicator("rounds", "round_days", per_unit={"points": "2", "each": "1.5", "most": "10"})
JUDGED = an_indicator("judged", "conduct", judged={"most": "20"})
ABSENT = {"id": "absent", "label_zh": "旷工", "label_en": "absent", "measure": "absent_times"}


class TestTarget:
    @pytest.mark.parametrize(
        ("visits", "worth"),
        [("0", "0.00"), ("40", "10.00"), ("80", "20.00"), ("159", "39.75"), ("160", "40.00"), ("500", "40.00")],
    )
    def test_weight_times_value_over_target_and_never_more_than_the_weight(self, visits, worth):
        assert points(a_scorer(TARGET), outpatient_emergency_visits=visits) == worth

    @pytest.mark.parametrize(
        ("visits", "worth"), [("160", "40.00"), ("184", "46.00"), ("192", "48.00"), ("300", "48.00")]
    )
    def test_a_cap_above_one_lets_more_work_count_up_to_it(self, visits, worth):
        assert points(a_scorer(TARGET | {"cap": "1.2"}), outpatient_emergency_visits=visits) == worth

    @pytest.mark.parametrize(("speciality", "worth"), [("内科", "20.00"), ("外科", "40.00"), ("儿科", "25.00")])
    def test_a_table_gives_each_group_its_own_target(self, speciality, worth):
        table = {"by": "speciality", "values": {"内科": "200", "外科": "100"}, "otherwise": "160"}
        scorer = a_scorer(TARGET | {"target": table})
        assert points(scorer, Facts(groups={"speciality": speciality}), outpatient_emergency_visits=100) == worth

    def test_a_group_that_nobody_knows_leaves_the_score_undetermined(self):
        scorer = a_scorer(TARGET | {"target": {"by": "speciality", "values": {"内科": "200"}, "otherwise": "160"}})
        found = score(scorer, Facts(groups={"speciality": None}), outpatient_emergency_visits=100)
        assert (found.state, found.missing) == ("undetermined", ("fact:speciality",))

    def test_a_group_for_which_nothing_is_set_names_the_target(self):
        scorer = a_scorer(TARGET | {"target": {"by": "receiving_kind", "values": {"chsc": None}}})
        found = score(scorer, Facts(groups={"receiving_kind": "chsc"}), outpatient_emergency_visits=100)
        assert found.missing == ("target:visits",)

    @pytest.mark.parametrize(("of", "worth"), [("mean", "25.00"), ("median", "40.00")])
    def test_the_own_earlier_months_are_the_target_by_mean_or_median(self, of, worth):
        history = {"own_history": 3, "of": of, "at_least": 3}
        facts = Facts(history={VISITS: (Decimal(60), Decimal(100), Decimal(320), Decimal(9999))})
        # mean of 60, 100, 320 is 160, the median is 100; the fourth month is too long ago
        assert points(a_scorer(TARGET | {"target": history}), facts, outpatient_emergency_visits=100) == worth

    def test_the_history_is_multiplied_and_asks_for_so_many_months(self):
        scorer = a_scorer(TARGET | {"target": {"own_history": 6, "at_least": 2, "times": "1.25"}})
        two = Facts(history={VISITS: (Decimal(100), Decimal(60))})  # mean 80, times 1.25 is 100
        assert points(scorer, two, outpatient_emergency_visits=50) == "20.00"
        one = Facts(history={VISITS: (Decimal(100),)})
        assert score(scorer, one, outpatient_emergency_visits=50).missing == ("history:visits",)

    def test_in_a_partial_month_the_target_is_pro_rata_by_duty_days(self):
        # 160 visits in 20 duty days; 5 of them at the post: 40 visits are the whole weight
        scorer = a_scorer(TARGET)
        assert points(scorer, Facts(part=(5, 20)), outpatient_emergency_visits=40) == "40.00"
        assert points(scorer, Facts(part=(5, 20)), outpatient_emergency_visits=30) == "30.00"
        assert (
            points(a_scorer(TARGET, partial_month="as_is"), Facts(part=(5, 20)), outpatient_emergency_visits=40)
            == "10.00"
        )

    def test_pro_rata_is_exact_where_the_target_is_no_whole_number(self):
        # 100 × 7 ÷ 21 = 33⅓; a third of the weight for a third of that
        scorer = a_scorer(an_indicator(weight="30", target={"fixed": "100"}))
        assert points(scorer, Facts(part=(7, 21)), outpatient_emergency_visits=10) == "9.00"

    def test_without_any_duty_day_there_is_no_target_to_meet(self):
        found = score(a_scorer(TARGET), Facts(part=(0, 20)), outpatient_emergency_visits=10)
        assert (found.state, found.missing) == ("undetermined", ("target_zero:visits",))

    def test_a_target_that_the_law_leaves_open_is_undetermined_within_its_bounds(self):
        found = score(a_scorer(TARGET | {"target": {"fixed": None}}), outpatient_emergency_visits=10)
        assert found.undetermined == Undetermined(("target:visits",), 0, 40)


class TestOtherForms:
    @pytest.mark.parametrize(("days", "worth"), [("0", "0.00"), ("10.5", "15.00"), ("21", "30.00"), ("25", "30.00")])
    def test_a_share_of_another_value(self, days, worth):
        scorer = a_scorer(an_indicator("present", "attendance_days", weight="30", share_of="duty_days"))
        assert points(scorer, attendance_days=days, duty_days=21) == worth

    def test_a_share_is_not_pro_rata_once_more(self):
        scorer = a_scorer(an_indicator("present", "attendance_days", weight="30", share_of="duty_days"))
        assert points(scorer, Facts(part=(10, 20)), attendance_days=5, duty_days=10) == "15.00"

    def test_a_share_of_nothing_is_undetermined(self):
        scorer = a_scorer(an_indicator("present", "attendance_days", weight="30", share_of="duty_days"))
        assert score(scorer, attendance_days=0, duty_days=0).missing == ("target_zero:present",)

    @pytest.mark.parametrize(
        ("sessions", "worth"),
        [("0", "0.00"), ("1.9", "0.00"), ("2", "10.00"), ("3.99", "10.00"), ("4", "20.00"), ("99", "20.00")],
    )
    def test_steps_hold_their_lower_end_and_not_the_upper_one(self, sessions, worth):
        assert points(a_scorer(BANDS), teaching_sessions=sessions) == worth

    @pytest.mark.parametrize(
        ("days", "full", "started"),
        [
            ("0", "0.00", "0.00"),
            ("1", "0.00", "2.00"),
            ("1.5", "2.00", "2.00"),
            ("2", "2.00", "4.00"),
            ("30", "10.00", "10.00"),
        ],
    )
    def test_points_for_each_whole_or_begun_step_up_to_the_most(self, days, full, started):
        begun = STEPPED | {"per_unit": STEPPED["per_unit"] | {"steps": "started"}}
        assert (points(a_scorer(STEPPED), round_days=days), points(a_scorer(begun), round_days=days)) == (
            full,
            started,
        )

    def test_judged_points_are_taken_as_they_are_given(self):
        assert points(a_scorer(JUDGED), conduct="17.5") == "17.50"

    def test_judged_points_above_their_cap_contradict_the_clause(self):
        found = score(a_scorer(JUDGED), conduct="21")
        assert (found.state, found.missing) == ("undetermined", ("contradiction:conduct",))

    def test_a_value_below_zero_contradicts_itself(self):
        assert score(a_scorer(TARGET), outpatient_emergency_visits=-1).missing == (f"contradiction:{VISITS}",)

    def test_what_is_unset_is_named(self):
        unset = [
            (BANDS | {"bands": [{"points": None}]}, {"teaching_sessions": 3}, "points:teaching"),
            (STEPPED | {"per_unit": {"points": None, "most": "10"}}, {"round_days": 3}, "points:rounds"),
            (STEPPED | {"per_unit": {"points": "2", "most": None}}, {"round_days": 3}, "points:rounds"),
            (JUDGED | {"judged": {"most": None}}, {"conduct": 3}, "points:judged"),
        ]
        for indicator, values, missing in unset:
            assert score(a_scorer(indicator), **values).missing == (missing,)

    def test_extra_points_come_on_top_and_the_most_bounds_the_total(self):
        extra = STEPPED | {"extra": True}
        scorer = a_scorer(TARGET, extra, full="40", most="45")
        assert points(scorer, outpatient_emergency_visits=160, round_days=3) == "44.00"
        assert points(scorer, outpatient_emergency_visits=160, round_days=15) == "45.00"


class TestTheSum:
    def test_only_the_total_is_rounded_and_a_half_goes_up(self):
        third = {"weight": "10", "target": {"fixed": "3"}}
        scorer = a_scorer(
            an_indicator("a", "a", **third), an_indicator("b", "b", **third), an_indicator("c", "c", **third)
        )
        assert points(scorer, a=1, b=1, c=1) == "10.00"  # not 3.33 three times
        assert points(a_scorer(JUDGED), conduct="12.345") == "12.35"
        assert points(a_scorer(JUDGED), conduct="12.344") == "12.34"
        # 1⁄8 of 0.2 is 0.025: a half exactly, out of a division
        assert (
            points(a_scorer(an_indicator(weight="0.2", target={"fixed": "8"})), outpatient_emergency_visits=1)
            == "0.03"
        )

    def test_a_half_that_is_made_of_sixths_goes_up_as_well(self):
        sixth = {"weight": "0.01", "target": {"fixed": "6"}}
        scorer = a_scorer(*(an_indicator(name, name, **sixth) for name in "abc"))
        assert points(scorer, a=1, b=1, c=1) == "0.01"

    def test_a_value_nobody_entered_is_not_zero(self):
        found = score(a_scorer(TARGET, JUDGED), outpatient_emergency_visits=160, conduct=None)
        assert (found.state, found.points, found.missing) == ("undetermined", None, ("value:conduct",))
        assert found.undetermined == Undetermined(("value:conduct",), 40, 60)

    def test_what_cannot_change_the_total_is_not_waited_for(self):
        scorer = a_scorer(TARGET, JUDGED | {"extra": True}, most="40")
        assert points(scorer, outpatient_emergency_visits=160, conduct=None) == "40.00"

    def test_a_clause_without_weights_makes_no_sum(self):
        scorer = a_scorer(TARGET | {"weight": None}, an_indicator("present", "attendance_days"))
        found = score(scorer, outpatient_emergency_visits=160, attendance_days=20)
        assert (found.state, found.points, found.missing) == ("unweighted", None, ())

    def test_an_unset_weight_beside_set_ones_scores_nothing(self):
        scorer = a_scorer(JUDGED, TARGET | {"weight": None})
        assert points(scorer, conduct=10, outpatient_emergency_visits=None) == "10.00"

    def test_an_indicator_that_is_not_asked_of_the_person_scores_nothing_and_is_not_missed(self):
        only = JUDGED | {"applies_to": {"staff_category": "nursing"}}
        scorer = a_scorer(TARGET, only)
        held = {"outpatient_emergency_visits": 80, "conduct": None}
        assert points(scorer, Facts(applies={"judged": Truth.NO}), **held) == "20.00"
        assert score(scorer, Facts(applies={"judged": Truth.YES}), **held).missing == ("value:conduct",)
        doubt = Facts(applies={"judged": Truth.UNKNOWN}, lacking={"applies:judged": ("fact:staff_category",)})
        found = score(scorer, doubt, outpatient_emergency_visits=80, conduct=5)
        assert (found.missing, found.low, found.high) == (("fact:staff_category",), Decimal(20), Decimal(25))


LATE = {"id": "leave", "label_zh": "事假", "label_en": "leave", "measure": "personal_leave_days"}


class TestDeductions:
    def steps(self, **more):
        item = LATE | {"above": "2", "each": "1", "points": "3", "most": "12"} | more
        return a_scorer(
            an_indicator("present", "attendance_days"), deductions={"from": "40", "floor": "10", "items": [item]}
        )

    @pytest.mark.parametrize(
        ("days", "left"),
        [("0", "40.00"), ("2", "40.00"), ("2.5", "40.00"), ("3", "37.00"), ("4.5", "34.00"), ("9", "28.00")],
    )
    def test_each_whole_step_above_the_free_days_up_to_the_most(self, days, left):
        assert points(self.steps(), attendance_days=20, personal_leave_days=days) == left

    @pytest.mark.parametrize(("days", "left"), [("2", "40.00"), ("2.5", "37.00"), ("3", "37.00"), ("3.5", "34.00")])
    def test_a_begun_step_counts_where_it_says_so(self, days, left):
        assert points(self.steps(steps="started"), personal_leave_days=days) == left

    @pytest.mark.parametrize(("days", "left"), [("2", "40.00"), ("2.5", "37.00"), ("20", "37.00")])
    def test_without_steps_it_is_taken_once(self, days, left):
        assert points(self.steps(each=None, most=None), personal_leave_days=days) == left

    def test_the_floor_holds_whatever_is_taken(self):
        items = [
            LATE | {"each": "1", "points": "10", "most": "30"},
            ABSENT | {"each": "1", "points": "20", "most": "20"},
        ]
        scorer = a_scorer(
            an_indicator("present", "attendance_days"), deductions={"from": "40", "floor": "10", "items": items}
        )
        assert points(scorer, personal_leave_days=3, absent_times=1) == "10.00"
        # decided although the absences are not: what is taken already leaves the floor
        assert points(scorer, personal_leave_days=3, absent_times=None) == "10.00"
        open_ = score(scorer, personal_leave_days=1, absent_times=None)
        assert (open_.state, open_.low, open_.high) == ("undetermined", Decimal(10), Decimal(30))

    def test_deductions_stand_beside_indicators(self):
        item = LATE | {"each": "1", "points": "5", "most": "20"}
        scorer = a_scorer(TARGET, deductions={"from": "60", "floor": "40", "items": [item]})
        assert points(scorer, outpatient_emergency_visits=80, personal_leave_days=2) == "70.00"

    def test_unset_points_matter_only_where_something_is_taken(self):
        scorer = self.steps(points=None)
        assert points(scorer, personal_leave_days=2) == "40.00"
        assert score(scorer, personal_leave_days=3).missing == ("points:leave",)


class TestVeto:
    SCORER = a_scorer(TARGET, veto=[ABSENT | {"when": {"at_least": "1"}, "gives": "0"}])

    def test_it_undoes_the_month_and_says_so(self):
        found = score(self.SCORER, outpatient_emergency_visits=160, absent_times=1)
        assert (str(found.points), found.is_vetoed) == ("0.00", True)
        assert not score(self.SCORER, outpatient_emergency_visits=160, absent_times=0).is_vetoed

    def test_a_veto_that_holds_decides_whatever_else_is_missing(self):
        found = score(self.SCORER, outpatient_emergency_visits=None, absent_times=4)
        assert (found.state, str(found.points), found.missing) == ("scored", "0.00", ())

    def test_a_veto_that_is_not_known_leaves_the_month_open(self):
        facts = Facts(lacking={"absent_times": ("absence_open",)})
        found = score(self.SCORER, facts, outpatient_emergency_visits=160, absent_times=None)
        assert (found.state, found.missing, found.low, found.high) == (
            "undetermined",
            ("absence_open",),
            Decimal(0),
            Decimal(40),
        )
        # nothing to lose: zero either way
        assert points(self.SCORER, facts, outpatient_emergency_visits=0, absent_times=None) == "0.00"

    def test_of_several_that_hold_the_lowest_counts(self):
        other = {
            "id": "days",
            "label_zh": "缺勤",
            "label_en": "days",
            "measure": "absent_days",
            "when": {"more_than": "3"},
            "gives": "0",
        }
        scorer = a_scorer(TARGET, veto=[ABSENT | {"when": {"at_least": "1"}, "gives": "30"}, other])
        assert points(scorer, outpatient_emergency_visits=160, absent_times=1, absent_days=3) == "30.00"
        assert points(scorer, outpatient_emergency_visits=160, absent_times=1, absent_days=4) == "0.00"
        unknown = score(scorer, outpatient_emergency_visits=160, absent_times=1, absent_days=None)
        assert (unknown.state, unknown.low, unknown.high) == ("undetermined", Decimal(0), Decimal(30))

    def test_the_fourth_time_is_above_three(self):
        fourth = a_scorer(TARGET, veto=[ABSENT | {"when": {"more_than": "3"}, "gives": "0"}])
        assert points(fourth, outpatient_emergency_visits=160, absent_times=3) == "40.00"
        assert points(fourth, outpatient_emergency_visits=160, absent_times=4) == "0.00"


class TestPayFactor:
    BANDS = {
        "bands": [
            {"less_than": "60", "factor": "0.8"},
            {"at_least": "60", "less_than": "90", "factor": "1"},
            {"at_least": "90", "factor": None},
        ]
    }

    @pytest.mark.parametrize(("given", "factor"), [("59.994", "0.8000"), ("59.995", "1.0000"), ("89.99", "1.0000")])
    def test_it_follows_from_the_rounded_points(self, given, factor):
        scorer = a_scorer(JUDGED | {"judged": {"most": "100"}}, pay_factor=self.BANDS)
        assert str(score(scorer, conduct=given).factor) == factor

    def test_an_unset_factor_leaves_the_points_as_they_are(self):
        scorer = a_scorer(JUDGED | {"judged": {"most": "100"}}, pay_factor=self.BANDS)
        found = score(scorer, conduct=95)
        assert (found.state, found.factor, found.missing) == ("scored", None, ("factor",))

    def test_so_much_for_each_point(self):
        scorer = a_scorer(JUDGED | {"judged": {"most": "100"}}, pay_factor={"per_point": "0.01"})
        assert str(score(scorer, conduct="91.1").factor) == "0.9110"


class TestContradictions:
    @pytest.mark.parametrize(
        "indicator",
        [
            TARGET | {"share_of": "duty_days"},
            BANDS | {"bands": [{"less_than": "5", "points": "1"}, {"at_least": "4", "points": "2"}]},
            BANDS | {"bands": [{"less_than": "4", "points": "1"}, {"at_least": "5", "points": "2"}]},
            BANDS | {"bands": [{"at_least": "0", "points": "1"}]},
        ],
    )
    def test_a_clause_that_contradicts_itself_is_refused(self, indicator):
        with pytest.raises(Contradiction):
            a_scorer(indicator)

    def test_two_deductions_for_the_same_days_are_refused(self):
        items = [
            LATE | {"each": "1", "points": "1", "most": "5"},
            LATE | {"id": "more", "above": "3", "each": "1", "points": "2", "most": "4"},
        ]
        with pytest.raises(Contradiction):
            a_scorer(TARGET, deductions={"from": "40", "floor": "0", "items": items})

    def test_a_deduction_that_begins_where_another_ends_is_none(self):
        items = [
            LATE | {"each": "1", "points": "1", "most": "3"},
            LATE | {"id": "more", "above": "3", "each": "1", "points": "2", "most": "4"},
        ]
        scorer = a_scorer(TARGET, deductions={"from": "40", "floor": "0", "items": items})
        # three days at one point, two more at two
        assert points(scorer, outpatient_emergency_visits=0, personal_leave_days=5) == "33.00"


class TestExplaining:
    def test_every_number_of_the_sum_stands_in_a_step_that_quotes_the_clause(self):
        item = LATE | {"above": "2", "each": "1", "points": "3", "most": "12"}
        scorer = a_scorer(
            TARGET, BANDS, deductions={"from": "40", "floor": "10", "items": [item]}, pay_factor={"per_point": "0.01"}
        )
        held = numbers({VISITS: 100, "teaching_sessions": 3, "personal_leave_days": 4})
        found = scorer.explain(held, Facts(part=(10, 20)))
        assert found.value == "84.00"
        assert {step.clause_id for step in found.steps} == {"month"}
        told = [(step.operation, step.result) for step in found.steps]
        assert told == [
            ("month.target", "40"),
            ("month.bands", "10"),
            ("month.deduction", "6"),
            ("month.left", "34"),
            ("sum", "84"),
            ("month.total", "84.00"),
            ("month.factor", "0.84"),
        ]
        first = {each.name: each.value for each in found.steps[0].inputs}
        assert (first[f"measure:{VISITS}"], first["month.target_number"], first["month.part"]) == (
            "100",
            "160",
            "10/20",
        )

    def test_what_is_missing_comes_with_its_bounds(self):
        found = a_scorer(TARGET, JUDGED).explain(numbers({VISITS: 100, "conduct": None}))
        assert found.value == Undetermined(("value:conduct",), 25, 45)

    def test_a_veto_is_the_last_word(self):
        found = TestVeto.SCORER.explain(numbers({VISITS: 160, "absent_times": 2}))
        assert [step.operation for step in found.steps][-2:] == ["month.veto", "month.total"]
        assert found.value == "0.00"

    def test_without_weights_the_values_are_shown_and_no_sum_is_made(self):
        found = a_scorer(an_indicator(), an_indicator("present", "attendance_days")).explain(
            numbers({VISITS: 7, "attendance_days": "19.5"})
        )
        assert found.value == ""
        assert [(step.operation, step.result) for step in found.steps] == [
            ("month.shown", "7"),
            ("month.shown", "19.5"),
        ]
