"""A city with a county below it, a hospital that sends and two units that receive; and browsers of those who look."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from assignments.models import Assignment
from deploy_admin.access import Role
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.factories import a_county_hospital, a_municipal_hospital, a_nurse, a_physician, a_place
from tests.assignments.postings import a_campaign, an_assignment, on_post
from tests.quotas.pages import words
from tests.registry.factories import an_authority, an_institution

PART = {"HX-Request": "true"}
TODAY = date(2026, 11, 22)


class World:
    """People of 示范甲医院 at 示范丁医院: one planned, one filed and due, one on post, two past; one elsewhere."""

    def __init__(self) -> None:
        self.city, self.county_place = a_place("500000"), a_place("500231")
        self.commission = an_authority(self.city, tier="municipal", affiliation="municipal")
        self.county = an_authority(self.county_place)
        self.sender = a_municipal_hospital("示范甲医院")
        self.other_sender = a_municipal_hospital("示范乙医院")
        self.receiver = a_county_hospital("示范丁医院")
        self.centre = an_institution(
            "示范戊卫生院", division=self.county_place, kind="township_health_centre", tier="township", level=1
        )
        self.campaign = a_campaign(authority=self.commission, name="2026年第一批（示范）")
        self.planned = self.sent("安计划", starts_on=date(2026, 12, 1), state="planned")
        self.due = self.sent("白待到", starts_on=date(2026, 11, 20), state="filed")
        self.there = on_post(
            self.physician("陈在岗", speciality="心血管内科"), receiver=self.receiver, campaign=self.campaign
        )
        self.elsewhere = on_post(
            self.physician("丁别处", at=self.other_sender), receiver=self.centre, campaign=self.campaign
        )
        self.returned = self.sent("冯归来", starts_on=date(2025, 3, 10), state="returned", campaign=None)
        self.withdrawn = self.sent("葛撤回", starts_on=date(2026, 12, 1), state="withdrawn")

    def physician(self, name: str, at: Institution | None = None, **facts: Any) -> HealthWorker:
        worker: HealthWorker = a_physician(at or self.sender, name=name, **facts)
        return worker

    def nurse(self, name: str) -> HealthWorker:
        return a_nurse(self.sender, name=name)

    def sent(self, name: str, **more: Any) -> Assignment:
        fields = {"receiver": self.receiver, "campaign": self.campaign} | more
        return an_assignment(self.physician(name), **fields)

    def browser(self, role: Role = Role.CITY_OFFICER, at: Institution | None = None, lang: str = "en") -> Client:
        client = signed_in(Client(), a_membership(role, at or self.commission))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client

    def hr(self) -> Client:
        return self.browser(Role.SENDER_HR, self.sender)

    def clerk(self) -> Client:
        return self.browser(Role.RECEIVER_CLERK, self.receiver)

    def oneself(self, worker: HealthWorker | None, lang: str = "en") -> Client:
        member = a_membership(Role.DEPLOYED_PERSON, self.sender)
        member.worker = worker
        member.save()
        client = signed_in(Client(), member)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client


def address(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"assignments:{name}", args=args, query=query or None)


def rows_of(page: str) -> list[list[str]]:
    """Return the cells of the first table's body as words, the box to tick left out."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    if body is None:
        return []
    cell = re.compile(r'<t[dh](?! class="tick")[^>]*>(.*?)</t[dh]>', re.S)
    return [[words(each) for each in cell.findall(row)] for row in re.findall(r"<tr.*?>(.*?)</tr>", body[1], re.S)]
