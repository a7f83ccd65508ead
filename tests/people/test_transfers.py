"""Asking for a person on another unit's roster: who may ask, who answers, and what the inbox says."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from deploy_admin.people import services
from deploy_admin.people.models import TransferRequest
from deploy_admin.people.services import PostFacts, identity
from tests.people.factories import HIRED, a_worker, an_id, hr, refused
from tests.registry.factories import a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 1)
TODAY = date(2026, 11, 22)


def ask(worker, to, by, *, first_day=ON, name=None, **more):
    return services.request_transfer(
        national_id=identity.opened(worker).number,
        name=name or worker.name,
        to=to,
        first_day=first_day,
        by=by,
        **more,
    )


def waiting(actor):
    return [str(notice) for notice in Notice.objects.visible_to(actor).open().order_by("pk")]


def test_a_unit_asks_the_other_agrees_and_the_person_moves(unit, other, own_hr, other_hr):
    worker = a_worker("示范李四", at=unit)
    request = ask(worker, other, other_hr, post=PostFacts("外科", "physician", "establishment"))
    assert len(waiting(own_hr)) == 1
    assert "示范李四" in waiting(own_hr)[0]
    assert "示范乙医院" in waiting(own_hr)[0]
    services.answer_transfer(request=request, agree=True, by=own_hr)
    held = worker.employments.get(is_current=True)
    assert (held.institution, held.valid_from, held.began_as) == (other, ON, "transferred")
    assert (held.department, held.employment_mode) == ("外科", "establishment")
    assert request.state == "agreed"
    assert waiting(own_hr) == []
    assert len(waiting(other_hr)) == 1
    assert set(Event.objects.values_list("act", flat=True)) == {
        "people.transfer_asked",
        "people.transferred",
        "people.transfer_agreed",
    }


def test_declining_needs_a_reason_and_leaves_the_person_where_they_are(unit, other, own_hr, other_hr):
    worker = a_worker(at=unit)
    request = ask(worker, other, other_hr)
    with refused("reason_missing"):
        services.answer_transfer(request=request, agree=False, by=own_hr)
    services.answer_transfer(request=request, agree=False, remark="正在服务期内", by=own_hr)
    assert (request.state, request.remark, request.answered_by_name) == ("declined", "正在服务期内", "示范人事")
    assert worker.employments.get().institution == unit
    assert waiting(own_hr) == []
    ask(worker, other, other_hr)


def test_who_asks_knows_both_name_and_number(unit, other, other_hr):
    worker = a_worker("示范李四", at=unit)
    sentences = set()
    for name, number in (("示范王五", identity.opened(worker).number), ("示范李四", an_id())):
        with refused("person_unknown") as refusal:
            services.request_transfer(national_id=number, name=name, to=other, first_day=ON, by=other_hr)
        sentences.add(refusal.value.message)
    assert len(sentences) == 1
    assert not TransferRequest.objects.exists()


@pytest.mark.parametrize(("first_day", "code"), [(HIRED, "before_post_begins"), (date(2026, 12, 1), "day_in_future")])
def test_a_first_day_that_cannot_be_is_refused(unit, other, other_hr, first_day, code):
    with refused(code):
        ask(a_worker(at=unit), other, other_hr, first_day=first_day)


def test_who_left_is_not_asked_for_and_nobody_asks_twice_or_for_others(unit, other, own_hr, other_hr):
    with refused("left_already"):
        ask(a_worker(at=unit, post={"valid_to": date(2026, 1, 31)}), other, other_hr)
    worker = a_worker(at=unit)
    with refused("not_your_unit"):
        ask(worker, other, own_hr)
    ask(worker, other, other_hr)
    with refused("transfer_asked"):
        ask(worker, other, other_hr)


def test_only_the_unit_that_was_asked_or_an_officer_over_both_answers(unit, other, other_hr, officer):
    worker = a_worker(at=unit)
    request = ask(worker, other, other_hr)
    with refused("not_permitted"):
        services.answer_transfer(request=request, agree=True, by=other_hr)
    with refused("not_permitted"):
        services.answer_transfer(request=request, agree=True, by=hr(an_institution()))
    services.answer_transfer(request=request, agree=True, by=officer)
    assert worker.employments.get(is_current=True).institution == other


def test_an_officer_over_one_of_the_units_does_not_answer(other, other_hr):
    district = a_division()
    unit = an_institution(division=district)
    by = district_officer(an_authority(district), TODAY)
    request = ask(a_worker(at=unit), other, other_hr)
    assert TransferRequest.objects.visible_to(by).get() == request
    with refused("not_permitted"):
        services.answer_transfer(request=request, agree=True, by=by)


def test_a_question_is_answered_or_withdrawn_once(unit, other, own_hr, other_hr):
    request = ask(a_worker(at=unit), other, other_hr)
    with refused("not_permitted"):
        services.withdraw_transfer(request=request, by=own_hr)
    services.withdraw_transfer(request=request, by=other_hr)
    assert request.state == "withdrawn"
    assert waiting(own_hr) == []
    with refused("answered_meanwhile") as refusal:
        services.answer_transfer(request=request, agree=True, by=own_hr)
    assert isinstance(refusal.value, Conflict)


def test_a_person_who_moved_meanwhile_ends_what_others_ask(unit, other, own_hr, other_hr, officer):
    worker, third = a_worker(at=unit), an_institution()
    request = ask(worker, other, other_hr)
    worker.refresh_from_db()
    services.transfer(worker=worker, to=third, first_day=ON, version=worker.version, by=officer)
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert waiting(own_hr) == []


def test_a_request_is_seen_from_both_ends_and_from_nowhere_else(unit, other, own_hr, other_hr, officer):
    ask(a_worker(at=unit), other, other_hr)
    assert [TransferRequest.objects.visible_to(by).count() for by in (own_hr, other_hr, officer)] == [1, 1, 1]
    assert not TransferRequest.objects.visible_to(hr(an_institution())).exists()


def test_news_ends_after_two_weeks(unit, other, own_hr, other_hr):
    request = ask(a_worker(at=unit), other, other_hr)
    services.answer_transfer(request=request, agree=True, by=own_hr)
    from deploy_admin.people import tasks

    assert tasks.settle_old_news() == 0
    Notice.objects.update(created_at="2026-11-01T00:00:00+08:00")
    assert tasks.settle_old_news() == 1
    assert hr(other).role is Role.SENDER_HR
    assert waiting(other_hr) == []
