"""What an assignment is credited with, each reading worked out by hand (AMB-16, 21, 25, 26, 27)."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.rules.continuity import chains
from assignments.rules.credit import FILING, Recognised, State, life, reckoned
from assignments.rules.lengths import Length
from tests.assignments.standing.helpers import (
    HOSPITAL,
    ON,
    REMOTE,
    THC,
    a_life,
    a_rule,
    a_service,
    a_stretch,
    credit,
    so_far,
)


def test_a_full_term_is_exactly_its_months():
    done = credit(a_service(date(2025, 3, 10)))
    assert (done.now.length, done.term, done.state) == ((12, 0), (12, 0), State.RECOGNISED)


def test_what_is_served_so_far_grows_day_by_day_and_the_term_stands_beside_it():
    running = credit(a_service(date(2026, 3, 10)))
    assert (running.state, running.now.length, running.term) == (State.RUNNING, (8, 13), (12, 0))
    assert running.firm


def test_who_has_not_come_is_credited_with_nothing_yet():
    coming = credit(a_service(date(2026, 3, 10), begun=False))
    assert (coming.state, coming.now.length, coming.term) == (State.RUNNING, (0, 0), (12, 0))


def test_days_by_which_leave_lengthened_the_term_are_not_credited():
    """2023-01-03 with leave from 8 to 12 May 2023 ends on 2024-01-07, and is twelve months all the same."""
    whole = a_service(date(2023, 1, 3), extensions=((date(2023, 5, 8), 5),))
    assert whole.ends_on == date(2024, 1, 7)
    assert credit(whole).term == (12, 0)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 5, 7), (4, 5)),
        (date(2023, 5, 8), (4, 5)),
        (date(2023, 5, 10), (4, 5)),
        (date(2023, 5, 12), (4, 5)),
        (date(2023, 5, 13), (4, 6)),
        (date(2024, 1, 6), (11, 30)),
        (date(2024, 1, 7), (12, 0)),
    ],
)
def test_credit_stands_still_during_such_leave_and_never_goes_back(day, expected):
    service = a_service(date(2023, 1, 3), extensions=((date(2023, 5, 8), 5),), on=day)
    assert so_far(service, day) == expected


def test_who_ends_early_after_such_leave_is_credited_with_the_days_less_the_leave():
    early = a_service(
        date(2026, 1, 1), last=date(2026, 6, 30), extensions=((date(2026, 2, 2), 5),), ended_early=True, on=ON
    )
    assert credit(early).now.length == (5, 25)


def test_only_full_time_service_counts_where_the_clause_says_so():
    half = a_stretch(date(2026, 1, 1), date(2026, 3, 31), full_time=False)
    full = a_stretch(date(2026, 4, 1), date(2026, 9, 30))
    service = a_service(date(2026, 1, 1), 9, stretches=(half, full), rule=a_rule("full_time: true"))
    assert credit(service).now.length == (6, 0)
    assert [each.why for each in credit(service).passed] == ["not_full_time"]
    assert credit(service._replace(lines=((a_rule("at: {kind: township_health_centre}"),) * 2,))).now.length == (9, 0)


def test_service_elsewhere_than_at_the_named_places_is_not_credited():
    rule = a_rule("at: {kind: township_health_centre}")
    there = a_stretch(date(2026, 1, 1), date(2026, 2, 28), HOSPITAL)
    here = a_stretch(date(2026, 3, 1), date(2026, 8, 31))
    found = credit(a_service(date(2026, 1, 1), 8, stretches=(there, here), rule=rule))
    assert (found.now.length, [each.why for each in found.passed]) == ((6, 0), ["place"])
    nowhere = credit(a_service(date(2026, 1, 1), 8, place=HOSPITAL, rule=rule))
    assert (nowhere.state, nowhere.why, nowhere.now.length) == (State.NONE, "place", (0, 0))


def test_of_a_place_of_which_too_little_is_known_credit_is_undetermined_and_names_what_is_missing():
    found = credit(a_service(date(2026, 1, 1), 8, place={"kind": "hospital"}, rule=a_rule("at: {remote: true}")))
    assert (found.state, found.missing) == (State.UNDETERMINED, ("fact:remote",))


def test_without_any_clause_nothing_is_credited_and_it_says_so():
    silent = a_service(date(2025, 1, 1))._replace(lines=())
    assert (credit(silent).state, credit(silent).why) == (State.NONE, "no_rule")


def test_what_is_void_counts_nothing_and_earlier_service_stays():
    earlier, void = a_service(date(2023, 1, 1)), a_service(date(2025, 1, 1), void=True)
    held = a_life(earlier, void)
    assert [each.state for each in held.credits] == [State.RECOGNISED, State.NONE]
    assert [piece.first for piece in held.pieces] == [date(2023, 1, 1)]


class TestRecognisedWithAResult:
    rule = a_rule("credited_if: qualified")

    def test_until_then_it_is_only_proposed(self):
        done = credit(a_service(date(2025, 3, 10), rule=self.rule))
        assert (done.state, done.now.length, done.firm) == (State.PROVISIONAL, (12, 0), False)

    def test_with_it_the_credit_is_recognised(self):
        done = credit(a_service(date(2025, 3, 10), rule=self.rule, result="qualified"))
        assert (done.state, done.firm) == (State.RECOGNISED, True)

    def test_not_qualified_is_not_credited(self):
        done = credit(a_service(date(2025, 3, 10), rule=self.rule, result="not_qualified"))
        assert (done.state, done.why, done.term) == (State.NONE, "not_qualified", (0, 0))

    def test_not_qualified_is_credited_where_the_clause_asks_for_no_result(self):
        done = credit(a_service(date(2025, 3, 10), result="not_qualified"))
        assert done.state is State.RECOGNISED


def test_what_was_taken_on_and_not_confirmed_counts_nothing_and_shows_what_it_would():
    past = a_service(date(2023, 1, 1), unconfirmed=True)
    held = a_life(past)
    assert (held.credits[0].state, held.credits[0].term) == (State.UNCONFIRMED, (12, 0))
    assert held.pieces == ()


class TestShortPieces:
    def minimum(self, otherwise):
        return a_rule(f"minimum_segment: {{length: {{at_least: 3 months}}, otherwise: {otherwise}}}")

    def test_are_pointed_out(self):
        short = credit(a_service(date(2026, 1, 1), 2, rule=self.minimum("warn")))
        assert (short.now.length, short.warnings) == ((2, 0), ("short_piece",))
        assert credit(a_service(date(2026, 1, 1), 3, rule=self.minimum("warn"))).warnings == ()

    def test_are_not_pointed_out_while_they_still_grow(self):
        growing = credit(a_service(date(2026, 10, 1), 12, rule=self.minimum("drop")))
        assert (growing.now.length, growing.warnings) == ((1, 22), ())

    def test_do_not_count(self):
        dropped = credit(a_service(date(2026, 1, 1), 2, rule=self.minimum("drop")))
        assert (dropped.state, dropped.why, dropped.now.length) == (State.NONE, "short", (0, 0))

    def test_count_once_filed(self):
        rule = self.minimum("file")
        open_ = credit(a_service(date(2026, 1, 1), 2, rule=rule))
        assert (open_.state, open_.missing, open_.now.length) == (State.UNDETERMINED, (FILING,), (0, 0))
        filed = credit(a_service(date(2026, 1, 1), 2, rule=rule, filed=True))
        assert (filed.state, filed.now.length) == (State.RECOGNISED, (2, 0))

    def test_are_not_short_with_what_follows_without_a_gap(self):
        rule = self.minimum("drop")
        first, second = a_service(date(2026, 1, 1), 2, rule=rule), a_service(date(2026, 3, 1), 2, rule=rule)
        assert [each.now.length for each in reckoned([second, first], ON)] == [(2, 0), (2, 0)]
        apart = a_service(date(2026, 3, 2), 2, rule=rule)
        assert [each.state for each in reckoned([first, apart], ON)] == [State.NONE, State.NONE]

    def test_more_than_one_unit_is_pointed_out_too(self):
        here = a_stretch(date(2026, 1, 1), date(2026, 4, 30))
        there = a_stretch(date(2026, 5, 1), date(2026, 8, 31))._replace(unit=2)
        moved = credit(a_service(date(2026, 1, 1), 8, stretches=(here, there), rule=self.minimum("warn")))
        assert (moved.now.length, moved.warnings) == ((8, 0), ("several_units",))


class TestConversions:
    remote = """
        conversions:
          - {id: remote, label_zh: 边远, label_en: remote, when: {remote: true}, ratio: "1.5", minimum: 6 months}
        """

    def rule(self, more=""):
        return a_rule("\n".join(line[8:] for line in self.remote.strip("\n").splitlines()) + more)

    def test_remote_service_is_worth_more_once_it_is_long_enough(self):
        assert credit(a_service(date(2026, 1, 1), 6, place=REMOTE, rule=self.rule())).now.length == (9, 0)
        assert credit(a_service(date(2026, 1, 1), 5, place=REMOTE, rule=self.rule())).now.length == (5, 0)
        assert credit(a_service(date(2026, 1, 1), 6, place=THC, rule=self.rule())).now.length == (6, 0)

    def test_an_unset_ratio_leaves_its_pieces_open(self):
        rule = a_rule("conversions: [{id: a, label_zh: 甲, label_en: a, when: {remote: true}, ratio: null}]")
        found = credit(a_service(date(2026, 1, 1), 6, place=REMOTE, rule=rule))
        assert (found.state, found.missing) == (State.UNDETERMINED, ("conversion:a",))
        assert credit(a_service(date(2026, 1, 1), 6, rule=rule)).now.length == (6, 0)

    @pytest.mark.parametrize(("scope", "second"), [("episode", (8, 0)), ("total", (2, 0))])
    def test_a_cap_bounds_each_piece_or_a_life(self, scope, second):
        rule = a_rule(
            "conversions: [{id: a, label_zh: 甲, label_en: a, when: {remote: true}, ratio: '2', cap: 10 months,"
            f" cap_scope: {scope}}}]"
        )
        one = a_service(date(2025, 1, 1), 4, place=REMOTE, rule=rule)
        other = a_service(date(2026, 1, 1), 4, place=REMOTE, rule=rule)
        assert [each.now.length for each in reckoned([other, one], ON)] == [(8, 0), second]

    def test_the_clauses_own_cap_bounds_everything_it_credits(self):
        rule = a_rule("cap: 15 months")
        first, second = a_service(date(2024, 1, 1), rule=rule), a_service(date(2025, 6, 1), rule=rule)
        assert [each.now.length for each in reckoned([first, second], ON)] == [(12, 0), (3, 0)]


class TestDutyDays:
    def test_months_are_duty_days_over_those_of_a_month(self):
        rule = a_rule("reckoned_by: duty_days\nduty_days_per_month: '22'")
        # January to March 2026 have 64 weekdays: two months of 22 and 20 of 22 parts of a third.
        found = credit(a_service(date(2026, 1, 1), 3, rule=rule))
        assert (found.now.duty_days, found.now.length) == (64, (2, 27))

    def test_absence_without_leave_is_no_duty_on_post(self):
        rule = a_rule("reckoned_by: duty_days\nduty_days_per_month: '22'")
        missed = ((date(2026, 2, 2), date(2026, 2, 6), 5),)
        assert credit(a_service(date(2026, 1, 1), 3, rule=rule, absences=missed)).now.duty_days == 59

    def test_of_both_the_greater_counts(self):
        rule = a_rule("reckoned_by: both\nduty_days_per_month: '22'")
        assert credit(a_service(date(2026, 1, 1), 3, rule=rule)).now.length == (3, 0)
        rule = a_rule("reckoned_by: both\nduty_days_per_month: '16'")
        assert credit(a_service(date(2026, 1, 1), 3, rule=rule)).now.length == (4, 0)

    def test_of_shifts_nobody_keeps_the_duty_days(self):
        rule = a_rule("reckoned_by: both\nduty_days_per_month: '16'")
        found = credit(a_service(date(2026, 1, 1), 3, rule=rule, pattern="shift"))
        assert (found.now.duty_days, found.now.length) == (None, (3, 0))

    def test_an_unset_number_of_duty_days_leaves_it_open(self):
        found = credit(a_service(date(2026, 1, 1), 3, rule=a_rule("reckoned_by: duty_days")))
        assert (found.state, found.missing) == (State.UNDETERMINED, ("duty_days_per_month",))


def test_where_the_adoption_says_so_the_more_favourable_of_two_clauses_credits():
    old, new = a_rule("full_time: true", 1), a_rule("at: {kind: township_health_centre}", 2)
    half = (a_stretch(date(2026, 1, 1), date(2026, 6, 30), full_time=False),)
    service = a_service(date(2026, 1, 1), 6, stretches=half)._replace(lines=((old,), (new,)))
    assert credit(service).rule.version_id == 2
    at_hospital = a_service(date(2026, 1, 1), 6, place=HOSPITAL)._replace(lines=((old,), (new,)))
    assert credit(at_hospital).rule.version_id == 1


def test_a_new_revision_that_reckons_alike_does_not_cut_a_month_in_two():
    old, new = a_rule("full_time: true", 1), a_rule("full_time: true", 2)
    parts = (a_stretch(date(2025, 3, 10), date(2025, 9, 30)), a_stretch(date(2025, 10, 1), date(2026, 3, 9)))
    found = credit(a_service(date(2025, 3, 10), stretches=parts)._replace(lines=((old, new),)))
    assert found.now.length == (12, 0)
    assert [piece.worth.rule.version_id for piece in found.pieces] == [1, 2]


class TestContinuousService:
    rule = a_rule("continuous: {gap: 30 days, broken_by: [void, not_qualified]}")

    def runs(self, *services, tolerant=False):
        held = a_life(*services)
        return [len(run) for run in chains(held.pieces, lambda each: each.ends_on, held.breaks, tolerant=tolerant)]

    def services(self, *days, months=6, **more):
        return [a_service(day, months, rule=self.rule, **more) for day in days]

    def test_a_gap_of_thirty_days_is_tolerated_and_one_more_breaks_it(self):
        assert self.runs(*self.services(date(2025, 1, 1), date(2025, 7, 31))) == [2]
        assert self.runs(*self.services(date(2025, 1, 1), date(2025, 8, 1))) == [1, 1]

    def test_leave_that_lengthened_the_term_is_no_gap(self):
        longer = a_service(date(2025, 1, 1), 6, rule=self.rule, extensions=((date(2025, 3, 3), 40),))
        after = a_service(date(2025, 8, 10), 6, rule=self.rule)
        assert self.runs(longer, after) == [2]

    def test_a_void_and_a_result_of_not_qualified_break_it(self):
        first, last = self.services(date(2025, 1, 1), date(2025, 8, 1), months=6)
        between = a_service(date(2025, 7, 2), 0, last=date(2025, 7, 20), rule=self.rule, void=True)
        near = a_service(date(2025, 7, 31), 6, rule=self.rule)
        assert self.runs(first, between, near) == [1, 1]
        bad = a_service(date(2025, 1, 1), 6, rule=self.rule, result="not_qualified")
        assert self.runs(bad, near) == [1, 1]
        assert self.runs(first, last) == [1, 1]

    def test_an_early_end_breaks_what_follows_it_where_the_clause_says_so(self):
        rule = a_rule("continuous: {gap: 30 days, broken_by: [ended_early]}")
        first = a_service(date(2025, 1, 1), 6, rule=rule, ended_early=True)
        then = a_service(date(2025, 7, 1), 6, rule=rule)
        assert self.runs(first, then) == [1, 1]
        last_ends_early = a_service(date(2025, 7, 1), 6, rule=rule, ended_early=True)
        assert self.runs(a_service(date(2025, 1, 1), 6, rule=rule), last_ends_early) == [2]

    def test_of_an_unset_gap_nothing_can_be_told(self):
        rule = a_rule("continuous: {gap: null}")
        pair = [a_service(day, 6, rule=rule) for day in (date(2025, 1, 1), date(2025, 8, 1))]
        assert self.runs(*pair) == [1, 1]
        assert self.runs(*pair, tolerant=True) == [2]

    def test_without_a_word_on_gaps_only_service_without_any_is_continuous(self):
        assert self.runs(a_service(date(2025, 1, 1), 6), a_service(date(2025, 7, 1), 6)) == [2]
        assert self.runs(a_service(date(2025, 1, 1), 6), a_service(date(2025, 7, 2), 6)) == [1, 1]


class TestWhatElseWasRecognised:
    def test_earlier_service_counts_whether_or_not_a_clause_names_it(self):
        held = life((), [Recognised(1, "grassroots_service", date(2020, 1, 1), date(2020, 5, 31))])
        assert [(piece.first, piece.last) for piece in held.pieces] == [(date(2020, 1, 1), date(2020, 5, 31))]
        assert held.firm == {-1}

    def test_other_kinds_count_only_as_a_clause_says(self):
        aid = [Recognised(1, "foreign_aid", date(2020, 1, 1), date(2020, 6, 30))]
        assert life((), aid).pieces == ()
        rule = a_rule(
            "equivalents: [{id: aid, label_zh: 援外, label_en: aid, recognised: [foreign_aid], ratio: '2',"
            " place: none}]"
        )
        held = life((), aid, [(rule.rule, rule.clause.equivalents[0])])
        assert [piece.worth.ratio for piece in held.pieces] == [2]

    def test_days_that_are_credited_already_do_not_count_twice(self):
        service = a_service(date(2025, 1, 1), 6)
        claimed = Recognised(1, "grassroots_service", date(2024, 12, 1), date(2025, 7, 31))
        held = life(reckoned([service], ON), [claimed])
        assert [(piece.first, piece.last) for piece in held.pieces] == [
            (date(2024, 12, 1), date(2024, 12, 31)),
            (date(2025, 1, 1), date(2025, 6, 30)),
            (date(2025, 7, 1), date(2025, 7, 31)),
        ]

    def test_an_unset_ratio_is_unknown(self):
        rule = a_rule("equivalents: [{id: aid, label_zh: 援, label_en: aid, recognised: [foreign_aid], ratio: null}]")
        aid = [Recognised(1, "foreign_aid", date(2020, 1, 1), date(2020, 6, 30))]
        held = life((), aid, [(rule.rule, rule.clause.equivalents[0])])
        assert (held.pieces, len(held.unknown)) == ((), 1)


def test_what_is_credited_says_why_the_rest_is_not():
    rule = a_rule("full_time: true\nat: {kind: township_health_centre}")
    parts = (
        a_stretch(date(2026, 1, 1), date(2026, 1, 31), full_time=False),
        a_stretch(date(2026, 2, 1), date(2026, 2, 28), HOSPITAL),
        a_stretch(date(2026, 3, 1), date(2026, 5, 31)),
    )
    found = credit(a_service(date(2026, 1, 1), 5, stretches=parts, rule=rule))
    assert [(each.first, each.why) for each in found.passed] == [
        (date(2026, 1, 1), "not_full_time"),
        (date(2026, 2, 1), "place"),
    ]
    assert found.term == Length(3, 0)
