"""The shipped policies asked about people: what their sources say, case by case."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.rules import Code
from deploy_admin.policies.language import Target
from tests.assignments.rules.helpers import policy, standing

CITY, COMMUNITY = "chongqing-municipal-county-2025", "chongqing-medical-community-2024"
WANZHOU, DIANJIANG = "wanzhou-county-township-2022", "dianjiang-county-township-2015"
DOCTOR = {"staff_category": "physician", "licence": ("physician",), "title_level": "intermediate"}
MUNICIPAL = {"affiliation": "municipal", "ownership": "public", "kind": "general_hospital", "tier": "municipal"}
MILITARY = {"affiliation": "military", "ownership": "public", "kind": "general_hospital", "tier": "municipal"}
COUNTY = {"affiliation": "district", "ownership": "public", "kind": "general_hospital", "tier": "county", "level": 2}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, Code.MAY),
        ({"title_level": "senior"}, Code.MAY),
        ({"title_level": "junior"}, Code.MAY_NOT),
        ({"title_level": "none"}, Code.MAY_NOT),
        ({"licence": ("assistant_physician",)}, Code.MAY_NOT),
        ({"licence": ()}, Code.MAY_NOT),
        ({"licence": None}, Code.UNDETERMINED),
        ({"licence": None, "title_level": "junior"}, Code.MAY_NOT),
        ({"staff_category": "nursing"}, Code.NOT_APPLICABLE),
        ({"affiliation": "district"}, Code.NOT_APPLICABLE),
    ],
)
def test_municipal_physicians_have_a_licence_and_an_intermediate_title(facts, code):
    assert standing(policy(CITY), "physicians_sent", **{**MUNICIPAL, **DOCTOR, **facts}).code is code


@pytest.mark.parametrize("category", ["clinical", "tcm", "dental", "public_health", "other"])
def test_the_four_categories_limit_the_base_and_not_the_people(category):
    """AMB-10: whatever the practice category, the person may be sent."""
    facts = {**MUNICIPAL, **DOCTOR, "practice_category": (category,)}
    assert standing(policy(CITY), "physicians_sent", **facts).code is Code.MAY


@pytest.mark.parametrize(("military", "code"), [(False, Code.MAY), (True, Code.MAY_NOT), (None, Code.UNDETERMINED)])
def test_a_military_hospital_sends_physicians_without_military_status(military, code):
    facts = {**MILITARY, **DOCTOR, "military_status": military}
    assert standing(policy(CITY), "military_physicians_sent", **facts).code is code
    assert standing(policy(CITY), "physicians_sent", **facts).code is Code.NOT_APPLICABLE


@pytest.mark.parametrize("category", ["nursing", "pharmacy", "medical_technology", "management"])
@pytest.mark.parametrize("unit", [MUNICIPAL, MILITARY])
def test_non_clinical_staff_need_an_intermediate_title(category, unit):
    plan = policy(CITY)
    facts = {**unit, "staff_category": category}
    assert standing(plan, "non_clinical_sent", **facts, title_level="intermediate").code is Code.MAY
    assert standing(plan, "non_clinical_sent", **facts, title_level="junior").code is Code.MAY_NOT


def test_medical_communities_take_any_professional_of_intermediate_level():
    plan = policy(COMMUNITY)
    for category in ("physician", "nursing", "other"):
        facts = {**MUNICIPAL, "staff_category": category}
        assert standing(plan, "professionals_sent", **facts, title_level="intermediate").code is Code.MAY
        assert standing(plan, "professionals_sent", **facts, title_level="junior").code is Code.MAY_NOT
    private = {**MUNICIPAL, "ownership": "private"}
    assert standing(plan, "professionals_sent", **private, title_level="senior").code is Code.NOT_APPLICABLE


def test_wanzhou_asks_its_physicians_for_a_licence_and_for_no_title():
    plan = policy(WANZHOU)
    facts = {**COUNTY, "staff_category": "physician", "title_level": "none"}
    assert standing(plan, "physicians_sent", **facts, licence=("physician",)).code is Code.MAY
    assert standing(plan, "physicians_sent", **facts, licence=("assistant_physician",)).code is Code.MAY_NOT
    assert standing(plan, "physicians_sent", **facts, licence=()).code is Code.MAY_NOT


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ({"ownership": "public", "level": 2, "kind": "general_hospital"}, Code.MAY),
        ({"ownership": "public", "level": 1, "kind": "general_hospital"}, Code.NOT_APPLICABLE),
        ({"ownership": "public", "level": (), "kind": "cdc"}, Code.MAY),
        ({"ownership": "private", "level": 3, "kind": "general_hospital"}, Code.NOT_APPLICABLE),
        ({"ownership": "public", "kind": "general_hospital"}, Code.UNDETERMINED),
    ],
)
def test_wanzhou_encourages_pharmacy_nursing_and_technology_of_its_larger_institutions(unit, code):
    assert standing(policy(WANZHOU), "others_encouraged", staff_category="nursing", **unit).code is code


@pytest.mark.parametrize(
    ("title", "experience", "code"),
    [
        ("intermediate", True, Code.MAY),
        ("intermediate", False, Code.MAY_NOT),
        ("junior", True, Code.MAY_NOT),
        ("intermediate", None, Code.UNDETERMINED),
    ],
)
def test_wanzhous_deputy_directors_have_a_title_and_experience(title, experience, code):
    plan = policy(WANZHOU)
    assert plan.eligibility_clause("deputy_director").target is Target.DEPUTY_DIRECTOR
    found = standing(plan, "deputy_director", title_level=title, management_experience=experience)
    assert found.code is code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"years_of_clinical_work": 5}, Code.MAY),
        ({"years_of_clinical_work": 4}, Code.MAY_NOT),
        ({"years_of_clinical_work": 20, "title_level": "junior"}, Code.MAY_NOT),
        ({"years_of_clinical_work": 20, "licence": ()}, Code.MAY_NOT),
        ({}, Code.UNDETERMINED),
        ({"years_of_clinical_work": 5, "speciality": ("骨科",)}, Code.MAY),
    ],
)
def test_dianjiang_asks_for_three_things_together_five_years_included(facts, code):
    day = date(2018, 1, 1)
    assert standing(policy(DIANJIANG), "who_may_be_sent", day, **{**COUNTY, **DOCTOR, **facts}).code is code
