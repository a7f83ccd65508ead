"""What holds for every number: monotone, never below the minimum, exact, and deaf to the order of figures."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy_admin.months import Period
from deploy_admin.policies.language.nodes import Rounding
from quotas.rules import Cell, Need, Ref, State, gather
from quotas.rules.bases import product_text, rounded
from tests.quotas.rules.helpers import bound, district, outcome, policy

ratios = st.decimals(0, 1, places=4, allow_nan=False)
counts = st.integers(0, 100_000)
pers = st.sampled_from([1, 3, 1000, 10_000])
PLAN = policy("chongqing-municipal-county-2025")
PHYSICIANS = bound(PLAN, "physicians")
COMMUNITY = bound(policy("community-group"), "community")
BOUNDED = bound("amount: {share: '0.37', of: {measure: beds}}\nminimum: 2\nmaximum: 50")
CATEGORIES = ("clinical", "tcm", "dental", "public_health")


@given(counts, ratios, pers)
def test_the_whole_number_is_exact(number, ratio, per):
    exact = Fraction(number) * Fraction(ratio) / per
    assert rounded(number, ratio, Rounding.UP, per) == math.ceil(exact)
    assert rounded(number, ratio, Rounding.DOWN, per) == math.floor(exact)
    assert rounded(number, ratio, Rounding.HALF_UP, per) == math.floor(exact + Fraction(1, 2))


@given(counts, ratios)
def test_the_product_is_written_without_loss(number, ratio):
    assert Fraction(product_text(number, ratio)) == Fraction(number) * Fraction(ratio)


@given(counts, counts)
def test_more_base_never_owes_less(one, other):
    low, high = sorted((one, other))
    assert outcome(PHYSICIANS, low, affiliation="municipal").required <= (
        outcome(PHYSICIANS, high, affiliation="municipal").required
    )
    assert outcome(BOUNDED, low).required <= outcome(BOUNDED, high).required


@given(counts)
def test_the_number_owed_keeps_to_its_minimum_and_maximum(base):
    assert 2 <= outcome(BOUNDED, base).required <= 50


@given(counts, ratios)
def test_a_share_rounded_up_is_the_least_whole_number_not_below_it(base, ratio):
    owed = outcome(bound(f"amount: {{share: '{ratio}', of: {{measure: beds}}}}"), base).required
    assert owed >= base * Fraction(ratio) > owed - 1 or owed == base * Fraction(ratio) == 0


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=6), st.randoms())
def test_the_order_of_units_is_irrelevant(numbers, random):
    shuffled = list(numbers)
    random.shuffle(shuffled)
    county = {"tier": "county"}
    one = COMMUNITY.outcome(district(COMMUNITY, *[(county, (number,)) for number in numbers], kind="general_hospital"))
    two = COMMUNITY.outcome(
        district(COMMUNITY, *[(county, (number,)) for number in shuffled], kind="general_hospital")
    )
    assert (one.state, one.required, one.at_least, one.at_most) == (two.state, two.required, two.at_least, two.at_most)


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=6), st.integers(0, 500))
def test_what_was_undetermined_stays_within_its_bounds_once_known(numbers, filled):
    county = {"tier": "county"}

    def owed(values):
        return COMMUNITY.outcome(district(COMMUNITY, *[(county, (value,)) for value in values], kind="cdc"))

    before = owed(numbers)
    after = owed([filled if number is None else number for number in numbers])
    assert after.state is State.KNOWN
    assert before.at_least <= after.required
    assert before.at_most is None or after.required <= before.at_most
    if before.state is State.KNOWN:
        assert before.required == after.required


@given(
    st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 50)),
    st.randoms(),
)
def test_the_order_of_cells_is_irrelevant_and_nothing_missing_counts_as_zero(values, random):
    need = PHYSICIANS.needs[0]
    cells = [Cell({"practice_category": key}, value, Ref(key, key, value)) for key, value in values.items()]
    shuffled = list(cells)
    random.shuffle(shuffled)
    one, two = gather(need, cells), gather(need, shuffled)
    assert one[:4] == two[:4]
    assert one.known == sum(values.values())
    assert (one.value is None) == (len(values) < 4)
    assert len(one.missing) == 4 - len(values)


@settings(max_examples=50)
@given(st.tuples(*[st.integers(0, 200)] * 4), ratios)
def test_rounding_per_category_never_owes_less_than_on_the_total(numbers, ratio):
    body = (
        f"amount: {{share: '{ratio}', of: {{measure: promoted_associate_chief, dimensions: "
        "{practice_category: [clinical, tcm, dental, public_health]}}, taken: %s}"
    )
    each = bound(body % "per_category, by: practice_category")
    total = bound(body % "total")
    parts = dict(zip(CATEGORIES, numbers, strict=True))
    assert outcome(each, parts).required >= outcome(total, sum(numbers)).required
    assert outcome(each, parts).required == sum(math.ceil(number * Fraction(ratio)) for number in numbers)


def test_a_need_has_a_short_stable_name():
    need = Need("beds", Period.year(2024), (("practice_category", ("tcm", "dental")),))
    assert need.key == "beds/2024[practice_category=tcm+dental]"
    assert Decimal("0.40") == Decimal(4) / 10
