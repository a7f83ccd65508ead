"""Whatever comes first: leave, extension and absence entered in any order end in the same days and the same credit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from assignments.models import Assignment, Leave, ServiceCredit
from assignments.services import absences, changing, crediting, ending, ending_all, leaves
from assignments.services.moving import Basis
from deploy_admin.access import SYSTEM
from tests.assignments.leave.world import a_place, posted
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER, TODAY, an_absence

pytestmark = pytest.mark.django_db
BASIS = Basis(deciding_body="示范领导小组", document="示范决定")
#: Two that lie on both sides of a weekend make one of ten duty days; the third lies by itself.
DAYS = {
    "before": (date(2026, 10, 12), date(2026, 10, 16)),
    "after": (date(2026, 10, 19), date(2026, 10, 23)),
    "long": (date(2027, 2, 22), date(2027, 3, 5)),
}


def approved(place: Any, row: Assignment, name: str) -> None:
    first, last = DAYS[name]
    asked = leaves.ask_leave(assignment=row, kind="personal", first_day=first, last_day=last, by=place.clerk)
    leaves.approve_leave(leave_ids=[asked.pk], by=place.head)


def granted(place: Any, row: Assignment) -> None:
    changing.grant_extension(assignment=row, days=5, basis=BASIS, version=None, by=CITY_OFFICER)


def excused(place: Any, row: Assignment) -> None:
    seen = an_absence(row, date(2026, 9, 7), date(2026, 9, 11), state="answered")
    absences.excuse_absence(absence=seen, reason="有病历", leave_kind="sick", version=None, by=SECOND_OFFICER)


ACTS: dict[str, Callable[[Any, Assignment], None]] = {
    **{name: (lambda place, row, name=name: approved(place, row, name)) for name in DAYS},
    "granted": granted,
    "excused": excused,
}


def outcome(row: Assignment) -> tuple[Any, ...]:
    """Return everything that follows from the rows."""
    row.refresh_from_db()
    crediting.refresh([row.worker_id], on=TODAY, by=SYSTEM)
    credit = ServiceCredit.objects.get(assignment=row)
    taken = Leave.objects.filter(assignment=row, state="approved").order_by("first_day")
    return (
        row.ends_on,
        row.term_ends_on,
        row.extended_days,
        row.granted_days,
        tuple(taken.values_list("first_day", "counted_days", "episode_from", "filing_required")),
        (credit.state, credit.months, credit.days, credit.term_months, credit.term_days),
    )


def test_the_last_day_and_the_credit_do_not_depend_on_the_order_of_entry():
    """Every fifth of the hundred and twenty orders of five acts: each act comes first, and last."""
    place = a_place()
    found = {}
    for order in list(permutations(ACTS))[::5]:
        row = posted(place)
        for name in order:
            row.refresh_from_db()
            ACTS[name](place, row)
        found[order] = outcome(row)
        assert ending.recompute([row.pk], by=SYSTEM) == set()
    assert {order[0] for order in found} == {order[-1] for order in found} == set(ACTS)
    (one,) = set(found.values())
    assert one[0] > date(2027, 3, 9)
    assert one[3] == 5
    assert ending_all.check_all() == []
