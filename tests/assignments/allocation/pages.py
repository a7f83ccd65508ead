"""A round with two counties, three requests and three people of two hospitals, one of them placed; and browsers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from assignments.kinds import LineSource
from assignments.models import AllocationPlan, PlanGap, PlanLine
from deploy_admin.access import Role
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.factories import a_municipal_hospital, a_physician, a_place
from tests.assignments.filing.factories import a_nomination, a_request, a_round
from tests.registry.factories import an_authority, an_institution

PART = {"HX-Request": "true"}


class Round:
    """Who is sent and who is asked for.

    示范甲院 sends 罗一帆 (儿科) and 何雨桐 (妇产科), 示范乙院 陈思远 (儿科);
    云岭 asks for 儿科 × 2 and 口腔科, 松溪 for 妇产科.
    """

    def __init__(self) -> None:
        self.city = an_authority(a_place("500000"), "示范市卫健委", tier="municipal", affiliation="municipal")
        self.district = an_authority(a_place("500231"), "示范县卫健委")
        self.campaign = a_round(authority=self.city, name="示范批次")
        self.first, self.second = a_municipal_hospital("示范甲院"), a_municipal_hospital("示范乙院")
        self.yunling = self._receiver("示范云岭医院", "500231")
        self.songxi = self._receiver("示范松溪医院", "500101")
        self.children = a_request(self.yunling, campaign=self.campaign, speciality="儿科", number=2)
        self.dental = a_request(filed=self.children.filed_list, speciality="口腔科")
        self.obstetric = a_request(self.songxi, campaign=self.campaign, speciality="妇产科")
        self.luo = self._nominated(self.first, "罗一帆", "儿科")
        self.he = self._nominated(self.first, "何雨桐", "妇产科")
        self.chen = self._nominated(self.second, "陈思远", "儿科")
        self.plan = self.a_plan(1)
        self.line = self.placed(
            self.plan, self.children, self.luo, marks=[("community", "yes"), ("wishes", "unknown")]
        )
        self.gap = PlanGap.objects.create(
            plan=self.plan, request=self.dental, places=1, reason={"code": "nobody_of_speciality"}
        )

    @staticmethod
    def _receiver(name: str, code: str) -> Institution:
        return an_institution(name, division=a_place(code), tier="county", affiliation="district")

    def _nominated(self, at: Institution, name: str, speciality: str) -> Any:
        return a_nomination(
            a_physician(at, name=name, speciality=speciality), campaign=self.campaign, speciality=speciality
        )

    def a_plan(self, number: int, **more: Any) -> AllocationPlan:
        return AllocationPlan.objects.create(
            campaign=self.campaign, number=number, recorded_by_name="示范", **({"state": "draft"} | more)
        )

    @staticmethod
    def placed(plan: AllocationPlan, request: Any, nomination: Any, seat: int = 1, marks: Any = ()) -> PlanLine:
        """Place somebody, with these verdicts by criterion."""
        said = [{"criterion": name, "verdict": verdict, "value": 0, "params": {}} for name, verdict in marks]
        return PlanLine.objects.create(
            plan=plan, request=request, nomination=nomination, seat=seat, source=LineSource.SOLVER,
            reason={"marks": said, "decided_by": "only_candidate", "against": []},
        )  # fmt: skip

    def browser(self, role: Role = Role.CITY_OFFICER, at: Institution | None = None, lang: str = "en") -> Client:
        client = signed_in(Client(), a_membership(role, at or self.city))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client


def url(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"assignments:{name}", args=args, query=query or None)
