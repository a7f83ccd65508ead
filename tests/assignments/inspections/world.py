"""A district with a township centre and its hospital: who serves there, who was sent, who inspects."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.models import Inspection, PresenceCheck
from assignments.services import inspections
from assignments.services.presence import Found, record_presence
from deploy_admin.access import SYSTEM
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from deploy_admin.registry.services import calendar
from tests.assignments import postings
from tests.people.factories import a_worker
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution

#: A Wednesday, worked; the Saturday after it; a day of National Day.
DAY = date(2026, 11, 18)
SATURDAY = date(2026, 11, 21)


class World:
    """Two who serve at the centre on account of the hospital, the district's officer and the units' people."""

    def __init__(self) -> None:
        calendar.load(by=SYSTEM)
        self.city = an_authority(
            a_division("示范市", level="prefecture"), "示范市卫生健康委员会", tier="municipal", affiliation="municipal"
        )
        self.division = a_division("示范甲区", parent=None)
        self.authority = an_authority(self.division, "示范甲区卫生健康委员会")
        self.hospital = an_institution("示范甲区医院", division=self.division)
        self.centre = an_institution(
            "示范甲区乡镇卫生院", division=self.division, kind="township_health_centre", tier="township", level=1
        )
        self.officer = postings.district_officer(self.authority)
        self.clerk = postings.receiver_clerk(self.centre)
        self.hr = postings.sender_hr(self.hospital)
        self.zhou = self.posted("示范周启明")
        self.he = self.posted("示范何雨桐", roster_pattern="six_day")

    def posted(self, name: str, **more: Any) -> Any:
        return postings.on_post(self.worker(name), sender=self.hospital, receiver=self.centre, **more)

    def worker(self, name: str) -> HealthWorker:
        return a_worker(name, at=self.hospital)

    def opened(self, unit: Institution | None = None, **more: Any) -> Inspection:
        """Return an unannounced inspection of the centre on DAY, or what is said."""
        by = more.pop("by", self.officer)
        facts = {"kind": "unannounced", "on": DAY, "inspectors": "示范督查一组"} | more
        return inspections.open_inspection(institution=unit or self.centre, by=by, **facts)

    def closed(self, unit: Institution | None = None, found: dict[Any, str] | None = None, **more: Any) -> Inspection:
        """Return a closed inspection with what it found, by assignment."""
        by = more.get("by", self.officer)
        row = self.opened(unit, **more)
        if found:
            record(row, found, by)
        row.refresh_from_db()
        return inspections.close_inspection(inspection=row, version=row.version, accept_unchecked=True, by=by)


def record(inspection: Inspection, found: dict[Any, str], by: FakeActor) -> None:
    """Record results by assignment."""
    said = {each.pk: Found(result) for each, result in found.items()}  # type: ignore[arg-type]  # codes as a page sends
    record_presence(inspection=inspection, found=said, by=by)


def results(inspection: Inspection) -> dict[int, str]:
    """Return what stands, by assignment."""
    return dict(PresenceCheck.objects.filter(inspection=inspection).values_list("assignment_id", "result"))
