"""What the rules are fed with: the short cut reads as `gather` does, counts are explained as they were counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_admin.months import Period
from quotas import services
from quotas.facts import Asked, Row
from quotas.rules import Cell, Need, gather
from tests.factories import Y2025, a_city, a_division, a_hospital, a_policy, an_authority, computed, quota_of
from tests.policies.factories import a_text

CLINICAL_OR_TCM = (("practice_category", ("clinical", "tcm")),)
NEEDS = [
    Need("beds", Period.year(2024)),
    Need("promoted", Period.year(2024), CLINICAL_OR_TCM),
    Need("promoted", Period.year(2024), CLINICAL_OR_TCM, "practice_category"),
    Need("promoted", Period.year(2024), (("military_status", ("civilian",)), *CLINICAL_OR_TCM)),
]
DIMENSIONS = st.fixed_dictionaries(
    {},
    optional={
        "practice_category": st.sampled_from(["clinical", "tcm", "dental"]),
        "military_status": st.sampled_from(["civilian", "military"]),
    },
)
ROWS = st.lists(
    st.tuples(DIMENSIONS, st.integers(0, 3), st.booleans()),
    max_size=5,
    unique_by=lambda row: tuple(sorted(row[0].items())),
)


@given(st.sampled_from(NEEDS), ROWS)
def test_the_short_cut_reads_as_gather_does(need, drawn):
    rows = [Row(dimensions, value, n, 1, signed) for n, (dimensions, value, signed) in enumerate(drawn)]
    asked = Asked(need, {7: rows})
    long_way = gather(need, [Cell(row.dimensions, row.value, asked._ref(row, 7)) for row in rows])
    short_cut = asked.of(7)
    assert short_cut[:5] == long_way[:5]
    assert set(short_cut.refs) == set(long_way.refs)


PER_CENTRE = """\
  - id: one_per_centre
    topic: county_township.one_per_centre
    label_zh: 每中心一名
    label_en: One for each centre
    cite: 每个社区卫生服务中心派驻1名医师
    binding: mandatory
    owed_by: {kind: general_hospital}
    amount: {per_unit: "1", of: {count_of: receivers, where: {kind: chsc}, within: district}}
"""


@pytest.mark.django_db
def test_a_count_of_receivers_stays_in_the_district_and_is_explained_as_it_was_counted():
    city = a_city()
    one, other = (
        a_division(f"示范{n}区", parent=city, code=f"50010{n}", name_en=f"Model District {n}") for n in (1, 2)
    )
    for district in (one, other):
        an_authority(district)
    a_policy(a_text("centres", "500000", PER_CENTRE, since="2022-01-01"))
    hospital = a_hospital(division=one)
    for district in (one, one, one, other):
        a_hospital(kind="chsc", division=district)
    computed()
    quota = quota_of(hospital, "one_per_centre", Y2025)
    assert (quota.state, quota.required) == ("known", 3)
    a_hospital(kind="chsc", division=one)
    assert services.explain(quota).value == 3
    steps = services.explain(quota).steps
    computed()
    assert quota_of(hospital, "one_per_centre").required == 4
    assert any(step.operation == "count_of" or step.result == 3 for step in steps)
