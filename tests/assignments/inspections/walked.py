"""What the walk over every address finds of inspections: a closed and an open one, an order, a sanction."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.models import Finding, Inspection, PresenceCheck, Sanction
from deploy_admin import clock
from tests.assignments.postings import on_post
from tests.people.factories import a_worker
from tests.registry.factories import an_institution

DAY = date(2026, 11, 18)


def add_inspections(side: Any) -> None:
    """Add to one side of the permission walk's world what the addresses of inspections ask for."""
    sender = an_institution(f"示范{side.name}派出院", division=side.division)
    facts = {"authority": side.authority, "institution": side.receiver, "on": DAY, "inspectors": "示范组"}
    side.inspection = Inspection.objects.create(
        kind="unannounced", closed_at=clock.now(), closed_by_name="示范", **facts
    )
    side.open_inspection = Inspection.objects.create(kind="planned", **facts)
    side.open_finding = Finding.objects.create(inspection=side.open_inspection, text="示范")
    side.order = Finding.objects.create(inspection=side.inspection, text="示范", order="示范整改", due_on=DAY)
    assignment = on_post(a_worker(f"示范{side.name}缺", at=sender), sender=sender, receiver=side.receiver)
    side.found_absent = PresenceCheck.objects.create(
        inspection=side.inspection, assignment=assignment, result="absent"
    )
    side.sanction = Sanction.objects.create(
        institution=side.receiver,
        legal_basis="示范条例",
        text="通报",
        decided_on=DAY,
        deciding_body="示范委",
        document="示范决定",
    )
