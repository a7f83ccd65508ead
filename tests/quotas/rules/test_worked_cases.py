"""The worked cases of the schemes, number by number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from deploy_admin.months import Period
from deploy_admin.policies.language import Binding, Enforcement, periods
from quotas.rules import Cell, Ref, State, Tally, Total, VerdictCode, gather, together, verdict
from tests.quotas.rules.helpers import bound, case, district, outcome, policy, reading

PLAN = policy("chongqing-municipal-county-2025")
PHYSICIANS = bound(PLAN, "physicians")
MILITARY = bound(PLAN, "military_physicians")
OTHERS = bound(PLAN, "non_clinical")
WANZHOU = policy("wanzhou-county-township-2022")
EITHER = bound(WANZHOU, "district_total", Period.year(2022))
COUNTY = {"tier": "county"}

TABLE = [
    (0, 0, 0, 0),
    (1, 1, 1, 1),
    (2, 1, 1, 2),
    (3, 2, 1, 3),
    (5, 2, 1, 4),
    (7, 3, 2, 6),
    (12, 5, 3, 10),
    (13, 6, 3, 11),
    (25, 10, 5, 20),
]


@pytest.mark.parametrize(("base", "forty", "twenty", "eighty"), TABLE)
def test_forty_twenty_and_eighty_percent_round_up_to_whole_people(base, forty, twenty, eighty):
    assert outcome(PHYSICIANS, base, affiliation="municipal").required == forty
    assert outcome(MILITARY, base, affiliation="military").required == twenty
    total = bound(policy("chongqing-county-township-2021"), "district_total")
    assert total.outcome(district(total, (COUNTY, (base,)))).required == eighty


def test_seven_percent_of_a_hundred_is_seven():
    quota = bound('amount: {share: "0.07", of: {measure: beds}}')
    assert outcome(quota, 100).required == 7


def test_the_base_of_a_year_is_the_year_before():
    assert [need.period for need in PHYSICIANS.needs] == [Period.year(2024)]
    assert PHYSICIANS.needs[0].dimensions == (("practice_category", ("clinical", "tcm", "dental", "public_health")),)


def test_no_promotions_still_owe_two_non_clinical_staff():
    assert outcome(PHYSICIANS, 0, affiliation="municipal").required == 0
    assert outcome(OTHERS, affiliation="municipal").required == 2


def test_a_district_hospital_owes_nothing_under_the_municipal_plan():
    assert outcome(PHYSICIANS, 7, affiliation="district").state is State.NOT_APPLICABLE


def test_the_military_share_is_a_target_with_a_gap_and_never_a_violation():
    owed = outcome(MILITARY, 7, affiliation="military")
    clause = PLAN.clause("military_physicians")
    judged = verdict(
        owed,
        binding=clause.binding,
        enforcement=clause.enforcement_for("military"),
        tally=Tally(0),
        period_ended=True,
    )
    assert (judged.code, judged.gap, judged.coordinate, judged.ranks) == (VerdictCode.TARGET_GAP, 2, True, False)


def test_the_militarys_two_non_clinical_staff_are_to_be_co_ordinated():
    clause = PLAN.clause("non_clinical")
    owed = outcome(OTHERS, affiliation="military")
    assert owed.required == 2
    judged = verdict(
        owed,
        binding=clause.binding,
        enforcement=clause.enforcement_for("military"),
        tally=Tally(1),
        period_ended=True,
    )
    assert clause.binding is Binding.MANDATORY
    assert clause.enforcement_for("military") is Enforcement.COORDINATE
    assert (judged.code, judged.gap, judged.coordinate, judged.ranks) == (VerdictCode.SHORT, 1, True, False)


def test_either_year_keeps_both_and_passes_on_the_first_that_is_met():
    owed = EITHER.outcome(district(EITHER, (COUNTY, (25, 30))))
    assert owed.state is State.KNOWN
    assert owed.required == 20
    assert [(way.key, way.base, way.required) for way in owed.ways] == [("2022", 25, 20), ("2021", 30, 24)]
    judged = verdict(owed, binding=Binding.MANDATORY, tally=Tally(21), period_ended=True)
    assert (judged.code, judged.passed_on, judged.compared_with) == (VerdictCode.MET, "2022", 20)
    assert verdict(owed, binding=Binding.MANDATORY, tally=Tally(24), period_ended=True).passed_on == "2022"
    assert verdict(owed, binding=Binding.MANDATORY, tally=Tally(19), period_ended=True).gap == 1


def test_either_year_passes_on_the_other_where_the_first_is_not_met():
    owed = EITHER.outcome(district(EITHER, (COUNTY, (40, 25))))
    assert [way.required for way in owed.ways] == [32, 20]
    judged = verdict(owed, binding=Binding.MANDATORY, tally=Tally(21), period_ended=True)
    assert (judged.code, judged.passed_on) == (VerdictCode.MET, "2021")


def test_either_year_with_one_base_missing_is_undetermined_unless_the_other_is_met():
    owed = EITHER.outcome(district(EITHER, (COUNTY, (None, 30))))
    assert (owed.state, owed.at_least, owed.at_most) == (State.UNDETERMINED, 0, 24)
    assert owed.missing == (EITHER.needs[0].key,)
    failed = verdict(owed, binding=Binding.MANDATORY, tally=Tally(21), period_ended=True)
    passed = verdict(owed, binding=Binding.MANDATORY, tally=Tally(24), period_ended=True)
    assert failed.code is VerdictCode.UNDETERMINED
    assert (passed.code, passed.passed_on) == (VerdictCode.MET, "2021")


PER_CATEGORY = """
amount:
  share: "0.10"
  of:
    measure: recruited_professionals
    dimensions: {staff_category: [physician, nursing, pharmacy, medical_technology]}
  taken: %s
"""


def test_per_category_rounds_each_part_and_the_total_rounds_once():
    parts = {"physician": 45, "nursing": 80, "pharmacy": 12, "medical_technology": 30}
    each = bound(PER_CATEGORY % "per_category\n  by: staff_category")
    assert outcome(each, parts).required == 5 + 8 + 2 + 3 == 18
    assert outcome(bound(PER_CATEGORY % "total"), 167).required == 17


def test_an_unset_ratio_is_undetermined_and_never_zero():
    plan = policy("chongqing-medical-community-2024")
    quota = bound(plan, "recruited_share")
    facts = {"affiliation": "municipal", "ownership": "public", "kind": "general_hospital"}
    parts = dict.fromkeys(("physician", "nursing", "pharmacy", "medical_technology", "other"), 10)
    for numbers in (parts, dict.fromkeys(parts, 0)):
        owed = outcome(quota, numbers, **facts)
        assert (owed.state, owed.required) == (State.UNDETERMINED, None)
        assert "ratio[physician]" in owed.missing


def test_a_merged_unit_owes_on_the_sum_of_its_predecessors_figures():
    need = PHYSICIANS.needs[0]
    summed = together([reading(7, need), reading(6, need)])
    sheet = case(PHYSICIANS, 0, affiliation="municipal")
    owed = PHYSICIANS.outcome(type(sheet)(sheet.sheet, {need: summed}))
    assert owed.required == 6  # 40 % of 13, where 3 + 3 would be owed apart
    half = together([reading(7, need), reading(None, need)])
    part = PHYSICIANS.outcome(type(sheet)(sheet.sheet, {need: half}))
    assert (part.state, part.at_least) == (State.UNDETERMINED, 3)


def test_dianjiangs_hundred_posts_are_a_stock_and_its_hundred_people_a_flow():
    plan = policy("dianjiang-county-township-2015")
    posts = bound(plan, "dedicated_posts", Period.year(2018))
    limit = posts.outcome(district(posts))
    assert (limit.required, limit.maximum) == (0, 100)
    assert verdict(limit, binding=Binding.MANDATORY, tally=Tally(100), period_ended=True).code is VerdictCode.MET
    over = verdict(limit, binding=Binding.MANDATORY, tally=Tally(101), period_ended=False)
    assert (over.code, over.gap) == (VerdictCode.TOO_MANY, 1)
    five_years = plan.clause("five_year_dispatch")
    programme = periods.containing(five_years.period, Period.year(2017).first)
    people = bound(plan, "five_year_dispatch", programme)
    assert people.outcome(district(people)).required == 100
    moved = bound(plan, "transferred_posts", Period.year(2019))
    assert moved.outcome(district(moved)).required == 20


def test_three_percent_of_2569_posts_is_kept_as_78():
    plan = policy("posts-as-stock")
    reserve = bound(plan, "vacancy_reserve", Period.year(2020))
    owed = reserve.outcome(district(reserve))
    assert owed.required == 78
    steps = reserve.explain(district(reserve)).steps
    assert [step.result for step in steps if step.operation == "share"] == ["77.07"]
    assert Decimal("0.03") * 2569 == Decimal("77.07")


def test_villages_that_nobody_keeps_yet_are_not_computed_and_say_so():
    plan = policy("chongqing-township-village-2024")
    for clause in plan.quotas:
        quota = bound(plan, clause.id)
        owed = quota.outcome(district(quota))
        assert (owed.state, owed.reason, owed.missing) == (State.NOT_COMPUTED, "not_built", ("count_of:villages",))
        judged = verdict(owed, binding=clause.binding, tally=None, period_ended=True)
        assert judged.code is VerdictCode.NOT_COMPUTED


def test_totals_never_swallow_what_is_undetermined():
    known = [outcome(PHYSICIANS, base, affiliation="municipal") for base in (25, 25, 25, 25, 2)]
    unknown = [outcome(PHYSICIANS, None, affiliation="municipal")] * 3
    outside = [outcome(PHYSICIANS, 7, affiliation="military")]
    total = Total.of([*known, *unknown, *outside])
    assert total == Total(41, 3)
    assert str(total) == "41 + 3 undetermined"
    assert str(Total.of(known)) == "41"
    assert total + Total(1, 0) == Total(42, 3)


def test_figures_are_read_by_category_and_a_cell_nobody_entered_is_missing():
    need = PHYSICIANS.needs[0]

    def cell(category: str, value: int, state: str = "signed") -> Cell:
        return Cell({"practice_category": category}, value, Ref(f"figure:{category}", category, value, 1, state))

    three = [cell("clinical", 5), cell("tcm", 1), cell("dental", 0)]
    part = gather(need, three)
    assert (part.value, part.known) == (None, 6)
    assert part.missing == ("promoted_associate_chief/2024[practice_category=public_health]",)
    whole = gather(need, [*three, cell("public_health", 1, "expected")])
    assert (whole.value, whole.provisional, len(whole.refs)) == (7, True, 4)
    assert gather(need, []).missing
    nothing = gather(need, [Cell({}, 0, Ref("figure:1", "all", 0, 1, "signed"))])
    assert (nothing.value, nothing.missing) == (0, ())
    only_total = gather(need, [Cell({}, 7, Ref("figure:1", "all", 7, 1, "signed"))])
    assert only_total.value is None


def test_a_finer_record_answers_and_granularities_are_not_added():
    need = PHYSICIANS.needs[0]
    fine = [
        Cell({"practice_category": category, "military_status": status}, 2, Ref(f"{category}:{status}", "", 2))
        for category in ("clinical", "tcm", "dental", "public_health")
        for status in ("civilian", "military")
    ]
    coarse = [
        Cell({"practice_category": category}, 4, Ref(category, "", 4))
        for category in ("clinical", "tcm", "dental", "public_health")
    ]
    assert gather(need, fine).value == 16
    assert gather(need, [*fine, *coarse]).value == 16
    assert gather(MILITARY.needs[0], [*fine, *coarse]).value == 8
