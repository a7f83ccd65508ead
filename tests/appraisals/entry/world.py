"""A district with a township health centre where three people serve, its clerk and head, the office, a neighbour."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.access import Role
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution, SpecialDay
from tests.accounts.factories import a_membership, signed_in
from tests.appraisals.workload.factories import an_indicator
from tests.assignments.assignments.world import a_receiver, a_sender, an_office
from tests.assignments.factories import a_place
from tests.assignments.months.factories import HOLIDAYS, NOVEMBER, OCTOBER, a_row, a_sheet
from tests.assignments.postings import on_post
from tests.people.factories import a_worker
from tests.registry.factories import an_authority

#: October is closed on the tests' day but for whom more time was given.
OPEN = date(2026, 11, 30)
PART = {"HX-Request": "true"}
NAMES = ("安可往", "白在岗", "陈值守")


class World:
    """October is open to the unit by more time; November is being entered; a neighbour has a sheet of its own."""

    def __init__(self, people: int = 3) -> None:
        SpecialDay.objects.bulk_create(
            [SpecialDay(day=day, kind="holiday", name="国庆节") for day in sorted(HOLIDAYS)]
        )
        self.city = an_authority(a_place("500000"), tier="municipal")
        self.office = an_office("500101")
        self.elsewhere = an_office("500231")
        self.sender = a_sender("示范甲医院")
        self.unit = a_receiver("示范丁卫生院")
        self.neighbour = a_receiver("示范戊卫生院", "500231")
        an_indicator("rounds", is_core=True, position=10, usual_low=2, usual_high=20)
        an_indicator("lectures", is_core=True, position=20, highest=60)
        self.people = [
            on_post(
                a_worker(NAMES[n] if n < 3 else f"丁同事{n}", at=self.sender), receiver=self.unit, sender=self.sender
            )
            for n in range(people)
        ]
        self.sheet = a_sheet(self.unit, OCTOBER, people=self.people, open_until=OPEN)
        self.november = a_sheet(self.unit, NOVEMBER, people=self.people)
        self.foreign = a_sheet(self.neighbour, OCTOBER, people=1, open_until=OPEN)

    @property
    def rows(self) -> list[AssignmentMonth]:
        """October's rows in the order of the page."""
        return list(AssignmentMonth.objects.filter(sheet=self.sheet).for_list())

    def browser(self, role: Role, at: Institution, lang: str = "en") -> Client:
        client = signed_in(Client(), a_membership(role, at))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client

    def clerk(self, lang: str = "en") -> Client:
        return self.browser(Role.RECEIVER_CLERK, self.unit, lang)

    def officer(self) -> Client:
        return self.browser(Role.DISTRICT_OFFICER, self.office)

    def oneself(self, worker: HealthWorker, lang: str = "en") -> Client:
        member = a_membership(Role.DEPLOYED_PERSON, self.sender)
        member.worker = worker
        member.save()
        client = signed_in(Client(), member)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client

    def handed_in(self, state: str = "submitted") -> MonthSheet:
        """Move October on as if the clerk had submitted it."""
        more = a_sheet(a_receiver(), OCTOBER, state, people=0)
        held = {f: getattr(more, f) for f in ("submitted_at", "submitted_by_id", "submitted_by_name")}
        more.delete()
        MonthSheet.objects.filter(pk=self.sheet.pk).update(state=state, **held)
        self.sheet.refresh_from_db()
        return self.sheet


def address(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"appraisals:{name}", args=args, query=query or None)


def send(client: Client, url: str, **body: Any) -> HttpResponse:
    """Post JSON as the page's script does."""
    return client.post(url, json.dumps(body), content_type="application/json")


def cell(row: AssignmentMonth, day: int, to: str | None, was: str = "P") -> dict[str, Any]:
    return {"row": row.pk, "day": day, "cell": to, "was": was}


def now(row: AssignmentMonth) -> AssignmentMonth:
    """Return the row as it stands."""
    return AssignmentMonth.objects.get(pk=row.pk)


__all__ = ["NAMES", "PART", "World", "a_row", "address", "cell", "now", "send"]
