"""Every hard rule broken once, and what is the same speciality."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.rules.allocation.pairs import hindrances, possible
from assignments.rules.allocation.types import Hindrance
from assignments.rules.allocation.words import match, same_speciality
from deploy_admin.policies.language.explained import Truth
from tests.assignments.rules.allocation.helpers import LAST, a_person, a_problem, a_request

LEAVE = Hindrance("away_then", {}, date(2027, 2, 1), date(2027, 3, 31))
BROKEN = [
    ("person_may_not_go", {}, {"hindered": (Hindrance("person_may_not_go"),)}),
    ("speciality_differs", {"speciality": "全科"}, {}),
    ("staff_category_differs", {"staff_category": "physician"}, {"staff_category": "nursing"}),
    ("title_too_low", {"minimum_title": "associate_senior"}, {"title": "intermediate"}),
    ("title_too_low", {"minimum_title": "none"}, {"title": ""}),
    ("not_possible_then", {}, {"possible_from": date(2027, 1, 12)}),
    ("not_possible_then", {}, {"possible_to": date(2028, 1, 9)}),
    ("away_then", {}, {"hindered": (LEAVE,)}),
    ("elsewhere_then", {}, {"hindered": (Hindrance("elsewhere_then"),)}),
    ("outside_destinations", {"destination": Truth.NO}, {}),
    ("own_unit", {"unit": 100}, {}),
    ("own_unit", {}, {"own": frozenset({501})}),
]
KEPT = [
    ({"minimum_title": "intermediate"}, {"title": "senior"}),
    ({"first_day": date(2027, 2, 1)}, {"possible_from": date(2027, 2, 1)}),
    ({"first_day": date(2026, 1, 1)}, {}),
    ({}, {"possible_to": LAST}),
    ({"first_day": date(2027, 4, 1)}, {"hindered": (LEAVE,)}),
    ({"destination": Truth.UNKNOWN}, {}),
    ({"speciality": "全科", "also_accepts": ("儿科",)}, {}),
]


@pytest.mark.parametrize(("code", "asked", "told"), BROKEN)
def test_each_rule_by_itself_keeps_somebody_away(code, asked, told):
    request, person = a_request(1, asked.pop("speciality", "儿科"), **asked), a_person(1, **told)
    problem = a_problem([request], [person])
    assert [each.code for each in hindrances(problem, request, person)] == [code]
    assert possible(problem).size == 0


@pytest.mark.parametrize(("asked", "told"), KEPT)
def test_on_the_edge_of_each_rule_somebody_may_go(asked, told):
    request, person = a_request(1, asked.pop("speciality", "儿科"), **asked), a_person(1, **told)
    problem = a_problem([request], [person])
    assert hindrances(problem, request, person) == ()
    assert possible(problem).size == 1


def test_every_reason_is_told_in_its_order():
    request = a_request(1, "全科", destination=Truth.NO)
    person = a_person(1, hindered=(Hindrance("elsewhere_then"), Hindrance("person_may_not_go")))
    problem = a_problem([request], [person], bans=frozenset({(1, 1)}))
    assert [each.code for each in hindrances(problem, request, person)] == [
        "person_may_not_go",
        "speciality_differs",
        "elsewhere_then",
        "outside_destinations",
        "banned",
    ]


def test_a_ban_is_of_one_pairing():
    problem = a_problem([a_request(1), a_request(2)], [a_person(1)], bans=frozenset({(1, 1), (9, 9)}))
    assert set(possible(problem).at) == {(2, 1)}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("儿科", "儿科专业", True),
        ("儿科", " 儿 ", True),
        ("ＩＣＵ", "icu", True),
        ("科", "科", True),
        ("内科", "儿科", False),
        ("", "", False),
        ("全科医学科", "全科医学专业", True),
    ],
)
def test_a_speciality_is_compared_without_科_and_专业(one, other, same):
    assert same_speciality(one, other) is same


def test_one_that_would_do_too_is_relaxed_and_the_one_asked_for_exact():
    assert match("儿科", (), ("儿科专业",)) == "yes"
    assert match("儿科", ("全科",), ("全科",)) == "relaxed"
    assert match("儿科", ("全科",), ("全科", "儿科")) == "yes"
    assert match("全科", (), ("内科",)) == "no"
    assert match("", ("",), ("",)) == "no"
