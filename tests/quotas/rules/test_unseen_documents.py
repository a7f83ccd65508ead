"""Plans from elsewhere, written after the language: each must give the right number and say why, without new code."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.months import Period
from deploy_admin.policies.language import Binding
from deploy_admin.policies.language.telling import missing_words, told
from quotas.rules import State, Tally, VerdictCode, verdict
from tests.quotas.rules.helpers import around, bound, case, district, outcome, policy

HOSPITAL = {"ownership": "public"}
THC = {"kind": "township_health_centre"}


def lines(quota, held, surroundings=None, lang="zh"):
    return [line.text for line in told(quota.explain(held, surroundings), quota.document, lang)]


def test_head_counts_by_grade_with_an_alternative():
    plan = policy("head-count")
    third, second = bound(plan, "tertiary"), bound(plan, "secondary")
    assert outcome(third, level=3, **HOSPITAL).required == 5
    assert outcome(third, level=2, **HOSPITAL).state is State.NOT_APPLICABLE
    owed = outcome(second, level=2, **HOSPITAL)
    assert [(way.alternative, way.required) for way in owed.ways] == [(None, 2), ("half_terms", 5)]

    def judged(count, half_terms):
        tally = Tally(count, {"half_terms": half_terms})
        return verdict(owed, binding=Binding.MANDATORY, tally=tally, period_ended=True)

    assert judged(2, 0).passed_on == "main"
    assert judged(1, 5).passed_on == "half_terms"
    assert (judged(1, 3).code, judged(1, 3).gap) == (VerdictCode.SHORT, 1)  # no mixing of one and three


def test_a_grade_nobody_knows_leaves_the_duty_open():
    owed = outcome(bound(policy("head-count"), "tertiary"), **HOSPITAL)
    assert (owed.state, owed.missing) == (State.UNDETERMINED, ("fact:level",))
    assert missing_words("fact:level") == "等级"


def test_coverage_of_every_township_counts_receivers_by_their_state():
    quota = bound(policy("township-coverage"), "every_township")
    here = around(quota, *[{**THC, "remote": False}] * 4, *[{**THC, "remote": True}] * 2, {"kind": "chsc"})
    held = district(quota)
    assert quota.needs_surroundings
    assert quota.outcome(held, here).required == 8
    assert lines(quota, held, here) == [
        "属于本条适用对象",
        "接收单位数：6",
        "接收单位数：2",
        "合计：8",
        "8 × 1 = 8",
        "8进位取整：8人",
    ]
    unsure = quota.outcome(held, around(quota, {**THC, "remote": False}, {**THC, "remote": None}))
    assert (unsure.state, unsure.at_least, unsure.at_most) == (State.UNDETERMINED, 2, 3)


@pytest.mark.parametrize(("people", "owed"), [(0, 1), (9999, 1), (10000, 2), (29999, 2), (30000, 3), (120000, 3)])
def test_population_bands_have_their_ends_said(people, owed):
    quota = bound(policy("population-ranges"), "by_size")
    assert outcome(quota, population=people, **THC).required == owed


@pytest.mark.parametrize(("people", "fewest", "most"), [(10000, 12, 17), (12345, 15, 20), (5000, 6, 8), (2000, 3, 3)])
def test_per_mille_ranges_round_up_below_and_down_above(people, fewest, most):
    owed = outcome(bound(policy("population-ranges"), "establishment"), population=people, **THC)
    assert (owed.state, owed.required, owed.maximum) == (State.KNOWN, fewest, most)


def test_a_range_without_a_whole_number_says_so():
    quota = bound(policy("population-ranges"), "establishment")
    owed = outcome(quota, population=500, **THC)  # 0.6 to 0.85 people
    assert owed.state is State.NO_WHOLE_NUMBER
    judged = verdict(owed, binding=Binding.MANDATORY, tally=Tally(1), period_ended=True)
    assert judged.code is VerdictCode.NO_WHOLE_NUMBER
    assert lines(quota, case(quota, population=500, **THC))[-1] == "下限进位为1，上限舍去为0，范围内没有整数"


def test_population_served_is_summed_over_the_receivers_that_count():
    quota = bound(policy("population-ranges"), "per_ten_thousand")
    town, street = {"settlement": "township"}, {"settlement": "street"}

    def owed(*units):
        return quota.outcome(district(quota), around(quota, *units))

    assert owed({**town, "population": 30000}, {**town, "population": 14999}).required == 4
    assert owed({**town, "population": 30000}, {**town, "population": 15000}).required == 5
    assert owed({**town, "population": 9000}, {**street, "population": 90000}).required == 3
    assert owed({**town, "population": 900000}).required == 20
    unknown = owed({**town, "population": 60000}, {**town, "population": None})
    assert (unknown.state, unknown.at_least, unknown.at_most) == (State.UNDETERMINED, 6, 20)
    decided = owed({**town, "population": 900000}, {**town, "population": None})
    assert (decided.state, decided.required) == (State.KNOWN, 20)


def test_a_community_owes_together_within_its_bounds():
    quota = bound(policy("community-group"), "community")
    county, town = {"tier": "county"}, {"tier": "township"}

    def owed(*numbers, kind="general_hospital"):
        held = district(quota, *[(county, (number,)) for number in numbers], (town, (99,)), kind=kind)
        return quota.outcome(held)

    assert owed(100, 50).required == 8  # 7.5 goes up
    assert owed(10, 10).required == 3
    assert owed(900, 100).required == 20
    assert [(each.unit, each.value) for each in owed(100, 50).contributions] == [(1, 100), (2, 50)]
    assert owed(100, 50).composition[0].required == 1
    assert owed(100, 50, kind="tcm_hospital").composition[0].required == 4  # half of eight
    assert owed(100, None).at_least == 5
    assert owed(1000, None).required == 20  # decided without the other
    assert owed(100, 50, kind=None).composition[0].missing == ("fact:kind",)


def test_a_year_from_june_to_may_takes_its_base_from_the_one_before():
    quota = bound(policy("odd-year"), "june_to_may", Period(date(2025, 6, 1), date(2026, 5, 31)))
    assert [need.period for need in quota.needs] == [Period(date(2024, 6, 1), date(2025, 5, 31))]
    assert outcome(quota, 10, tier="municipal").required == 4
    assert outcome(quota, 9, tier="municipal").required == 3
    assert outcome(quota, 9, tier="county", level=3, ownership="public").required == 3
    assert outcome(quota, 9, tier="county", level=3, ownership="private").state is State.NOT_APPLICABLE
    assert lines(quota, case(quota, 10, tier="municipal"), lang="en")[1:] == [
        "staff who passed the title review in 2024-06-01 to 2025-05-31 (physicians, nursing): 10",
        "10 ÷ 3 × 1 = 10/3",
        "10/3 rounded up: 4",
    ]


def test_a_ratio_per_category_with_one_left_open_keeps_what_is_sure():
    quota = bound(policy("odd-year"), "per_category", Period(date(2025, 6, 1), date(2026, 5, 31)))
    assert [need.period for need in quota.needs] == [Period(date(2023, 6, 1), date(2024, 5, 31))]
    owed = outcome(quota, {"physician": 21, "nursing": 21, "pharmacy": 4}, tier="municipal")
    assert (owed.state, owed.at_least, owed.missing) == (State.UNDETERMINED, 3 + 2, ("ratio[pharmacy]",))
    assert missing_words("ratio[pharmacy]") == "比例（药学）"


def test_a_team_is_neither_too_small_nor_too_large_and_tcm_hospitals_send_more_tcm():
    programme = Period(date(2023, 7, 1), date(2026, 6, 30))
    quota = bound(policy("team-composition"), "team", programme)
    general = outcome(quota, tier="municipal", kind="general_hospital")
    tcm = outcome(quota, tier="municipal", kind="tcm_hospital")
    assert (general.required, general.maximum) == (5, 7)
    assert [(part.id, part.required, part.maximum) for part in general.composition] == [
        ("senior", 2, None),
        ("managers", None, 1),
        ("tcm", 1, None),
    ]
    assert tcm.composition[2].required == 3

    def judged(owed, count, **parts):
        return verdict(owed, binding=Binding.MANDATORY, tally=Tally(count, {}, parts), period_ended=True)

    assert judged(general, 6, senior=2, managers=1, tcm=1).code is VerdictCode.MET
    assert judged(general, 8, senior=2, managers=1, tcm=1).code is VerdictCode.TOO_MANY
    short = judged(tcm, 6, senior=2, managers=2, tcm=1)
    assert (short.code, short.findings) == (
        VerdictCode.SHORT,
        ("composition:managers:too_many", "composition:tcm"),
    )
    assert judged(general, 6, senior=2, managers=1).code is VerdictCode.UNDETERMINED  # nobody counted the TCM staff


def test_posts_moved_are_a_stock_read_from_a_figure():
    plan = policy("posts-as-stock")
    quota = bound(plan, "stationed")
    assert outcome(quota, 20, tier="county", kind="tcm_hospital").required == 20
    assert outcome(quota, None, tier="county", kind="tcm_hospital").missing == ("transferred_posts/2025",)
    assert plan.clause("stationed").counts.measured == "stock"


def test_a_rule_that_changed_by_date_has_one_clause_for_each_time():
    plan = policy("posts-as-stock")
    before, after = plan.clause("vacancy_reserve"), plan.clause("emergency_reserve")
    assert before.topic == after.topic
    assert before.in_force.holds(date(2020, 12, 31))
    assert not before.in_force.holds(date(2021, 1, 1))
    assert after.in_force.holds(date(2021, 1, 1))
