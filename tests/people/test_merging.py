"""Two records of one person become one: what moves, what is set aside, what is kept of the record dropped."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin import clock
from deploy_admin.access import Reach, Role
from deploy_admin.audit.models import Event
from deploy_admin.people import services
from deploy_admin.people.models import HealthWorker, HeldDocument, Merge, Recognition, TransferRequest
from deploy_admin.people.services import hooks, identity
from deploy_admin.people.services.duplicates import possible_duplicates
from tests.people.factories import HIRED, a_licence, a_title, a_worker, an_employment, an_id, away, hr, refused
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

DAY = date(2024, 5, 1)
TODAY = date(2026, 11, 22)


def merge(keep, drop, by, **more):
    fields = {"reason": "同一人两次录入", "keep_version": keep.version, "drop_version": drop.version} | more
    return services.merge(keep=keep, drop=drop, by=by, **fields)


def fates(done):
    return {(row["model"], row["fate"]) for row in done.kept["rows"]}


def test_rows_move_where_they_fit_and_the_latest_employment_is_current(unit, other, officer):
    keep = a_worker("示范李四", at=unit, post={"valid_to": date(2020, 12, 31), "ended_as": "transferred"})
    drop = a_worker("示范李四", at=other, post={"valid_from": date(2021, 1, 1), "began_as": "transferred"})
    a_title(drop)
    a_licence(drop)
    away(drop, valid_from=DAY)
    done = merge(keep, drop, officer)
    assert list(keep.employments.order_by("valid_from").values_list("institution", "is_current")) == [
        (unit.pk, False),
        (other.pk, True),
    ]
    assert (keep.titles.count(), keep.licences.count(), keep.unavailabilities.count()) == (1, 1, 1)
    assert {fate for _model, fate in fates(done)} == {"moved"}
    drop.refresh_from_db()
    assert drop.merged_into == keep
    assert list(HealthWorker.objects.living()) == [keep]


def test_what_collides_is_set_aside_and_kept_as_it_was(unit, officer):
    keep, drop = a_worker(at=unit), a_worker(at=unit, post={"department": "外科"})
    for worker in (keep, drop):
        a_title(worker)
        a_licence(worker)
        away(worker, "long_illness", valid_from=DAY)
        HeldDocument.objects.create(worker=worker, name="全科医生转岗培训合格证")
    done = merge(keep, drop, officer)
    assert {fate for _model, fate in fates(done)} == {"set_aside"}
    kept = next(row for row in done.kept["rows"] if row["model"] == "employment")
    assert (kept["values"]["department"], kept["values"]["valid_from"], kept["why"]) == (
        "外科",
        HIRED.isoformat(),
        "employed_elsewhere",
    )
    assert keep.employments.get().department == "内科"
    assert (keep.titles.count(), keep.licences.count(), keep.documents.count()) == (1, 1, 1)
    assert not drop.employments.exists()
    assert Event.objects.get().detail["set_aside"] == 5


def test_empty_facts_are_filled_and_the_id_with_what_it_says(unit, officer):
    number = an_id(born_on=date(1979, 8, 9), sex="2")
    keep = a_worker("示范李四", at=unit, number_of_id="", sex="0", born_on=None, major="内科学")
    drop = a_worker("示范李四", at=unit, number_of_id=number, education="master", major="外科学")
    done = merge(keep, drop, officer)
    keep.refresh_from_db()
    assert identity.opened(keep).number == number
    assert (keep.sex, keep.birth_month, keep.education, keep.major) == ("2", "1979-08", "master", "内科学")
    assert done.kept["filled"] == ["born_on", "education", "national_id", "sex"]
    assert done.kept["person"]["id"] == drop.id_masked
    assert done.kept["person"]["major"] == "外科学"
    assert number not in str(done.kept)
    assert number not in str(Event.objects.get().detail)


def test_another_id_stays_sealed_in_the_record_dropped(unit, officer):
    first, second = an_id(), an_id()
    keep, drop = a_worker(at=unit, number_of_id=first), a_worker(at=unit, number_of_id=second)
    merge(keep, drop, officer)
    keep.refresh_from_db()
    drop.refresh_from_db()
    assert (identity.opened(keep).number, identity.opened(drop).number) == (first, second)


def test_of_one_service_the_recognised_claim_stands(unit, officer):
    keep, drop = a_worker(at=unit), a_worker(at=unit)
    service = {
        "kind": "foreign_aid",
        "served_from": date(2020, 1, 1),
        "served_to": date(2020, 12, 31),
        "document": "示范证明",
    }
    Recognition.objects.create(worker=keep, **service)
    Recognition.objects.create(
        worker=drop, state="recognised", decided_at=clock.now(), decided_by_name="示范经办", **service
    )
    done = merge(keep, drop, officer)
    assert Recognition.objects.get().worker == keep
    assert Recognition.objects.get().state == "recognised"
    assert fates(done) >= {("recognition", "moved"), ("recognition", "set_aside")}


def test_what_is_asked_about_the_dropped_record_is_taken_back(unit, other, officer):
    keep, drop = a_worker(at=unit), a_worker(at=unit)
    request = TransferRequest.objects.create(worker=drop, from_institution=unit, to_institution=other, first_day=TODAY)
    done = merge(keep, drop, officer)
    request.refresh_from_db()
    assert (request.state, request.worker) == ("withdrawn", keep)
    assert ("transferrequest", "cancelled") in fates(done)


def test_a_record_merged_before_follows_to_the_one_kept(unit, officer):
    first, second, third = (a_worker(at=unit) for _ in range(3))
    merge(second, first, officer)
    merge(third, second, officer)
    first.refresh_from_db()
    assert first.merged_into == third
    assert Merge.objects.filter(worker=third).count() == 2


def test_the_apps_above_are_told_within_the_merge(unit, officer, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "_after_merge", {})
    services.on_merge("test", lambda *ids: told.append(ids))
    keep, drop = a_worker(at=unit), a_worker(at=unit)
    merge(keep, drop, officer)
    assert told == [(keep.pk, drop.pk)]


def test_merging_is_an_officers_act_with_a_reason_on_two_records_that_are_seen(unit, other, own_hr, officer):
    keep, drop = a_worker(at=unit), a_worker(at=other)
    with refused("not_permitted"):
        merge(keep, drop, own_hr)
    with refused("reason_missing"):
        merge(keep, drop, officer, reason=" ")
    with refused("merged_into_itself"):
        merge(keep, keep, officer)
    with refused("stale_version"):
        merge(keep, drop, officer, drop_version=9)
    district = a_division()
    inside = a_worker(at=an_institution(division=district))
    with refused("person_unknown"):
        merge(inside, keep, district_officer(an_authority(district), TODAY))
    keep.refresh_from_db()
    drop.refresh_from_db()
    merge(keep, drop, officer)
    third = a_worker(at=unit)
    with refused("merged_away"):
        merge(third, drop, officer)
    assert Merge.objects.count() == 1


# ---------------------------------------------------------------- who may be the same


def pairs(actor):
    return [({pair.first.pk, pair.second.pk}, pair.reasons) for pair in possible_duplicates(actor)]


def test_the_same_name_with_the_same_month_or_unit_may_be_one_person(unit, other, officer):
    first = a_worker("示范李四", at=unit)
    same_month = a_worker("示范李四", at=other, born_on=date(1985, 3, 30))
    same_unit = a_worker("示范李四", at=unit, born_on=date(1990, 1, 1))
    a_worker("示范王五", at=unit)
    a_worker("示范李四", at=an_institution(), born_on=date(1960, 1, 1))
    assert pairs(officer) == [
        ({first.pk, same_month.pk}, ("birth_month",)),
        ({first.pk, same_unit.pk}, ("unit",)),
    ]
    both = a_worker("示范李四", at=unit)
    assert pairs(officer)[0] == ({first.pk, both.pk}, ("birth_month", "unit"))


def test_who_is_not_seen_or_merged_is_in_no_pair(unit, other, officer, django_assert_num_queries):
    keep, drop = a_worker("示范李四", at=unit), a_worker("示范李四", at=other)
    with django_assert_num_queries(2):
        assert len(pairs(officer)) == 1
    assert pairs(hr(unit)) == []
    assert pairs(FakeActor(role=Role.SYSTEM_ADMIN, reach=Reach.NONE)) == []
    merge(keep, drop, officer)
    assert pairs(officer) == []


def test_a_person_without_employment_can_be_merged_too(unit, officer):
    keep = a_worker(employed=False)
    drop = a_worker(employed=False)
    an_employment(drop, unit)
    merge(keep, drop, officer)
    assert keep.employments.get().is_current


def test_the_number_of_the_record_dropped_leads_to_the_one_kept(unit, other, officer):
    keep, drop = a_worker("示范李四", at=unit), a_worker("示范李四", at=unit)
    merge(keep, drop, officer)
    request = services.request_transfer(
        national_id=identity.opened(drop).number, name="示范李四", to=other, first_day=TODAY, by=hr(other)
    )
    assert request.worker == keep
