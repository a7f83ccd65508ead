"""Reads everything one plan is decided from: requests, people, ties, pins and bans, what the quotas still ask for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assignments import destinations, facts, records
from assignments.allocation import governed, inputs
from assignments.allocation.hindered import Hindered
from assignments.destinations import Receivers
from assignments.facts import FEEDS, Seen
from assignments.filing import owing
from assignments.kinds import MarkKind
from assignments.models import (
    AllocationPlan,
    Assignment,
    Nomination,
    NominationWish,
    PlanLine,
    PlanMark,
    StaffingRequest,
)
from assignments.records import Record
from assignments.rules.allocation.types import Pair, Person, Problem, Request, Ties
from assignments.rules.terms import term_end
from assignments.services.answering import judge_live
from deploy_admin.policies.language import Target
from deploy_admin.policies.language.judging import leaves
from deploy_admin.registry import succession, support
from deploy_admin.registry.codes import PRIMARY_CARE

_LISTED = re.compile(r"[、,，;；/]+")


def read_problem(
    plan: AllocationPlan, *, requests: Collection[int] | None = None, nominations: Collection[int] | None = None
) -> Problem:
    """Return what the plan is decided from as the rows stand now, or the part about some requests and nominations.

    Standing requests without the seats that earlier decisions gave away, standing nominations without the people who
    have one. A constant number of queries.
    """
    return Ground(plan, requests, nominations).problem


@dataclass
class _Asked:
    """The rows of the campaign that stand, and the seats that are open."""

    requests: list[StaffingRequest] = field(default_factory=list)
    nominations: list[Nomination] = field(default_factory=list)
    seats: dict[int, tuple[int, ...]] = field(default_factory=dict)


class Ground:
    """One plan with everything that was read for it."""

    def __init__(
        self,
        plan: AllocationPlan,
        requests: Collection[int] | None = None,
        nominations: Collection[int] | None = None,
    ) -> None:
        self.plan, self.campaign = plan, plan.campaign
        self.day: date = self.campaign.starts_on
        self.last: date = term_end(self.day, self.campaign.term_months, self.campaign.term_days)
        self.governed = governed.rule_of(self.campaign)
        self.settled = inputs.settled(plan)
        self.asked = self._read(requests, nominations)
        workers = {each.worker_id for each in self.asked.nominations}
        self.records = records.read(workers)
        self.heirs = succession.standing_for(self._employers() | self._receivers(), self.day)
        self.units = Receivers(set(self.heirs.values()), self.day)
        self.places = support.places(self.units.ids, self.day)
        self.hindered = Hindered(self.campaign, self._answers(workers), self._stays(workers), self.day)
        self.problem = self._problem()

    # ------------------------------------------------------------ rows

    def _read(self, requests: Collection[int] | None, nominations: Collection[int] | None) -> _Asked:
        asked = StaffingRequest.objects.standing().filter(campaign=self.campaign).order_by("pk")
        named = Nomination.objects.standing().filter(campaign=self.campaign).order_by("pk")
        if requests is not None:
            asked = asked.filter(pk__in=requests)
        if nominations is not None:
            named = named.filter(pk__in=nominations)
        found = _Asked()
        for request in asked:
            if seats := self.settled.of_request(request.pk, request.number):
                found.requests.append(request)
                found.seats[request.pk] = seats
        found.nominations = [each for each in named if each.pk not in self.settled.nominations]
        return found

    def _receivers(self) -> set[int]:
        return {each.institution_id for each in self.asked.requests}

    def _employers(self) -> set[int]:
        posts = [record.post_on(self.day) for record in self.records.values()]
        return {post.institution_id for post in posts if post} | {
            each.institution_id for each in self.asked.nominations
        }

    def _answers(self, workers: set[int]) -> Mapping[int, list[Any]]:
        return judge_live(workers, self.day, [Target.DISPATCH]) if workers else {}

    def _stays(self, workers: set[int]) -> dict[int, list[tuple[int, date, date]]]:
        """Return where these people are assigned from the first day on; not what this plan itself became."""
        rows = Assignment.objects.living().filter(worker__in=workers, ends_on__gte=self.day)
        rows = rows.exclude(plan_line__plan=self.plan.pk).order_by("worker_id", "starts_on", "pk")
        found: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
        for worker, receiver, first, last in rows.values_list(
            "worker_id", "receiving_unit_id", "starts_on", "ends_on"
        ):
            found[worker].append((receiver, first, last))
        return found

    # ------------------------------------------------------------ the problem

    def _problem(self) -> Problem:
        requests = tuple(self._requests())
        people = tuple(self._people())
        pins, bans = self._marks({each.key for each in requests}, {each.key for each in people})
        units = self.units.ids
        return Problem(
            requests=requests,
            people=people,
            criteria=self.governed.criteria,
            document=self.governed.document,
            first_day=self.day,
            last_day=self.last,
            ties=Ties(support.paired(units, self.day), support.programmes(units, self.day)),
            pins=pins,
            bans=bans,
            present=self._present(),
            owed=self._owed(),
        )

    def _requests(self) -> Iterable[Request]:
        where = destinations.read(self.campaign.destinations).standing(self.day)
        for each in self.asked.requests:
            unit = self.unit(each.institution_id)
            yield Request(
                key=each.pk,
                unit=unit,
                speciality=each.speciality,
                also_accepts=tuple(each.also_accepts),
                staff_category=each.staff_category,
                minimum_title=each.minimum_title,
                number=len(self.asked.seats[each.pk]),
                first_day=each.starts_on,
                priority=each.priority,
                rank=each.rank,
                facts=facts.with_membership(self.units.facts(unit)),
                destination=self.units.fits(where, unit),
                district=self.units.district(unit),
                place=self.places.get(unit),
            )

    def _people(self) -> Iterable[Person]:
        wishes = self._wishes()
        branches = self._branches()
        asked = self._facts_asked()
        for each in self.asked.nominations:
            record = self.records.get(each.worker_id)
            post = record.post_on(self.day) if record else None
            unit = self.unit(post.institution_id if post else each.institution_id)
            of_unit = facts.with_membership(self.units.facts(unit))
            seen = Seen(record, self.day, primary_care=of_unit.get("kind") in PRIMARY_CARE) if record else None
            level = seen.level if seen else None
            yield Person(
                key=each.pk,
                worker=each.worker_id,
                unit=unit,
                specialities=_specialities(each, record),
                staff_category=post.staff_category if post else "",
                title="" if level in (None, "none") else str(level),
                possible_from=each.possible_from,
                possible_to=each.possible_to,
                hindered=self.hindered.of(each.worker_id, record),
                facts={**of_unit, **_known(seen, asked)},
                wishes=tuple(self.unit(wish) for wish in wishes.get(each.pk, ())),
                own=branches.get(unit, frozenset()) | ({self.unit(each.institution_id)} - {unit}),
                district=self.units.district(unit),
                place=self.places.get(unit),
            )

    def unit(self, unit_id: int) -> int:
        """Return the unit that stands on the first day for this one."""
        return self.heirs.get(unit_id, unit_id)

    def _wishes(self) -> dict[int, list[int]]:
        rows = NominationWish.objects.filter(nomination__in=[each.pk for each in self.asked.nominations])
        found: dict[int, list[int]] = defaultdict(list)
        for nomination, unit in rows.order_by("nomination_id", "rank").values_list("nomination_id", "institution_id"):
            found[nomination].append(unit)
        return found

    def _branches(self) -> dict[int, frozenset[int]]:
        """Return, of each unit, those that are a part of it or of which it is one."""
        found: dict[int, set[int]] = defaultdict(set)
        for unit in self.units.ids:
            parent = self.units.branch_of(unit)
            if parent is not None:
                found[unit].add(parent)
                found[parent].add(unit)
        return {unit: frozenset(others) for unit, others in found.items()}

    def _facts_asked(self) -> tuple[str, ...]:
        """Return the facts of people that some criterion asks for: no other one is among what a plan follows from."""
        conditions = [node for each in self.governed.criteria for node in (each.when, each.to) if node is not None]
        return facts.fed_by_people({leaf.fact for node in conditions for leaf in leaves(node)})

    def _marks(self, requests: set[int], people: set[int]) -> tuple[frozenset[Pair], frozenset[Pair]]:
        held: dict[str, set[Pair]] = {MarkKind.PIN: set(), MarkKind.BAN: set()}
        rows = PlanMark.objects.filter(plan=self.plan.pk).order_by("pk")
        for kind, request, nomination in rows.values_list("kind", "request_id", "nomination_id"):
            if request in requests and nomination in people:
                held[kind].add((request, nomination))
        return frozenset(held[MarkKind.PIN]), frozenset(held[MarkKind.BAN])

    def _present(self) -> frozenset[Pair]:
        """Return the pairings of the plan that this one was made from."""
        if self.plan.based_on_id is None:
            return frozenset()
        rows = PlanLine.objects.filter(plan=self.plan.based_on_id).order_by()
        return frozenset(rows.values_list("request_id", "nomination_id"))

    def _owed(self) -> dict[int, int]:
        """Return how many each sending unit still owes in the campaign's year, without those decided already."""
        owed: Counter[int] = Counter()
        for unit, required in owing.quotas(self.campaign, self.day).items():
            owed[self.unit(unit)] += required
        gone = Nomination.objects.filter(pk__in=self.settled.nominations).order_by()
        for unit in gone.values_list("institution_id", flat=True):
            owed[self.unit(unit)] -= 1
        return {unit: number for unit, number in sorted(owed.items()) if number > 0}


def _specialities(nomination: Nomination, record: Record | None) -> frozenset[str]:
    """Return as which specialities the person goes: as the list says, else as recorded."""
    return frozenset(listed(nomination.speciality or (record.speciality if record else "")))


def listed(said: str) -> list[str]:
    """Return the specialities that a text names one after the other."""
    return [part.strip() for part in _LISTED.split(said) if part.strip()]


def _known(seen: Seen | None, names: Iterable[str]) -> dict[str, Any]:
    if seen is None:
        return {}
    return {name: value for name in names if (value := FEEDS[name](seen)) is not None}
