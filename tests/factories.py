"""Institutions, policies, figures and quotas for tests, as short as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from deploy_admin.access import SYSTEM, Actor, Reach, Role
from deploy_admin.months import Period
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Division, Institution
from quotas import services
from quotas.models import Figure, Quota, Run
from quotas.services import FigureEntry
from tests.policies.factories import an_adopted
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution, district_officer, unit_hr

__all__ = [
    "CATEGORIES",
    "CITY_OFFICER",
    "CITY_PLAN",
    "DISTRICT_PLAN",
    "Y2024",
    "Y2025",
    "FakeActor",
    "a_city",
    "a_city_plan",
    "a_district_plan",
    "a_division",
    "a_hospital",
    "a_policy",
    "an_authority",
    "an_institution",
    "computed",
    "district_officer",
    "enter",
    "promotions",
    "quota_of",
    "sign_all",
    "unit_hr",
]

Y2024 = Period.year(2024)
Y2025 = Period.year(2025)
CATEGORIES = ("clinical", "tcm", "dental", "public_health")
CITY_OFFICER = FakeActor(role=Role.CITY_OFFICER, reach=Reach.ALL, name="市级经办（示范）", user_id=9001)

#: The shape of the municipal scheme: 40 % of last year's promotions, a military target, two who are no clinicians.
CITY_PLAN = """\
policy: model-municipal-county
scheme: {code: municipal_county, names_zh: [市聘县用], name_en: Municipally engaged}
title_zh: 示范市方案
title_en: Model city plan
issuer_zh: 示范市卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "500000"
in_force: {from: 2024-01-01}
quotas:
  - id: physicians
    topic: municipal_county.physicians
    label_zh: 执业医师
    label_en: Physicians
    cite: 每年按照不低于上年度本单位新晋升副主任医师数量的40%
    binding: mandatory
    owed_by: {affiliation: municipal}
    amount:
      share: "0.40"
      of:
        measure: promoted_associate_chief
        dimensions: {practice_category: [clinical, tcm, dental, public_health]}
        year: previous
  - id: military_physicians
    topic: municipal_county.military_physicians
    label_zh: 部队医院执业医师
    label_en: Physicians of military hospitals
    cite: 不少于上年度本单位非军籍医疗类人员晋升副主任医师数量的20%
    binding: encouraged
    enforcement: {military: coordinate}
    owed_by: {affiliation: military}
    amount:
      share: "0.20"
      of:
        measure: promoted_associate_chief
        dimensions: {military_status: [civilian], practice_category: [clinical, tcm, dental, public_health]}
        year: previous
  - id: non_clinical
    topic: municipal_county.non_clinical
    label_zh: 非临床医师类人员
    label_en: Non-clinical staff
    cite: 每年至少派出不少于2名非临床医师类人员
    binding: mandatory
    enforcement: {military: coordinate}
    owed_by: {affiliation: [municipal, military]}
    amount: {fixed: 2}
"""

#: A district's plan: 80 % of this or last year's recruits in total, a share left open, a share per category.
DISTRICT_PLAN = """\
policy: model-county-township
scheme: {code: county_township, names_zh: [县聘乡用], name_en: County engaged}
title_zh: 示范区方案
title_en: Model district plan
issuer_zh: 示范区卫生健康委员会
issuer_en: Model District Health Commission
issued: 2022-10-08
jurisdiction: "%(place)s"
in_force: {from: 2022-01-01}
quotas:
  - id: share_of_recruits
    topic: county_township.share_of_recruits
    label_zh: 招聘人员比例
    label_en: Share of recruits
    cite: 数量不低于当年或上年度招聘执业医师类人员总数的80%%
    binding: in_principle
    scope: {district: located_in}
    amount:
      share: "0.80"
      of: {measure: recruited_physicians, units: {affiliation: district}, year: {either: [current, previous]}}
  - id: open_share
    topic: county_township.open_share
    label_zh: 一定比例
    label_en: A certain share
    cite: 按照上年度招聘的专业技术人员总数的一定比例
    binding: mandatory
    owed_by: {kind: tcm_hospital}
    amount: {share: null, of: {measure: recruited_professionals, year: previous}}
"""


def a_city() -> Division:
    """Return the municipality in which the plans hold."""
    return Division.objects.filter(code="500000").first() or a_division("示范市", level="province", code="500000")


def a_hospital(
    name: str | None = None, *, affiliation: str = "municipal", division: Division | None = None, **more: object
) -> Institution:
    """Return a municipal hospital, or whatever is said, somewhere in the city."""
    return an_institution(name, affiliation=affiliation, division=division or a_city(), **more)


def a_policy(text: str, *, quotas_from: date = date(2022, 1, 1)) -> PolicyVersion:
    """Return an adopted version of the text."""
    return an_adopted(text, quotas_from)


def a_city_plan() -> PolicyVersion:
    a_city()
    return a_policy(CITY_PLAN)


def a_district_plan(division: Division) -> PolicyVersion:
    return a_policy(DISTRICT_PLAN % {"place": division.code})


def enter(
    institution: Institution,
    measure: str,
    period: Period,
    cells: int | Mapping[str, int],
    *,
    by: Actor = SYSTEM,
    signed: bool = True,
    dimension: str = "practice_category",
    **fixed: str,
) -> list[Figure]:
    """Enter a figure, or one for each category; signed off unless said otherwise."""
    rows = {"": cells} if isinstance(cells, int) else dict(cells)
    services.enter_figures(
        [
            FigureEntry(institution.pk, measure, period, value, **fixed, **({dimension: code} if code else {}))
            for code, value in rows.items()
        ],
        by=by,
    )
    figures = Figure.objects.current().of_period(period).filter(institution=institution, measure=measure)
    if signed:
        services.sign_off([figure.pk for figure in figures.expected()], by=CITY_OFFICER)
    return list(figures)


def promotions(
    institution: Institution, number: int, *, period: Period = Y2024, signed: bool = True, **fixed: str
) -> None:
    """Enter so many promotions to associate chief physician, all of them clinical."""
    cells = dict.fromkeys(CATEGORIES, 0) | {"clinical": number}
    enter(institution, "promoted_associate_chief", period, cells, signed=signed, **fixed)


def sign_all(by: Actor = CITY_OFFICER) -> int:
    """Sign off every expected figure."""
    return services.sign_off(list(Figure.objects.current().expected().values_list("pk", flat=True)), by=by)


def computed(period: Period = Y2025) -> Run:
    """Compute the period now and return its run."""
    return services.recompute(period, by=SYSTEM)


def quota_of(institution: Institution, clause_id: str, period: Period = Y2025) -> Quota:
    """Return the unit's current quota under a clause."""
    return Quota.objects.current().of_period(period).get(institution=institution, clause_id=clause_id)
