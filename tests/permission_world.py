"""Two districts side by side with a member of every role on the own side and one object of every kind on each side."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.test import Client

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, SYSTEM, Role
from deploy_admin.accounts.models import Membership, Token
from deploy_admin.audit import services as audit
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Upload
from deploy_admin.policies import services as policies
from quotas import services as quotas
from quotas.models import Figure, Quota, ReleasedQuota, ShortfallReason
from tests import factories as make
from tests.accounts.factories import a_membership, signed_in

PERIOD = "2025"


class World:
    """Everything the walk over the URLs asks for."""

    def __init__(self) -> None:
        city = make.a_city()
        self.city = make.an_authority(city, "示范市卫生健康委", tier="municipal", affiliation="municipal")
        make.a_city_plan()
        self.sides = {side: self._side(side, city) for side in ("own", "foreign")}
        self.run = quotas.recompute(make.Y2025, by=SYSTEM)
        for side in self.sides.values():
            self._results(side)
        self.members = {role: self._member(role) for role in Role}
        for side in self.sides.values():
            self._papers(side)

    def _side(self, name: str, city: Any) -> SimpleNamespace:
        side = SimpleNamespace(name=name)
        side.division = make.a_division(f"示范{name}区", code="500901" if name == "own" else "500902", parent=city)
        side.authority = make.an_authority(side.division)
        side.hospital = make.a_hospital(f"示范{name}医院", division=side.division)
        make.a_district_plan(side.division)
        for category in make.CATEGORIES:
            make.enter(side.hospital, "promoted_associate_chief", make.Y2024, 5, practice_category=category)
        return side

    def _results(self, side: SimpleNamespace) -> None:
        side.figure = Figure.objects.filter(institution=side.hospital).first()
        side.quota = Quota.objects.current().filter(institution=side.hospital, topic="municipal_county.physicians").get()
        side.total = Quota.objects.current().filter(institution=side.authority).first()
        side.reason = ShortfallReason.objects.create(
            institution=side.hospital, scheme=side.quota.scheme, topic=side.quota.topic, text="示范原因", given_by_name="示范",
            period_start=side.quota.period_start, period_end=side.quota.period_end, given_at=clock.now(),
        )  # fmt: skip

    def _member(self, role: Role) -> Membership:
        own = self.sides["own"]
        if role in ADMINISTRATORS:
            return a_membership(role)
        if role in {Role.CITY_OFFICER, Role.PERSONNEL_SECTION}:
            return a_membership(role, self.city, manages_unit=True)
        if role in {Role.SENDER_HR, Role.RECEIVER_CLERK, Role.DEPLOYED_PERSON}:
            return a_membership(role, own.hospital, manages_unit=role is not Role.DEPLOYED_PERSON)
        return a_membership(role, own.authority, manages_unit=True)

    def _papers(self, side: SimpleNamespace) -> None:
        hr = a_membership(Role.SENDER_HR, side.hospital)
        side.membership = hr
        side.token = Token.objects.create(
            name="示范", prefix=f"示{side.name}"[:12], digest=f"{side.name:0<64}", institution=side.hospital, created_by=hr,
            scopes=["quotas.view"], expires_at=clock.now() + clock.timedelta(days=30),
        )  # fmt: skip

    def client_of(self, role: Role) -> Client:
        return signed_in(Client(), self.members[role])

    def arguments(self, kind: str | None, side: str) -> Mapping[str, Any] | None:
        """Return the URL arguments that name the object of this kind on this side."""
        raise NotImplementedError(kind, side)

    def unseeing(self, kind: str) -> set[Role]:
        """Return the roles that hold a page's permission but not the own side's object."""
        return set()
