"""Two hospitals and a county with their people, judged; and browsers of those who may look."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.factories import (
    a_county_hospital,
    a_municipal_hospital,
    a_nurse,
    a_physician,
    a_place,
    judged,
    seeds,
)
from tests.people.factories import away
from tests.registry.factories import an_authority

PART = {"HX-Request": "true"}


class World:
    """示范甲医院 with one of each kind, 示范乙医院 beside it, a county hospital under the county's authority."""

    def __init__(self) -> None:
        seeds()
        self.commission = an_authority(a_place("500000"), tier="municipal", affiliation="municipal")
        self.county = an_authority(a_place("500231"))
        self.first = a_municipal_hospital("示范甲医院", code="500102")
        self.second = a_municipal_hospital("示范乙医院", code="500102")
        self.third = a_county_hospital("示范丁医院", code="500231")
        self.ready = a_physician(self.first, name="安可往", speciality="心血管内科")
        self.junior = a_physician(self.first, name="白初级", title="234")
        self.absent = a_physician(self.first, name="陈在外")
        away(self.absent, "pregnancy_nursing", valid_from=date(2026, 9, 1), valid_to=date(2027, 3, 31))
        self.unknown = a_physician(self.first, name="丁未知", title=None)
        self.nurse = a_nurse(self.first, name="冯护理")
        self.elsewhere = a_physician(self.second, name="葛别处")
        self.veteran = a_physician(self.third, name="何老将", clinical_since=date(2021, 11, 22))
        judged()

    def browser(self, role: Role = Role.CITY_OFFICER, at: Institution | None = None, lang: str = "en") -> Client:
        client = signed_in(Client(), a_membership(role, at or self.commission))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client

    def oneself(self, worker: HealthWorker | None, at: Institution, lang: str = "en") -> Client:
        member: Membership = a_membership(Role.DEPLOYED_PERSON, at)
        member.worker = worker
        member.save()
        client = signed_in(Client(), member)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client


def address(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"assignments:{name}", args=args, query=query or None)
