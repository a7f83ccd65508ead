"""Before the term is over: who ends it and why, whether somebody is owed instead, and what is not counted at all."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.kinds import EndReason
from assignments.models import Assignment, Leave, Proposal, Slot
from assignments.services import ending, stopping
from assignments.services.moving import NO_BASIS, Basis
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from deploy_admin.people.models import RecordedEvent
from tests.assignments.assignments.world import (
    DECIDED,
    TODAY,
    a_receiver,
    a_sender,
    an_office,
    fresh,
    schemes,
    steps,
)
from tests.assignments.factories import a_physician
from tests.assignments.postings import (
    CITY_OFFICER,
    a_leave,
    an_assignment,
    district_officer,
    on_post,
    receiver_head,
    sender_hr,
)
from tests.people.factories import refused

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 3, 10), date(2027, 3, 9)
DAY = date(2026, 11, 20)
R = EndReason


def end(row, reason=R.RECALLED_BY_SENDER, **more):
    said = {"last_day": DAY, "remark": "", "version": None, "by": CITY_OFFICER} | more
    return stopping.end_early(assignment=row, reason=reason, **said)


def replacement(row):
    return Slot.objects.get(pk=row.slot_id).replacement_due_on


def void(row, **more):
    said = {"on": DAY, "reason": "四次旷工", "basis": DECIDED, "version": None, "by": CITY_OFFICER} | more
    return stopping.void(assignment=row, **said)


@pytest.fixture
def row(db):
    schemes()
    sender = a_sender()
    return on_post(a_physician(sender), sender=sender, receiver=a_receiver(), starts_on=FIRST)


def test_an_early_end_has_its_last_day_and_reason_and_somebody_is_owed(row):
    done = end(row, remark="派出单位召回")
    assert (done.state, done.ended_on, done.ends_on, done.end_reason) == (
        "ended_early", DAY, DAY, "recalled_by_sender",
    )  # fmt: skip
    assert (done.term_ends_on, replacement(row)) == (LAST, DAY)
    step = row.transitions.get(act="ended_early")
    assert (step.on, step.reason) == (DAY, "派出单位召回")
    assert step.detail == {"replacement": True, "reason": "recalled_by_sender"}
    told = Notice.objects.open().filter(code="assignments.ended_early")
    assert {notice.institution_id for notice in told} == {row.sending_unit_id, row.receiving_unit_id}


@pytest.mark.parametrize(
    ("reason", "owed"),
    [
        (R.CALLED_AWAY, False),
        (R.FORCE_MAJEURE, False),
        (R.GRAVE_ILLNESS, False),
        (R.DEATH, False),
        (R.RESIGNED, True),
        (R.REFUSED, True),
        (R.OTHER, True),
    ],
)
def test_reasons_that_the_clause_excuses_owe_nobody(row, reason, owed):
    end(row, reason)
    assert (replacement(row) is not None) is owed


def test_who_has_served_the_least_term_is_owed_by_nobody(row):
    Assignment.objects.filter(pk=row.pk).update(starts_on=date(2025, 3, 10), term_months=24)
    ending.recompute([row.pk], by=CITY_OFFICER)
    end(row)  # after twenty months of twenty-four; twelve are asked
    assert replacement(row) is None


def test_an_officer_says_otherwise(row):
    end(row, R.DEATH, replace=True)
    assert replacement(row) == DAY


def test_where_no_clause_speaks_somebody_is_owed(db):
    row = on_post(starts_on=FIRST)
    end(row, R.DEATH)
    assert replacement(row) == DAY


@pytest.mark.parametrize("day", [date(2026, 3, 9), LAST])
def test_an_early_end_lies_inside_the_term(row, day):
    with refused("not_early" if day < TODAY else "day_in_future"):
        end(row, last_day=day)


def test_the_last_day_of_the_term_itself_is_not_early():
    row = on_post(starts_on=date(2025, 11, 21), state="term_reached")  # to 20 November
    with refused("not_early"):
        end(row, last_day=DAY)
    end(row, last_day=date(2026, 11, 19))  # who had left before is recorded afterwards, too
    assert fresh(row).state == "ended_early"


def test_only_the_deciding_authority_ends_early(row):
    for actor in (receiver_head(row.receiving_unit), sender_hr(row.sending_unit)):
        with refused("not_permitted"):
            end(row, by=actor)
    with refused("not_permitted"):  # it receives, but does not decide
        end(row, by=district_officer(an_office()))
    with pytest.raises(Conflict):
        end(row, version=9)
    with refused("end_reason_unknown"):
        end(row, "tired")
    assert fresh(row).state == "on_post"


def test_leave_after_the_last_day_is_withdrawn_and_leave_before_it_counts(row):
    taken = a_leave(row, date(2026, 5, 11), date(2026, 5, 15))
    later, asked = a_leave(row, date(2026, 12, 1)), a_leave(row, date(2026, 12, 7), state="asked")
    end(row)
    states = dict(Leave.objects.values_list("pk", "state"))
    assert states == {taken.pk: "approved", later.pk: "withdrawn", asked.pk: "withdrawn"}
    assert row.transitions.get(act="ended_early").detail["leave_withdrawn"] == [later.pk, asked.pk]
    assert fresh(row).ends_on == DAY


def test_the_posting_as_deputy_director_ends_with_it(row):
    Assignment.objects.filter(pk=row.pk).update(deputy_from=date(2026, 6, 1), deputy_order="示范令1号")
    assert end(row).deputy_to == DAY


def test_a_coming_posting_as_deputy_director_falls_away(row):
    Assignment.objects.filter(pk=row.pk).update(deputy_from=date(2026, 12, 1), deputy_order="示范令1号")
    done = end(row)
    assert (done.deputy_from, done.deputy_order) == (None, "")


def test_a_recall_names_who_decided_and_owes_nobody(row):
    with refused("basis_missing"):
        stopping.recall(assignment=row, last_day=DAY, remark="", version=None, by=CITY_OFFICER, basis=NO_BASIS)
    done = stopping.recall(assignment=row, last_day=DAY, remark="援外", version=None, by=CITY_OFFICER, basis=DECIDED)
    assert (done.state, done.end_reason, replacement(row)) == ("ended_early", "called_away", None)
    assert steps(row)[-1] == ("recalled", "on_post", "ended_early")
    assert Event.objects.filter(act="assignments.recalled").count() == 1


def test_an_early_end_is_taken_back_with_everything_but_the_leave(row):
    end(row)
    stopping.undo_early_end(assignment=row, reason="误录", version=None, by=CITY_OFFICER)
    done = fresh(row)
    assert (done.state, done.ended_on, done.end_reason, done.ends_on) == ("on_post", None, "", LAST)
    assert replacement(row) is None


def test_taken_back_after_the_term_was_over_it_is_reached():
    row = on_post(starts_on=date(2025, 3, 10))
    end(row, last_day=date(2026, 3, 1))
    stopping.undo_early_end(assignment=row, reason="误录", version=None, by=CITY_OFFICER)
    assert fresh(row).state == "term_reached"


def test_an_early_end_stays_where_somebody_fills_the_slot(row):
    end(row)
    an_assignment(sender=row.sending_unit, receiver=row.receiving_unit, slot=row.slot, starts_on=date(2026, 12, 1))
    with refused("replaced_meanwhile"):
        stopping.undo_early_end(assignment=row, reason="误录", version=None, by=CITY_OFFICER)


def test_an_early_end_is_not_taken_back_into_another_assignment(row):
    end(row)
    other = a_receiver("示范别处")
    an_assignment(row.worker, sender=row.sending_unit, receiver=other, starts_on=date(2026, 12, 1))
    with refused("in_two_places") as refusal:
        stopping.undo_early_end(assignment=row, reason="误录", version=None, by=CITY_OFFICER)
    assert "示范别处" in refusal.value.message
    assert fresh(row).state == "ended_early"


def test_what_becomes_of_a_planned_further_term_is_said_first(row):
    new = an_assignment(
        row.worker, sender=row.sending_unit, receiver=row.receiving_unit, renews=row, starts_on=date(2027, 3, 10)
    )
    with refused("renewal_planned"):
        end(row)
    with refused("renewal_planned"):
        void(row)
    Assignment.objects.filter(pk=new.pk).update(state="withdrawn")
    assert end(row).state == "ended_early"


# ------------------------------------------------------------------------------------------ not counted


def test_a_void_needs_a_body_a_document_and_a_reason(row):
    for basis in (NO_BASIS, Basis(deciding_body="会议"), Basis(document="纪要")):
        with refused("basis_missing"):
            void(row, basis=basis)
    with refused("reason_missing"):
        void(row, reason="")
    with refused("not_permitted"):
        void(row, by=receiver_head(row.receiving_unit))
    assert fresh(row).state == "on_post"


def test_a_void_ends_the_service_and_stands_in_the_persons_record_once(row):
    proposal = Proposal.objects.create(assignment=row, kind="void")
    before = on_post(
        row.worker, sender=row.sending_unit, receiver=a_receiver(), starts_on=date(2024, 3, 10), state="returned"
    )
    done = void(row)
    assert (done.state, done.ended_on, done.ends_on, done.end_reason) == ("void", DAY, DAY, "")
    assert replacement(row) == DAY
    event = RecordedEvent.objects.get()
    assert (event.worker_id, event.kind, event.happened_on) == (row.worker_id, "service_void", DAY)
    assert (event.document, event.document_number) == (DECIDED.document, DECIDED.document_number)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by_name, proposal.reason) == (
        "followed", CITY_OFFICER.name, "四次旷工",
    )  # fmt: skip
    assert fresh(before).state == "returned"  # earlier assignments stay
    with refused("not_from_here"):
        void(row)
    assert RecordedEvent.objects.count() == 1


def test_what_was_over_keeps_its_last_day():
    row = on_post(starts_on=date(2024, 3, 10), state="returned")
    done = void(row, basis=Basis(deciding_body="会议", document_number="示〔2026〕2号"))
    assert (done.state, done.ends_on, done.ended_on, replacement(row)) == ("void", date(2025, 3, 9), None, None)
    assert RecordedEvent.objects.get().document == "示〔2026〕2号"


def test_a_void_may_name_the_last_day_inside_the_assignment(row):
    with refused("outside_assignment"):
        void(row, last_day=date(2026, 3, 1))
    assert void(row, last_day=date(2026, 11, 11)).ends_on == date(2026, 11, 11)


def test_what_never_began_is_not_voided(db):
    with refused("not_from_here"):
        void(an_assignment(state="filed"))
