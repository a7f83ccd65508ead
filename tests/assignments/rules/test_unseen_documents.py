"""Plans from elsewhere, written after the language: each must give the right answer without a line of code."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.rules import EVER, Code
from deploy_admin.policies.language import Undetermined
from tests.assignments.rules.helpers import DAY, judge, policy, standing

POST = {"ownership": "public", "employment_mode": "establishment", "licence": ("physician",)}


@pytest.mark.parametrize(
    ("sex", "age", "code"),
    [
        ("male", 54, Code.MAY),
        ("male", 55, Code.EXEMPT),  # the birthday itself
        ("female", 49, Code.MAY),
        ("female", 50, Code.EXEMPT),
        ("female", None, Code.MAY),
    ],
)
def test_men_of_55_and_women_of_50_need_not_go(sex, age, code):
    facts = {**POST, "sex": sex, "age": age, "unavailability": (), "staff_category": "physician"}
    found = standing(policy("exempt-by-age"), "who_goes", **facts)
    assert found.code is code
    assert found.exemption == ("by_age" if code is Code.EXEMPT else None)


def test_nobody_goes_while_nursing_and_managers_wait_during_one_year():
    plan = policy("exempt-by-age")
    young = {**POST, "sex": "female", "age": 30, "staff_category": "management", "unavailability": ()}
    assert standing(plan, "who_goes", date(2026, 12, 31), **young).exemption == "building_year"
    assert standing(plan, "who_goes", date(2027, 1, 1), **young).code is Code.MAY
    nursing = {**young, "unavailability": ("pregnancy_nursing",)}
    assert standing(plan, "who_goes", date(2027, 1, 1), **nursing).exemption == "mothers"
    contract = {**young, "employment_mode": "off_establishment"}
    assert standing(plan, "who_goes", **contract).code is Code.NOT_APPLICABLE


CHOSEN = {
    "staff_category": "physician",
    "documents_held": ("住院医师规范化培训合格证", "急诊急救培训合格证"),
    "documents_valid": ("急诊急救培训合格证",),
    "title_level": "junior",
    "events": (),
}


@pytest.mark.parametrize(
    ("events", "code", "bar"),
    [
        ([], Code.MAY, None),
        ([("disciplinary_sanction", "2025-03-10")], Code.BARRED, "sanction"),
        ([("disciplinary_sanction", "2025-03-09")], Code.MAY, None),
        ([("appraisal_unqualified", "2025-12-31")], Code.MAY, None),
        (
            [("appraisal_unqualified", "2025-12-31"), ("appraisal_unqualified", "2023-12-31")],
            Code.BARRED,
            "two_appraisals",
        ),
        ([("medical_accident", "2010-01-01")], Code.BARRED, "accident"),
        ([("refused_deployment", "2010-01-01")], Code.UNDETERMINED, None),
        ([("service_void", "2025-03-05")], Code.BARRED, "quarantine"),
        ([("service_void", "2025-03-04")], Code.UNDETERMINED, None),
    ],
)
def test_papers_and_what_happened_before(events, code, bar):
    held = tuple((event, date.fromisoformat(day)) for event, day in events)
    found = standing(policy("papers-and-bars"), "selection", **{**CHOSEN, "events": held})
    assert (found.code, found.bar) == (code, bar)


def test_a_paper_that_ran_out_is_not_enough_and_an_accident_does_not_bar_the_senior():
    plan = policy("papers-and-bars")
    assert standing(plan, "selection", **{**CHOSEN, "documents_valid": ()}).code is Code.MAY_NOT
    accident = (("medical_accident", date(2010, 1, 1)),)
    facts = {**CHOSEN, "events": accident, "title_level": "intermediate"}
    assert standing(plan, "selection", **facts).code is Code.MAY


@pytest.mark.parametrize(
    ("facts", "code", "alternative"),
    [
        ({"title_level": "intermediate", "years_in_title": 2, "education": "bachelor"}, Code.MAY, "title"),
        ({"title_level": "intermediate", "years_in_title": 1, "education": "bachelor"}, Code.MAY_NOT, None),
        ({"title_level": "none", "years_in_title": (), "education": "master"}, Code.MAY, "degree"),
        ({"title_level": "junior", "education": "doctor"}, Code.MAY, "degree"),
        ({"title_level": "junior"}, Code.UNDETERMINED, None),
    ],
)
def test_two_years_of_title_or_a_masters_education(facts, code, alternative):
    asked = judge(policy("title-or-degree"), "experts")
    then = date(2020, 12, 31)
    held = {DAY: {"licence": ("physician",), **facts}, then: {"employment_mode": "establishment"}, EVER: {}}
    assert (asked(held).code, asked(held).alternative) == (code, alternative)
    moved = {**held, then: {"employment_mode": "off_establishment"}, EVER: {"remote": (True,)}}
    assert asked(moved).code is code


def test_parts_may_be_mixed_where_the_plan_says_so_and_unset_years_stay_open():
    plan = policy("title-or-degree")
    known = {"graduate_village_doctor": False}
    assert standing(plan, "heads", title_level="senior", years_of_clinical_work=10, **known).code is Code.MAY
    assert standing(plan, "heads", title_level="junior", years_of_clinical_work=30, **known).code is Code.MAY_NOT
    open_ = standing(plan, "heads", title_level="senior", years_of_clinical_work=9, **known)
    assert (open_.code, open_.missing) == (Code.UNDETERMINED, ("threshold:years_of_clinical_work",))


def test_what_nobody_keeps_yet_is_said_to_be_so():
    asked = judge(policy("title-or-degree"), "heads")
    held = {DAY: {"title_level": "junior", "years_of_clinical_work": 1}}
    assert asked(held).code is Code.UNDETERMINED
    assert asked.explain(held).value == Undetermined(("fact:graduate_village_doctor",), reason="not_built")
