"""Month clauses as written: what loads, what is refused and where, and that no table has a gap or an overlap."""

from __future__ import annotations

import json
from decimal import Decimal

import jsonschema
import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from deploy_admin.policies.language import dump, from_json, json_schema, load, to_json
from deploy_admin.policies.language.month import FixedTarget, HistoryTarget, SheetMeasure, TableTarget
from deploy_admin.policies.language.month_words import SHEET_WORDS
from deploy_admin.policies.language.step_checks import steps_faults
from deploy_admin.policies.language.validation import adoption_faults, place_of
from tests.policies.language.helpers import HEAD, a_clause, codes, faults
from tests.policies.language.month_texts import (
    BY_SHARE,
    EVERYTHING,
    LATE,
    SHOWN,
    VETO,
    bands,
    deducting,
    indicator,
    month,
)

TWO_BANDS = ("{less_than: '2', points: '0'}", "{at_least: '3', points: '10'}")
SICK = (LATE % ", points: '5'").replace("personal", "sick")
STEPS = ", each: '1', points: '2', most: '%s', above: '%s'"


def test_every_node_loads_comes_back_equal_and_fits_the_schema():
    plan = load(month(EVERYTHING))
    (rule,) = plan.month
    assert place_of(plan, rule) == ("month", 0)
    assert load(dump(plan)) == plan
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan
    jsonschema.validate(to_json(plan), json_schema())
    assert adoption_faults(plan) == []
    assert isinstance(hash(rule), int)


def test_what_is_written_is_what_is_meant():
    (rule,) = load(month(EVERYTHING)).month
    attendance, visits, rounds, consultation, teaching, lectures, style, techniques, nights = rule.indicators
    assert [each.form for each in rule.indicators] == [
        "share_of", "target", "target", "target", "bands", "per_unit", "judged", "per_unit", None,
    ]  # fmt: skip
    assert attendance.cap == 1
    assert isinstance(visits.target, TableTarget)
    assert dict(visits.target.values) == {"内科": Decimal(200), "外科": None}
    assert rounds.target == HistoryTarget(own_history=6, of="median", at_least=3, times=Decimal("1.1"))
    assert consultation.target == FixedTarget(fixed=None)
    assert (teaching.bands[1].at_least, teaching.bands[2].less_than) == (None, None)
    assert (lectures.per_unit.steps, techniques.per_unit.most, techniques.extra) == ("started", None, True)
    assert (style.judged.most, style.judged.reason_from) == (Decimal(15), Decimal(3))
    assert nights.weight is None
    assert rule.deductions.lowest == 5
    assert [veto.gives for veto in rule.veto] == [0, 60]
    assert rule.is_weighted
    assert rule.measures[:3] == ("attendance_days", "outpatient_emergency_visits", "rounds")
    assert {"duty_days", "personal_leave_days", "absent_times"} < set(rule.measures)
    assert len(rule.conditions) == 2


def test_a_clause_that_names_its_indicators_only_has_no_sum_to_fill():
    (rule,) = load(month(SHOWN)).month
    assert not rule.is_weighted
    assert (rule.full, rule.partial_month, rule.fed_back_by) == (100, "pro_rata_duty_days", "district_authority")
    assert rule.conditions == ()


def test_everything_the_sheet_tells_has_words():
    assert set(SHEET_WORDS) == set(SheetMeasure)


@pytest.mark.parametrize(
    ("written", "code", "path"),
    [
        (month("indicators: []"), "wrong_type", "indicators"),
        (month("open_list: true"), "missing_key", "indicators"),
        (month(SHOWN + "applies_to: {age: {more_than: 200}}"), "threshold_never_met", "applies_to.age"),
        (month(SHOWN + "submit: {working_day: 24}"), "wrong_type", "submit.working_day"),
        (month(SHOWN + "submit: {working_day: 5}\nfeed_back: {working_day: 4}"), "fed_back_too_early", "feed_back"),
        (month(SHOWN + "full: '0'"), "not_positive", "full"),
        (month(SHOWN + "full: '100'\nmost: '99'"), "most_under_full", "most"),
        (month(SHOWN + "rated_by: patients"), "wrong_type", "rated_by"),
        (indicator("wieght: '3'"), "unknown_key", "indicators[0].wieght"),
        (indicator("weight: 2.5, share_of: rounds, extra: true"), "float", "indicators[0].weight"),
        (indicator("weight: '100'"), "weight_without_form", "indicators[0].weight"),
        (indicator("weight: '0', share_of: rounds, extra: true"), "not_positive", "indicators[0].weight"),
        (indicator("weight: '100', judged: {most: '100'}"), "weight_beside_points", "indicators[0].weight"),
        (indicator("target: {fixed: '1'}, judged: {most: null}"), "several_forms", "indicators[0]"),
        (indicator("cap: '1.2'"), "cap_without_share", "indicators[0].cap"),
        (indicator("judged: {most: '100'}, cap: '2'"), "cap_without_share", "indicators[0].cap"),
        (indicator("weight: '100', share_of: rounds, cap: '-1'"), "not_positive", "indicators[0].cap"),
        (indicator("extra: true"), "extra_without_form", "indicators[0].extra"),
        (indicator("share_of: outpatient_emergency_visits"), "share_of_itself", "indicators[0].share_of"),
        (indicator("target: {fixed: '0'}"), "not_positive", "indicators[0].target.fixed"),
        (indicator("target: {}"), "wrong_type", "indicators[0].target"),
        (indicator("target: {by: speciality, values: {}}"), "table_without_values", "indicators[0].target.values"),
        (indicator("target: {by: speciality, values: {内科: '-1'}}"), "not_positive", "indicators[0].target.values"),
        (indicator("target: {by: staff_category, values: {内科: '1'}}"), "fact_value", "indicators[0].target.values"),
        (indicator("target: {by: receiving_kind, values: {clinic: '1'}}"), "fact_value", "indicators[0].target"),
        (indicator("target: {by: sex, values: {女: '1'}}"), "wrong_type", "indicators[0].target.by"),
        (indicator("target: {own_history: 3, at_least: 4}"), "history_too_short", "indicators[0].target.at_least"),
        (indicator("target: {own_history: 3, times: '0'}"), "not_positive", "indicators[0].target.times"),
        (indicator("per_unit: {points: '0', most: '100'}"), "not_positive", "indicators[0].per_unit.points"),
        (indicator("per_unit: {points: '2', each: '0', most: null}"), "not_positive", "indicators[0].per_unit.each"),
        (indicator("per_unit: {points: '2', most: '-1'}, extra: true"), "not_positive", "indicators[0].per_unit.most"),
        (indicator("per_unit: {points: '200', most: '100'}"), "most_under_step", "indicators[0].per_unit.most"),
        (indicator("judged: {most: '0'}, extra: true"), "not_positive", "indicators[0].judged.most"),
        (indicator("judged: {most: '100', reason_from: '-1'}"), "negative", "indicators[0].judged.reason_from"),
        (
            indicator("judged: {most: '100', reason_from: '101'}"),
            "reason_never_asked",
            "indicators[0].judged.reason_from",
        ),
        (indicator("judged: {most: '90'}"), "sum_not_full", "full"),
        (indicator("judged: {most: '101'}"), "sum_over_full", "full"),
        (deducting(LATE % ", points: null").replace("full: '40'", "full: '41'"), "sum_not_full", "full"),
        (bands("{at_least: '0', points: '10'}"), "step_open_below", "indicators[0].bands[0].at_least"),
        (bands("{less_than: '9', points: '10'}"), "step_open_above", "indicators[0].bands[0].less_than"),
        (bands(*TWO_BANDS), "bands_gap", "indicators[0].bands[1]"),
        (
            bands("{less_than: '3', points: '0'}", "{at_least: '2', points: '10'}"),
            "bands_overlap",
            "indicators[0].bands[1]",
        ),
        (bands("{points: '0'}", "{at_least: '2', points: '10'}"), "bands_overlap", "indicators[0].bands[1]"),
        (bands("{points: '1'}", "{points: '10'}"), "bands_overlap", "indicators[0].bands[1]"),
        (
            bands("{less_than: '2', points: '0'}", "{at_least: '2', less_than: '2', points: '10'}"),
            "empty_range",
            "indicators[0].bands[1]",
        ),
        (
            bands("{less_than: '2', points: '-1'}", "{at_least: '2', points: '10'}"),
            "negative",
            "indicators[0].bands[0].points",
        ),
        (month(BY_SHARE + "pay_factor: {}"), "factor_one_way", "pay_factor"),
        (
            month(BY_SHARE + "pay_factor: {per_point: '0.01', bands: [{factor: '1'}]}"),
            "factor_one_way",
            "pay_factor",
        ),
        (month(BY_SHARE + "pay_factor: {per_point: '0'}"), "not_positive", "pay_factor.per_point"),
        (month(BY_SHARE + "pay_factor: {bands: [{factor: '-1'}]}"), "negative", "pay_factor.bands[0].factor"),
        (
            month(BY_SHARE + "pay_factor: {bands: [{less_than: '60', factor: '1'}, {at_least: '61', factor: '2'}]}"),
            "bands_gap",
            "pay_factor.bands[1]",
        ),
        (month(BY_SHARE + f"veto: [{VETO % ('v', '{}', '0')}]"), "open_range", "veto[0].when"),
        (month(BY_SHARE + f"veto: [{VETO % ('v', '{at_least: 1}', '-1')}]"), "negative", "veto[0].gives"),
        (month(BY_SHARE + f"veto: [{VETO % ('v', '{at_least: 1}', '101')}]"), "veto_over_full", "veto[0].gives"),
        (
            month(BY_SHARE + f"veto: [{VETO % ('v', '{at_least: 1}', '50')}, {VETO % ('w', '{at_least: 3}', '0')}]"),
            "vetoes_differ",
            "veto[1].when",
        ),
        (
            month(BY_SHARE + f"veto: [{VETO % ('attendance', '{at_least: 1}', '0')}]"),
            "duplicate_id",
            "veto[0].id",
        ),
        (
            month("indicators: [{id: v, measure: rounds}, {id: v, measure: lectures}]"),
            "duplicate_id",
            "indicators[1].id",
        ),
        (deducting(LATE % ", points: '0'"), "not_positive", "deductions.items[0].points"),
        (deducting(LATE % ", points: '5', each: '0', most: '5'"), "not_positive", "deductions.items[0].each"),
        (deducting(LATE % ", points: '5', above: '-1'"), "negative", "deductions.items[0].above"),
        (deducting(LATE % ", points: '5', steps: started"), "steps_without_each", "deductions.items[0].steps"),
        (deducting(LATE % ", points: '5', most: '5'"), "steps_without_each", "deductions.items[0].most"),
        (deducting(LATE % (STEPS % ("1", "2"))), "most_under_step", "deductions.items[0].most"),
        (deducting(LATE % ", points: '41'", floor=", floor: '0'"), "deduction_over_sum", "deductions.items[0]"),
        (deducting(LATE % (STEPS % ("31", "2")), floor=", floor: '10'"), "deduction_over_sum", "deductions.items[0]"),
        (deducting(LATE % ", points: '1', each: '1'"), "floor_unsaid", "deductions.items"),
        (deducting(LATE % ", points: '5'", floor=", floor: '40'"), "floor_over_sum", "deductions.floor"),
        (deducting(LATE % ", points: '5'", floor=", floor: '-1'"), "negative", "deductions.floor"),
        (
            deducting(LATE % (STEPS % ("10", "2")), (LATE % (STEPS % ("10", "4"))).replace("late", "later")),
            "deductions_overlap",
            "deductions.items[1]",
        ),
        (
            deducting(LATE % ", points: '5', above: '3'", (LATE % ", points: '9', above: '6'").replace("late", "two")),
            "deductions_overlap",
            "deductions.items[1]",
        ),
        (deducting(SICK, SICK.replace("sick", "personal")), "duplicate_id", "deductions.items[1].id"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_its_place(written, code, path):
    found = faults(written)
    assert {fault.code for fault in found} == {code}, str(found)
    assert any(fault.path.startswith(f"month[0].{path}") for fault in found)
    assert all(fault.line for fault in found)
    for language in ("en", "zh-hans"):
        with override(language):
            for fault in found:
                assert "%(" not in fault.message + fault.remedy, fault.code


@pytest.mark.parametrize(
    "written",
    [
        month(SHOWN + "submit: {working_day: 5}\nfeed_back: {working_day: 5}"),
        indicator("weight: null, target: {fixed: null}"),
        indicator("weight: '100', share_of: rounds, cap: '0.8'"),
        # An unset part leaves the sum open; a part asked of some people only is nobody else's.
        month(
            "indicators: [{id: a, measure: rounds, judged: {most: null}}, {id: b, measure: x, judged: {most: '60'}}]"
        ),
        month(
            "indicators: [{id: a, measure: rounds, judged: {most: '60'}}, "
            "{id: b, measure: x, judged: {most: '60'}, applies_to: {staff_category: physician}}]"
        ),
        bands("{less_than: '2', points: null}", "{at_least: '2', points: '3'}"),
        # Steps that end where the next begin; a floor said where they might take all.
        deducting(LATE % (STEPS % ("6", "2")), (LATE % ", points: '4', above: '5'").replace("late", "more")),
        deducting(LATE % ", points: '1', each: '1'", floor=", floor: '0'"),
        deducting(LATE % ", points: null, each: '1'"),
        month(BY_SHARE + "pay_factor: {bands: [{factor: null}]}"),
        month(BY_SHARE + f"veto: [{VETO % ('v', '{at_least: 1}', '0')}, {VETO % ('w', '{at_least: 3}', '0')}]"),
        month(
            BY_SHARE
            + f"veto: [{VETO % ('v', '{at_least: 1, less_than: 3}', '50')}, {VETO % ('w', '{at_least: 3}', '0')}]"
        ),
    ],
)
def test_what_is_open_or_just_fits_is_taken(written):
    assert load(written).month


def test_a_judged_indicator_asked_of_some_people_only_does_not_let_the_others_pass_the_full_sum():
    written = month(
        "indicators: [{id: a, measure: rounds, judged: {most: '101'}}, "
        "{id: b, measure: x, judged: {most: '1'}, applies_to: {staff_category: physician}}]"
    )
    assert codes(written) == {"sum_over_full"}


def test_two_month_clauses_on_one_topic_must_say_which_holds():
    both = HEAD + "month:\n" + a_clause(SHOWN) + a_clause(SHOWN, clause_id="two")
    assert codes(both) == {"same_topic"}
    apart = a_clause(SHOWN + "applies_to: {staff_category: physician}")
    apart += a_clause(SHOWN + "applies_to: {staff_category: nursing}", clause_id="two")
    assert len(load(HEAD + "month:\n" + apart).month) == 2


def test_a_draft_that_keeps_the_month_under_later_is_told_to_move_it():
    later = HEAD + "quotas:\n" + a_clause("amount: {fixed: 2}") + "later: {month: []}\n"
    assert codes(later) == {"section_is_computed"}
    stored = to_json(load(later.replace("later: {month: []}\n", ""))) | {"later": {"month": []}}
    assert [fault.code for fault in adoption_faults(from_json(stored))] == ["section_is_computed"]


# ---------------------------------------------------------------- tables of half-open steps


_ENDS = st.lists(st.decimals(-50, 200, places=2), min_size=0, max_size=6, unique=True).map(sorted)


def _partition(ends):
    lows, highs = [None, *ends], [*ends, None]
    return list(zip(lows, highs, strict=True))


def _holding(steps, value):
    return [
        n for n, (low, high) in enumerate(steps) if (low is None or low <= value) and (high is None or value < high)
    ]


@given(_ENDS, st.randoms(), st.decimals(-100, 300, places=3))
def test_steps_that_meet_are_taken_in_any_order_and_each_value_lies_in_exactly_one(ends, random, value):
    steps = _partition(ends)
    random.shuffle(steps)
    assert list(steps_faults(steps, ())) == []
    assert len(_holding(steps, value)) == 1


_STEP = st.tuples(st.none() | st.integers(0, 12).map(Decimal), st.none() | st.integers(0, 12).map(Decimal))


@given(st.lists(_STEP, min_size=1, max_size=5))
def test_a_table_is_taken_if_and_only_if_every_value_lies_in_exactly_one_step(steps):
    probes = [Decimal(n) / 2 for n in range(-2, 28)]
    whole = all(len(_holding(steps, probe)) == 1 for probe in probes)
    has_empty = any(low is not None and high is not None and low >= high for low, high in steps)
    assert (not list(steps_faults(steps, ()))) == (whole and not has_empty)
