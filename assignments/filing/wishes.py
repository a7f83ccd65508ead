"""Where nominated people may wish to go: the units that ask for people in the campaign, then others one knows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q, QuerySet

from assignments.models import Assignment, Campaign, NominationWish, PlanLine, StaffingRequest
from assignments.models.assignments import AssignmentQuerySet
from assignments.states import COMING, RUNNING, PlanState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.registry.codes import Kind, State
from deploy_admin.registry.models import Institution, PairingSupport


@dataclass(frozen=True)
class Demand:
    """What one unit still asks for in one speciality."""

    unit: int
    name: str
    speciality: str
    #: Places that nobody fills yet.
    open: int
    number: int


class Wishable:
    """The units that may be wished for: those with approved requests in the campaign, and those the actor knows.

    A sending unit knows where its people served and whom it supports; an authority every unit in its reach.
    """

    def __init__(self, campaign: Campaign, institution_id: int, actor: Actor) -> None:
        self.campaign, self.institution_id, self.actor = campaign, institution_id, actor

    @cached_property
    def asking(self) -> frozenset[int]:
        """The units with approved requests. One query."""
        rows = StaffingRequest.objects.visible_to(self.actor).standing().filter(campaign=self.campaign)
        return frozenset(rows.order_by().values_list("institution_id", flat=True))

    def known(self, unit_ids: Iterable[int]) -> frozenset[int]:
        """Return which of these units may be wished for."""
        wanted = set(unit_ids)
        if not wanted or wanted <= self.asking:
            return frozenset(wanted)
        return frozenset(self._nameable(Q(pk__in=wanted)))

    def named(self, name: str) -> list[int]:
        """Return the units that this name means, two at most."""
        wanted = name.strip()
        meant = Q(profile__name=wanted) | Q(profile__short_name=wanted) | Q(credit_code=wanted.upper())
        return list(self._nameable(meant)[:2])

    def offers(self, text: str, most: int = 20) -> list[str]:
        """Return names to choose from that contain the text: the units that ask come first."""
        today = clock.today()
        matching = Institution.objects.standing(today).search(text.strip()).order_by().values("pk")
        found = list(self._nameable(Q(pk__in=matching))[: most * 5])
        names = Institution.objects.filter(pk__in=found).named(today)
        found.sort(key=lambda unit: unit not in self.asking)
        return [names[unit] for unit in found[:most] if unit in names]

    def _nameable(self, condition: Q) -> list[int]:
        today = clock.today()
        served = self._served().order_by().values("receiving_unit")
        paired = PairingSupport.objects.visible_to(self.actor).filter(supporting_unit=self.institution_id)
        seen = Institution.objects.visible_to(self.actor).order_by().values("pk")
        rows = Institution.objects.standing(today).in_state(State.OPEN, today).filter(condition)
        rows = rows.filter(
            Q(pk__in=self.asking)
            | Q(pk__in=served)
            | Q(pk__in=self._wished().order_by().values("institution"))
            | Q(pk__in=paired.order_by().values("supported_unit"))
            | (Q(pk__in=seen) & ~Q(profile__kind=Kind.HEALTH_AUTHORITY))
        )
        return list(rows.order_by("profile__pinyin", "pk").values_list("pk", flat=True))

    def _wished(self) -> QuerySet[NominationWish]:
        """What the unit's people wish for already stays known, though the list of requests is open again."""
        return NominationWish.objects.filter(
            nomination__campaign=self.campaign, nomination__institution=self.institution_id
        )

    def _served(self) -> AssignmentQuerySet:
        return Assignment.objects.visible_to(self.actor).living()

    # ------------------------------------------------------------ what is asked for

    @cached_property
    def demand(self) -> list[Demand]:
        """What the units still ask for, by speciality, as far as it is approved. Three queries."""
        rows = list(
            StaffingRequest.objects.visible_to(self.actor)
            .standing()
            .filter(campaign=self.campaign)
            .order_by()
            .values_list("pk", "institution_id", "speciality", "number")
        )
        filled = self._filled([row[0] for row in rows])
        wanted: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
        for pk, unit, speciality, number in rows:
            wanted[unit, speciality][0] += max(0, number - filled[pk])
            wanted[unit, speciality][1] += number
        names = Institution.objects.filter(pk__in={unit for unit, _said in wanted}).named(clock.today())
        found = [Demand(unit, names.get(unit, ""), said, *counts) for (unit, said), counts in wanted.items()]
        return sorted(found, key=lambda each: (each.speciality, -each.open, each.name))

    def _filled(self, request_ids: list[int]) -> Counter[int]:
        """Return how many places of each request are filled by earlier decisions, with people who go or are there."""
        rows = PlanLine.objects.filter(
            request__in=request_ids, plan__state=PlanState.DECIDED, assignment__state__in=COMING | RUNNING
        )
        return Counter(dict(rows.order_by().values_list("request_id").annotate(n=Count("pk"))))

    @property
    def by_speciality(self) -> list[tuple[str, int, list[Demand]]]:
        """The open demand: speciality, open places, and the units that have them; the largest first."""
        held: dict[str, list[Demand]] = defaultdict(list)
        for each in self.demand:
            if each.open:
                held[each.speciality].append(each)
        told = [(said, sum(each.open for each in units), units) for said, units in held.items()]
        return sorted(told, key=lambda one: (-one[1], one[0]))
