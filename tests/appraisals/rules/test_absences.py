"""Unapproved absence in a month: only what was heard and confirmed counts; what is open leaves the month open."""

from __future__ import annotations

from datetime import date

from appraisals.rules.absences import Away, missed
from tests.assignments.months.factories import OCTOBER, days_of

MONTH = OCTOBER.first


def october(exceptions=None, **more):
    return days_of(OCTOBER, exceptions, **more)


def away(first, last, state="confirmed"):
    return Away(date(2026, 10, first), date(2026, 10, last), state)


def test_a_month_without_absences_misses_nothing():
    assert missed(MONTH, october(), ()) == (0, 0, (), ())


def test_only_the_days_marked_within_a_confirmed_absence_count():
    # 12 and 13 missed, 14 only in the afternoon; the weekend 17 and 18 is nobody's duty
    cells = october({12: "K", 13: "K", 14: "Kh"})
    assert missed(MONTH, cells, [away(12, 18)]) == (5, 1, (), ())


def test_a_day_to_be_checked_counts_once_the_absence_is_confirmed():
    cells = october({12: "U"})
    assert missed(MONTH, cells, [away(12, 12)]) == (2, 1, (), ())
    assert missed(MONTH, cells, [away(12, 12, "answered")]) == (0, 0, ("unchecked_days",), ("absence_open",))


def test_what_was_excused_does_not_count():
    assert missed(MONTH, october({12: "K"}), [away(12, 12, "excused")]) == (0, 0, (), ())


def test_a_mark_that_no_record_covers_leaves_the_absences_open():
    assert missed(MONTH, october({12: "K"}), ()) == (0, 0, (), ("absence_open",))
    assert missed(MONTH, october({12: "U"}), ()) == (0, 0, ("unchecked_days",), ("absence_open",))


def test_an_episode_counts_in_the_month_in_which_it_begins():
    before = Away(date(2026, 9, 29), date(2026, 10, 9), "confirmed")
    assert missed(MONTH, october({8: "K", 9: "K"}), [before]) == (4, 0, (), ())


def test_and_at_the_unit_where_it_begins():
    # the person moved on the 16th: the row of the second unit is closed before
    cells = october({16: "K"}, first=16)
    assert missed(MONTH, cells, [away(15, 16)]) == (2, 0, (), ())


def test_four_episodes_are_four_times_however_short():
    cells = october({8: "K", 12: "Kh", 14: "K", 16: "K"})
    held = [away(day, day) for day in (8, 12, 14, 16)]
    assert missed(MONTH, cells, held) == (7, 4, (), ())


def test_an_open_absence_outside_the_open_days_is_not_this_rows():
    assert missed(MONTH, october(first=16), [away(12, 13, "to_be_checked")]) == (0, 0, (), ())
