"""Who enters and who reviews in the tests of months: a district, its health centre, people on post there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from assignments.models import Assignment, AssignmentMonth, MonthSheet
from deploy_admin.access import SYSTEM
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from deploy_admin.registry.models import Institution
from deploy_admin.registry.services import calendar
from tests.assignments.months.factories import OCTOBER, a_sheet
from tests.assignments.postings import district_officer, on_post, oneself, receiver_clerk, receiver_head
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution


@dataclass
class Place:
    """One health centre with its clerk and head, the district it answers to, and a district it does not."""

    centre: Institution
    clerk: FakeActor
    head: FakeActor
    authority: Institution
    officer: FakeActor
    stranger: FakeActor

    def posted(self, worker: Any = None, **more: Any) -> Assignment:
        """Return somebody on post here since 10 March."""
        return on_post(worker, receiver=self.centre, **more)

    def sheet(self, **more: Any) -> MonthSheet:
        """Return October's sheet of one person, which the unit may still enter."""
        more = {"institution": self.centre, "month": OCTOBER, "open_until": date(2026, 11, 30)} | more
        return a_sheet(**more)


def a_place() -> Place:
    """Return a health centre in a district, and another district beside it; the work calendar is loaded."""
    calendar.load(by=SYSTEM)
    district, other = a_division(), a_division()
    authority = an_authority(district)
    stranger = an_authority(other)
    centre = an_institution(division=district, kind="township_health_centre", tier="township", level=1)
    return Place(
        centre,
        receiver_clerk(centre),
        receiver_head(centre),
        authority,
        district_officer(authority),
        district_officer(stranger, user_id=8002),
    )


def row_of(sheet: MonthSheet, assignment: Assignment | None = None) -> AssignmentMonth:
    """Return the row of the assignment, or the only one, as it is now."""
    rows = AssignmentMonth.objects.filter(sheet=sheet)
    return rows.get(assignment=assignment) if assignment is not None else rows.get()


def me(assignment: Assignment) -> FakeActor:
    """Return the deployed person."""
    return oneself(assignment)


def a_scan() -> StoredFile:
    """Return a stored letter."""
    return jobs.store_file(
        name="示范.pdf",
        content=b"%PDF-1.7 \xe7\xa4\xba\xe8\x8c\x83",
        content_type="application/pdf",
        by=SYSTEM,
        owner_institution_id=None,
        kind="scan",
    )
