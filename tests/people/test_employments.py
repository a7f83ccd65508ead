"""A change of post, a correction, leaving, moving to another unit: the rows that tell where a person works."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import Reach, Role
from deploy_admin.audit.models import Event
from deploy_admin.people import services
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.people.services import PostFacts
from deploy_admin.registry import reach
from tests.people.factories import HIRED, a_worker, an_employment, refused
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

ON = date(2026, 9, 1)
TODAY = date(2026, 11, 22)


def rows(worker):
    return list(
        worker.employments.order_by("valid_from").values_list(
            "valid_from", "valid_to", "began_as", "ended_as", "is_current"
        )
    )


# ---------------------------------------------------------------- within the unit


def test_a_change_of_post_closes_one_row_and_opens_the_next_with_the_same_hire_date(unit, own_hr):
    worker = a_worker(at=unit)
    row = services.change_post(worker=worker, on=ON, facts={"department": "儿科"}, version=1, by=own_hr)
    assert rows(worker) == [
        (HIRED, date(2026, 8, 31), "recruited", "changed", False),
        (ON, None, "changed", "", True),
    ]
    assert (row.hired_on, row.department, row.staff_category) == (HIRED, "儿科", "physician")
    event = Event.objects.get()
    assert (event.act, event.detail["old"], event.detail["new"]) == (
        "people.post_changed",
        {"department": "内科"},
        {"department": "儿科"},
    )
    assert worker.version == 2


def test_an_end_that_is_known_already_goes_over_to_the_new_row(unit, own_hr):
    worker = a_worker(at=unit, post={"valid_to": date(2026, 12, 31), "ended_as": "retired"})
    services.change_post(worker=worker, on=ON, facts={"department": "儿科"}, version=1, by=own_hr)
    assert rows(worker)[-1] == (ON, date(2026, 12, 31), "changed", "retired", True)


@pytest.mark.parametrize(
    ("on", "facts", "code"),
    [
        (HIRED, {"department": "儿科"}, "before_post_begins"),
        (date(2026, 12, 1), {"department": "儿科"}, "day_in_future"),
        (ON, {"department": "内科"}, "nothing_to_change"),
        (ON, {"staff_category": "poet"}, "code_unknown"),
    ],
)
def test_a_change_of_post_that_cannot_be_is_refused(unit, own_hr, on, facts, code):
    with refused(code):
        services.change_post(worker=a_worker(at=unit), on=on, facts=facts, version=1, by=own_hr)
    assert Employment.objects.count() == 1


def test_who_has_left_has_no_post_to_change(unit, own_hr):
    worker = a_worker(at=unit, post={"valid_to": date(2025, 12, 31)})
    with refused("left_already"):
        services.change_post(worker=worker, on=ON, facts={"department": "儿科"}, version=1, by=own_hr)


def test_an_employment_is_corrected_with_a_reason_days_included(unit, own_hr):
    worker = a_worker(at=unit)
    row = worker.employments.get()
    services.correct_employment(
        employment=row,
        facts={"valid_from": date(2018, 8, 1), "hired_on": date(2016, 7, 1)},
        reason="按人事档案更正",
        version=1,
        by=own_hr,
    )
    row.refresh_from_db()
    assert (row.valid_from, row.hired_on) == (date(2018, 8, 1), date(2016, 7, 1))
    assert Event.objects.get().detail["old"] == {"valid_from": "2018-07-01", "hired_on": "2018-07-01"}


def test_a_correction_needs_a_reason_and_keeps_the_order_of_the_rows(unit, own_hr):
    worker = a_worker(at=unit, post={"valid_to": date(2020, 12, 31), "ended_as": "changed"})
    later = an_employment(worker, unit, valid_from=date(2021, 1, 1), began_as="changed", hired_on=HIRED)
    earlier = worker.employments.get(is_current=False)
    with refused("reason_missing"):
        services.correct_employment(employment=later, facts={"department": "x"}, reason="", version=1, by=own_hr)
    with refused("employed_elsewhere"):
        services.correct_employment(
            employment=later, facts={"valid_from": date(2020, 1, 1)}, reason="更正", version=1, by=own_hr
        )
    worker.refresh_from_db()
    ended = {"valid_to": date(2025, 12, 31), "ended_as": "resigned"}
    services.correct_employment(employment=later, facts=ended, reason="更正", version=1, by=own_hr)
    days = dict.fromkeys(("valid_from", "valid_to", "hired_on"), date(2026, 2, 1))
    with refused("employment_order"):  # no day overlaps, but the current row would not be the last
        services.correct_employment(employment=earlier, facts=days, reason="更正", version=2, by=own_hr)


def test_a_former_units_row_is_corrected_by_that_unit_or_an_officer(unit, other, other_hr, officer):
    worker = a_worker(at=unit, post={"valid_to": date(2020, 12, 31), "ended_as": "transferred"})
    an_employment(worker, other, valid_from=date(2021, 1, 1), began_as="transferred")
    former = worker.employments.get(is_current=False)
    facts = {"department": "外科"}
    with refused("not_your_unit"):
        services.correct_employment(employment=former, facts=facts, reason="更正", version=1, by=other_hr)
    services.correct_employment(employment=former, facts=facts, reason="更正", version=1, by=officer)


# ---------------------------------------------------------------- leaving


def test_who_leaves_is_still_seen_by_the_unit_that_was_left(unit, own_hr):
    worker = a_worker(at=unit)
    services.leave(worker=worker, last_day=TODAY, how="resigned", document="示范批复", version=1, by=own_hr)
    assert rows(worker) == [(HIRED, TODAY, "recruited", "resigned", True)]
    assert HealthWorker.objects.visible_to(own_hr).get() == worker
    assert Event.objects.get(act="people.left").detail["document"] == "示范批复"


@pytest.mark.parametrize(
    ("last_day", "how", "code"),
    [
        (TODAY, "transferred", "code_unknown"),
        (TODAY, "changed", "code_unknown"),
        (date(2018, 6, 30), "resigned", "before_post_begins"),
    ],
)
def test_leaving_is_for_good_and_not_before_it_began(unit, own_hr, last_day, how, code):
    with refused(code):
        services.leave(worker=a_worker(at=unit), last_day=last_day, how=how, version=1, by=own_hr)


def test_nobody_leaves_twice(unit, own_hr):
    worker = a_worker(at=unit, post={"valid_to": TODAY})
    with refused("left_already"):
        services.leave(worker=worker, last_day=TODAY, how="retired", version=1, by=own_hr)


# ---------------------------------------------------------------- moving to another unit


def test_an_officer_over_both_moves_a_person(unit, other, own_hr, other_hr, officer):
    worker = a_worker(at=unit)
    row = services.transfer(worker=worker, to=other, first_day=ON, version=1, by=officer)
    assert rows(worker) == [
        (HIRED, date(2026, 8, 31), "recruited", "transferred", False),
        (ON, None, "transferred", "", True),
    ]
    assert (row.institution, row.staff_category, row.employment_mode) == (other, "physician", "")
    assert not HealthWorker.objects.visible_to(own_hr).exists()
    assert HealthWorker.objects.visible_to(other_hr).get() == worker


def test_a_unit_takes_on_who_has_left_and_begins_anew(unit, other, other_hr):
    worker = a_worker(at=unit, post={"valid_to": date(2026, 6, 30), "ended_as": "resigned"})
    row = services.transfer(
        worker=worker, to=other, first_day=ON, post=PostFacts("外科", "physician"), version=1, by=other_hr
    )
    assert (row.began_as, row.hired_on, row.department) == ("recruited", ON, "外科")
    assert rows(worker)[0] == (HIRED, date(2026, 6, 30), "recruited", "resigned", False)


def test_who_was_let_go_for_a_transfer_carries_on(unit, other, other_hr):
    worker = a_worker(at=unit, post={"valid_to": date(2026, 6, 30), "ended_as": "transferred"})
    assert services.transfer(worker=worker, to=other, first_day=ON, version=1, by=other_hr).began_as == "transferred"


def test_a_unit_does_not_help_itself(unit, other, own_hr, other_hr):
    worker = a_worker(at=unit)
    with refused("person_unknown"):
        services.transfer(worker=worker, to=other, first_day=ON, version=1, by=other_hr)
    with refused("not_permitted"):
        services.transfer(worker=worker, to=other, first_day=ON, version=1, by=own_hr)


def test_a_district_officer_moves_people_within_the_district_only(unit):
    district = a_division()
    inside, also_inside = an_institution(division=district), an_institution(division=district)
    by = district_officer(an_authority(district), TODAY)
    worker = a_worker(at=inside)
    with refused("not_permitted"):
        services.transfer(worker=worker, to=unit, first_day=ON, version=1, by=by)
    worker.refresh_from_db()
    services.transfer(worker=worker, to=also_inside, first_day=ON, version=1, by=by)


@pytest.mark.parametrize(("first_day", "code"), [(HIRED, "before_post_begins"), (date(2026, 12, 1), "day_in_future")])
def test_a_first_day_lies_after_the_hire_and_not_ahead(unit, other, officer, first_day, code):
    with refused(code):
        services.transfer(worker=a_worker(at=unit), to=other, first_day=first_day, version=1, by=officer)


def test_nobody_moves_to_where_they_are_or_to_a_closed_unit(unit, officer):
    worker = a_worker(at=unit)
    with refused("same_unit"):
        services.transfer(worker=worker, to=unit, first_day=ON, version=1, by=officer)
    closed = an_institution(closed_on=date(2026, 1, 31))
    with refused("unit_closed"):
        services.transfer(worker=worker, to=closed, first_day=ON, version=1, by=officer)


def test_an_hr_office_over_both_units_moves_people_between_them(unit):
    branch = an_institution(parent=unit)
    by = FakeActor(
        role=Role.SENDER_HR,
        reach=Reach.UNIT,
        institution_id=unit.pk,
        institution_ids=reach.unit_and_relatives(unit.pk, TODAY),
    )
    worker = a_worker(at=unit)
    assert services.transfer(worker=worker, to=branch, first_day=ON, version=1, by=by).institution == branch
