"""The worked cases of the issue, from figures in the database to quotas on the board."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import SYSTEM
from deploy_admin.registry.models import Succession
from quotas import services
from quotas.models import Quota
from quotas.services import TallyRow
from tests.factories import (
    Y2024,
    Y2025,
    a_city,
    a_city_plan,
    a_district_plan,
    a_division,
    a_hospital,
    a_policy,
    an_authority,
    computed,
    enter,
    promotions,
    quota_of,
)
from tests.policies.factories import a_text

pytestmark = pytest.mark.django_db


def test_forty_percent_of_last_years_promotions_rounds_up_to_a_whole_person():
    a_city_plan()
    cases = {0: 0, 1: 1, 2: 1, 3: 2, 5: 2, 7: 3, 12: 5, 13: 6, 25: 10}
    hospitals = {n: a_hospital() for n in cases}
    for n, hospital in hospitals.items():
        promotions(hospital, n)
    computed()
    assert {n: quota_of(hospital, "physicians").required for n, hospital in hospitals.items()} == cases


def test_no_promotions_still_owes_two_who_are_no_clinicians():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 0)
    computed()
    assert quota_of(hospital, "physicians").required == 0
    assert quota_of(hospital, "non_clinical").required == 2


def test_a_figure_nobody_entered_is_missing_and_never_zero():
    a_city_plan()
    hospital = a_hospital()
    enter(hospital, "promoted_associate_chief", Y2024, {"clinical": 5, "tcm": 0, "dental": 0})
    computed()
    quota = quota_of(hospital, "physicians")
    assert (quota.state, quota.required, quota.verdict, quota.at_least) == ("undetermined", None, "undetermined", 2)
    assert quota.missing == ["promoted_associate_chief/2024[practice_category=public_health]"]


def test_an_expected_figure_makes_the_quota_provisional_until_it_is_signed_off():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 7, signed=False)
    computed()
    assert quota_of(hospital, "physicians").provisional
    figures = hospital.figures.current().values_list("pk", flat=True)
    services.sign_off(list(figures), by=SYSTEM)
    services.run_waiting(Y2025)
    quota = quota_of(hospital, "physicians")
    assert (quota.provisional, quota.required) == (False, 3)


def test_the_military_share_is_a_target_with_a_gap_and_its_two_are_to_be_coordinated():
    a_city_plan()
    hospital = a_hospital(affiliation="military")
    promotions(hospital, 12, military_status="civilian")
    computed()
    target, two = quota_of(hospital, "military_physicians"), quota_of(hospital, "non_clinical")
    assert (target.required, target.binding, target.counts_as_violation) == (3, "encouraged", False)
    assert (two.required, two.binding, two.to_coordinate, two.counts_as_violation) == (2, "mandatory", True, False)
    services.record_tallies(
        [TallyRow(hospital.pk, "municipal_county", target.topic, Y2025, nominated=1, on_post=1)], by=SYSTEM
    )
    assert quota_of(hospital, "military_physicians").verdict == "target_gap"
    assert not Quota.objects.current().filter(institution=hospital, clause_id="physicians").exists()


def a_district():
    city = a_city()
    district = a_division("示范一区", parent=city, code="500101", name_en="Model District One")
    return district, an_authority(district)


def test_a_district_total_passes_on_the_year_that_is_met_and_keeps_its_units_contributions():
    district, authority = a_district()
    a_district_plan(district)
    first, second = (a_hospital(affiliation="district", division=district) for _ in range(2))
    municipal = a_hospital(division=district)  # stands in the district, is not one of the district's own
    for unit, last_year, this_year in ((first, 20, 15), (second, 10, 10), (municipal, 40, 40)):
        enter(unit, "recruited_physicians", Y2024, last_year)
        enter(unit, "recruited_physicians", Y2025, this_year)
    computed()
    total = quota_of(authority, "share_of_recruits")
    assert (total.scope, total.required, total.base_shown) == ("district", 20, "25 / 30")
    assert {row.institution_id for row in total.contributions.all()} == {first.pk, second.pk}
    services.record_tallies([TallyRow(authority.pk, total.scheme, total.topic, Y2025, on_post=21)], by=SYSTEM)
    total.refresh_from_db()
    assert total.verdict == "met"
    verdict = services.verdicts.of_quota(total)
    assert (verdict.passed_on, verdict.compared_with) == ("2025", 20)


def test_a_district_total_with_one_base_missing_is_met_by_the_other_alone():
    district, authority = a_district()
    a_district_plan(district)
    unit = a_hospital(affiliation="district", division=district)
    enter(unit, "recruited_physicians", Y2024, 30)
    computed()
    total = quota_of(authority, "share_of_recruits")
    assert (total.state, total.at_most) == ("undetermined", 24)
    services.record_tallies([TallyRow(authority.pk, total.scheme, total.topic, Y2025, on_post=23)], by=SYSTEM)
    total.refresh_from_db()
    assert total.verdict == "undetermined"
    services.record_tallies([TallyRow(authority.pk, total.scheme, total.topic, Y2025, on_post=24)], by=SYSTEM)
    total.refresh_from_db()
    assert total.verdict == "met"


def test_an_unset_ratio_is_undetermined():
    district, _authority = a_district()
    a_district_plan(district)
    hospital = a_hospital(affiliation="district", kind="tcm_hospital", division=district)
    enter(hospital, "recruited_professionals", Y2024, 50)
    computed()
    quota = quota_of(hospital, "open_share")
    assert (quota.state, quota.required, quota.ratio_shown) == ("undetermined", None, "?")


CATEGORY_CLAUSE = """\
  - id: by_category
    topic: municipal_county.by_category
    label_zh: 分类
    label_en: By category
    cite: 分类按照上年度招聘的专业技术人员的10%
    binding: mandatory
    amount:
      share: "0.10"
      taken: {on}
      of:
        measure: recruited_professionals
        dimensions: {{staff_category: [physician, nursing, pharmacy, medical_technology]}}
        year: previous
"""


@pytest.mark.parametrize(("on", "owed"), [("per_category, by: staff_category", 18), ("total", 17)])
def test_ten_percent_per_category_is_eighteen_where_ten_percent_of_the_total_is_seventeen(on, owed):
    a_city()
    clause = CATEGORY_CLAUSE.format(on="total")
    if on.startswith("per"):
        clause = CATEGORY_CLAUSE.format(on="per_category").replace("      of:", "      by: staff_category\n      of:")
    a_policy(a_text("plan-by-category", "500000", clause, since="2024-01-01"))
    hospital = a_hospital()
    cells = {"physician": 45, "nursing": 80, "pharmacy": 12, "medical_technology": 30}
    enter(hospital, "recruited_professionals", Y2024, cells, dimension="staff_category")
    computed()
    assert quota_of(hospital, "by_category").required == owed


def merged(*predecessors, heir, on=date(2025, 3, 1), kind="merge", share=None):
    for one in predecessors:
        Succession.objects.create(predecessor=one, heir=heir, kind=kind, on=on, share=share, document_title="示范批复")


def test_a_merged_unit_owes_on_the_sum_of_its_predecessors_figures():
    a_city_plan()
    one, other = (a_hospital(closed_on=date(2025, 2, 28)) for _ in range(2))
    heir = a_hospital(opened_on=date(2025, 3, 1))
    merged(one, other, heir=heir)
    promotions(one, 7)
    promotions(other, 3)
    computed()
    quota = quota_of(heir, "physicians")
    assert (quota.required, quota.base_shown) == (4, "10")  # ⌈0.4 × 10⌉, where ⌈2.8⌉ + ⌈1.2⌉ would be 5
    assert {ref[5] for reading in quota.basis["case"]["readings"].values() for ref in reading["refs"]} == {
        one.pk,
        other.pk,
    }
    assert not Quota.objects.current().filter(institution__in=[one, other]).exists()


def test_a_merged_unit_owes_nothing_definite_while_one_predecessors_figure_is_missing():
    a_city_plan()
    one, other = (a_hospital(closed_on=date(2025, 2, 28)) for _ in range(2))
    heir = a_hospital(opened_on=date(2025, 3, 1))
    merged(one, other, heir=heir)
    promotions(one, 7)
    computed()
    assert quota_of(heir, "physicians").state == "undetermined"
    promotions(other, 0)
    services.run_waiting(Y2025)
    assert quota_of(heir, "physicians").required == 3


def split_in_two(share):
    a_city_plan()
    old = a_hospital(closed_on=date(2025, 2, 28))
    parts = [a_hospital(opened_on=date(2025, 3, 1)) for _ in range(2)]
    for part in parts:
        merged(old, heir=part, kind="split", share=share)
    promotions(old, 7)
    computed()
    return [quota_of(part, "physicians") for part in parts]


def test_a_split_without_a_share_is_undetermined():
    for quota in split_in_two(share=None):
        assert (quota.state, quota.required, "succession:share" in quota.missing) == ("undetermined", None, True)


def test_the_parts_of_a_split_add_up_to_the_whole():
    assert sorted(quota.base_shown for quota in split_in_two(share="0.5")) == ["3", "4"]


def test_pending_until_the_period_ends_then_short(time_machine):
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 5)
    time_machine.move_to("2025-06-01T08:00:00+08:00")
    computed()
    quota = quota_of(hospital, "physicians")
    assert quota.verdict == "pending"
    services.record_tallies(
        [TallyRow(hospital.pk, quota.scheme, quota.topic, Y2025, nominated=2, on_post=1)], by=SYSTEM
    )
    quota.refresh_from_db()
    assert quota.verdict == "pending"
    time_machine.move_to("2026-01-05T08:00:00+08:00")
    computed()
    quota.refresh_from_db()
    assert quota.verdict == "short"


def test_the_explanation_is_derived_again_from_what_the_quota_rests_on():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 7)
    computed()
    quota = quota_of(hospital, "physicians")
    enter_later = hospital.figures.current().first()
    services.correct_figures(
        [
            services.FigureEntry(
                hospital.pk, enter_later.measure, Y2024, 99, practice_category=enter_later.practice_category
            )
        ],
        reason="更正",
        by=SYSTEM,
    )
    explained = services.explain(quota)
    assert explained.value == 3
    assert any(step.result == 3 for step in explained.steps)
