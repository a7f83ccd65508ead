"""The shipped policies adopted, a hospital in Wanzhou that sends and a township centre there that receives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from assignments.models import Assignment, Obligation, ServiceCredit
from assignments.services import crediting
from assignments.services.refreshing import Counts
from deploy_admin.access import SYSTEM
from deploy_admin.people.models import HealthWorker, Recognition
from deploy_admin.registry.models import Institution
from tests.assignments.factories import TODAY, a_county_hospital, a_physician, a_place, seeds
from tests.assignments.postings import an_assignment, on_post
from tests.registry.factories import an_institution

HIRED = date(2022, 7, 1)
RECRUITS = "new_recruits"


class Wanzhou:
    """Adopted plans and two units: whoever the hospital hired in July 2022 owes a year within five."""

    def __init__(self) -> None:
        self.versions = seeds("wanzhou-county-township-2022")
        self.hospital = a_county_hospital("示范万州医院", code="500101", level=3, ownership="public")
        self.centre = a_centre()

    def recruit(self, hired: date = HIRED, **more: Any) -> HealthWorker:
        post = {"valid_from": hired, "hired_on": hired} | more.pop("post", {})
        worker: HealthWorker = a_physician(self.hospital, post=post, **more)
        return worker

    def serving(self, worker: HealthWorker, starts_on: date = date(2026, 3, 10), **more: Any) -> Assignment:
        return on_post(worker, **(self._there(starts_on) | more))

    def served(self, worker: HealthWorker, starts_on: date = date(2025, 3, 10), **more: Any) -> Assignment:
        """Return an assignment that is closed as returned, evaluated as qualified."""
        closed = {"state": "returned", "result": "qualified", "result_on": date(2026, 3, 20)}
        return an_assignment(worker, **(self._there(starts_on) | closed | more))

    def _there(self, starts_on: date) -> dict[str, Any]:
        return {
            "sender": self.hospital,
            "receiver": self.centre,
            "starts_on": starts_on,
            "scheme": "county_township",
            "kind": "county_township",
        }


def a_centre(name: str = "示范镇卫生院", code: str = "500101", **more: Any) -> Institution:
    fields = {"kind": "township_health_centre", "tier": "township", "level": 1, "settlement": "township"}
    return an_institution(name, division=a_place(code), **(fields | more))


def reckoned(workers: Iterable[HealthWorker] | None = None, on: date = TODAY) -> Counts:
    """Reckon these people, or everybody, now."""
    return crediting.refresh([worker.pk for worker in workers] if workers is not None else None, on=on, by=SYSTEM)


def credit(assignment: Assignment) -> ServiceCredit:
    return ServiceCredit.objects.get(assignment=assignment)


def owed(worker: HealthWorker, clause_id: str = RECRUITS) -> Obligation:
    return Obligation.objects.get(worker=worker, clause_id=clause_id)


def a_recognition(worker: HealthWorker, first: date, last: date, kind: str = "grassroots_service", **more: Any) -> Any:
    fields = {"state": "recognised", "decided_at": "2026-01-05T09:00+08:00", "decided_by_name": "示范经办"} | more
    return Recognition.objects.create(
        worker=worker, kind=kind, served_from=first, served_to=last, document="示范证明", **fields
    )
