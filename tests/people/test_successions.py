"""People of a unit that merged into another work for its heir; nobody enters that, a night does."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from deploy_admin.people import services, tasks
from deploy_admin.people.models import Employment, HealthWorker, TransferRequest
from deploy_admin.people.services import successions
from deploy_admin.people.standing import standing
from deploy_admin.registry import services as registry
from deploy_admin.registry.services import Document, Part
from tests.people.factories import HIRED, a_worker, hr
from tests.registry.factories import an_authority, an_institution

pytestmark = pytest.mark.django_db

ON = date(2026, 10, 1)
TODAY = date(2026, 11, 22)
PAPER = Document(title="合并通知（示范）", number="示〔2026〕9号")


def merged(unit, heir, on=ON):
    unit.refresh_from_db()
    heir.refresh_from_db()
    registry.merge(
        predecessors={unit.pk: unit.version}, heir=heir, heir_version=heir.version, on=on, document=PAPER, by=SYSTEM
    )


def rows(worker):
    return list(
        worker.employments.order_by("valid_from").values_list(
            "institution", "valid_from", "valid_to", "began_as", "ended_as", "is_current"
        )
    )


def test_open_employments_go_over_to_the_heir_and_the_clock_goes_on(unit, other):
    worker = a_worker(at=unit, post={"department": "内科"})
    merged(unit, other)
    assert HealthWorker.objects.visible_to(hr(other)).get() == worker  # seen before the night, too
    assert services.follow_successions(on=TODAY, by=SYSTEM) == 1
    assert rows(worker) == [
        (unit.pk, HIRED, date(2026, 9, 30), "recruited", "transferred", False),
        (other.pk, ON, None, "transferred", "", True),
    ]
    now = standing([worker.pk], TODAY)[worker.pk]
    assert (now.hired_on, now.employment.department, now.employment.hired_on) == (HIRED, "内科", HIRED)
    worker.refresh_from_db()
    assert worker.version == 2
    event = Event.objects.get(act="people.followed_succession")
    assert event.detail == {"count": 1, "units": [{"from": unit.pk, "to": other.pk, "count": 1}]}


def test_a_second_night_finds_nothing(unit, other):
    a_worker(at=unit)
    merged(unit, other)
    assert [tasks.follow_successions(), tasks.follow_successions()] == [1, 0]
    assert Event.objects.filter(act="people.followed_succession").count() == 1


def test_a_chain_is_followed_step_by_step(unit, other):
    third = an_institution()
    worker = a_worker(at=unit)
    merged(unit, other)
    merged(other, third, date(2026, 11, 1))
    assert services.follow_successions(on=TODAY, by=SYSTEM) == 2
    assert [(row[0], row[1]) for row in rows(worker)] == [
        (unit.pk, HIRED),
        (other.pk, ON),
        (third.pk, date(2026, 11, 1)),
    ]


def test_who_left_before_stays_with_the_unit_that_was(unit, other):
    gone = a_worker(at=unit, post={"valid_to": date(2026, 9, 30)})
    leaving = a_worker(at=unit, post={"valid_to": date(2026, 12, 31), "ended_as": "retired"})
    merged(unit, other)
    assert services.follow_successions(on=TODAY, by=SYSTEM) == 1
    assert len(rows(gone)) == 1
    assert rows(leaving)[-1] == (other.pk, ON, date(2026, 12, 31), "transferred", "retired", True)


def test_who_was_entered_for_a_unit_closed_already_works_for_the_heir(unit, other):
    worker = a_worker(at=unit, post={"valid_from": date(2026, 10, 15)})
    merged(unit, other)
    services.follow_successions(on=TODAY, by=SYSTEM)
    assert rows(worker) == [(other.pk, date(2026, 10, 15), None, "recruited", "", True)]


def test_a_unit_divided_among_several_or_simply_closed_moves_nobody(unit, other):
    third, closed = an_institution(), an_institution()
    a_worker(at=unit)
    a_worker(at=closed)
    registry.split(
        predecessor=unit,
        version=unit.version,
        parts=[Part(heir_id=heir.pk, version=heir.version) for heir in (other, third)],
        on=ON,
        document=PAPER,
        continues=False,
        by=SYSTEM,
    )
    registry.close(institution=closed, last_day=date(2026, 9, 30), document=PAPER, version=closed.version, by=SYSTEM)
    assert services.follow_successions(on=TODAY, by=SYSTEM) == 0
    assert Employment.objects.filter(valid_to__isnull=True).count() == 2


def test_an_open_question_goes_to_the_heir(unit, other):
    asker = an_institution()
    worker = a_worker(at=unit)
    request = TransferRequest.objects.create(
        worker=worker, from_institution=unit, to_institution=asker, first_day=date(2026, 11, 1)
    )
    merged(unit, other)
    services.follow_successions(on=TODAY, by=SYSTEM)
    request.refresh_from_db()
    services.answer_transfer(request=request, agree=True, by=hr(other))
    assert worker.employments.get(is_current=True).institution == asker


def test_any_number_of_people_move_in_as_many_statements(unit, other, django_assert_max_num_queries):
    for _ in range(15):
        a_worker(at=unit)
    merged(unit, other)
    with django_assert_max_num_queries(12):
        assert services.follow_successions(on=TODAY, by=SYSTEM) == 15


# People whom no heir takes on


def waiting():
    return [(n.params, n.institution_id, n.url) for n in Notice.objects.open().filter(code="people.unit_gone")]


@pytest.fixture
def closed(unit, other):
    """A unit divided between two, with two people, and the authority to which it answered."""
    authority = an_authority(unit.profile.division)
    people = [a_worker(at=unit) for _ in range(2)]
    a_worker(at=unit, post={"valid_to": date(2026, 9, 30), "ended_as": "retired"})
    registry.split(
        predecessor=unit,
        version=unit.version,
        parts=[Part(heir_id=heir.pk, version=heir.version) for heir in (other, an_institution())],
        on=ON,
        document=PAPER,
        continues=False,
        by=SYSTEM,
    )
    return authority, people


def test_the_authority_is_told_once_who_has_no_unit_any_more(unit, closed):
    authority, _people = closed
    assert [tasks.follow_successions(), tasks.follow_successions()] == [0, 0]
    expected = {"count": 2, "unit": unit.profile.name}
    assert waiting() == [(expected, authority.pk, f"{reverse('people:people')}?institution={unit.pk}")]
    assert "2" in Notice.objects.open().get(code="people.unit_gone").text


def test_the_count_follows_and_the_notice_is_settled_when_none_is_left(unit, other, closed):
    _authority, people = closed
    tasks.follow_successions()
    for left, worker in zip((1, 0), people, strict=True):
        worker.refresh_from_db()
        services.transfer(worker=worker, to=other, first_day=ON, version=worker.version, by=SYSTEM)
        tasks.follow_successions()
        assert [params["count"] for params, *_rest in waiting()] == [left] * (left > 0)


def test_a_unit_simply_closed_without_an_authority_reaches_the_citys_officers(unit):
    a_worker(at=unit)
    registry.close(institution=unit, last_day=date(2026, 9, 30), document=PAPER, version=unit.version, by=SYSTEM)
    tasks.follow_successions()
    notice = Notice.objects.open().get(code="people.unit_gone")
    assert (notice.institution_id, notice.roles) == (None, ["city_officer"])


def test_people_whom_an_heir_takes_on_are_nobodys_worry(unit, other):
    a_worker(at=unit)
    merged(unit, other)
    tasks.follow_successions()
    assert waiting() == []


def test_any_number_of_units_is_told_of_in_as_many_statements(unit, django_assert_max_num_queries):
    for _ in range(8):
        gone = an_institution(closed_on=date(2026, 9, 30))
        a_worker(at=gone)
    with django_assert_max_num_queries(10):
        assert successions.tell_left_behind(on=TODAY) == 8
    assert len(waiting()) == 8
