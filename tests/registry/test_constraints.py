"""Each constraint of the registry, violated once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from deploy_admin import clock
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.models import (
    Division,
    Institution,
    InstitutionProfile,
    Jurisdiction,
    ProfileRevision,
    Succession,
)
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db

DAY = date(2024, 5, 1)


def refused(code, make):
    with pytest.raises(RuleViolation) as refusal, refusals():
        make()
    assert refusal.value.code == code
    assert refusal.value.message


def profile(unit, first, last=None, **more):
    return InstitutionProfile.objects.create(
        institution=unit,
        valid_from=first,
        valid_to=last,
        **(unit.profile.values() | more),
    )


def test_a_division_does_not_end_before_it_begins():
    refused("period_reversed", lambda: a_division(valid_from=DAY, valid_to=DAY - timedelta(1)))


def test_a_division_with_a_successor_has_ended():
    refused("successor_of_the_living", lambda: a_division(successor=a_division()))


def test_a_division_code_has_six_nine_or_twelve_digits_or_is_empty():
    a_division(code=None)
    a_division(code=None)
    refused("division_code_form", lambda: a_division(code="50010"))


def test_two_existing_divisions_never_share_a_code():
    a_division(code="500101", valid_to=date(2020, 1, 1))
    a_division(code="500101")
    refused("division_code_taken", lambda: a_division(code="500101"))


def test_a_division_is_recorded_once_from_a_day_even_without_a_parent():
    a_division("示范区")
    refused("division_twice", lambda: a_division("示范区"))


def test_two_existing_institutions_never_share_a_credit_code():
    an_institution(credit_code="91350100M000100Y43", closed_on=date(2020, 1, 1))
    an_institution(credit_code="91350100M000100Y43")
    an_institution()
    an_institution()
    refused("credit_code_taken", lambda: an_institution(credit_code="91350100M000100Y43"))


def test_a_credit_code_has_eighteen_of_its_characters():
    refused("credit_code_invalid", lambda: an_institution(credit_code="91350100M000100Y4I"))


def test_an_institution_does_not_close_before_it_opens():
    refused("period_reversed", lambda: Institution.objects.create(opened_on=DAY, closed_on=DAY - timedelta(1)))


def test_a_profile_does_not_end_before_it_begins():
    unit = an_institution(closed_on=date(2020, 1, 1))
    refused("period_reversed", lambda: profile(unit, DAY, DAY - timedelta(1)))


def test_two_profiles_of_one_institution_never_share_a_day():
    unit = an_institution(closed_on=date(2020, 1, 1))
    an_institution(division=unit.profile.division)  # another institution's profile is no overlap
    refused("profiles_overlap", lambda: profile(unit, date(2020, 1, 1)))
    profile(unit, date(2020, 1, 2))


def test_full_clean_compares_only_with_the_same_institution():
    unit = an_institution()
    an_institution(division=unit.profile.division)
    unit.profile.full_clean()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("kind", "palace", "kind_unknown"),
        ("tier", "cloud", "tier_unknown"),
        ("level", 4, "level_unknown"),
        ("ownership", "none", "ownership_unknown"),
        ("affiliation", "lunar", "affiliation_unknown"),
        ("settlement", "moor", "settlement_unknown"),
    ],
)
def test_a_profile_uses_the_code_lists(field, value, code):
    refused(code, lambda: an_institution(**{field: value}))


def test_an_institution_is_no_branch_of_itself():
    unit = an_institution()
    unit.profile.parent = unit
    refused("branch_of_itself", unit.profile.save)


def test_a_correction_has_a_reason_and_comes_after_the_record():
    unit = an_institution()
    now = clock.now()
    common = {"profile": unit.profile, "facts": {}, "corrected_by": "x"}
    refused("reason_missing", lambda: ProfileRevision.objects.create(recorded_at=now, reason="", **common))
    refused(
        "period_reversed",
        lambda: ProfileRevision.objects.create(recorded_at=now + timedelta(1), corrected_at=now, reason="x", **common),
    )


def test_no_two_authorities_are_competent_for_one_division_at_a_time():
    division = a_division()
    an_authority(division)
    other = an_institution(kind="health_authority")
    refused(
        "two_authorities",
        lambda: Jurisdiction.objects.create(authority=other, division=division, valid_from=date(2030, 1, 1)),
    )
    refused(
        "period_reversed",
        lambda: Jurisdiction.objects.create(
            authority=other, division=a_division(), valid_from=DAY, valid_to=DAY - timedelta(1)
        ),
    )


def test_a_succession_has_its_units_its_share_and_its_document():
    one, two = an_institution(), an_institution()

    def succession(**more):
        return Succession.objects.create(
            **({"kind": "merge", "on": DAY, "predecessor": one, "heir": two, "document_title": "示范批复"} | more)
        )

    refused("succession_units", lambda: succession(heir=one))
    refused("succession_units", lambda: succession(kind="rename"))
    refused("share_out_of_range", lambda: succession(share=Decimal("0.5")))
    refused("share_out_of_range", lambda: succession(kind="split", share=Decimal("1.1")))
    refused("share_out_of_range", lambda: succession(kind="split", share=Decimal(0)))
    refused("document_missing", lambda: succession(document_title=""))
    succession()
    refused("succession_twice", succession)


def test_every_constraint_of_the_registry_has_a_code_and_a_sentence():
    for model in (Division, Institution, InstitutionProfile, ProfileRevision, Jurisdiction, Succession):
        for constraint in model._meta.constraints:
            assert constraint.violation_error_code, constraint.name
            assert constraint.violation_error_message != constraint.default_violation_error_message, constraint.name


def test_successions_and_corrected_profiles_are_never_rewritten():
    one, two = an_institution(), an_institution()
    row = Succession.objects.create(kind="merge", on=DAY, predecessor=one, heir=two, document_title="示范批复")
    old = ProfileRevision.objects.create(
        profile=one.profile, facts={}, recorded_at=one.profile.recorded_at, corrected_by="x", reason="x"
    )
    for guarded in (row, old):
        for act in (guarded.save, guarded.delete):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                act()
