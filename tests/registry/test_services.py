"""Establishing, changing, correcting, renaming, moving, merging, splitting, closing: what they do and refuse."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
import time_machine

from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.registry import services
from deploy_admin.registry.models import Institution, InstitutionProfile, Jurisdiction, ProfileRevision, Succession
from deploy_admin.registry.services import Change, Document, Part, ProfileFacts, Registration
from tests.registry.factories import CITY, a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

PAPER = Document(title="关于机构调整的批复（示范）", number="示范发〔2026〕1号")
ON = date(2026, 3, 1)
EVE = date(2026, 2, 28)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-22 10:00+08:00", tick=False):
        yield


def facts(division, name="示范新院", **more):
    return ProfileFacts(
        **(
            {
                "name": name,
                "kind": "general_hospital",
                "tier": "county",
                "ownership": "public",
                "affiliation": "district",
                "division_id": division.pk,
            }
            | more
        )
    )


@contextmanager
def refused(code):
    with pytest.raises(RuleViolation) as refusal:
        yield refusal
    assert refusal.value.code == code


def days(unit):
    return list(unit.profiles.order_by("valid_from").values_list("valid_from", "valid_to"))


@pytest.mark.parametrize("code", ["91350100M000100Y43", "911101066976941872", "125001014500000169"])
def test_a_credit_code_with_a_right_check_digit_is_taken(code):
    unit = services.establish(facts=facts(a_division()), opened_on=ON, credit_code=code.lower(), by=CITY)
    assert unit.credit_code == code


@pytest.mark.parametrize("code", ["91350100M000100Y4A", "91350100M000100Y4", "9135O100M000100Y43"])
def test_a_credit_code_with_a_wrong_check_digit_is_refused(code):
    with refused("credit_code_invalid") as refusal:
        services.establish(facts=facts(a_division()), opened_on=ON, credit_code=code, by=CITY)
    assert "credit_code" in refusal.value.fields


def test_a_military_unit_may_have_no_credit_code():
    unit = services.establish(
        facts=facts(a_division(), affiliation="military"), opened_on=ON, by=CITY, credit_code=" "
    )
    assert unit.credit_code is None
    assert Event.objects.get().act == "institution.established"


def test_registering_many_costs_the_same_as_registering_few(django_assert_num_queries):
    division = a_division()

    def batch(count, start):
        return [
            Registration(
                facts=facts(division, f"示范院{start + n}"),
                opened_on=ON,
                key=f"k{start + n}",
                parent_key=f"k{start}" if n else None,
            )
            for n in range(count)
        ]

    with django_assert_num_queries(8):
        services.register_all(registrations=batch(3, 0), by=CITY)
    with django_assert_num_queries(8):
        units = services.register_all(registrations=batch(500, 1000), by=CITY)
    assert units[1].profiles.get().parent_id == units[0].pk
    assert units[0].profiles.get().parent_id is None


def test_registering_is_all_or_nothing():
    division = a_division()
    rows = [
        Registration(facts=facts(division), opened_on=ON, credit_code="91350100M000100Y43"),
        Registration(facts=facts(division, "示范二院"), opened_on=ON, credit_code="91350100M000100Y43"),
    ]
    with refused("credit_code_taken"):
        services.register_all(registrations=rows, by=CITY)
    assert not Institution.objects.exists()


def test_a_district_registers_only_where_it_is_competent_and_no_authorities():
    mine, theirs = a_division(), a_division()
    officer = district_officer(an_authority(mine), date(2026, 11, 22))
    services.establish(facts=facts(mine), opened_on=ON, by=officer)
    with refused("outside_your_divisions"):
        services.establish(facts=facts(theirs), opened_on=ON, by=officer)
    with refused("authority_by_city_only"):
        services.establish(facts=facts(mine, kind="health_authority"), opened_on=ON, by=officer)
    with refused("jurisdiction_by_city_only"):
        services.grant_jurisdiction(authority=an_institution(), division=theirs, on=ON, by=officer)


def test_nothing_is_registered_in_a_division_that_has_ended():
    heir = a_division("示范新区")
    ended = a_division("示范旧区", valid_to=date(2026, 1, 24), successor=heir)
    with refused("division_ended") as refusal:
        services.establish(facts=facts(ended), opened_on=ON, by=CITY)
    assert "示范新区" in refusal.value.message
    with refused("name_missing"):
        services.establish(facts=facts(heir, " "), opened_on=ON, by=CITY)
    with refused("day_too_far"):
        services.establish(facts=facts(heir), opened_on=date(2206, 1, 1), by=CITY)


def test_a_change_opens_a_new_profile_and_ends_the_old_the_day_before():
    unit = an_institution(level=2)
    services.change_profile(institution=unit, on=ON, facts={"level": 3}, version=1, by=CITY)
    assert days(unit) == [(unit.opened_on, EVE), (ON, None)]
    assert list(unit.profiles.order_by("valid_from").values_list("level", flat=True)) == [2, 3]
    assert Institution.objects.get(pk=unit.pk).version == 2
    assert Event.objects.get().detail["old"] == {"level": 2}


def test_a_change_on_or_before_the_first_day_of_the_profile_is_refused():
    unit = an_institution(opened_on=ON)
    with refused("before_profile_begins"):
        services.change_profile(institution=unit, on=ON, facts={"level": 3}, version=1, by=CITY)
    with refused("before_profile_begins"):
        services.change_profile(institution=unit, on=EVE, facts={"level": 3}, version=1, by=CITY)
    assert Institution.objects.get(pk=unit.pk).version == 1


def test_an_edit_of_an_older_version_is_a_conflict_with_both_values():
    unit = an_institution(level=2)
    services.change_profile(institution=unit, on=ON, facts={"level": 3}, version=1, by=CITY)
    with pytest.raises(Conflict) as conflict:
        services.change_profile(institution=unit, on=ON, facts={"level": 1}, version=1, by=CITY)
    assert conflict.value.context["yours"] == {"level": 1}
    assert conflict.value.context["theirs"] == {"level": 3}


def test_changing_many_costs_the_same_as_changing_few(django_assert_num_queries):
    division = a_division()
    units = [an_institution(division=division) for _ in range(30)]
    with django_assert_num_queries(10):
        services.change_all(
            changes=[Change(institution_id=u.pk, on=ON, facts={"level": 3}, version=1) for u in units[:2]], by=CITY
        )
    with django_assert_num_queries(10):
        services.change_all(
            changes=[Change(institution_id=u.pk, on=ON, facts={"level": 3}, version=1) for u in units[2:]], by=CITY
        )
    with pytest.raises(Conflict):
        services.change_all(
            changes=[Change(institution_id=u.pk, on=date(2026, 5, 1), facts={"level": 1}, version=1) for u in units],
            by=CITY,
        )
    assert set(InstitutionProfile.objects.filter(valid_to=None).values_list("level", flat=True)) == {3}


def test_a_correction_rewrites_the_row_and_keeps_what_it_said():
    unit = an_institution("示范医院", level=2)
    recorded = unit.profile.recorded_at
    services.correct_profile(
        profile=unit.profile, facts={"level": 3, "name": "示范人民医院"}, version=1, reason="录入有误", by=CITY
    )
    now = unit.profiles.get()
    assert (now.level, now.name, now.initials, now.valid_from) == (3, "示范人民医院", "sfrmyy", unit.opened_on)
    before = ProfileRevision.objects.get()
    assert (before.facts["level"], before.facts["name"], before.recorded_at) == (2, "示范医院", recorded)
    assert now.recorded_at >= recorded
    assert Event.objects.get().detail["new"] == {"level": 3, "name": "示范人民医院"}


def test_a_correction_needs_a_reason_and_a_difference():
    unit = an_institution(level=2)
    with refused("reason_missing"):
        services.correct_profile(profile=unit.profile, facts={"level": 3}, version=1, reason=" ", by=CITY)
    with refused("nothing_to_correct"):
        services.correct_profile(profile=unit.profile, facts={"level": 2}, version=1, reason="x", by=CITY)


def test_the_credit_code_is_corrected_without_touching_the_profile():
    unit = an_institution()

    def correct(code, version):
        services.correct_profile(
            profile=unit.profile, facts={}, credit_code=code, version=version, reason="录入有误", by=CITY
        )

    correct("125001014500000169", 1)
    assert Institution.objects.get(pk=unit.pk).credit_code == "125001014500000169"
    assert not ProfileRevision.objects.exists()
    with pytest.raises(Conflict):
        correct(None, 1)
    unit.profile.institution.refresh_from_db()
    correct(None, 2)
    assert Institution.objects.get(pk=unit.pk).credit_code is None


def test_a_renamed_unit_stays_itself():
    unit = an_institution("示范县医院")
    services.rename(institution=unit, name="示范区人民医院", on=ON, document=PAPER, version=1, by=CITY)
    assert Institution.objects.named(EVE)[unit.pk] == "示范县医院"
    assert Institution.objects.named(ON)[unit.pk] == "示范区人民医院"
    row = Succession.objects.get()
    assert (row.kind, row.predecessor_id, row.heir_id, row.document_number) == (
        "rename",
        unit.pk,
        unit.pk,
        PAPER.number,
    )
    with refused("document_missing"):
        services.rename(
            institution=unit, name="x", on=date(2026, 5, 1), document=Document(title=" "), version=2, by=CITY
        )
    with refused("nothing_to_change"):
        services.rename(
            institution=unit, name="示范区人民医院", on=date(2026, 5, 1), document=PAPER, version=2, by=CITY
        )


def test_a_moved_unit_stands_elsewhere_from_the_day():
    unit, there = an_institution(), a_division()
    services.move(institution=unit, division_id=there.pk, on=ON, document=PAPER, version=1, by=CITY)
    assert unit.profiles.on(ON).get().division == there
    assert unit.profiles.on(EVE).get().division == unit.profile.division
    assert Succession.objects.get().kind == "move"


def merged(*units, into, on=ON, **more):
    versions = {u.pk: Institution.objects.get(pk=u.pk).version for u in units}
    return services.merge(
        predecessors=versions,
        heir=into,
        heir_version=Institution.objects.get(pk=into.pk).version,
        on=on,
        document=PAPER,
        by=CITY,
        **more,
    )


def test_merged_units_close_the_day_before_and_their_branches_and_jurisdictions_pass_over():
    division = a_division()
    one, two, heir = an_authority(division), an_institution(), an_institution()
    branch = an_institution(parent=two)
    merged(one, two, into=heir)
    assert {u.closed_on for u in Institution.objects.filter(pk__in=[one.pk, two.pk])} == {EVE}
    assert branch.profiles.on(ON).get().parent_id == heir.pk
    assert branch.profiles.on(EVE).get().parent_id == two.pk
    assert list(Jurisdiction.objects.order_by("valid_from").values_list("authority", "valid_to")) == [
        (one.pk, EVE),
        (heir.pk, None),
    ]
    assert Succession.objects.filter(kind="merge", heir=heir).count() == 2
    assert Event.objects.get().act == "institution.merged"


def test_closed_units_circles_and_wrong_days_are_refused():
    one, two, three = an_institution(), an_institution(), an_institution(opened_on=ON)
    with refused("succession_cycle"):
        merged(one, into=one)
    with refused("before_profile_begins"):
        merged(three, into=two)
    with refused("before_profile_begins"):
        merged(two, into=three, on=EVE)
    merged(one, into=two)
    with refused("institution_closed"):
        merged(one, into=three, on=date(2026, 6, 1))
    with refused("succession_cycle"):
        merged(two, into=one, on=date(2026, 6, 1))
    with refused("succession_order"):
        merged(two, into=three, on=ON)
    with refused("institution_closed"):
        services.close(institution=one, last_day=date(2026, 6, 1), document=PAPER, version=2, by=CITY)
    with refused("nothing_to_merge"):
        services.merge(predecessors={}, heir=two, heir_version=2, on=ON, document=PAPER, by=CITY)


def parted(unit, shares, *, continues=True, on=ON):
    return services.split(
        predecessor=unit,
        version=Institution.objects.get(pk=unit.pk).version,
        parts=[
            Part(heir_id=heir.pk, version=Institution.objects.get(pk=heir.pk).version, share=share and Decimal(share))
            for heir, share in shares
        ],
        on=on,
        document=PAPER,
        continues=continues,
        by=CITY,
    )


def test_the_shares_of_a_split_never_exceed_the_whole():
    unit, one, two = an_institution(), an_institution(), an_institution()
    with refused("shares_over_one"):
        parted(unit, [(one, "0.6"), (two, "0.5")])
    with refused("shares_under_one"):
        parted(unit, [(one, "0.6"), (two, "0.3")], continues=False)
    with refused("shares_wrong"):
        parted(unit, [(one, "0.6"), (two, None)])
    with refused("shares_wrong"):
        parted(unit, [(one, "-0.1")])
    with refused("heirs_wrong"):
        parted(unit, [(one, "0.1"), (one, "0.1")])
    parted(unit, [(one, "0.6"), (two, "0.4")], continues=False)
    assert Institution.objects.get(pk=unit.pk).closed_on == EVE


def test_an_heir_cannot_merge_back_into_what_it_came_from_as_its_predecessor():
    unit, one = an_institution(), an_institution()
    parted(unit, [(one, "0.5")])
    with refused("succession_cycle"):
        merged(unit, into=unit, on=date(2026, 9, 1))
    with refused("succession_cycle"):
        merged(one, into=unit, on=date(2026, 9, 1))


def test_a_unit_with_branches_does_not_close_under_them():
    unit = an_institution()
    branch = an_institution(parent=unit)
    with refused("branches_left"):
        services.close(institution=unit, last_day=EVE, document=PAPER, version=1, by=CITY)
    services.close(institution=branch, last_day=EVE, document=PAPER, version=1, by=CITY)
    services.close(institution=unit, last_day=EVE, document=PAPER, version=1, by=CITY)
    assert Institution.objects.as_of(ON).count() == 0
    assert {u.profile.name for u in Institution.objects.standing(ON).for_list()} >= {unit.profile.name}


def test_branches_do_not_run_in_a_circle():
    top = an_institution()
    below = an_institution(parent=top)
    with refused("branch_circle"):
        services.change_profile(institution=top, on=ON, facts={"parent_id": below.pk}, version=1, by=CITY)


def test_only_a_living_health_authority_becomes_competent():
    division = a_division()
    with refused("not_an_authority"):
        services.grant_jurisdiction(authority=an_institution(), division=division, on=ON, by=CITY)
    authority = an_institution(kind="health_authority")
    row = services.grant_jurisdiction(authority=authority, division=division, on=ON, by=CITY)
    services.end_jurisdiction(jurisdiction=row, last_day=date(2026, 6, 30), by=CITY)
    assert not Jurisdiction.objects.on(date(2026, 7, 1)).exists()
    with refused("two_authorities"):
        services.grant_jurisdiction(
            authority=an_institution(kind="health_authority"), division=division, on=date(2026, 6, 1), by=CITY
        )
