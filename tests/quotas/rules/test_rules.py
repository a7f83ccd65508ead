"""The interpreter's promises: bounds, verdicts, explanations, scope, memory and speed."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date

import pytest

from deploy_admin.months import Period
from deploy_admin.policies.language import Binding, Enforcement, Explained, Truth
from quotas.rules import Case, Outcome, Reading, Ref, State, Tally, VerdictCode, Way, compile_quota, verdict
from tests.policies.language.helpers import document
from tests.quotas.rules.helpers import YEAR, bound, case, district, outcome, policy

MANDATORY, PRINCIPLE, ENCOURAGED = Binding.MANDATORY, Binding.IN_PRINCIPLE, Binding.ENCOURAGED


def test_a_minimum_stands_under_what_is_unknown():
    quota = bound("amount: {share: '0.40', of: {measure: beds}}\nminimum: 2")
    unknown = outcome(quota, None)
    assert (unknown.state, unknown.required, unknown.at_least, unknown.at_most) == (State.UNDETERMINED, None, 2, None)
    assert outcome(quota, 1).required == 2
    assert outcome(quota, 100).required == 40


def test_a_maximum_that_is_reached_decides_without_the_rest():
    quota = bound("amount: {share: '0.40', of: {sum: [{measure: beds}, {measure: dedicated_posts}]}}\nmaximum: 5")
    assert outcome(quota, 100, None).required == 5
    part = outcome(quota, 5, None)
    assert (part.state, part.at_least, part.at_most) == (State.UNDETERMINED, 2, 5)


def test_minimum_and_maximum_that_meet_leave_nothing_open():
    assert outcome(bound("amount: {share: null, of: {measure: beds}}\nminimum: 2\nmaximum: 2"), None).required == 2


def test_a_number_left_open_is_undetermined():
    for amount, missing in (
        ("{fixed: null}", "number"),
        ("{per_unit: null, of: {constant: 5}}", "ratio"),
        ("{share: '0.5', of: {constant: null}}", "constant"),
        ("{share: '0.5', of: {posts: null}}", "posts"),
        ("{bands: [{gives: null}], of: {constant: 5}}", "number"),
    ):
        owed = outcome(bound(f"amount: {amount}"))
        assert (owed.state, owed.missing) == (State.UNDETERMINED, (missing,)), amount


@pytest.mark.parametrize(
    ("rounding", "base", "owed"), [("up", 5, 3), ("down", 5, 2), ("half_up", 5, 3), ("half_up", 3, 2), ("down", 4, 2)]
)
def test_rounding_is_said(rounding, base, owed):
    assert (
        outcome(bound(f"amount: {{share: '0.5', of: {{measure: beds}}, rounding: {rounding}}}"), base).required == owed
    )


def test_exclusive_bounds_leave_their_own_number_out():
    quota = bound("amount: {between: {more_than: '1', less_than: '2'}, per: 1000, of: {population: unit}}")
    owed = outcome(quota, population=5000)
    assert (owed.required, owed.maximum) == (6, 9)
    assert outcome(quota, population=1000).state is State.NO_WHOLE_NUMBER
    unknown = outcome(quota, population=None)
    assert (unknown.state, unknown.missing) == (State.UNDETERMINED, ("fact:population",))


def test_a_year_offset_means_the_period_of_the_same_shape():
    body = (
        "period: {twelve_from: 9, labelled_by: first_year}\n"
        "amount: {share: '1', of: {measure: beds, year: {offset: -2}}}"
    )
    quota = bound(body, period=Period.twelve(2025, 9))
    assert quota.needs[0].period == Period.twelve(2023, 9)


def test_a_district_total_asks_only_the_units_that_count():
    quota = bound(policy("wanzhou-county-township-2022"), "district_total", Period.year(2022))
    county, city = {"tier": "county"}, {"tier": "municipal"}
    owed = quota.outcome(district(quota, (county, (20, 30)), (county, (5, 0)), (city, (100, 100))))
    assert owed.required == 20
    assert {each.unit for each in owed.contributions} == {1, 2}
    unsure = quota.outcome(district(quota, (county, (25, 30)), ({}, (10, 10))))
    assert (unsure.state, unsure.at_least) == (State.UNDETERMINED, 20)
    assert "units" in unsure.missing
    harmless = quota.outcome(district(quota, (county, (25, 30)), ({}, (0, 0))))
    assert harmless.required == 20


def test_one_missing_unit_leaves_the_district_undetermined_with_its_bound():
    quota = bound(policy("chongqing-county-township-2021"), "district_total")
    owed = quota.outcome(district(quota, ({"tier": "county"}, (20,)), ({"tier": "county"}, (None,))))
    assert (owed.state, owed.required, owed.at_least) == (State.UNDETERMINED, None, 16)


def test_where_a_clause_applies_is_a_matter_of_place():
    quota = bound(policy("wanzhou-county-township-2022"), "district_total", Period.year(2022))
    day = quota.period.last
    assert quota.applies({day: {"located_in": ("500101", "500000")}}) is Truth.YES
    assert quota.applies({day: {"located_in": ("500231", "500000")}}) is Truth.NO
    assert quota.applies({day: {}}) is Truth.UNKNOWN
    pilot = bound(policy("chongqing-township-village-2024"), "one_qualified_doctor")
    assert pilot.applies({pilot.period.last: {"located_in": ("500101", "500000")}}) is Truth.NO
    assert pilot.applies({pilot.period.last: {"located_in": ("500233", "500000")}}) is Truth.YES


def test_facts_that_nothing_feeds_make_a_clause_not_computed():
    quota = bound("amount: {fixed: 2}\nowed_by: {remote: true, as_of: ever}")
    owed = outcome(quota, remote=True)
    assert (owed.state, owed.missing) == (State.NOT_COMPUTED, ("fact:remote:ever",))
    years = bound("amount: {fixed: 2}\nperiod: {application_year: 12}")
    assert outcome(years).missing == ("period:application_year",)


def test_facts_are_asked_on_the_days_the_clause_says():
    quota = bound(
        "amount: {fixed: 2}\nowed_by: {all: [{affiliation: municipal, as_of: period_start}, {remote: true}]}"
    )
    assert quota.fact_days == {YEAR.first, YEAR.last}
    sheet = {YEAR.first: {"affiliation": "municipal"}, YEAR.last: {"affiliation": "district", "remote": True}}
    assert quota.outcome(Case(sheet)).required == 2


def test_in_force_is_that_of_document_and_clause():
    body = "amount: {fixed: 2}\nin_force: {from: 2026-01-01, to: 2026-12-31}"
    doc = document(body)
    compiled = compile_quota(doc.quotas[0], doc)
    assert [compiled.exists_for(date(year, 6, 1)) for year in (2025, 2026, 2027)] == [False, True, False]
    assert compiled.period_of(date(2026, 6, 1)) == Period.year(2026)
    assert compiled.for_period(YEAR) is compiled.for_period(Period.year(2025))


# ---------------------------------------------------------------- verdicts


def owed(required: int | None, maximum: int | None = None) -> Outcome:
    state = State.UNDETERMINED if required is None else State.KNOWN
    way = Way("main", None, None, state, required, maximum, required or 0, required)
    return Outcome(state, required, maximum, required or 0, required, ways=(way,))


@pytest.mark.parametrize(
    ("binding", "count", "ended", "reason", "code"),
    [
        (MANDATORY, 3, False, False, "met"),
        (MANDATORY, 2, False, False, "pending"),
        (MANDATORY, 2, True, False, "short"),
        (MANDATORY, 2, True, True, "short"),
        (MANDATORY, None, True, False, "pending"),
        (PRINCIPLE, 2, True, False, "short"),
        (PRINCIPLE, 2, True, True, "explained"),
        (PRINCIPLE, 2, False, True, "pending"),
        (PRINCIPLE, 3, True, True, "met"),
        (ENCOURAGED, 2, True, False, "target_gap"),
        (ENCOURAGED, 2, False, False, "target_gap"),
        (ENCOURAGED, 3, True, False, "met"),
        (ENCOURAGED, None, False, False, "pending"),
    ],
)
def test_a_count_is_judged_by_binding_and_time(binding, count, ended, reason, code):
    tally = None if count is None else Tally(count)
    judged = verdict(owed(3), binding=binding, tally=tally, period_ended=ended, reason_given=reason)
    assert judged.code == code
    assert judged.coordinate is False


def test_what_is_undetermined_is_never_compared_with_a_count():
    for count in (None, 0, 1000):
        tally = None if count is None else Tally(count)
        judged = verdict(owed(None), binding=MANDATORY, tally=tally, period_ended=True)
        assert (judged.code, judged.compared_with, judged.gap) == (VerdictCode.UNDETERMINED, None, None)


def test_too_many_is_a_finding_too():
    judged = verdict(owed(3, 5), binding=MANDATORY, tally=Tally(6), period_ended=False)
    assert (judged.code, judged.gap, judged.compared_with) == (VerdictCode.TOO_MANY, 1, 5)
    assert verdict(owed(3, 5), binding=ENCOURAGED, tally=Tally(6), period_ended=True).code == "target_gap"
    assert verdict(owed(3, 5), binding=MANDATORY, tally=Tally(5), period_ended=True).code == "met"


def test_a_duty_to_be_co_ordinated_is_never_ranked():
    for count in (0, 9):
        judged = verdict(
            owed(3), binding=MANDATORY, enforcement=Enforcement.COORDINATE, tally=Tally(count), period_ended=True
        )
        assert judged.coordinate
        assert not judged.ranks


def test_what_does_not_apply_has_no_verdict_to_speak_of():
    none = Outcome(State.NOT_APPLICABLE)
    assert verdict(none, binding=MANDATORY, tally=Tally(5), period_ended=True).code == "not_applicable"


# ---------------------------------------------------------------- explanations


def test_an_explanation_carries_rows_and_comes_back_exactly():
    quota = bound(policy("chongqing-municipal-county-2025"), "physicians")
    need = quota.needs[0]
    refs = (Ref("figure:812", "clinical", 6, 2, "signed", 7), Ref("figure:813", "tcm", 1, 1, "expected", 7))
    held = replace(case(quota, 0, affiliation="municipal"), readings={need: Reading(7, 7, (), (), True, refs)}, unit=7)
    explained = quota.explain(held)
    assert explained.value == 3 == quota.outcome(held).required
    assert [(step.operation, step.result) for step in explained.steps] == [
        ("owed_by", "yes"),
        ("figure", 7),
        ("share", "2.8"),
        ("round", 3),
    ]
    row = explained.steps[1].inputs[1]
    assert (row.ref, row.revision, row.state, row.unit, row.value, row.on) == ("figure:812", 2, "signed", 7, 6, "2024")
    assert Explained.from_json(json.loads(json.dumps(explained.to_json()))) == explained
    assert quota.outcome(held).provisional


def test_an_undetermined_explanation_names_what_is_missing_and_its_bounds():
    quota = bound("amount: {share: '0.40', of: {measure: beds}}\nminimum: 2")
    explained = quota.explain(case(quota, None))
    assert not explained.is_known
    assert (explained.value.missing, explained.value.at_least, explained.value.reason) == (
        ("beds/2025",),
        2,
        "missing",
    )
    assert Explained.from_json(json.loads(json.dumps(explained.to_json()))) == explained


def test_an_outcome_is_plain_values_and_comes_back():
    quota = bound(policy("wanzhou-county-township-2022"), "district_total", Period.year(2022))
    made = quota.outcome(district(quota, ({"tier": "county"}, (25, None))))
    assert Outcome.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_equal_inputs_give_the_same_object_whatever_rows_they_came_from():
    quota = bound(policy("chongqing-municipal-county-2025"), "physicians")
    need = quota.needs[0]
    one = replace(case(quota, 7, affiliation="municipal"), readings={need: Reading.of(7, refs=(Ref("a", "a", 7),))})
    two = replace(case(quota, 7, affiliation="municipal"), readings={need: Reading.of(7, refs=(Ref("b", "b", 7),))})
    assert quota.outcome(one) is quota.outcome(two)
    expected = replace(one, readings={need: Reading.of(7, provisional=True)})
    assert quota.outcome(expected).provisional
    assert not quota.outcome(one).provisional


def test_sixty_thousand_quotas_take_a_moment():
    plan = policy("chongqing-municipal-county-2025")
    quotas = [bound(plan, clause.id) for clause in plan.quotas] + [bound(policy("head-count"), "tertiary")]
    facts = {"affiliation": "municipal", "ownership": "public", "level": 3, "located_in": ("500101", "500000")}
    sheet = {YEAR.last: facts}
    needs = [need for quota in quotas for need in quota.needs]
    cases = [Case(sheet, {need: Reading.of(n % 300) for need in needs}) for n in range(15_000)]
    began = time.perf_counter()
    total = sum(quota.outcome(held).required or 0 for held in cases for quota in quotas)
    assert time.perf_counter() - began < 3  # a tenth of a second on the machine it was written on
    assert total
