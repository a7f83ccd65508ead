"""What the tests of filed lists share: a district and its city, units that ask and send, those who decide."""

from __future__ import annotations

from typing import Any

from assignments.filing import services_moving as moving
from assignments.filing.services_requests import RequestRow, save_requests
from assignments.kinds import ListKind
from assignments.models import FiledList
from deploy_admin.access import Reach, Role
from deploy_admin.jobs.models import Notice
from deploy_admin.registry.models import Institution
from tests.assignments.assignments.world import an_office
from tests.assignments.factories import a_place
from tests.assignments.filing.factories import a_round, a_scan
from tests.assignments.postings import district_officer, receiver_clerk, receiver_head, sender_hr
from tests.registry.factories import FakeActor, an_authority, an_institution

REQUESTS, NOMINATIONS = ListKind.REQUESTS, ListKind.NOMINATIONS
INTERNAL = RequestRow("内科", number=2)


class Place:
    """District 500231 with its authority and a round of it; 示范卫生院 asks, 示范县医院 sends; another one beside."""

    def __init__(self, **campaign: Any) -> None:
        self.city = an_authority(a_place("500000"), "示范市卫生健康委员会", tier="municipal", affiliation="municipal")
        self.office, self.elsewhere = an_office("500231"), an_office("500101")
        self.unit = a_centre("示范卫生院")
        self.hospital = an_institution("示范县医院", division=a_place("500231"), tier="county")
        fields = {"authority": self.office, "scheme": "county_township", "kind": "county_township"}
        self.round = a_round(**(fields | campaign))
        self.clerk, self.head = receiver_clerk(self.unit), receiver_head(self.unit)
        self.hr = sender_hr(self.hospital)
        self.officer = district_officer(self.office)
        self.second = district_officer(self.office, user_id=8002)
        self.foreign = district_officer(self.elsewhere, user_id=8101)
        self.city_officer = FakeActor(
            role=Role.CITY_OFFICER, reach=Reach.ALL, institution_id=self.city.pk, user_id=9001, name="市级经办（示范）"
        )

    def begun(self, *rows: RequestRow, by: Any = None) -> FiledList:
        """Return the unit's list with these lines, still being entered."""
        filed = moving.open_list(campaign=self.round, institution=self.unit, kind=REQUESTS, by=by or self.clerk)
        return save_requests(filed=filed, rows=rows or [INTERNAL], version=filed.version, by=by or self.clerk)

    def submitted(self, *rows: RequestRow) -> FiledList:
        return moving.submit(filed=self.begun(*rows), by=self.clerk)

    def approved(self, *rows: RequestRow) -> FiledList:
        return moving.approve(lists=[self.submitted(*rows)], by=self.officer)[0]

    def on_behalf(self, *rows: RequestRow, by: Any = None) -> FiledList:
        """Return the unit's list as the authority entered it from a scan, waiting for a second person."""
        by = by or self.officer
        filed = moving.open_list(
            campaign=self.round, institution=self.unit, kind=REQUESTS, on_behalf=True, scan=a_scan(self.unit), by=by
        )
        filed = save_requests(filed=filed, rows=rows or [INTERNAL], version=filed.version, by=by)
        return moving.submit(filed=filed, by=by)


def a_centre(name: str | None = None, code: str = "500231", **more: Any) -> Institution:
    """Return a township health centre."""
    fields = {"kind": "township_health_centre", "tier": "township", "level": 1}
    return an_institution(name, division=a_place(code), **(fields | more))


def fresh(filed: FiledList) -> FiledList:
    return FiledList.objects.select_related("campaign").get(pk=filed.pk)


def open_notes(code: str = "") -> list[tuple[str, int | None]]:
    """Return (code, unit) of the open notices about lists."""
    rows = Notice.objects.open().filter(code__startswith=code or "lists.").order_by("code", "institution_id", "pk")
    return list(rows.values_list("code", "institution_id"))
