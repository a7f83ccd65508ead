"""Postings as deputy director: by order, within the assignment, of whom the policy lets."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment
from assignments.services import deputies
from tests.assignments.assignments.world import DECIDED, TODAY, TOWNSHIP, a_receiver, fresh, schemes, steps
from tests.assignments.factories import a_physician
from tests.assignments.postings import CITY_OFFICER, an_assignment, on_post, receiver_head
from tests.people.factories import a_title, refused

pytestmark = pytest.mark.django_db

FROM = date(2026, 11, 16)


def appoint(row, **more):
    said = {"first_day": FROM, "order": "示范任〔2026〕3号", "version": None, "by": CITY_OFFICER} | more
    return deputies.appoint_deputy(assignment=row, **said)


def test_an_order_posts_somebody_within_the_assignment():
    row = appoint(on_post(), last_day=date(2027, 2, 28), basis=DECIDED)
    row = fresh(row)
    assert (row.deputy_from, row.deputy_to, row.deputy_order) == (FROM, date(2027, 2, 28), "示范任〔2026〕3号")
    assert steps(row)[-1] == ("deputy_appointed", "on_post", "on_post")
    assert row.transitions.get(act="deputy_appointed").detail == {"order": "示范任〔2026〕3号", "until": "2027-02-28"}


def test_days_to_come_may_be_ordered_today():
    assert appoint(on_post(), first_day=date(2026, 12, 1)).deputy_from == date(2026, 12, 1)


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2027, 3, 10)])
def test_the_posting_lies_within_the_assignment(day):
    with refused("outside_assignment"):
        appoint(on_post(), first_day=day)


def test_no_order_no_posting_and_only_one_at_a_time():
    row = on_post()
    with refused("order_missing"):
        appoint(row, order=" ")
    with refused("not_permitted"):
        appoint(row, by=receiver_head(row.receiving_unit))
    with refused("not_from_here"):
        appoint(an_assignment())
    appoint(row)
    with refused("deputy_already"):
        appoint(row, first_day=TODAY)


def test_who_may_not_is_refused_with_the_rule(db):
    schemes(TOWNSHIP)
    sender = a_receiver(kind="general_hospital", tier="county", affiliation="district", code="500101")
    more = {"scheme": "county_township", "kind": "county_township"}
    physician = a_physician(sender, title="234", management_experience=True)
    junior = on_post(physician, sender=sender, receiver=a_receiver(), **more)
    with refused("deputy_may_not") as refusal:
        appoint(junior)
    assert junior.worker.name in refusal.value.message
    assert fresh(junior).deputy_from is None
    senior = on_post(
        a_physician(sender, management_experience=True, title="232"), sender=sender, receiver=a_receiver(), **more
    )
    assert appoint(senior).deputy_from == FROM
    # Of whom nobody has said whether they have managed anything: open, and so for the officer to judge.
    unknown = on_post(a_physician(sender), sender=sender, receiver=a_receiver(), **more)
    assert appoint(unknown).deputy_from == FROM
    a_title(junior.worker, "232")
    assert appoint(junior).deputy_from == FROM
    elsewhere = on_post(a_physician(sender, title="234"), sender=sender, receiver=a_receiver())
    assert appoint(elsewhere).deputy_from == FROM  # another scheme's rule says nothing of this one


def test_a_posting_is_ended_once(db):
    row = appoint(on_post())
    with refused("outside_assignment"):
        deputies.end_deputy(assignment=row, last_day=date(2026, 11, 1), version=None, by=CITY_OFFICER)
    deputies.end_deputy(assignment=row, last_day=TODAY, version=None, by=CITY_OFFICER)
    assert fresh(row).deputy_to == TODAY
    with refused("no_deputy"):
        deputies.end_deputy(assignment=row, last_day=TODAY, version=None, by=CITY_OFFICER)
    Assignment.objects.filter(pk=row.pk).update(deputy_from=None, deputy_to=None, deputy_order="")
    with refused("no_deputy"):
        deputies.end_deputy(assignment=row, last_day=TODAY, version=None, by=CITY_OFFICER)
