"""Findings and corrective orders: given, answered, sent back, settled, reminded of."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from assignments.models import Finding, Inspection
from assignments.services import inspection_inbox, inspections, orders
from assignments.tasks.inspections import remind_inspections
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from tests.assignments import postings
from tests.people.factories import refused
from tests.registry.factories import FakeActor, an_institution

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 30)
TODAY = postings.TODAY


@pytest.fixture
def order(world):
    """An order to the centre, of a closed inspection."""
    inspection = world.opened()
    finding = orders.add_finding(
        inspection=inspection,
        text="考勤缺签到",
        order="补齐考勤制度",
        due_on=DUE,
        assignment=world.zhou,
        by=world.officer,
    )
    inspection.refresh_from_db()
    inspections.close_inspection(
        inspection=inspection, version=inspection.version, accept_unchecked=True, by=world.officer
    )
    return Finding.objects.select_related("inspection").get(pk=finding.pk)


def answer(order, by, **more):
    facts = {"answer": "已补齐", "version": order.version} | more
    return orders.answer_order(finding=order, by=by, **facts)


def open_notices(code):
    return list(Notice.objects.open().filter(code=code))


def test_an_order_goes_its_way_to_the_end(world, order):
    (waiting,) = open_notices("assignments.order_to_answer")
    assert (waiting.institution_id, waiting.due_on) == (world.centre.pk, DUE)
    answered = answer(order, world.clerk)
    assert (answered.answer, answered.answered_by_name, answered.on_behalf) == ("已补齐", world.clerk.name, False)
    assert not open_notices("assignments.order_to_answer")
    (to_look_at,) = open_notices("assignments.order_answered")
    assert to_look_at.institution_id == world.authority.pk
    settled = orders.settle_order(finding=answered, on=TODAY, version=answered.version, by=world.officer)
    assert (settled.settled_on, settled.settled_by_name) == (TODAY, world.officer.name)
    assert not open_notices("assignments.order_answered")
    acts = list(Event.objects.filter(act__contains=".order_").order_by("pk").values_list("act", flat=True))
    assert acts == ["assignments.order_answered", "assignments.order_settled"]


def test_an_answer_that_does_not_do_goes_back_with_what_is_missing(world, order):
    answered = answer(order, world.clerk)
    later = date(2026, 12, 10)
    returned = orders.return_order(
        finding=answered, reason="未附制度文本", due_on=later, version=answered.version, by=world.officer
    )
    assert (returned.answer, returned.answered_at, returned.due_on) == ("", None, later)
    (waiting,) = open_notices("assignments.order_returned")
    assert waiting.params["reason"] == "未附制度文本"
    assert Event.objects.get(act="assignments.order_returned").detail["answer"] == "已补齐"
    assert answer(returned, world.clerk, answer="已附").answer == "已附"


def test_an_answer_is_replaced_until_it_is_settled(world, order):
    first = answer(order, world.clerk)
    second = answer(first, world.clerk, answer="补充说明")
    assert second.answer == "补充说明"
    settled = orders.settle_order(finding=second, on=TODAY, version=second.version, by=world.officer)
    for act in (
        lambda: answer(settled, world.clerk),
        lambda: orders.settle_order(finding=settled, on=TODAY, version=settled.version, by=world.officer),
        lambda: orders.return_order(
            finding=settled, reason="又", due_on=DUE, version=settled.version, by=world.officer
        ),
    ):
        with refused("settled"), transaction.atomic():
            act()


def test_an_authority_answers_on_behalf_and_that_is_marked(world, order):
    answered = answer(order, world.officer)
    assert answered.on_behalf
    assert Event.objects.get(act="assignments.order_answered").detail["on_behalf"] is True


def test_nothing_is_settled_before_it_is_answered(world, order):
    with refused("not_answered"):
        orders.settle_order(finding=order, on=TODAY, version=order.version, by=world.officer)
    with refused("not_answered"):
        orders.return_order(finding=order, reason="又", due_on=DUE, version=order.version, by=world.officer)


@pytest.mark.parametrize("on", [date(2026, 11, 17), date(2026, 11, 23)])
def test_it_is_settled_on_a_day_between_the_inspection_and_today(world, order, on):
    answered = answer(order, world.clerk)
    with refused("day_unfit"):
        orders.settle_order(finding=answered, on=on, version=answered.version, by=world.officer)


def test_an_older_version_is_refused_with_both_values(world, order):
    stale = order.version
    answer(order, world.clerk)
    with pytest.raises(Conflict) as conflict:
        orders.answer_order(finding=order, answer="别的", version=stale, by=world.clerk)
    assert conflict.value.context["yours"] == {"answer": "别的"}
    assert conflict.value.context["theirs"]["answer"] == "已补齐"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"text": " "}, "text_missing"),
        ({"order": "整改"}, "order_incomplete"),
        ({"due_on": DUE}, "order_incomplete"),
        ({"order": "整改", "due_on": date(2026, 11, 1)}, "due_before"),
    ],
)
def test_a_finding_that_says_too_little_is_refused(world, facts, code):
    inspection = world.opened()
    with refused(code):
        orders.add_finding(inspection=inspection, by=world.officer, **({"text": "示范"} | facts))
    assert not Finding.objects.exists()


def test_a_finding_about_somebody_elsewhere_is_refused(world):
    with refused("not_on_the_roll"):
        orders.add_finding(inspection=world.opened(), text="示范", assignment=postings.on_post(), by=world.officer)


def test_a_finding_is_taken_out_while_the_inspection_is_open(world):
    finding = orders.add_finding(inspection=world.opened(), text="示范", by=world.officer)
    orders.remove_finding(finding=finding, by=world.officer)
    assert not Finding.objects.exists()
    assert Event.objects.get(act="assignments.finding_removed").detail["text"] == "示范"


def test_a_finding_without_an_order_is_not_answered(world):
    inspection = world.opened()
    finding = orders.add_finding(inspection=inspection, text="示范", by=world.officer)
    inspection.refresh_from_db()
    inspections.close_inspection(
        inspection=inspection, version=inspection.version, accept_unchecked=True, by=world.officer
    )
    with refused("no_order"):
        answer(Finding.objects.get(pk=finding.pk), world.clerk)


def test_an_order_of_an_open_inspection_is_not_answered(world):
    inspection = world.opened()
    finding = orders.add_finding(inspection=inspection, text="示范", order="整改", due_on=DUE, by=world.officer)
    with refused("not_closed"):
        answer(finding, world.officer)


class TestWhoAnswersAndWhoSettles:
    def test_another_unit_does_not_answer(self, world, order):
        for stranger in (world.hr, postings.receiver_clerk(an_institution())):
            with refused("not_permitted"):
                answer(order, stranger)

    def test_the_unit_does_not_settle_its_own_order(self, world, order):
        answered = answer(order, world.clerk)
        with refused("not_permitted"):
            orders.settle_order(finding=answered, on=TODAY, version=answered.version, by=world.clerk)
        with refused("not_permitted"):
            orders.return_order(finding=answered, reason="又", due_on=DUE, version=answered.version, by=world.clerk)

    def test_an_auditor_does_neither(self, world, order):
        auditor = FakeActor(role=Role.AUDITOR)
        with refused("not_permitted"):
            answer(order, auditor)

    def test_the_hospital_answers_for_itself(self, world):
        inspection = world.opened(world.hospital)
        finding = orders.add_finding(inspection=inspection, text="示范", order="整改", due_on=DUE, by=world.officer)
        inspection.refresh_from_db()
        inspections.close_inspection(
            inspection=inspection, version=inspection.version, accept_unchecked=True, by=world.officer
        )
        finding.refresh_from_db()
        assert answer(finding, world.hr).answered_by_name == world.hr.name


class TestReminding:
    def test_overdue_orders_remind_the_unit_and_its_authority(self, world, order):
        Finding.objects.filter(pk=order.pk).update(due_on=date(2026, 11, 20))
        assert remind_inspections() == 1
        (unit,) = open_notices("assignments.order_overdue")
        assert unit.institution_id == world.centre.pk
        (authority,) = open_notices("assignments.orders_overdue")
        assert (authority.institution_id, authority.params) == (world.authority.pk, {"count": 1})

    def test_on_the_last_day_nobody_is_late(self, order):
        Finding.objects.filter(pk=order.pk).update(due_on=TODAY)
        assert inspection_inbox.remind(on=TODAY) == 0
        assert not open_notices("assignments.order_overdue")

    def test_an_answer_ends_the_reminding(self, world, order):
        Finding.objects.filter(pk=order.pk).update(due_on=date(2026, 11, 20))
        inspection_inbox.remind(on=TODAY)
        answer(order, world.clerk)
        assert not open_notices("assignments.order_overdue")
        assert inspection_inbox.remind(on=TODAY) == 0
        assert not open_notices("assignments.orders_overdue")

    def test_it_takes_the_same_number_of_queries_for_one_and_for_many(
        self, world, order, django_assert_max_num_queries
    ):
        inspection = Inspection.objects.get()
        Finding.objects.bulk_create(
            Finding(inspection=inspection, text=f"示范{n}", order="整改", due_on=date(2026, 11, 19)) for n in range(30)
        )
        with django_assert_max_num_queries(4):
            assert inspection_inbox.remind(on=TODAY) == 30
