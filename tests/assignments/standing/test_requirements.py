"""How somebody stands to a requirement, by hand: clocks, what is left, ways, exemptions (AMB-28 to 30, 53, 54)."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.rules.credit import Recognised
from assignments.rules.requirements import Outcome, State, together
from deploy_admin.policies.language.explained import Truth
from tests.assignments.standing.helpers import (
    HOSPITAL,
    ON,
    REMOTE,
    a_requirement,
    a_rule,
    a_service,
    a_stretch,
    stand,
)

FIVE_YEARS = """
service: {length: {at_least: 12 months}}
due: {since: hire_date, within: 60 months}
warn_after: 36 months
"""
BEFORE = "target: title_application.associate_senior\nservice: {length: {at_least: 12 months}}"
HIRED = date(2022, 7, 1)
DUE, LATEST = date(2027, 7, 1), date(2026, 7, 1)


class TestTheFiveYears:
    """Hired on 2022-07-01: due on 2027-07-01, the last safe first day is 2026-07-01."""

    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2022, 7, 1), State.OWED),
            (date(2025, 6, 30), State.OWED),
            (date(2025, 7, 1), State.AMBER),
            (date(2026, 7, 1), State.AMBER),
            (date(2026, 7, 2), State.RED),
            (date(2027, 7, 1), State.RED),
            (date(2027, 7, 2), State.OVERDUE),
        ],
    )
    def test_amber_from_the_third_year_red_when_less_time_is_left_than_service(self, day, state):
        found = stand(FIVE_YEARS, day=day)
        assert (found.state, found.due_on, found.latest_start_on) == (state, DUE, LATEST)
        assert (found.required_months, found.left, found.credited) == (12, (12, 0), (0, 0))

    def test_five_months_of_earlier_service_leave_seven(self):
        earlier = a_service(date(2021, 1, 1), 5)
        found = stand(FIVE_YEARS, earlier)
        assert (found.left, found.credited, found.latest_start_on) == ((7, 0), (5, 0), date(2026, 12, 1))
        assert found.state is State.AMBER

    def test_unless_earlier_service_is_refused(self):
        found = stand(FIVE_YEARS + "earlier_service: false", a_service(date(2022, 5, 1), 4))
        # From the day of hire on: July and August 2022.
        assert (found.credited, found.left) == ((2, 0), (10, 0))

    def test_service_done_meets_it(self):
        found = stand(FIVE_YEARS, a_service(date(2025, 3, 10)))
        assert (found.state, found.left, found.latest_start_on) == (State.MET, (0, 0), None)

    def test_a_running_assignment_that_ends_in_time_serves_it(self):
        found = stand(FIVE_YEARS, a_service(date(2026, 3, 10)))
        assert (found.state, found.met_on, found.credited) == (State.SERVING, date(2027, 3, 9), (8, 13))

    def test_so_does_a_planned_one(self):
        found = stand(FIVE_YEARS, a_service(date(2026, 7, 2), begun=False))
        assert (found.state, found.met_on, found.credited) == (State.SERVING, date(2027, 7, 1), (0, 0))

    def test_one_that_ends_too_late_does_not(self):
        found = stand(FIVE_YEARS, a_service(date(2026, 7, 3), begun=False))
        assert (found.state, found.met_on) == (State.RED, date(2027, 7, 2))

    def test_leave_moves_the_day_on_which_it_is_met(self):
        found = stand(FIVE_YEARS, a_service(date(2026, 3, 10), extensions=((date(2026, 5, 11), 5),)))
        assert found.met_on == date(2027, 3, 14)
        # In an assignment of two years it is met before the end, by the day on which twelve months are credited.
        longer = a_service(date(2026, 3, 10), 24, extensions=((date(2026, 5, 11), 5),))
        assert stand(FIVE_YEARS, longer).met_on == date(2027, 3, 14)

    def test_an_assignment_of_two_years_meets_it_while_it_runs(self):
        found = stand(FIVE_YEARS, a_service(date(2025, 9, 1), 24))
        assert (found.state, found.credited) == (State.MET, (14, 22))

    def test_service_that_awaits_its_result_serves_it_and_is_met_with_the_result(self):
        rule = a_rule("credited_if: qualified")
        found = stand(FIVE_YEARS, a_service(date(2025, 3, 10), rule=rule))
        assert (found.state, found.met_on, found.left) == (State.SERVING, date(2026, 3, 9), (0, 0))
        assert stand(FIVE_YEARS, a_service(date(2025, 3, 10), rule=rule, result="qualified")).state is State.MET
        failed = stand(FIVE_YEARS, a_service(date(2025, 3, 10), rule=rule, result="not_qualified"))
        assert (failed.state, failed.left) == (State.RED, (12, 0))

    def test_a_void_leaves_everything_to_be_served(self):
        assert stand(FIVE_YEARS, a_service(date(2025, 3, 10), void=True)).left == (12, 0)

    def test_what_was_taken_on_counts_once_it_is_confirmed(self):
        past = a_service(date(2023, 3, 1), unconfirmed=True)
        assert stand(FIVE_YEARS, past).state is State.RED
        assert stand(FIVE_YEARS, past._replace(unconfirmed=False)).state is State.MET

    def test_an_unknown_day_of_hire_is_named(self):
        found = stand(FIVE_YEARS, since=None)
        assert (found.state, found.missing, found.due_on) == (State.UNDETERMINED, ("fact:hire_date",), None)

    def test_but_not_where_the_service_is_there(self):
        assert stand(FIVE_YEARS, a_service(date(2025, 3, 10)), since=None).state is State.MET

    def test_without_a_post_on_the_establishment_no_clock_runs(self):
        found = stand(FIVE_YEARS, since=())
        assert (found.state, found.due_on) == (State.OWED, None)

    def test_an_unset_limit_is_named(self):
        found = stand("service: {length: {at_least: 12 months}}\ndue: {since: hire_date, within: null}")
        assert (found.state, found.missing) == (State.UNDETERMINED, ("due",))


class TestBeforeAnApplication:
    def test_it_is_owed_before_the_act_and_no_clock_runs(self):
        found = stand(BEFORE)
        assert (found.state, found.left, found.due_on, found.latest_start_on) == (State.BEFORE, (12, 0), None, None)

    def test_more_than_a_year_takes_a_day_more(self):
        more = "target: title_application.associate_senior\nservice: {length: {more_than: 12 months}}"
        exactly = stand(more, a_service(date(2025, 3, 10)))
        assert (exactly.state, exactly.left) == (State.BEFORE, (0, 1))
        assert stand(more, a_service(date(2025, 3, 10), last=date(2026, 3, 10))).state is State.MET


class TestWhereTheServiceIs:
    def test_only_service_at_the_named_places_counts(self):
        asked = "target: title_application.senior\nservice: {length: {at_least: 6 months}, at: {remote: true}}"
        assert stand(asked, a_service(date(2025, 1, 1), 6, place=REMOTE)).state is State.MET
        elsewhere = stand(asked, a_service(date(2025, 1, 1), 6))
        assert (elsewhere.state, elsewhere.credited) == (State.BEFORE, (0, 0))

    def test_a_part_of_it_has_to_lie_somewhere(self):
        asked = """
target: title_application.senior
service:
  length: {at_least: 12 months}
  subtotals: [{id: remote, label_zh: 边远, label_en: remote, at: {remote: true}, length: {at_least: 6 months}}]
"""
        ten_elsewhere = stand(asked, a_service(date(2025, 1, 1), 10, place=HOSPITAL))
        assert (ten_elsewhere.state, ten_elsewhere.left) == (State.BEFORE, (6, 0))
        parts = (
            a_stretch(date(2025, 1, 1), date(2025, 6, 30), REMOTE),
            a_stretch(date(2025, 7, 1), date(2025, 12, 31), HOSPITAL),
        )
        assert stand(asked, a_service(date(2025, 1, 1), stretches=parts)).state is State.MET
        all_elsewhere = stand(asked, a_service(date(2025, 1, 1), 24, place=HOSPITAL, last=date(2026, 11, 1)))
        assert (all_elsewhere.state, all_elsewhere.left) == (State.BEFORE, (6, 0))

    def test_where_a_place_is_not_known_it_is_open_only_if_it_could_decide(self):
        asked = "target: title_application.senior\nservice: {length: {at_least: 6 months}, at: {remote: true}}"
        unknown = {"kind": "township_health_centre"}
        rule = a_rule("full_time: true")
        enough = stand(asked, a_service(date(2025, 1, 1), 6, place=unknown, rule=rule))
        assert (enough.state, enough.missing) == (State.UNDETERMINED, ("fact:remote",))
        too_little = stand(asked, a_service(date(2025, 1, 1), 5, place=unknown, rule=rule))
        assert too_little.state is State.BEFORE

    def test_what_was_recognised_meets_any_place(self):
        asked = "target: title_application.senior\nservice: {length: {at_least: 6 months}, at: {remote: true}}"
        earlier = Recognised(1, "grassroots_service", date(2020, 1, 1), date(2020, 6, 30))
        assert stand(asked, recognised=(earlier,)).state is State.MET


class TestWhatIsLeft:
    def test_is_at_least_the_shortest_piece_that_can_be_served(self):
        asked = FIVE_YEARS.replace("12 months}}", "12 months}, minimum_segment: 3 months}")
        found = stand(asked, a_service(date(2023, 1, 1), 11))
        assert (found.left, found.latest_start_on) == ((3, 0), date(2027, 4, 1))

    def test_pieces_that_are_too_short_do_not_count(self):
        asked = BEFORE.replace("12 months}}", "12 months}, minimum_segment: 3 months}")
        short, long = a_service(date(2024, 1, 1), 2), a_service(date(2025, 1, 1), 10)
        assert stand(asked, short, long).credited == (10, 0)
        assert stand(BEFORE, short, long).state is State.MET

    def test_of_duty_days_it_is_counted_in_them(self):
        asked = FIVE_YEARS.replace("12 months}}", "100 duty_days}}")
        found = stand(asked, a_service(date(2026, 1, 1), 3), since=date(2022, 7, 1))
        # 64 working days are served; 36 lie between Wednesday 12 May and Wednesday 30 June 2027.
        assert (found.left, found.latest_start_on, found.required_months) == ((0, 36), date(2027, 5, 12), None)

    def test_continuous_service_is_the_longest_unbroken_run(self):
        asked = "target: title_application.senior\nservice: {length: {at_least: 12 months}, reckoned: continuous}"
        rule = a_rule("continuous: {gap: 30 days}")
        near = [a_service(day, 6, rule=rule) for day in (date(2025, 1, 1), date(2025, 7, 20))]
        assert stand(asked, *near).state is State.MET
        far = [a_service(day, 6, rule=rule) for day in (date(2025, 1, 1), date(2025, 9, 1))]
        assert (stand(asked, *far).state, stand(asked, *far).credited) == (State.BEFORE, (6, 0))
        unset = [
            a_service(day, 6, rule=a_rule("continuous: {gap: null}")) for day in (far[0].starts_on, far[1].starts_on)
        ]
        assert stand(asked, *unset).state is State.UNDETERMINED

    def test_an_unset_length_is_named(self):
        found = stand("target: title_application.senior\nservice: {length: null}", a_service(date(2025, 1, 1)))
        assert (found.state, found.missing) == (State.UNDETERMINED, ("asked:service",))


class TestOtherWays:
    asked = """
target: title_application.senior
alternatives:
  - {id: county, label_zh: 甲, label_en: a year, service: {length: {at_least: 12 months}}}
  - {id: remote, label_zh: 乙, label_en: remote, service: {length: {at_least: 6 months}, at: {remote: true}}}
  - {id: doctor, label_zh: 丙, label_en: a doctor, requires: {degree: doctor}}
"""

    def test_one_of_them_is_enough_and_is_named(self):
        none = (Truth.YES, Truth.YES, Truth.NO)
        found = stand(self.asked, a_service(date(2025, 1, 1), 6, place=REMOTE), options=none)
        assert (found.state, found.alternative) == (State.MET, "remote")
        by_degree = stand(self.asked, options=(Truth.YES, Truth.YES, Truth.YES))
        assert (by_degree.state, by_degree.alternative) == (State.MET, "doctor")

    def test_half_of_one_and_half_of_another_is_neither(self):
        half = a_service(date(2025, 1, 1), 5, place=REMOTE)
        found = stand(self.asked, half, options=(Truth.YES, Truth.YES, Truth.NO))
        assert (found.state, found.credited, found.required_months) == (State.BEFORE, (5, 0), 6)

    def test_a_way_of_which_something_is_unknown_keeps_it_open(self):
        found = stand(self.asked, options=(Truth.YES, Truth.YES, Truth.UNKNOWN), missing=("fact:degree",))
        assert (found.state, found.missing) == (State.UNDETERMINED, ("fact:degree",))


class TestWhomItAsks:
    def test_of_whom_it_does_not_speak_it_says_nothing(self):
        assert stand(FIVE_YEARS, applies=Truth.NO) is None

    def test_where_that_is_unknown_it_is_undetermined(self):
        found = stand(FIVE_YEARS, applies=Truth.UNKNOWN, missing_applies=("fact:employment_mode",))
        assert (found.state, found.missing) == (State.UNDETERMINED, ("fact:employment_mode",))

    def test_who_is_exempt_owes_nothing(self):
        found = stand(FIVE_YEARS, exempt=Truth.YES, exemption="near_retirement")
        assert (found.state, found.exemption, found.latest_start_on) == (State.EXEMPT, "near_retirement", None)

    def test_a_paper_that_lacks_keeps_it_owed_although_the_service_is_there(self):
        asked = "target: title_application.senior\nservice: {length: {at_least: 6 months}}\n"
        asked += "documents: [{documents_held: 合格证}]"
        served = a_service(date(2025, 1, 1))
        assert stand(asked, served, needs=Truth.YES).state is State.MET
        assert stand(asked, served, needs=Truth.NO).state is State.BEFORE
        assert stand(asked, served, needs=Truth.UNKNOWN, missing=("x",)).state is State.UNDETERMINED


class TestOneServiceForSeveral:
    first = a_requirement(FIVE_YEARS)
    second = a_requirement(BEFORE)

    def settled(self, one, other, names=("first",)):
        clauses = {
            "first": self.first.clause,
            "second": self.second.clause.model_copy(update={"satisfied_with": names}),
        }
        return together({"first": one, "second": other}, clauses)

    def test_one_service_satisfies_both(self):
        service = a_service(date(2025, 3, 10))
        assert {stand(each, service).state for each in (self.first, self.second)} == {State.MET}

    def test_what_is_satisfied_with_another_is_met_with_it_whatever_its_own_places_ask(self):
        owed = Outcome(State.BEFORE, left=None)
        assert self.settled(Outcome(State.MET), owed)["second"].state is State.MET
        assert self.settled(owed, Outcome(State.MET))["first"].state is State.BEFORE
        assert self.settled(Outcome(State.MET), owed, ())["second"].state is State.BEFORE

    def test_and_served_with_it(self):
        serving = Outcome(State.SERVING, met_on=date(2027, 3, 9))
        found = self.settled(serving, Outcome(State.BEFORE))["second"]
        assert (found.state, found.met_on) == (State.SERVING, date(2027, 3, 9))
        late = Outcome(State.RED, due_on=date(2027, 1, 1))
        assert self.settled(serving, late)["second"].state is State.RED


def test_a_planned_first_day_that_passed_without_anybody_coming_serves_nothing_yet():
    found = stand(BEFORE, a_service(date(2026, 9, 1), begun=False), day=ON)
    assert found.credited == (0, 0)
    assert found.state is State.SERVING
