"""What the types cannot say: facts in their place, contradictions, ranges, ratios, topics and dates."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from deploy_admin.policies.language import Fault, load
from deploy_admin.policies.language.faults import SENTENCES
from deploy_admin.policies.language.validation import adoption_faults
from tests.policies.language.helpers import HEAD, codes, document, faults, text

FIXED = "amount: {fixed: 2}\n"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("{afiliation: municipal}", "unknown_fact"),
        ("{age: {at_least: 30}}", "fact_out_of_place"),
        ("{affiliation: municipality}", "fact_value"),
        ("{remote: 1}", "fact_value"),
        ("{level: high}", "fact_value"),
        ("{level: {at_least: second}}", "fact_type"),
        ("{population: {at_least: true}}", "fact_type"),
        ("{affiliation: {at_least: municipal}}", "fact_not_ordered"),
        ("{located_in: 万州}", "fact_type"),
        ("{kind: {in_set: hospitals}}", "unknown_set"),
        ("{affiliation: []}", "empty_list"),
        ("{all: []}", "empty_condition"),
        ("{}", "empty_condition"),
        ("{affiliation: municipal, ownership: public}", "several_facts"),
        ("{level: {at_least: 4}}", "threshold_never_met"),
        ("{level: {less_than: 1}}", "threshold_never_met"),
        ("{tier: {more_than: municipal}}", "threshold_never_met"),
        ("{all: [{affiliation: municipal}, {affiliation: military}]}", "contradiction"),
        ("{all: [{affiliation: municipal}, {not: {affiliation: [municipal, other]}}]}", "contradiction"),
        ("{all: [{remote: true}, {all: [{remote: false}]}]}", "contradiction"),
        ("{all: [{population: {at_least: 900}}, {population: {less_than: 900}}]}", "contradiction"),
        ("{population: {at_least: 900, at_most: 800}}", "contradiction"),
        ("{all: [{level: 1}, {level: {at_least: 2}}]}", "contradiction"),
        ("{all: [{tier: {at_least: county}}, {tier: village}]}", "contradiction"),
        ("{any: [{kind: chsc}, {all: [{kind: chsc}, {kind: cdc}]}]}", "contradiction"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(condition, code):
    assert code in codes(text(f"{FIXED}owed_by: {condition}"))


@pytest.mark.parametrize(
    "condition",
    [
        "{all: [{affiliation: [municipal, military]}, {affiliation: military}]}",
        "{all: [{located_in: '500101'}, {located_in: '500000'}]}",
        "{all: [{affiliation: municipal}, {affiliation: military, as_of: period_start}]}",
        "{all: [{level: {at_least: 2}}, {level: {at_most: 2}}]}",
        "{any: [{affiliation: municipal}, {affiliation: military}]}",
        "{population: {at_least: 800, less_than: 900}}",
        "{remote: true, as_of: {day: 2020-12-31}}",
    ],
)
def test_a_condition_that_can_be_met_is_accepted(condition):
    assert document(f"{FIXED}owed_by: {condition}")


def test_facts_have_their_place():
    assert document(
        FIXED + "counts: {who: {age: {less_than: 55}}, where: {all: [{kind: chsc}, {same_district: true}]}}"
    )
    assert "fact_out_of_place" in codes(text(FIXED + "counts: {who: {kind: chsc}}"))
    assert "fact_out_of_place" in codes(text(FIXED + "counts: {where: {licence: physician}}"))
    assert "as_of_not_dated" in codes(
        text(FIXED + "counts: {who: {hire_date: {at_least: 2020-01-01}, as_of: period_start}}")
    )


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("{share: '40', of: {constant: 7}}", "ratio_out_of_range"),
        ("{share: '-0.1', of: {constant: 7}}", "ratio_out_of_range"),
        ("{share: '0.4', of: {measure: promotions}}", "unknown_measure"),
        ("{share: '0.4', of: {measure: beds, dimensions: {practice_category: tcm}}}", "unknown_dimension"),
        (
            "{share: '0.4', of: {measure: promoted_associate_chief, dimensions: {practice_category: [surgery]}}}",
            "dimension_value",
        ),
        ("{share: '0.4', of: {measure: beds, units: {tier: county}}}", "unit_scope_units"),
        ("{share: '0.4', of: {measure: beds, year: {either: [current, current]}}}", "either_same"),
        ("{share: '0.4', of: {sum: [{measure: beds, year: {either: [current, previous]}}]}}", "either_once"),
        ("{share: '0.4', of: {measure: beds}, by: practice_category}", "by_without_per_category"),
        (
            "{share: '0.4', of: {constant: 7}, taken: per_category, by: practice_category}",
            "per_category_without_dimension",
        ),
        ("{share: {tcm: '0.4'}, of: {measure: promoted_associate_chief}}", "whole_ratio_expected"),
        (
            "{share: {tcm: '0.4', surgery: '0.1'}, of: {measure: promoted_associate_chief, dimensions: "
            "{practice_category: [tcm, dental]}}, taken: per_category, by: practice_category}",
            "ratio_for_unknown_category",
        ),
        (
            "{share: {tcm: '0.4'}, of: {measure: promoted_associate_chief, dimensions: "
            "{practice_category: [tcm, dental]}}, taken: per_category, by: practice_category}",
            "ratio_missing_for_category",
        ),
        ("{per_unit: '0', of: {constant: 7}}", "not_positive"),
        ("{per_unit: '1', of: {posts: borrowed_posts}}", "unknown_measure"),
        ("{between: {at_least: 5, at_most: 3}}", "empty_range"),
        ("{between: {more_than: 3, less_than: 4}}", "empty_range"),
        ("{between: {more_than: '1.2', at_most: '1.2'}, of: {population: unit}, per: 1000}", "empty_range"),
        ("{between: {}}", "open_range"),
        ("{between: {at_least: 3, more_than: 2}}", "two_bounds"),
        ("{between: {at_least: -1}}", "negative"),
        ("{bands: [{less_than: 10, gives: 1}, {at_least: 9, gives: 2}], of: {population: unit}}", "bands_overlap"),
        ("{bands: [{at_most: 10, gives: 1}, {at_least: 10, gives: 2}], of: {population: unit}}", "bands_overlap"),
        ("{bands: [{gives: 1}, {at_least: 10, gives: 2}], of: {population: unit}}", "bands_overlap"),
        ("{bands: [{less_than: 10, gives: 1}, {more_than: 10, gives: 2}], of: {population: unit}}", "bands_gap"),
        ("{bands: [{at_least: 1, gives: 1}], of: {population: unit}}", "bands_gap"),
        ("{bands: [{less_than: 10, gives: 1}], of: {population: unit}}", "bands_gap"),
        ("{bands: [{at_least: 10, less_than: 10, gives: 1}], of: {population: unit}}", "empty_range"),
        ("{fixed: -1}", "wrong_type"),
        ("{fixed: true}", "wrong_type"),
        ("{twice: 2}", "wrong_type"),
    ],
)
def test_an_amount_that_cannot_be_meant_is_refused(amount, code):
    assert code in codes(text(f"amount: {amount}"))


def test_a_range_is_refused_only_where_it_could_never_hold_a_whole_number():
    assert document("amount: {between: {at_least: '1.2', at_most: '1.7'}, per: 1000, of: {population: unit}}")
    assert document("amount: {between: {at_least: 5, at_most: 5}}")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("minimum: 3\nmaximum: 2", "minimum_over_maximum"),
        ("in_force: {from: 2025-02-01, to: 2025-01-01}", "dates_reversed"),
        ("in_force: {from: 2024-02-01}", "outside_document"),
        ("period: {programme: {from: 2026-01-01, to: 2025-01-01}}", "dates_reversed"),
        ("period: {twelve_from: 13, labelled_by: first_year}", "wrong_type"),
        ("enforcement: {army: coordinate}", "enforcement_value"),
        ("overrides: [another]", "unknown_clause"),
        ("overrides: [one]", "overrides_itself"),
        ("scope: {group: communities}", "unknown_fact"),
        ("composition: [{id: a, label_zh: 甲, label_en: a, of: {age: {at_least: 30}}}]", "composition_empty"),
        ("composition: [{id: a, label_zh: 甲, label_en: a, of: {kind: chsc}, at_least: 1}]", "fact_out_of_place"),
        ("counts: {term: {at_least: 1 year}}", "wrong_type"),
        ("counts: {term: {at_least: 1 months, less_than: 3 months}}", "wrong_type"),
        ("pilot: ['5001']", "wrong_type"),
    ],
)
def test_a_clause_that_cannot_be_meant_is_refused(lines, code):
    assert code in codes(text(FIXED + lines))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("issued: 2025-01-01\n", "", "issued_needs_note"),
        ('jurisdiction: "500000"', 'jurisdiction: "500000"\nlevel: district', "level_differs"),
        ('jurisdiction: "500000"', "jurisdiction: zone:liangjiang", "level_needed"),
        ("in_force: {from: 2025-01-01}", "in_force: {from: 2025-01-01, to: 2024-01-01}", "dates_reversed"),
        ("issued: 2025-01-01", "issued: 2025-02-30", "wrong_type"),
        ("title_zh: 方案", "title_zh: ''", "wrong_type"),
        ("policy: a-policy", "policy: A Policy", "wrong_type"),
    ],
)
def test_a_head_that_cannot_be_meant_is_refused(old, new, code):
    assert code in codes(text(FIXED, head=HEAD.replace(old, new)))


def test_a_zone_without_a_code_says_its_level():
    head = HEAD.replace('jurisdiction: "500000"', "jurisdiction: zone:liangjiang\nlevel: district")
    assert document(FIXED, head=head).level == "district"


def two_clauses(first: str, second: str, topic: str = "municipal_county.people") -> str:
    return text(FIXED + first) + text(FIXED + second, clause_id="two", topic=topic).split("quotas:\n")[1]


def test_two_clauses_on_one_topic_must_say_which_holds():
    assert codes(two_clauses("", "")) == {"same_topic"}
    assert load(two_clauses("", "holds_with: [one]"))
    assert load(two_clauses("overrides: [two]", ""))
    assert load(two_clauses("", "", topic="municipal_county.others"))


def test_two_clauses_on_one_topic_for_different_units_or_days_need_not_say():
    assert load(two_clauses("owed_by: {affiliation: municipal}", "owed_by: {affiliation: military}"))
    assert load(two_clauses("in_force: {to: 2025-12-31}", "in_force: {from: 2026-01-01}"))
    assert load(two_clauses("pilot: ['500101']", "pilot: ['500231']"))
    assert codes(two_clauses("owed_by: {affiliation: municipal}", "owed_by: {ownership: public}")) == {"same_topic"}


def test_one_id_names_one_clause():
    twice = text(FIXED) + text(FIXED, topic="municipal_county.others").split("quotas:\n")[1]
    assert [(fault.code, fault.path) for fault in faults(twice)] == [("duplicate_id", "quotas[1].id")]


def test_a_draft_with_later_sections_loads_but_is_not_adopted():
    draft = load(text(FIXED) + "later: {presence: {receivers: []}}\n")
    assert [fault.code for fault in adoption_faults(draft)] == ["section_not_interpreted"]
    assert adoption_faults(document(FIXED)) == []
    only_later = load(HEAD + "later: {presence: {}}\n")
    assert {fault.code for fault in adoption_faults(only_later)} == {"section_not_interpreted", "nothing_inside"}


def test_a_document_uses_its_own_measures_sets_and_sources():
    head = HEAD + (
        "measures: [{id: exchanges, label_zh: 跟班学习, label_en: exchanges, unit: 人, "
        "dimensions: [staff_category]}]\n"
        "sets: [{id: far, label_zh: 偏远, label_en: far, values: ['500229', '500243']}]\n"
        "sources: [{id: s0, title: 文件, reference: 某委}]\n"
    )
    body = (
        "amount: {share: '1', of: {measure: exchanges, dimensions: {staff_category: nursing}}}\n"
        "owed_by: {located_in: {in_set: far}}\n"
    )
    assert document(body, head=head)
    assert "unknown_source" in codes(text(FIXED).replace("cite: 每年派出", "cite: {phrase: 每年派出, source: s9}"))
    assert "unknown_dimension" in codes(text(FIXED, head=head.replace("[staff_category]", "[colour]")))


def test_every_fault_has_a_sentence_and_a_remedy():
    for message, remedy in SENTENCES.values():
        assert str(message)
        assert str(remedy)


def test_every_sentence_can_be_filled_in():
    for code, (message, remedy) in SENTENCES.items():
        names = set(re.findall(r"%\((\w+)\)s", str(message) + str(remedy)))
        fault = Fault("quotas[0]", code, 3, tuple((name, "x") for name in names))
        assert "%(" not in fault.message + fault.remedy
        assert set(fault.to_json()) == {"path", "line", "code", "message", "remedy"}


def test_a_value_of_the_wrong_kind_says_what_is_expected():
    (fault,) = faults(text("amount: {fixed: two}"))
    with override("en"):
        assert (fault.path, fault.remedy) == ("quotas[0].amount.fixed", "Expected: a whole number.")
    (fault,) = faults(text(FIXED).replace("binding: mandatory", "binding: compulsory"))
    assert "'mandatory', 'in_principle' or 'encouraged'" in fault.remedy
