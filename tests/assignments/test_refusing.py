"""Which facts refuse, read off conditions of every shape; and whom no clause tells apart."""

from __future__ import annotations

from datetime import date

import pytest

from assignments import refusing
from assignments.rules import Code, compiled
from deploy_admin.policies.language import load
from tests.policies.factories import HEAD

DAY = date(2026, 11, 22)
CLAUSE = """\
  - id: it
    topic: municipal_county.it
    label_zh: 条件
    label_en: Condition
    cite: 示范条款
    binding: mandatory
    target: dispatch
"""


def judge(*said: str):
    head = HEAD.format(slug="plan", place="500000", title="示范", since="2025-01-01", until="", section="eligibility")
    document = load(head + CLAUSE + "".join(f"    {line}\n" for line in said))
    [clause] = document.eligibility
    return compiled(clause, document, DAY)


@pytest.mark.parametrize(
    ("said", "facts", "expected"),
    [
        (["requires: {licence: physician}"], {"licence": ("registered_nurse",)}, ("fact:licence",)),
        (
            ["requires: {all: [{licence: physician}, {title_level: {at_least: intermediate}}]}"],
            {"licence": ("physician",), "title_level": "junior"},
            ("fact:title_level",),
        ),
        (
            ["requires: {any: [{licence: physician}, {degree: doctor}]}"],
            {"licence": (), "degree": "master"},
            ("fact:licence", "fact:degree"),
        ),
        (
            ["requires: {not: {unavailability: further_study}}"],
            {"unavailability": ("further_study",)},
            ("fact:unavailability",),
        ),
        (
            ["requires: {not: {all: [{sex: male}, {age: {at_least: 55}}]}}"],
            {"sex": "male", "age": 55},
            ("fact:sex", "fact:age"),
        ),
        (
            ["requires: {not: {any: [{sex: male}, {age: {at_least: 55}}]}}"],
            {"sex": "female", "age": 55},
            ("fact:age",),
        ),
        (
            ["requires: {all: [{licence: physician}, {any: [{degree: doctor}, {age: {at_least: 30}}]}]}"],
            {"licence": (), "degree": "master", "age": 40},
            ("fact:licence",),  # the other part is met, so it refuses nothing
        ),
        (["documents: [{documents_held: 合格证}]"], {"documents_held": ()}, ("fact:documents_held",)),
        (
            [
                "alternatives:",
                "  - {id: one, label_zh: 一, label_en: one, requires: {degree: doctor}}",
                "  - {id: two, label_zh: 二, label_en: two, requires: {title_level: senior}}",
            ],
            {"degree": "master", "title_level": "junior"},
            ("fact:degree", "fact:title_level"),
        ),
    ],
)
def test_the_facts_that_refuse_are_named_and_no_others(said, facts, expected):
    judged = judge(*said)
    sheet = {DAY: facts}
    assert judged(sheet).code is Code.MAY_NOT
    assert refusing.refusals(judged)(sheet) == expected


def test_a_requirement_that_is_met_refuses_nothing():
    judged = judge("requires: {any: [{licence: physician}, {degree: doctor}]}")
    assert refusing.refusals(judged)({DAY: {"licence": ("physician",), "degree": "master"}}) == ()


def test_numbers_are_told_apart_at_the_limits_only():
    scales = refusing.Scales(
        [judge("requires: {all: [{age: {at_least: 30}}, {age: {less_than: 55}}, {level: 3}]}").clause]
    )
    assert scales.place("age", 31) == scales.place("age", 54)
    assert len({scales.place("age", age) for age in (29, 30, 31, 55, 56)}) == 5
    assert scales.place("age", None) is None
    assert scales.place("title_since", date(2020, 1, 1)) == date(2020, 1, 1)
    assert scales.place("age", ()) == ()


@pytest.mark.parametrize("age", range(20, 66))
def test_whoever_shares_a_place_shares_the_answer(age):
    judged = judge(
        "requires: {all: [{age: {at_least: 30}}, {age: {less_than: 55}}]}",
        "exemptions: [{id: old, label_zh: 年长, label_en: old, when: {age: {more_than: 57}}}]",
    )
    scales = refusing.Scales([judged.clause])
    answers = {other: judged({DAY: {"age": other}}) for other in range(20, 66)}
    same = [other for other in answers if scales.place("age", other) == scales.place("age", age)]
    assert {answers[other] for other in same} == {answers[age]}
