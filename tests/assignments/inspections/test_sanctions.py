"""Sanctions: written down with their basis, shown to whom they concern, taken back, and of no effect by themselves."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment, Sanction
from assignments.services import orders, sanctions
from assignments.services.moving import Basis
from deploy_admin.audit.models import Event
from tests.assignments import postings
from tests.assignments.inspections.world import DAY
from tests.people.factories import refused
from tests.registry.factories import CITY, an_institution

pytestmark = pytest.mark.django_db
PAPER = Basis(document="行政处理决定书（示范）", document_number="示范卫〔2026〕7号")


def recorded(world, **more):
    facts = {
        "institution": world.centre,
        "legal_basis": "示范条例第十条",
        "text": "通报批评",
        "decided_on": DAY,
        "deciding_body": "示范甲区卫生健康委员会",
        "basis": PAPER,
        "by": world.officer,
    }
    return sanctions.record_sanction(**(facts | more))


def seen(actor):
    return set(Sanction.objects.visible_to(actor))


def test_a_sanction_against_a_unit_is_seen_by_it_and_its_authority(world):
    row = recorded(world)
    assert seen(world.officer) == seen(world.clerk) == {row}
    assert seen(world.hr) == set()
    event = Event.objects.get(act="assignments.sanction_recorded")
    assert event.detail["document_number"] == "示范卫〔2026〕7号"


def test_a_sanction_against_a_person_is_none_of_the_receiving_units_matter(world):
    row = recorded(world, assignment=world.zhou)
    assert row.worker_id == world.zhou.worker_id
    assert seen(world.hr) == {row}
    assert seen(postings.oneself(world.zhou)) == {row}
    assert seen(world.clerk) == set()
    assert seen(postings.oneself(world.he)) == set()


def test_nothing_follows_from_a_sanction_by_itself(world):
    before = Assignment.objects.filter(pk=world.zhou.pk).values().get()
    recorded(world, assignment=world.zhou)
    assert Assignment.objects.filter(pk=world.zhou.pk).values().get() == before


def test_a_sanction_rests_on_a_finding_of_the_unit(world):
    inspection = world.opened()
    finding = orders.add_finding(inspection=inspection, text="示范", by=world.officer)
    with refused("finding_of_another"):
        recorded(world, finding=finding)  # not closed yet
    inspection.refresh_from_db()
    from assignments.services.inspections import close_inspection

    close_inspection(inspection=inspection, version=inspection.version, accept_unchecked=True, by=world.officer)
    assert recorded(world, finding=finding).finding == finding
    with refused("finding_of_another"):
        recorded(world, institution=world.hospital, finding=finding)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"legal_basis": " "}, "basis_missing"),
        ({"text": ""}, "basis_missing"),
        ({"deciding_body": ""}, "basis_missing"),
        ({"basis": Basis(document_number="示范卫〔2026〕7号")}, "basis_missing"),
        ({"decided_on": date(2026, 11, 23)}, "day_in_future"),
    ],
)
def test_a_sanction_without_basis_or_of_tomorrow_is_refused(world, change, code):
    with refused(code):
        recorded(world, **change)
    assert not Sanction.objects.exists()


def test_a_unit_that_has_nothing_to_do_with_the_person_is_refused(world):
    with refused("unit_of_another"):
        recorded(world, institution=an_institution(division=world.division), assignment=world.zhou)


@pytest.mark.parametrize("who", ["clerk", "hr"])
def test_a_unit_records_none(world, who):
    with refused("not_permitted"):
        recorded(world, by=getattr(world, who))


def test_a_district_records_none_against_another_districts_unit(world):
    with refused("not_permitted"):
        recorded(world, institution=an_institution())
    assert recorded(world, institution=an_institution(), by=CITY).recorded_by_name == CITY.name


def test_a_sanction_is_taken_back_once_with_a_reason_and_stays_in_the_list(world):
    row = recorded(world)
    with refused("reason_missing"):
        sanctions.withdraw_sanction(sanction=row, reason=" ", by=world.officer)
    sanctions.withdraw_sanction(sanction=row, reason="复议撤销", by=world.officer)
    row.refresh_from_db()
    assert row.withdrawn_by_name == world.officer.name
    assert seen(world.clerk) == {row}
    with refused("withdrawn_already"):
        sanctions.withdraw_sanction(sanction=row, reason="又", by=world.officer)
    with refused("not_permitted"):
        sanctions.withdraw_sanction(sanction=row, reason="又", by=world.clerk)
