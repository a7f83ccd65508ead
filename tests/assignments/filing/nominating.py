"""示范甲医院 that nominates in the city's campaign of 2027, its people, and units that ask for somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.filing.nomination_rows import NominationRow
from assignments.filing.services_nominations import check_rows, nominate
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination
from assignments.services.placements import Finding
from deploy_admin import clock
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution
from quotas.models import Quota, Run
from tests.assignments.campaigns import world as campaigns
from tests.assignments.filing.factories import a_list
from tests.people.factories import hr

FIRST, LAST = campaigns.FIRST, campaigns.LAST
WINDOW = {"nominations_from": date(2026, 11, 10), "nominations_to": date(2026, 12, 10)}


class World(campaigns.World):
    """The world of the campaigns; its first hospital has a nomination list that is being entered."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**(WINDOW | facts))
        self.hr = hr(self.hospital)
        self.filed = self.a_list()

    def a_list(self, unit: Institution | None = None, **more: Any) -> FiledList:
        fields = {"campaign": self.campaign, "kind": ListKind.NOMINATIONS, "state": "draft"} | more
        return a_list(unit or self.hospital, **fields)

    def physician(self, name: str | None = None, *, at: Institution | None = None, **more: Any) -> HealthWorker:
        return super().physician(name, at=at, **({"speciality": "内科"} | more))

    def owes(self, required: int) -> None:
        """Let the hospital owe so many physicians in 2027, as a run found it."""
        period = {"period_start": date(2027, 1, 1), "period_end": date(2027, 12, 31)}
        run = Run.objects.create(trigger="hand", state="published", requested_at=clock.now(), **period)
        fields: dict[str, Any] = {
            "run": run, "version": PolicyVersion.objects.get(), "clause_id": "physicians", "topic": "x",
            "institution": self.hospital, "scheme": "municipal_county", "binding": "mandatory", "state": "known",
            "required": required, "verdict": "short", "basis": {}, "digest": "0" * 32, "updated_at": clock.now(),
        }  # fmt: skip
        Quota.objects.create(**(period | fields))

    def of(self, worker: HealthWorker | None = None, **more: Any) -> NominationRow:
        """Return the row of somebody, of the one physician unless said otherwise."""
        return NominationRow(worker_id=(worker or self.person).pk, **more)

    def found(self, *rows: NominationRow, filed: FiledList | None = None, by: Any = None) -> list[Finding]:
        """Return everything that speaks against these rows."""
        return [each for row in check_rows(rows, filed or self.filed, by or self.hr) for each in row]

    def nominate(self, *rows: NominationRow, **more: Any) -> list[Nomination]:
        """Nominate these people, the one physician where nobody is said."""
        return nominate(**({"filed": self.filed, "rows": rows or (self.of(),), "by": self.hr} | more))
