"""About a tenth, and as many as were sent: worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from assignments.rules.cohorts import Exchange, Stay, about, exchanges
from deploy_admin.policies.language.nodes import Rounding
from deploy_admin.policies.language.posting import CohortShare

TENTH = CohortShare(target=Decimal("0.10"), rounding=Rounding.HALF_UP, tolerance=Decimal("0.02"))
YEAR = date(2026, 3, 10), date(2027, 3, 9)


@pytest.mark.parametrize(
    ("people", "target", "low", "high"),
    [
        (37, 4, 3, 4),
        (50, 5, 4, 6),
        (100, 10, 8, 12),
        (5, 1, 1, 1),
        (4, 0, 0, 0),
        (0, 0, 0, 0),
        (15, 2, 2, 2),
        (25, 3, 2, 3),
    ],
)
def test_about_a_tenth_is_the_rounded_share_two_points_either_way(people, target, low, high):
    found = about(TENTH, people)
    assert found is not None
    assert (found.target, found.low, found.high) == (target, low, high)
    assert found.near_enough(target)


def test_of_thirty_seven_three_and_four_are_near_enough_and_two_and_five_are_not():
    found = about(TENTH, 37)
    assert found is not None
    assert [found.near_enough(n) for n in (2, 3, 4, 5)] == [False, True, True, False]
    assert found.exact == Decimal("3.70")


def test_a_share_nobody_has_set_aims_at_nothing():
    assert about(CohortShare(target=None), 37) is None


def test_as_many_who_come_as_were_sent_is_balanced():
    out = [Stay(1, *YEAR), Stay(1, *YEAR), Stay(2, *YEAR)]
    back = [Stay(1, *YEAR), Stay(1, *YEAR)]
    assert list(exchanges(out, back)) == [Exchange(1, 2, 2, 0, True), Exchange(2, 1, 0, -1, False)]


def test_who_comes_when_nobody_is_away_is_not_counted():
    late = Stay(1, date(2027, 3, 10), date(2027, 9, 9))
    assert [each.came for each in exchanges([Stay(1, *YEAR)], [late])] == [0]
    on_the_last_day = Stay(1, date(2027, 3, 9), date(2027, 9, 9))
    assert [each.came for each in exchanges([Stay(1, *YEAR)], [on_the_last_day])] == [1]


def test_a_difference_within_the_tolerance_is_none():
    (found,) = exchanges([Stay(1, *YEAR), Stay(1, *YEAR)], [Stay(1, *YEAR)], tolerance=1)
    assert found.balanced
    (found,) = exchanges([Stay(1, *YEAR)], [Stay(1, *YEAR)] * 3, tolerance=1)
    assert (found.difference, found.balanced) == (2, False)
