"""What a night brings: terms reached and resumed, renewed ones closed, and who is reminded of what."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments import tasks
from assignments.models import Assignment
from assignments.services import reaching, telling
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from tests.accounts.factories import a_membership
from tests.assignments.assignments.world import TODAY, a_receiver, a_sender, an_office, fresh, steps
from tests.assignments.postings import an_assignment, on_post

pytestmark = pytest.mark.django_db

#: Twelve months from here end today, and from the day before yesterday's neighbour yesterday.
ENDS_TODAY = date(2025, 11, 23)
ENDED_YESTERDAY = date(2025, 11, 22)


def open_notices(code):
    return list(Notice.objects.open().filter(code=code).order_by("pk"))


def test_the_term_is_reached_the_day_after_the_last():
    last, over = on_post(starts_on=ENDS_TODAY), on_post(starts_on=ENDED_YESTERDAY)
    assert reaching.reach_terms(on=TODAY).reached == 1
    assert (fresh(last).state, fresh(over).state) == ("on_post", "term_reached")
    step = over.transitions.get(act="term_reached")
    assert (step.on, step.recorded_by_name) == (TODAY, "system")
    assert tasks.assignments.reach_terms() == 0  # again on the same day
    assert Event.objects.filter(act="assignments.term_reached").count() == 1


def test_a_night_that_was_missed_is_made_up_with_the_right_day():
    row = on_post(starts_on=date(2025, 3, 10))
    reaching.reach_terms(on=TODAY)
    assert row.transitions.get(act="term_reached").on == date(2026, 3, 10)


def test_a_term_that_became_longer_goes_on():
    row = on_post(starts_on=ENDED_YESTERDAY, state="term_reached")
    Assignment.objects.filter(pk=row.pk).update(ends_on=TODAY)
    assert reaching.reach_terms(on=TODAY).resumed == 1
    assert steps(row)[-1] == ("term_resumed", "term_reached", "on_post")


def test_what_is_taken_on_and_unconfirmed_stays_where_it_is():
    row = on_post(starts_on=date(2024, 1, 1), origin="imported", evidence="archive")
    assert reaching.reach_terms(on=TODAY).reached == 0
    assert fresh(row).state == "on_post"
    Assignment.objects.filter(pk=row.pk).update(confirmed_at="2026-11-01T00:00Z", confirmed_by_name="复核")
    assert reaching.reach_terms(on=TODAY).reached == 1


def test_a_renewed_term_closes_when_its_renewal_is_on_post():
    old = on_post(starts_on=ENDED_YESTERDAY)
    new = an_assignment(
        old.worker, sender=old.sending_unit, receiver=old.receiving_unit, renews=old, starts_on=TODAY, state="filed"
    )
    assert reaching.reach_terms(on=TODAY).renewed == 0  # nobody confirmed yet that they stayed
    assert fresh(old).state == "term_reached"
    Assignment.objects.filter(pk=new.pk).update(
        state="on_post", arrived_at="2026-11-22T00:00Z", arrived_by_name="接收"
    )
    assert reaching.reach_terms(on=TODAY).renewed == 1
    assert fresh(old).state == "renewed"


def test_units_and_people_are_reminded_a_month_and_a_week_before():
    sender, receiver = a_sender(), a_receiver()
    soon = on_post(sender=sender, receiver=receiver, starts_on=date(2025, 12, 12))  # ends 11 December, in 19 days
    near = on_post(sender=sender, receiver=receiver, starts_on=date(2025, 11, 30))  # in 7 days
    on_post(sender=sender, receiver=receiver, starts_on=date(2025, 12, 24))  # in 31 days: not yet
    person = a_membership(Role.DEPLOYED_PERSON, sender)
    person.worker = near.worker
    person.save()
    telling.keep_up(TODAY)
    told = open_notices("assignments.term_near")
    assert sorted((each.institution_id, each.params["count"], each.params["day"]) for each in told) == sorted(
        (unit.pk, 1, day) for unit in (sender, receiver) for day in ("2026-11-29", "2026-12-11")
    )
    (own,) = open_notices("assignments.own_term_near")
    assert (own.user_id, own.params) == (person.user_id, {"day": "2026-11-29"})
    assert own.key.endswith(":now")
    telling.keep_up(TODAY)  # nothing twice
    assert len(open_notices("assignments.term_near")) == 4
    telling.keep_up(date(2026, 12, 12))
    assert {each.params["count"] for each in open_notices("assignments.term_near")} == {1}  # the third one's
    assert soon.state == "on_post"


def test_whose_term_is_over_waits_at_both_units_and_with_the_person():
    row = on_post(sender=a_sender(), receiver=a_receiver(), starts_on=ENDED_YESTERDAY)
    person = a_membership(Role.DEPLOYED_PERSON, row.sending_unit)
    person.worker = row.worker
    person.save()
    reaching.reach_terms(on=TODAY)
    assert {each.institution_id for each in open_notices("assignments.term_reached")} == {
        row.sending_unit_id,
        row.receiving_unit_id,
    }
    assert open_notices("assignments.own_term_reached")[0].user_id == person.user_id
    Assignment.objects.filter(pk=row.pk).update(state="returned")
    reaching.reach_terms(on=TODAY)
    assert open_notices("assignments.term_reached") == open_notices("assignments.own_term_reached") == []


def test_an_authority_sees_arrivals_nobody_confirmed_and_filings_overdue():
    office, receiver = an_office(), a_receiver()
    an_assignment(sender=a_sender(), receiver=receiver, starts_on=date(2026, 11, 2), state="filed")
    late = on_post(sender=a_sender(), receiver=receiver, filing_due_on=date(2026, 11, 20))
    on_post(sender=a_sender(), receiver=receiver, filing_due_on=TODAY)
    telling.keep_up(TODAY)
    assert [(n.institution_id, n.params) for n in open_notices("assignments.not_arrived")] == [
        (office.pk, {"count": 1})
    ]
    assert [(n.institution_id, n.params) for n in open_notices("assignments.filing_overdue")] == [
        (office.pk, {"count": 1})
    ]
    Assignment.objects.filter(pk=late.pk).update(
        filing_basis="multi_site_filing", filed_on=date(2026, 11, 21), filing_number="备1"
    )
    telling.keep_up(TODAY)
    assert open_notices("assignments.filing_overdue") == []


def test_old_news_is_closed():
    row = on_post()
    telling.news("assignments.ended_early", [row], {"day": "2026-11-01"}, to=("sender", "receiver"))
    assert len(open_notices("assignments.ended_early")) == 2
    Notice.objects.update(created_at="2026-11-01T00:00Z")
    telling.keep_up(TODAY)
    assert open_notices("assignments.ended_early") == []


def test_a_night_over_many_takes_as_many_statements_as_over_few():
    def over(number):
        for _ in range(number):
            on_post(starts_on=ENDED_YESTERDAY)

    over(1)
    reaching.reach_terms(on=TODAY)
    over(2)
    with CaptureQueriesContext(connection) as two:
        reaching.reach_terms(on=TODAY)
    over(9)
    with CaptureQueriesContext(connection) as nine:
        reaching.reach_terms(on=TODAY)
    assert len(two) == len(nine)
