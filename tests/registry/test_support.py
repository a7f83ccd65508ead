"""Pairing support and speciality programmes: what services allow, what constraints refuse, what rules are told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from deploy_admin.access import SYSTEM, Reach, Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.registry import services as registry
from deploy_admin.registry.models import Institution, InstitutionProfile, PairingSupport, SpecialityProgramme
from deploy_admin.registry.services import Document
from deploy_admin.registry.services import support as services
from deploy_admin.registry.services.support import Days, Pairing, Programme
from deploy_admin.registry.support import Ties, paired, places, programmes
from tests.registry.factories import (
    CITY,
    FakeActor,
    a_division,
    a_pairing,
    a_programme,
    an_institution,
)

pytestmark = pytest.mark.django_db

FIRST, DAY, LAST = date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 31)


@pytest.fixture
def district():
    return a_division("示范甲区")


@pytest.fixture
def hospital(district):
    return an_institution("示范甲区医院", division=district)


@pytest.fixture
def centre(district):
    return an_institution("示范镇卫生院", division=district, kind="township_health_centre", tier="township", level=1)


@pytest.fixture
def officer(district):
    return FakeActor(Role.DISTRICT_OFFICER, Reach.DISTRICT, division_ids=frozenset({district.pk}))


def pair(one, other, **more):
    days = {"valid_from": FIRST} | more
    return Pairing(supporting_unit_id=one.pk, supported_unit_id=other.pk, **days)


def built(unit, speciality="儿科", **more):
    return Programme(institution_id=unit.pk, speciality=speciality, **({"valid_from": FIRST} | more))


def refused(act, **asked):
    with pytest.raises(RuleViolation) as refusal:
        act(**asked)
    return refusal.value.code


def merged(unit, into, on):
    version = dict(Institution.objects.values_list("pk", "version"))
    registry.merge(
        predecessors={unit.pk: version[unit.pk]},
        heir=into,
        heir_version=version[into.pk],
        on=on,
        document=Document(title="示范"),
        by=SYSTEM,
    )


class TestRecording:
    def test_a_pairing_is_recorded_with_who_and_when_and_in_the_audit_record(self, hospital, centre):
        (row,) = services.record_pairings(rows=[pair(hospital, centre, document=" 示范文件 ")], by=CITY)
        row.refresh_from_db()
        assert (row.supporting_unit_id, row.supported_unit_id, row.valid_from) == (hospital.pk, centre.pk, FIRST)
        assert (row.valid_to, row.document, row.recorded_by) == (None, "示范文件", CITY.name)
        event = Event.objects.get(act="pairing.recorded")
        assert event.object_label == "示范甲区医院 → 示范镇卫生院"

    def test_several_are_one_act(self, hospital, centre):
        services.record_programmes(rows=[built(hospital), built(centre), built(centre, "骨科")], by=CITY)
        assert Event.objects.get(act="programmes.recorded").detail["count"] == 3

    def test_thirty_cost_no_more_queries_than_two(self, hospital, district, django_assert_max_num_queries):
        units = [an_institution(division=district) for _ in range(32)]

        def cost(some):
            with django_assert_max_num_queries(20) as queries:
                services.record_pairings(rows=[pair(hospital, unit) for unit in some], by=CITY)
            return len(queries)

        assert cost(units[2:]) == cost(units[:2])
        assert PairingSupport.objects.count() == 32

    def test_the_authority_of_the_supported_unit_records_it_and_no_other(self, hospital, centre, officer):
        elsewhere = an_institution("示范别处医院")
        assert services.record_pairings(rows=[pair(elsewhere, centre)], by=officer)
        assert services.record_programmes(rows=[built(centre)], by=officer)
        assert refused(services.record_pairings, rows=[pair(hospital, elsewhere)], by=officer) == (
            "outside_your_divisions"
        )
        assert refused(services.record_programmes, rows=[built(elsewhere)], by=officer) == "outside_your_divisions"
        unit = FakeActor(Role.SENDER_HR, Reach.UNIT, institution_id=centre.pk, institution_ids=frozenset({centre.pk}))
        assert refused(services.record_programmes, rows=[built(centre)], by=unit) == "outside_your_divisions"

    def test_a_unit_must_exist_on_the_first_day(self, hospital, centre):
        coming = an_institution(opened_on=date(2027, 1, 1))
        assert refused(services.record_pairings, rows=[pair(hospital, coming)], by=CITY) == "institution_not_there"
        assert refused(services.record_programmes, rows=[built(coming)], by=CITY) == "institution_not_there"
        far = {"valid_from": date(2099, 1, 1)}
        assert refused(services.record_pairings, rows=[pair(hospital, centre, **far)], by=CITY) == "day_too_far"

    def test_a_programme_names_its_speciality(self, centre):
        assert refused(services.record_programmes, rows=[built(centre, "  ")], by=CITY) == "speciality_missing"

    def test_one_speciality_is_built_up_once_a_day(self, centre):
        services.record_programmes(rows=[built(centre, valid_to=DAY)], by=CITY)
        assert refused(services.record_programmes, rows=[built(centre, valid_from=DAY)], by=CITY) == "programme_twice"
        assert services.record_programmes(rows=[built(centre, valid_from=date(2026, 6, 2))], by=CITY)
        twice = [built(centre, "骨科"), built(centre, "骨科", valid_from=DAY)]
        assert refused(services.record_programmes, rows=twice, by=CITY) == "programme_twice"


class TestConstraints:
    def test_a_unit_does_not_support_itself(self, centre):
        assert refused(services.record_pairings, rows=[pair(centre, centre)], by=CITY) == "pairing_with_itself"

    def test_the_last_day_does_not_come_first(self, hospital, centre):
        back = {"valid_from": DAY, "valid_to": FIRST}
        assert refused(services.record_pairings, rows=[pair(hospital, centre, **back)], by=CITY) == "period_reversed"
        assert refused(services.record_programmes, rows=[built(centre, **back)], by=CITY) == "period_reversed"

    def test_two_units_are_paired_once_a_day_but_each_may_have_others(self, hospital, centre):
        a_pairing(hospital, centre, FIRST, valid_to=DAY)
        assert refused(services.record_pairings, rows=[pair(hospital, centre, valid_from=DAY)], by=CITY) == (
            "paired_already"
        )
        other = an_institution()
        assert services.record_pairings(rows=[pair(hospital, other), pair(other, centre)], by=CITY)

    def test_a_programme_begins_once(self, centre):
        a_programme(centre, first=FIRST, valid_to=DAY)
        assert refused(services.record_programmes, rows=[built(centre)], by=CITY) == "programme_twice"

    @pytest.mark.parametrize(
        "degrees", [{"latitude": "29.5"}, {"longitude": "106.5"}, {"latitude": "60", "longitude": "106"}]
    )
    def test_a_place_has_both_degrees_and_lies_in_the_country(self, centre, degrees):
        with pytest.raises(IntegrityError, match="profile_stands_somewhere"), transaction.atomic():
            InstitutionProfile.objects.filter(institution=centre).update(**degrees)


class TestChanging:
    def test_it_is_ended_at_the_version_that_was_read(self, hospital, centre):
        row = a_pairing(hospital, centre, FIRST)
        services.change(row=row, days=Days(valid_from=FIRST, valid_to=LAST), version=1, by=CITY)
        row.refresh_from_db()
        assert (row.valid_to, row.version) == (LAST, 2)
        event = Event.objects.get(act="pairing.changed")
        assert (event.detail["old"], event.detail["new"]) == ({"valid_to": None}, {"valid_to": "2026-12-31"})
        with pytest.raises(Conflict) as conflict:
            services.change(row=row, days=Days(valid_from=DAY), version=1, by=CITY)
        assert conflict.value.context["theirs"]["valid_to"] == LAST

    def test_what_differs_in_nothing_is_no_change(self, centre):
        row = a_programme(centre)
        days = Days(valid_from=row.valid_from)
        assert refused(services.change, row=row, days=days, version=1, by=CITY) == "nothing_to_change"

    def test_only_its_authority_changes_or_removes_it(self, hospital, officer):
        row = a_pairing(hospital, an_institution())
        days = Days(valid_from=DAY)
        assert refused(services.change, row=row, days=days, version=1, by=officer) == "outside_your_divisions"
        assert refused(services.remove, row=row, reason="示范", version=1, by=officer) == "outside_your_divisions"

    def test_days_may_not_run_into_the_next_period(self, hospital, centre):
        row = a_pairing(hospital, centre, FIRST, valid_to=DAY)
        a_pairing(hospital, centre, date(2026, 9, 1))
        longer = Days(valid_from=FIRST, valid_to=LAST)
        assert refused(services.change, row=row, days=longer, version=1, by=CITY) == "paired_already"
        first = a_programme(centre, first=FIRST, valid_to=DAY)
        a_programme(centre, first=date(2026, 9, 1))
        assert refused(services.change, row=first, days=longer, version=1, by=CITY) == "programme_twice"

    def test_a_slip_is_removed_with_a_reason_and_stays_in_the_record(self, centre):
        row = a_programme(centre, "骨科")
        assert refused(services.remove, row=row, reason=" ", version=1, by=CITY) == "reason_missing"
        services.remove(row=row, reason="录入有误", version=1, by=CITY)
        assert not SpecialityProgramme.objects.exists()
        detail = Event.objects.get(act="programme.removed").detail
        assert (detail["speciality"], detail["reason"], detail["units"]) == ("骨科", "录入有误", [centre.pk])
        assert refused(services.remove, row=row, reason="录入有误", version=1, by=CITY) == "entry_gone"


class TestWhatRulesAreTold:
    def test_only_what_holds_on_the_day_and_of_the_units_asked(self, hospital, centre):
        other = an_institution()
        a_pairing(hospital, centre, FIRST, valid_to=DAY)
        a_pairing(other, centre, DAY)
        assert paired(None, DAY) == {(hospital.pk, centre.pk), (other.pk, centre.pk)}
        assert paired({hospital.pk, centre.pk}, DAY) == {(hospital.pk, centre.pk)}
        assert paired(None, LAST) == {(other.pk, centre.pk)}
        assert paired({hospital.pk}, DAY) == frozenset()
        a_programme(centre, "儿科", FIRST, valid_to=DAY)
        assert programmes({centre.pk}, DAY) == {(centre.pk, "儿科")}
        assert programmes({centre.pk}, LAST) == programmes({other.pk}, DAY) == frozenset()

    def test_an_heir_carries_on_from_the_day_of_the_merger(self, hospital, centre):
        heir = an_institution("示范医疗集团")
        a_pairing(hospital, centre)
        a_programme(hospital, "骨科")
        merged(hospital, heir, on=DAY)
        assert paired({hospital.pk, centre.pk, heir.pk}, date(2026, 5, 31)) == {(hospital.pk, centre.pk)}
        assert paired({hospital.pk, centre.pk, heir.pk}, DAY) == {(heir.pk, centre.pk)}
        assert programmes(None, DAY) == {(heir.pk, "骨科")}
        ties = Ties()
        assert ties.paired(heir.pk, centre.pk, DAY) is True
        assert ties.paired(heir.pk, centre.pk, date(2026, 5, 31)) is False
        assert ties.programmes_of(heir.pk, DAY) == {"骨科"}

    def test_two_that_became_one_are_no_pair(self, hospital, centre):
        a_pairing(hospital, centre)
        merged(centre, hospital, on=DAY)
        assert paired(None, DAY) == frozenset()
        assert Ties().paired(hospital.pk, hospital.pk, DAY) is None

    def test_it_stays_open_where_neither_is_in_any_pairing(self, hospital, centre):
        other, lone = an_institution(), an_institution()
        a_pairing(hospital, centre, FIRST, valid_to=DAY)
        ties = Ties()
        assert ties.paired(hospital.pk, centre.pk, DAY) is True
        assert ties.paired(hospital.pk, other.pk, DAY) is False  # it supports somebody else
        assert ties.paired(other.pk, centre.pk, DAY) is False  # it is supported by somebody else
        assert ties.paired(centre.pk, hospital.pk, DAY) is None  # not the other way round
        assert ties.paired(other.pk, lone.pk, DAY) is None
        assert ties.paired(hospital.pk, centre.pk, LAST) is None

    def test_any_days_cost_three_queries(self, hospital, centre, django_assert_num_queries):
        a_pairing(hospital, centre, FIRST)
        with django_assert_num_queries(3):
            ties = Ties()
            assert [ties.paired(hospital.pk, centre.pk, date(year, 6, 1)) for year in (2025, 2026, 2027)] == [
                None,
                True,
                True,
            ]

    def test_the_functions_and_the_class_agree(self, hospital, centre):
        a_pairing(hospital, centre, FIRST, valid_to=DAY)
        a_programme(centre, "儿科", DAY)
        ties = Ties()
        for day in (date(2025, 12, 31), FIRST, DAY, date(2026, 6, 2), LAST):
            assert ((hospital.pk, centre.pk) in paired(None, day)) == bool(ties.paired(hospital.pk, centre.pk, day))
            assert {speciality for _unit, speciality in programmes(None, day)} == ties.programmes_of(centre.pk, day)

    def test_places_are_those_of_the_day(self, hospital, centre):
        profile = InstitutionProfile.objects.filter(institution=hospital)
        profile.update(latitude=Decimal("30.80780"), longitude=Decimal("108.40870"))
        assert places({hospital.pk, centre.pk}, DAY) == {hospital.pk: (30.8078, 108.4087)}
