"""Two records of one person become one: the assignments go along, unless they show that it is not one person."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment, Sanction, ServiceCredit
from deploy_admin.people import services as people
from tests.assignments.assignments.world import a_receiver, a_sender, fresh
from tests.assignments.postings import CITY_OFFICER, an_assignment, on_post
from tests.people.factories import a_worker, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(db):
    unit = a_sender()
    return a_worker("示范甲", at=unit), a_worker("示范乙", at=unit)


def merge(keep, drop):
    return people.merge(
        keep=keep, drop=drop, reason="同一人", keep_version=keep.version, drop_version=drop.version, by=CITY_OFFICER
    )


def test_the_assignments_of_the_dropped_record_are_the_kept_ones(two):
    keep, drop = two
    row = on_post(drop, receiver=a_receiver())
    credit = ServiceCredit.objects.create(assignment=row, worker=drop, state="running", digest="x")
    sanction = Sanction.objects.create(
        worker=drop, institution=row.sending_unit, legal_basis="示范", text="警告", decided_on=date(2026, 5, 1),
        deciding_body="示范",
    )  # fmt: skip
    merge(keep, drop)
    moved = fresh(row)
    assert (moved.worker_id, moved.sort_key, moved.version) == (keep.pk, keep.pinyin, 2)
    credit.refresh_from_db()
    sanction.refresh_from_db()
    assert (credit.worker_id, sanction.worker_id) == (keep.pk, keep.pk)


def test_who_was_in_two_places_is_not_one_person(two):
    keep, drop = two
    on_post(keep, receiver=a_receiver("示范甲卫生院"))
    row = on_post(drop, receiver=a_receiver(), starts_on=date(2026, 6, 1))
    with refused("in_two_places") as refusal:
        merge(keep, drop)
    assert "示范甲卫生院" in refusal.value.message
    drop.refresh_from_db()
    assert (fresh(row).worker_id, drop.merged_into_id) == (drop.pk, None)


def test_what_never_took_place_is_in_nobodys_way(two):
    keep, drop = two
    on_post(keep, receiver=a_receiver())
    an_assignment(drop, receiver=a_receiver(), state="withdrawn")
    merge(keep, drop)
    assert Assignment.objects.filter(worker=keep).count() == 2
