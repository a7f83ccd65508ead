"""Conditions: Kleene's laws, leaves of every kind, as-of days, and what is missing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from deploy_admin.policies.language import Truth
from deploy_admin.policies.language.conditions import written_long, written_short
from deploy_admin.policies.language.judging import EVER, compile_condition, days_asked, missing_facts
from deploy_admin.policies.language.types import Condition
from tests.policies.language.helpers import HEAD, document

DAY = date(2025, 12, 31)
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
truths = st.sampled_from(Truth)


@given(truths, truths, truths)
def test_the_laws_of_three_values(a, b, c):
    assert a & b is b & a
    assert a | b is b | a
    assert (a & b) & c is a & (b & c)
    assert (a | b) | c is a | (b | c)
    assert a & (b | c) is (a & b) | (a & c)
    assert ~(a & b) is ~a | ~b
    assert ~(a | b) is ~a & ~b
    assert ~~a is a
    assert a & a is a
    assert a | (a & b) is a


def test_what_is_unknown_stays_so_unless_the_other_side_decides():
    assert NO & UNKNOWN is NO
    assert YES & UNKNOWN is UNKNOWN
    assert YES | UNKNOWN is YES
    assert NO | UNKNOWN is UNKNOWN
    assert ~UNKNOWN is UNKNOWN
    with pytest.raises(TypeError):
        bool(UNKNOWN)


def resolve(as_of):
    if as_of is None:
        return DAY
    return EVER if as_of == "ever" else getattr(as_of, "day", date(2025, 1, 1))


def judged(condition: str, facts: dict, *, head: str = HEAD, **other_days: dict) -> Truth:
    doc = document(f"amount: {{fixed: 2}}\nowed_by: {condition}", head=head)
    sheet = {DAY: facts, date(2025, 1, 1): other_days.get("start", {}), EVER: other_days.get("ever", {})}
    return compile_condition(doc.quotas[0].owed_by, doc, resolve)(sheet)


@pytest.mark.parametrize(
    ("condition", "facts", "truth"),
    [
        ("{affiliation: municipal}", {"affiliation": "municipal"}, YES),
        ("{affiliation: [municipal, military]}", {"affiliation": "district"}, NO),
        ("{affiliation: municipal}", {"affiliation": None}, UNKNOWN),
        ("{affiliation: municipal}", {}, UNKNOWN),
        ("{remote: false}", {"remote": False}, YES),
        ("{located_in: '500101'}", {"located_in": ("500101", "500000")}, YES),
        ("{located_in: '500101'}", {"located_in": ["500231", "500000"]}, NO),
        ("{level: {at_least: 2}}", {"level": 2}, YES),
        ("{level: {more_than: 2}}", {"level": 2}, NO),
        ("{level: {at_most: 2}}", {"level": 3}, NO),
        ("{population: {less_than: 800}}", {"population": 800}, NO),
        ("{population: {less_than: 800}}", {"population": 799}, YES),
        ("{tier: {at_least: county}}", {"tier": "municipal"}, YES),
        ("{tier: {at_least: county}}", {"tier": "township"}, NO),
        ("{all: [{remote: true}, {affiliation: municipal}]}", {"remote": False}, NO),
        ("{any: [{remote: true}, {affiliation: municipal}]}", {"remote": True}, YES),
        ("{any: [{remote: true}, {affiliation: municipal}]}", {"remote": False}, UNKNOWN),
        ("{not: {affiliation: municipal}}", {}, UNKNOWN),
        ("{not: {affiliation: municipal}}", {"affiliation": "military"}, YES),
    ],
)
def test_a_condition_is_answered(condition, facts, truth):
    assert judged(condition, facts) is truth


def test_a_named_set_is_asked():
    head = HEAD + "sets: [{id: far, label_zh: 偏远, label_en: far, values: ['500229']}]\n"
    assert judged("{located_in: {in_set: far}}", {"located_in": ("500229",)}, head=head) is YES


def test_a_fact_is_asked_as_of_its_day():
    now, before = {"affiliation": "municipal"}, {"affiliation": "district"}
    assert judged("{affiliation: municipal}", now, start=before) is YES
    assert judged("{affiliation: municipal, as_of: period_start}", now, start=before) is NO
    assert judged("{remote: true, as_of: ever}", {"remote": False}, ever={"remote": (False, True)}) is YES


def test_what_is_missing_is_named_once_and_days_are_known():
    body = "owed_by: {any: [{affiliation: municipal}, {affiliation: military}, {remote: true, as_of: period_start}]}"
    doc = document(f"amount: {{fixed: 2}}\n{body}")
    condition = doc.quotas[0].owed_by
    assert missing_facts(condition, {DAY: {}}, resolve) == ("fact:affiliation", "fact:remote")
    assert days_asked([condition], resolve) == {DAY, date(2025, 1, 1)}


@pytest.mark.parametrize(
    "written",
    [
        {"affiliation": "municipal"},
        {"affiliation": ["municipal", "military"]},
        {"level": {"at_least": 2}},
        {"speciality": {"in_set": "scarce"}},
        {"all": [{"remote": True}, {"not": {"kind": "chsc"}}]},
        {"remote": True, "as_of": {"day": "2020-12-31"}},
    ],
)
def test_the_short_form_is_written_back_as_it_was(written):
    assert written_short(TypeAdapter(Condition).validate_python(written)) == written
    assert written_long(written_long(written)) == written_long(written)
