"""A city whose plan says who counts: hospitals that owe, places that receive, people sent, quotas computed."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.models import Assignment, Campaign, Counted
from assignments.services import counting
from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from deploy_admin.registry.models import Institution
from quotas import services as quotas
from quotas.models import Quota, Tally
from tests.assignments.factories import a_county_hospital, a_municipal_hospital, a_nurse, a_physician, a_place
from tests.assignments.postings import a_campaign, an_assignment
from tests.factories import a_policy, enter
from tests.registry.factories import an_authority, an_institution

Y2025, Y2026 = Period.year(2025), Period.year(2026)
PHYSICIANS, OTHERS = "municipal_county.physicians", "municipal_county.non_clinical"
TOTAL = "county_township.district_total"

#: As the shipped plan says it, with small numbers; the third clause takes whoever the first does not.
CITY_PLAN = """\
policy: counting-city
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
    cite: 每年派出3名中级及以上职称的执业医师，时间不少于1年
    binding: mandatory
    owed_by: {affiliation: municipal}
    amount: {fixed: 3}
    composition:
      - {id: seniors, label_zh: 副高及以上, label_en: associate-senior and above, of: {title_level: {at_least: associate_senior}}, at_least: 1}
    counts:
      who: {all: [{licence: physician}, {title_level: {at_least: intermediate}}]}
      where: {tier: [county, township, village]}
      term: {at_least: 12 months}
      year_by: campaign
      renewals: true
      relay: true
      exclusive_group: deployment
      excused: [called_away, force_majeure, grave_illness, death]
  - id: non_clinical
    topic: municipal_county.non_clinical
    label_zh: 非临床医师类人员
    label_en: Non-clinical staff
    cite: 每年派出2名，到区县级医院、区县域医疗卫生次中心工作，时间不少于6个月
    binding: mandatory
    owed_by: {affiliation: [municipal, military]}
    amount: {fixed: 2}
    counts:
      who: {all: [{staff_category: [nursing, pharmacy, medical_technology, management]}, {title_level: {at_least: intermediate}}]}
      where: {any: [{all: [{tier: county}, {kind: [general_hospital, tcm_hospital]}]}, {kind: medical_sub_centre}]}
      term: {at_least: 6 months}
      exclusive_group: deployment
      excused: [called_away]
  - id: anybody
    topic: municipal_county.anybody
    label_zh: 其他派出
    label_en: Anybody else
    cite: 鼓励派出
    binding: encouraged
    owed_by: {affiliation: municipal}
    amount: {fixed: 1}
    counts:
      who: {title_level: {at_least: intermediate}}
      year_by: first_day
      relay: false
      renewals: false
      exclusive_group: deployment
"""  # noqa: E501

#: A district total that counts everybody's people, and a stock of posts that must never be empty nor above three.
DISTRICT_PLAN = """\
policy: counting-district
scheme: {code: county_township, names_zh: [县聘乡用], name_en: County engaged}
title_zh: 示范区方案
title_en: Model district plan
issuer_zh: 示范区卫生健康委员会
issuer_en: Model District Health Commission
issued: 2022-10-08
jurisdiction: "500231"
in_force: {from: 2022-01-01}
quotas:
  - id: district_total
    topic: county_township.district_total
    label_zh: 全区总数
    label_en: District total
    cite: 总数的80%
    binding: mandatory
    scope: {district: located_in}
    amount: {share: "0.80", of: {measure: recruited_physicians, units: {tier: county}, year: {either: [current, previous]}}}
    counts:
      who: {licence: physician}
      where: {kind: [central_township_health_centre, township_health_centre, chsc]}
      term: {at_least: 12 months}
      full_time: true
      exclusive_group: deployment
  - id: posts
    topic: county_township.posts
    label_zh: 专用编制
    label_en: Dedicated posts
    cite: 任何一天不少于1名、不超过2名
    binding: mandatory
    scope: {district: located_in}
    amount: {between: {at_least: "1", at_most: "2"}}
    counts: {who: {licence: physician}, measured: stock}
"""  # noqa: E501


class City:
    """A municipal hospital that owes three physicians and two others, a township centre, a county hospital, a CHSC."""

    def __init__(self, plan: str = CITY_PLAN) -> None:
        self.division = a_place("500000")
        self.commission = an_authority(self.division, "示范市卫健委", tier="municipal", affiliation="municipal")
        self.district = a_place("500231")
        self.authority = an_authority(self.district, "示范垫江卫健委")
        a_policy(plan)
        self.hospital = a_municipal_hospital("示范市一院")
        self.county = a_county_hospital("示范县医院")
        self.township = an_institution(
            "示范卫生院", division=self.district, kind="township_health_centre", tier="township", level=1
        )
        self.chsc = an_institution("示范社区中心", division=self.district, kind="chsc", tier="township", level=1)

    def compute(self, *periods: Period) -> None:
        for period in periods or (Y2026,):
            quotas.recompute(period, by=SYSTEM)

    def campaign(self, year: int = 2026, **more: Any) -> Campaign:
        more.setdefault("starts_on", date(year, 3, 10))
        return a_campaign(authority=self.commission, year=year, **more)

    def physician(self, at: Institution | None = None, **more: Any) -> Any:
        return a_physician(at or self.hospital, **more)

    def nurse(self, at: Institution | None = None, **more: Any) -> Any:
        return a_nurse(at or self.hospital, **more)

    def sent(self, worker: Any = None, *, to: Institution | None = None, state: str = "on_post", **more: Any) -> Any:
        """Return somebody sent from the hospital, on post since 10 March 2026 unless said otherwise."""
        worker = worker or self.physician()
        return an_assignment(worker, receiver=to or self.township, state=state, **more)


class District(City):
    """The same with a district's plan, under which two county hospitals owe together."""

    def __init__(self) -> None:
        super().__init__(DISTRICT_PLAN)
        self.second = a_county_hospital("示范中医院", kind="tcm_hospital")
        for unit in (self.county, self.second):
            for period in (Y2025, Y2026):
                enter(unit, "recruited_physicians", period, 2)

    def sent(self, worker: Any = None, *, at: Institution | None = None, **more: Any) -> Any:
        worker = worker or self.physician(at or self.county)
        return super().sent(worker, **({"scheme": "county_township", "kind": "county_township"} | more))


def counted(*assignments: Assignment) -> counting.Counts:
    """Count these, or everything, now."""
    return counting.refresh([each.pk for each in assignments] or None, by=SYSTEM)


def lines(assignment: Assignment) -> dict[tuple[str, str], str]:
    """Return (topic, period) → state of what the assignment counts for."""
    rows = Counted.objects.filter(assignment=assignment).order_by("pk")
    return {(row.topic.partition(".")[2], Period(row.period_start, row.period_end).iso): row.state for row in rows}


def proposed(assignment: Assignment) -> list[str]:
    """Return the topics the assignment is proposed for, with the year."""
    return sorted(f"{topic} {period}" for (topic, period), state in lines(assignment).items() if state == "proposed")


def tally(unit: Institution, topic: str = PHYSICIANS, period: Period = Y2026) -> Tally:
    return Tally.objects.of_period(period).get(institution=unit, topic=topic)


def figures(unit: Institution, topic: str = PHYSICIANS, period: Period = Y2026) -> tuple[int | None, ...]:
    """Return nominated, on post, year end, final, forecast."""
    row = tally(unit, topic, period)
    return row.nominated, row.on_post, row.recognised_year_end, row.recognised_final, row.forecast


def quota(unit: Institution, topic: str = PHYSICIANS, period: Period = Y2026) -> Quota:
    return Quota.objects.current().of_period(period).with_tallies().get(institution=unit, topic=topic)
