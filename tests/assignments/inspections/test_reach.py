"""Who inspects, who sees an inspection when, and what the database refuses by itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from assignments.models import Finding, Inspection, PresenceCheck, Sanction
from assignments.services import inspections, orders
from deploy_admin.access import GRANTS, Permission, Role
from tests.assignments import postings
from tests.assignments.inspections.world import DAY, record
from tests.people.factories import refused
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db


class TestWhoInspects:
    """The authority to which the unit answers, and the city; nobody of a unit."""

    def test_the_city_inspects_everywhere(self, world):
        city = FakeActor(institution_id=world.city.pk, user_id=1)
        assert world.opened(by=city).authority_id == world.city.pk

    def test_a_district_inspects_its_own_units_only(self, world):
        assert world.opened().authority_id == world.authority.pk
        with refused("not_permitted"):
            world.opened(an_institution("示范外区医院"))

    @pytest.mark.parametrize("who", ["clerk", "hr"])
    def test_a_unit_inspects_nobody(self, world, who):
        with refused("not_permitted"):
            world.opened(by=getattr(world, who))

    def test_a_section_that_only_reads_does_not(self, world):
        reader = FakeActor(
            role=Role.MEDICAL_ADMINISTRATION_SECTION,
            reach=world.officer.reach,
            institution_id=world.authority.pk,
            institution_ids=world.officer.institution_ids,
            division_ids=world.officer.division_ids,
        )
        with refused("not_permitted"):
            world.opened(by=reader)

    def test_another_authority_that_sees_it_does_not_write_in_it(self, world):
        of_the_city = world.opened(by=FakeActor(institution_id=world.city.pk, user_id=1))
        assert Inspection.objects.visible_to(world.officer).filter(pk=of_the_city.pk).exists()
        with refused("not_permitted"):
            record(of_the_city, {world.zhou: "present"}, world.officer)


class TestWhoSees:
    """An inspection in the making is nobody's of the unit; closed, its unit's and its authority's."""

    @pytest.mark.parametrize("kind", ["planned", "unannounced"])
    def test_the_unit_sees_it_once_it_is_closed(self, world, kind):
        inspection = world.opened(kind=kind)
        seen = Inspection.objects.visible_to
        assert not seen(world.clerk).exists()
        inspections.close_inspection(inspection=inspection, version=1, accept_unchecked=True, by=world.officer)
        assert seen(world.clerk).get() == inspection

    def test_the_sending_unit_does_not_see_what_was_found_at_the_receiving_one(self, world):
        world.closed(found={world.zhou: "absent"})
        assert not Inspection.objects.visible_to(world.hr).exists()
        assert not PresenceCheck.objects.visible_to(world.hr).exists()

    def test_another_district_and_the_person_do_not_see_it(self, world):
        world.closed()
        stranger = postings.district_officer(an_authority(a_division()))
        assert not Inspection.objects.visible_to(stranger).exists()
        assert not Inspection.objects.visible_to(postings.oneself(world.zhou)).exists()

    def test_findings_follow_their_inspection(self, world):
        inspection = world.opened()
        finding = orders.add_finding(inspection=inspection, text="示范", by=world.officer)
        assert not Finding.objects.visible_to(world.clerk).exists()
        assert Finding.objects.visible_to(world.officer).get() == finding


class TestTheDatabase:
    """Each constraint violated once."""

    def broken(self, name, row):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save()

    def test_an_inspection_is_by_somebody(self, world):
        row = Inspection(authority=world.authority, institution=world.centre, kind="planned", on=DAY, inspectors="")
        self.broken("inspection_by_somebody", row)

    def test_somebody_is_found_once(self, world):
        inspection = world.opened()
        record(inspection, {world.zhou: "present"}, world.officer)
        again = PresenceCheck(inspection=inspection, assignment=world.zhou, result="absent")
        self.broken("presence_once", again)

    def test_a_result_is_of_the_list(self, world):
        self.broken("presence_known", PresenceCheck(inspection=world.opened(), assignment=world.zhou, result="asleep"))

    def test_an_order_says_by_when(self, world):
        self.broken("finding_order_has_a_day", Finding(inspection=world.opened(), text="示范", order="整改"))

    def test_what_is_settled_says_by_whom(self, world):
        self.broken("finding_settled_by_whom", Finding(inspection=world.opened(), text="示范", settled_on=DAY))

    def test_a_sanction_has_a_basis(self, world):
        row = Sanction(institution=world.centre, legal_basis="", text="警告", decided_on=DAY, deciding_body="示范")
        self.broken("sanction_has_a_basis", row)

    def test_nothing_is_withdrawn_before_it_was_recorded(self, world):
        row = Sanction(
            institution=world.centre,
            legal_basis="示范条例第一条",
            text="警告",
            decided_on=DAY,
            deciding_body="示范",
            withdrawn_at=postings.at_noon(date(2020, 1, 1)),
        )
        self.broken("sanction_recorded_after", row)


def test_who_records_holds_the_permission():
    """What the services ask for is what the roles were given."""
    inspecting = {role for role in Role if Permission.INSPECTIONS_RECORD in GRANTS[role]}
    assert Role.RECEIVER_CLERK not in inspecting
    assert {Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PRIMARY_HEALTH_SECTION} <= inspecting
