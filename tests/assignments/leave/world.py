"""Somebody on post under the shipped clauses, the two at the receiving unit, the office: as short as a sentence."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from assignments.models import Assignment
from deploy_admin.policies.models import OnPost
from deploy_admin.registry.models import Institution
from tests.assignments.postings import CITY_OFFICER, FIRST, on_post, oneself, receiver_clerk, receiver_head, sender_hr
from tests.policies.factories import a_city, a_draft, adopt, transition
from tests.registry.factories import an_authority, an_institution

#: What an officer answers when adopting it.
ADVERSE = {"maternity_leave_extends": False, "absence_by_day": False, "void_takes_extension": True}
HEAD = """\
policy: district-plan
scheme: {code: municipal_county, names_zh: [市聘县用], name_en: Municipally engaged}
title_zh: 示范区方案
title_en: Model district plan
issuer_zh: 示范区卫生健康委员会
issuer_en: Model District Health Commission
issued: 2024-12-01
jurisdiction: "500101"
in_force: {from: 2020-01-01}
leave:
  - id: filing_and_extension
    topic: municipal_county.leave
    label_zh: 请假备案与顺延
    label_en: Filing of leave and extension
    cite: 请假5天以上需向领导小组办公室备案，同时顺延基层服务期限
    binding: mandatory
    unit: {personal: duty_days, sick: duty_days, annual: duty_days, maternity: days}
    merge: non_duty_days
    filing: {at_least: 5}
    extends: {personal: true, sick: true, annual: false, maternity: false}
    by: whole_episode%(leave)s
absence:
  - id: unapproved_absence
    topic: municipal_county.absence
    label_zh: 旷工
    label_en: Unapproved absence
    cite: 旷工超过3次的本次服务时间不计入基层服务经历
    binding: mandatory
    counted_by: episode
    warn: {at_least: 3}
    proposes_void: {more_than: 3}
    takes_extension: true
    heard_within: 5
    long_episode: {at_least: 4}
"""


def text(leave: str = "") -> str:
    """Return the district's plan; `leave` are further lines of its leave clause."""
    return HEAD % {"leave": leave}


def adopted(leave: str = "", since: date = date(2020, 1, 1)) -> Any:
    """Return the adopted plan of the district."""
    return adopt(
        a_draft(text(leave)),
        since,
        transition=transition(since, adverse=ADVERSE, on_post=OnPost.NEW),
        number="示范区卫发〔2019〕9号",
    )


def a_place(*, plan: bool = True) -> SimpleNamespace:
    """Return a district under the plan with a sending hospital and a receiving health centre, and who acts there."""
    city = a_city()
    found = SimpleNamespace(**city)
    found.authority = an_authority(city["first"])
    found.hospital = an_institution(division=city["first"], tier="county")
    found.centre = an_institution(division=city["town"], kind="township_health_centre", tier="township", level=1)
    found.clerk, found.head = receiver_clerk(found.centre), receiver_head(found.centre)
    found.hr = sender_hr(found.hospital)
    found.office = CITY_OFFICER
    if plan:
        found.plan = adopted()
    return found


def posted(place: Any, *, starts_on: date = FIRST, **more: Any) -> Assignment:
    """Return somebody of the hospital on post at the health centre for twelve months."""
    return on_post(sender=place.hospital, receiver=place.centre, starts_on=starts_on, **more)


def me(assignment: Assignment) -> Any:
    """Return the deployed person."""
    return oneself(assignment)


def another_unit(place: Any) -> Institution:
    """Return another health centre of the district."""
    return an_institution(division=place.town, kind="township_health_centre", tier="township", level=1)
