"""How the lists of the demonstration's open round come in: filed by the units, returned, checked, approved, struck."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assignments import scans
from assignments.filing import services_moving as lists
from assignments.filing.nomination_checks import check_rows
from assignments.filing.nomination_rows import NominationRow
from assignments.filing.services_nominations import nominate
from assignments.filing.services_requests import RequestRow, save_requests
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList, Nomination
from assignments.services import campaigns
from deploy_admin import clock
from deploy_admin.access import GRANTS, Actor, Permission, Role
from deploy_admin.accounts.actors import InstitutionActor
from deploy_admin.people import services as people
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.registry.models import Institution
from deploy_admin.workbench.demo_allocation_data import DEMAND, OFFERS, PEOPLES, Asks, Demand, Names, Offer
from deploy_admin.workbench.demo_bringing import actor_of
from deploy_admin.workbench.demo_campaigns import QINGXI
from deploy_admin.workbench.demo_offices import SCAN

#: Units of the round with an account of their own; of the others somebody invented acts.
ACCOUNTS = {QINGXI: "qingxi", PEOPLES: "renmin"}


class UnitDesk(InstitutionActor):
    """Somebody of a unit that has no account in the demonstration: acts for it, and for nobody else."""

    user_id = None
    membership_id = None
    worker_id = None
    on_behalf_of = ""
    manages_unit = False

    def __init__(self, role: Role, institution: Institution, name: str) -> None:
        super().__init__(role=role, institution=institution, on=clock.today())
        self.name = name

    def can(self, permission: Permission) -> bool:
        return permission in GRANTS[self._role]


@dataclass
class Filing:
    """The round with its units and days: who files when, and what the authority makes of it."""

    campaign: Campaign
    units: dict[str, int]
    today: date

    def at(self, days_ago: int, hour: int = 10) -> datetime:
        """Return a moment some days ago, or earlier today."""
        day = self.today - timedelta(days=days_ago)
        return min(datetime.combine(day, time(hour), timezone.get_default_timezone()), clock.now())

    # ------------------------------------------------------------ requests

    def requests(self, late_until: date, window_to: date) -> str:
        """Have the units file what they ask for, day by day; one comes late, then the window is lengthened for all."""
        for n, each in enumerate(DEMAND):
            if each.ends == "late":
                self._late(each, late_until)
                continue
            with clock.supposed(self.at(16 - n // 3)):
                self._demand(each)
        with clock.supposed(self.at(5)):
            self.campaign.refresh_from_db()
            campaigns.change_campaign(
                campaign=self.campaign, facts={"requests_to": window_to}, version=self.campaign.version,
                by=actor_of("wanzhou"),
            )  # fmt: skip
        self._decided(ListKind.REQUESTS, {each.unit: each for each in DEMAND if each.ends in ("approved", "late")}, 4)
        self._returned()
        return f"{len(DEMAND)} lists of requests"

    def _demand(self, each: Demand) -> None:
        if each.ends == "to_be_checked":
            self._from_paper(each)
        elif each.reason and each.ends == "draft":
            self._more_time(each, self.today + timedelta(days=15))
        else:
            self._filed(each)

    def _filed(self, each: Demand) -> None:
        by = self._desk(each.unit, Role.RECEIVER_CLERK)
        filed = lists.open_list(
            campaign=self.campaign, institution=self._unit(each.unit), kind=ListKind.REQUESTS, by=by
        )
        rows = [self._row(asks) for asks in each.lines]
        save_requests(filed=filed, rows=rows, nothing=not rows, remark=each.remark, version=None, by=by)
        lists.submit(filed=filed, by=by)

    def _late(self, each: Demand, until: date) -> None:
        """Ask for more time before the window closes, and hand in after it."""
        with clock.supposed(self.at(9)):
            self._more_time(each, until)
        with clock.supposed(self.at(6, 15)):
            self._filed(each)

    def _more_time(self, each: Demand, until: date) -> None:
        lists.exempt(
            campaign=self.campaign, institution=self._unit(each.unit), kind=ListKind.REQUESTS, until=until,
            reason=each.reason, by=actor_of("wanzhou"),
        )  # fmt: skip

    def _from_paper(self, each: Demand) -> None:
        """Enter from the unit's paper what its clerk sent by post: a second person has still to check it."""
        by, unit = actor_of("wanzhou"), self._unit(each.unit)
        scan = scans.kept(SimpleUploadedFile("需求表.png", SCAN, "image/png"), by, unit.pk)
        filed = lists.open_list(
            campaign=self.campaign, institution=unit, kind=ListKind.REQUESTS, on_behalf=True, scan=scan, by=by
        )
        save_requests(filed=filed, rows=[self._row(asks) for asks in each.lines], version=None, by=by)
        lists.submit(filed=filed, by=by)

    def _returned(self) -> None:
        for each in DEMAND:
            if each.ends == "returned":
                with clock.supposed(self.at(3)):
                    lists.send_back(
                        filed=self._list(each.unit, ListKind.REQUESTS), reason=each.reason, by=actor_of("wanzhou")
                    )

    def _row(self, asks: Asks) -> RequestRow:
        return RequestRow(
            speciality=asks.speciality,
            number=asks.number,
            also_accepts=asks.also,
            staff_category="physician",
            minimum_title=asks.title,
            starts_on=self.campaign.starts_on + timedelta(days=asks.later) if asks.later else None,
            priority=asks.priority,
            reason=asks.reason,
        )

    # ------------------------------------------------------------ nominations

    def nominations(self) -> str:
        """Have the hospitals name their people, warnings accepted knowingly; one of them is struck."""
        for n, each in enumerate(OFFERS):
            with clock.supposed(self.at(9 - n)):
                self._offer(each)
        self._decided(ListKind.NOMINATIONS, {each.unit: each for each in OFFERS if each.ends == "approved"}, 3)
        for unit, person in self._people():
            if person.struck:
                line = Nomination.objects.get(campaign=self.campaign, worker=self._worker(unit, person.name))
                with clock.supposed(self.at(3, 11)):
                    lists.strike(line=line, reason=person.struck, by=actor_of("wanzhou"))
        return f"{len(OFFERS)} lists of nominations"

    def _offer(self, each: Offer) -> None:
        by = self._desk(each.unit, Role.SENDER_HR)
        for person in each.people:
            self._away(each.unit, person, by)
        filed = lists.open_list(
            campaign=self.campaign, institution=self._unit(each.unit), kind=ListKind.NOMINATIONS, by=by
        )
        nominate(
            filed=filed, rows=self._accepted([self._nominee(each.unit, who) for who in each.people], filed, by), by=by
        )
        filed.refresh_from_db()
        lists.submit(filed=filed, by=by)

    def _accepted(self, rows: list[NominationRow], filed: FiledList, by: Actor) -> list[NominationRow]:
        """Return the rows with what is warned of each accepted: the unit has read it."""
        found = check_rows(rows, filed, by)
        return [
            replace(row, accept=frozenset(each.code for each in warnings if not each.refuses))
            for row, warnings in zip(rows, found, strict=True)
        ]

    def _nominee(self, unit: str, person: Names) -> NominationRow:
        first = self.campaign.starts_on
        return NominationRow(
            worker_id=self._worker(unit, person.name).pk,
            speciality=person.speciality,
            possible_from=first + timedelta(days=person.possible_after) if person.possible_after else None,
            possible_to=first + timedelta(days=person.possible_for) if person.possible_for else None,
            remark=person.remark,
            wishes=tuple(self.units[wish] for wish in person.wishes),
        )

    def _away(self, unit: str, person: Names, by: Actor) -> None:
        """Enter the absence that a nominee is going to have, before the warning of it is accepted."""
        if person.away is None:
            return
        worker, (begins, days) = self._worker(unit, person.name), person.away
        first = self.campaign.starts_on + timedelta(days=begins)
        people.enter_unavailability(
            worker=worker, kind="further_study", valid_from=first, valid_to=first + timedelta(days=days),
            version=worker.version, by=by,
        )  # fmt: skip

    def _people(self) -> Iterator[tuple[str, Names]]:
        for each in OFFERS:
            for person in each.people:
                yield each.unit, person

    # ------------------------------------------------------------ both

    def _decided(self, kind: ListKind, units: Iterable[str], days_ago: int) -> None:
        """Approve these units' lists, all at once."""
        with clock.supposed(self.at(days_ago)):
            lists.approve(lists=[self._list(unit, kind) for unit in units], by=actor_of("wanzhou"))

    def _list(self, unit: str, kind: str) -> FiledList:
        found: FiledList = FiledList.objects.get(campaign=self.campaign, institution=self.units[unit], kind=kind)
        return found

    def _unit(self, name: str) -> Institution:
        unit: Institution = Institution.objects.get(pk=self.units[name])
        return unit

    def _desk(self, unit: str, role: Role) -> Actor:
        if unit in ACCOUNTS:
            return actor_of(ACCOUNTS[unit])
        return UnitDesk(role, self._unit(unit), "示范·派出单位人事" if role is Role.SENDER_HR else "示范·接收单位经办")

    def _worker(self, unit: str, name: str) -> HealthWorker:
        """Return the unit's physician of this name; of two the one recorded first."""
        posts = Employment.objects.filter(institution=self.units[unit], staff_category="physician", is_current=True)
        found: HealthWorker = (
            HealthWorker.objects.living().filter(name=name, employments__in=posts).order_by("pk")[:1].get()
        )
        return found
