"""A city with its plan, hospitals that send, units that receive, and a campaign of 2027 that is open."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.models import Assignment, Campaign
from assignments.services import campaigns
from assignments.services.placing import Finding, Placement, check_all, place_all
from deploy_admin.people.models import HealthWorker, RecordedEvent
from deploy_admin.registry.models import Institution
from tests.assignments.factories import a_county_hospital, a_municipal_hospital, a_nurse, a_physician, a_place
from tests.assignments.postings import CITY_OFFICER, district_officer
from tests.policies.factories import an_adopted
from tests.registry.factories import FakeActor, an_authority, an_institution

FIRST, LAST = date(2027, 3, 10), date(2028, 3, 9)
PLAN = """\
policy: model-plan
scheme: {code: municipal_county, names_zh: [市聘县用], name_en: Municipally engaged}
title_zh: 示范市方案
title_en: Model plan
issuer_zh: 示范市卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "500000"
in_force: {from: 2025-01-01}
quotas:
  - id: physicians
    topic: municipal_county.physicians
    label_zh: 执业医师派出人数
    label_en: Physicians to send
    cite: 每年派出不少于2名执业医师，时间不少于1年
    binding: mandatory
    owed_by: {affiliation: municipal}
    amount: {fixed: 2}
    counts:
      who: {all: [{licence: physician}, {title_level: {at_least: intermediate}}]}
      where: {tier: [county, township]}
      term: {at_least: 12 months}
  - id: non_clinical
    topic: municipal_county.non_clinical
    label_zh: 非临床医师类人员派出人数
    label_en: Non-clinical staff to send
    cite: 每年派出不少于2名非临床医师类人员，时间不少于6个月
    binding: mandatory
    owed_by: {affiliation: municipal}
    amount: {fixed: 2}
    counts:
      who: {staff_category: [nursing, pharmacy]}
      where: {tier: county}
      term: {at_least: 6 months}
eligibility:
  - id: physicians_sent
    topic: municipal_county.physicians_sent
    label_zh: 派出的执业医师
    label_en: Physicians who are sent
    cite: 派出中级及以上职称的执业医师
    binding: mandatory
    target: dispatch
    applies_to: {all: [{affiliation: municipal}, {staff_category: physician}]}
    requires: {all: [{licence: physician}, {title_level: {at_least: intermediate}}]}
    bars:
      - id: refused
        label_zh: 曾拒绝派出
        label_en: refused to be sent
        after: refused_deployment
        for: 36 months
    exemptions:
      - id: elderly
        label_zh: 年满55周岁
        label_en: 55 and older
        when: {age: {at_least: 55}}
  - id: nurses_sent
    topic: municipal_county.nurses_sent
    label_zh: 派出的护理人员
    label_en: Nurses who are sent
    cite: 派出护理人员
    binding: mandatory
    target: dispatch
    applies_to: {staff_category: nursing}
    requires: {title_level: {at_least: intermediate}}
posting:
  - id: detachment
    topic: municipal_county.detachment
    label_zh: 全脱产
    label_en: Full-time detachment
    cite: 全脱产工作
    binding: mandatory
    full_time: true
    deputies: {target: "0.10", rounding: half_up, tolerance: "0.02"}
  - id: shortest
    topic: municipal_county.shortest
    label_zh: 派驻时间
    label_en: Length of the posting
    cite: 时间不少于6个月
    binding: mandatory
    term: {at_least: 6 months}
service:
  - id: credit
    topic: municipal_county.credit
    label_zh: 服务时间认定
    label_en: Recognised service
    cite: 累计服务
    binding: mandatory
    minimum_segment: {length: {at_least: 3 months}, otherwise: warn}
"""


class World:
    """示范甲医院 with its people, 示范县医院 and 示范卫生院 that receive, the city's campaign for 2027."""

    def __init__(self, **facts: Any) -> None:
        for code in ("500000", "500231", "500102"):
            a_place(code)
        an_adopted(PLAN, date(2025, 1, 1))
        self.city = an_authority(a_place("500000"), tier="municipal", affiliation="municipal")
        self.county = an_authority(a_place("500231"))
        self.hospital = a_municipal_hospital("示范甲医院")
        self.second = a_municipal_hospital("示范乙医院")
        self.receiver = a_county_hospital("示范县医院")
        self.township = an_institution(
            "示范卫生院", division=a_place("500231"), kind="township_health_centre", tier="township", level=1
        )
        self.person = a_physician(self.hospital, name="安可往", speciality="心血管内科")
        self.campaign = self.a_campaign(**facts)

    def a_campaign(self, *, state: str = "open", **facts: Any) -> Campaign:
        """Return a campaign of the city that an officer prepared, and opened unless said otherwise."""
        campaign = campaigns.create_campaign(authority=self.city, facts=batch(**facts), by=CITY_OFFICER)
        if state == "open":
            campaigns.open_campaign(campaign=campaign, by=CITY_OFFICER)
        return campaign

    def physician(self, name: str | None = None, *, at: Institution | None = None, **more: Any) -> HealthWorker:
        return a_physician(at or self.hospital, name=name, **more)

    def nurse(self, name: str | None = None, **more: Any) -> HealthWorker:
        return a_nurse(self.hospital, name=name, **more)

    def row(self, worker: HealthWorker | None = None, receiver: Institution | None = None, **more: Any) -> Placement:
        return Placement(
            worker_id=(worker or self.person).pk, receiving_unit_id=(receiver or self.receiver).pk, **more
        )

    def findings(self, *rows: Placement, campaign: Campaign | None = None, by: Any = CITY_OFFICER) -> list[Finding]:
        """Return everything that speaks against these rows."""
        return [each for row in check_all(rows, campaign=campaign or self.campaign, by=by) for each in row]

    def place(self, *rows: Placement, accept: set[str] | None = None, **more: Any) -> list[Assignment]:
        """Place these rows, the person alone where none is given."""
        found = {"campaign": self.campaign, "by": CITY_OFFICER} | more
        return place_all(rows or [self.row()], accept=frozenset(accept or ()), **found)

    def county_officer(self) -> FakeActor:
        return district_officer(self.county)


def batch(**facts: Any) -> dict[str, Any]:
    """Return the facts of the first batch of 2027: twelve months from 10 March."""
    return {
        "scheme": "municipal_county",
        "kind": "municipal_county",
        "year": 2027,
        "batch": 1,
        "name": "2027年第1批（示范）",
        "starts_on": FIRST,
        "term_months": 12,
    } | facts


def refused_to_go(worker: HealthWorker, on: date = date(2026, 1, 5)) -> None:
    RecordedEvent.objects.create(
        worker=worker, kind="refused_deployment", happened_on=on, document="示范文件", recorded_by_name="示范"
    )


def codes(found: list[Finding]) -> list[str]:
    return [each.code for each in found]
