"""Without the past every clock is wrong: a confirmed year of it meets an obligation, an unconfirmed one does not."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.services import past
from assignments.services.past_rows import PastEntry
from deploy_admin.access import SYSTEM
from deploy_admin.registry.services import calendar
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER
from tests.assignments.standing.world import Wanzhou, credit, owed, reckoned

pytestmark = pytest.mark.django_db


def a_year(wanzhou, worker, **more):
    fields = {
        "worker_id": worker.pk,
        "sending_unit_id": wanzhou.hospital.pk,
        "receiving_unit_id": wanzhou.centre.pk,
        "kind": "county_township",
        "scheme": "county_township",
        "starts_on": date(2024, 3, 11),
        "term_months": 12,
        "result": "qualified",
        "evidence": "archive",
    }
    own = past.take_on([PastEntry(**(fields | more))], by=CITY_OFFICER)[0]
    own.refresh_from_db()
    return own


@pytest.fixture
def wanzhou():
    calendar.load(by=SYSTEM)
    return Wanzhou()


def test_a_confirmed_year_turns_what_is_owed_into_what_is_met(wanzhou):
    recruit = wanzhou.recruit()
    reckoned([recruit])
    before = owed(recruit).state
    assert before in ("owed", "amber", "red")
    own = a_year(wanzhou, recruit)
    reckoned([recruit])
    assert credit(own).state == "unconfirmed"
    assert owed(recruit).state == before
    past.confirm(assignments=[own.pk], by=SECOND_OFFICER)
    reckoned([recruit])
    assert (credit(own).state, credit(own).months, credit(own).days) == ("recognised", 12, 0)
    assert owed(recruit).state == "met"


def test_taking_the_confirmation_back_makes_it_owed_again(wanzhou):
    recruit = wanzhou.recruit()
    own = a_year(wanzhou, recruit)
    past.confirm(assignments=[own.pk], by=SECOND_OFFICER)
    past.reopen(assignments=[own.pk], reason="误", by=SECOND_OFFICER)
    reckoned([recruit])
    assert owed(recruit).state != "met"
    past.return_entries(assignments=[own.pk], reason="误", by=SECOND_OFFICER)
    reckoned([recruit])
    assert owed(recruit).state != "met"


def test_half_a_year_does_not_meet_it(wanzhou):
    recruit = wanzhou.recruit()
    own = a_year(wanzhou, recruit, term_months=6)
    past.confirm(assignments=[own.pk], by=SECOND_OFFICER)
    reckoned([recruit])
    assert owed(recruit).state != "met"
