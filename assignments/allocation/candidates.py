"""Whom one could place on a request, and where one could place a person: what is possible, and what speaks for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.allocation import about, words
from assignments.allocation.ground import Ground, listed
from assignments.allocation.named import Names
from assignments.allocation.rows import Candidate, RequestChoice, Shown
from assignments.codes import State
from assignments.kinds import MarkKind
from assignments.models import AllocationPlan, Nomination, PlanLine, PlanMark, StaffingRequest
from assignments.rules.allocation.judging import Conditions
from assignments.rules.allocation.pairs import hindrances
from assignments.rules.allocation.stages import judged
from assignments.rules.allocation.types import Mark, Person, Request
from assignments.rules.allocation.words import match
from deploy_admin.policies.language.explained import Truth
from deploy_admin.registry.distances import distance_km
from deploy_admin.registry.models import Institution

#: So many are shown at once; words narrow them.
SHOWN = 50
#: So many are looked at to find those that suit best.
LOOKED_AT = 1000


def candidates(plan: AllocationPlan, request: StaffingRequest, q: str = "") -> list[Candidate]:
    """Return the people to choose from, those who suit best first. Searched for by name, speciality or unit anybody;
    else those whose speciality the request asks for or accepts. A constant number of queries.
    """
    ids = _people_found(plan, q) if q.strip() else _people_of(plan, request)
    look = _Look(plan, Ground(plan, [request.pk], ids))
    if not look.ground.problem.requests:
        return []
    asked = look.ground.problem.requests[0]
    told = about.people([each.key for each in look.ground.problem.people], plan.campaign)
    rows = sorted(
        (look.pairing(asked, person) for person in look.ground.problem.people if person.key in told),
        key=lambda each: (each.order, told[each.person.key].name, each.person.key),
    )[:SHOWN]
    look.name(rows)
    return [
        Candidate(
            nomination_id=each.person.key,
            worker_id=each.person.worker,
            person=told[each.person.key].name,
            about=told[each.person.key].about,
            sender=told[each.person.key].sender,
            placed_at=look.names.request(look.placed.get(each.person.key)),
            placed_request_id=look.placed.get(each.person.key),
            balance=words.joined([look.filled_words(asked), look.owed_words(each.person)]),
            **look.shown(each),
        )
        for each in rows
    ]


def requests_for(plan: AllocationPlan, nomination: Nomination, q: str = "") -> list[RequestChoice]:
    """Return the requests to choose from for a person, those that suit best first. A constant number of queries."""
    ids = _requests_found(plan, q) if q.strip() else _requests_of(plan, nomination)
    look = _Look(plan, Ground(plan, ids, [nomination.pk]))
    if not look.ground.problem.people:
        return []
    person = look.ground.problem.people[0]
    rows = sorted(
        (look.pairing(asked, person) for asked in look.ground.problem.requests),
        key=lambda each: (each.order, each.request.key),
    )[:SHOWN]
    look.name(rows)
    return [
        RequestChoice(
            request_id=each.request.key,
            unit_id=each.request.unit,
            unit=look.names.unit(each.request.unit),
            speciality=each.request.speciality,
            number=each.request.number,
            filled=len(look.sitting[each.request.key]),
            people=tuple(look.names.person(who) for who in look.sitting[each.request.key]),
            balance=words.joined([look.filled_words(each.request), look.owed_words(person)]),
            **look.shown(each),
        )
        for each in rows
    ]


# ---------------------------------------------------------------- who is looked at


def _people_found(plan: AllocationPlan, q: str) -> list[int]:
    """Return the nominations that the words find: name, initials, speciality, sending unit."""
    wanted = q.lower().split()
    rows = Nomination.objects.standing().filter(campaign=plan.campaign_id).order_by("worker__pinyin", "pk")
    columns = ("pk", "worker__name", "worker__initials", "speciality", "worker__speciality", "institution_id")
    held = list(rows.values_list(*columns))
    units = Institution.objects.filter(pk__in={row[-1] for row in held}).named(plan.campaign.starts_on)
    found = []
    for pk, *said, unit in held:
        text = " ".join([*said, units.get(unit, "")]).lower()
        if all(word in text for word in wanted):
            found.append(pk)
    return found[:LOOKED_AT]


def _people_of(plan: AllocationPlan, request: StaffingRequest) -> list[int]:
    """Return the nominations in a speciality that the request asks for or accepts."""
    rows = Nomination.objects.standing().filter(campaign=plan.campaign_id).order_by("worker__pinyin", "pk")
    held = rows.values_list("pk", "speciality", "worker__speciality")
    found = [
        pk
        for pk, said, recorded in held
        if match(request.speciality, request.also_accepts, listed(said or recorded)) != "no"
    ]
    return found[:LOOKED_AT]


def _requests_found(plan: AllocationPlan, q: str) -> list[int]:
    wanted = q.lower().split()
    rows = StaffingRequest.objects.standing().filter(campaign=plan.campaign_id).order_by("rank", "pk")
    held = list(rows.values_list("pk", "speciality", "institution_id"))
    profiles = Institution.objects.standing(plan.campaign.starts_on).filter(pk__in={row[-1] for row in held})
    said = {
        pk: f"{name} {initials}"
        for pk, name, initials in profiles.order_by().values_list("pk", "profile__name", "profile__initials")
    }
    found = []
    for pk, speciality, unit in held:
        text = f"{speciality} {said.get(unit, '')}".lower()
        if all(word in text for word in wanted):
            found.append(pk)
    return found[:LOOKED_AT]


def _requests_of(plan: AllocationPlan, nomination: Nomination) -> list[int]:
    """Return the requests that ask for the person's speciality, or would accept it."""
    held = listed(nomination.speciality or nomination.worker.speciality)
    rows = StaffingRequest.objects.standing().filter(campaign=plan.campaign_id).order_by("priority", "rank", "pk")
    asked = rows.values_list("pk", "speciality", "also_accepts")
    return [pk for pk, speciality, also in asked if match(speciality, also, held) != "no"][:LOOKED_AT]


# ---------------------------------------------------------------- one look


class _Pairing:
    """One request with one person: what speaks against it and for it."""

    def __init__(self, request: Request, person: Person, against: Sequence[Any], marks: Sequence[Mark]) -> None:
        self.request, self.person, self.against, self.marks = request, person, against, marks

    @property
    def order(self) -> tuple[Any, ...]:
        """Possible ones first; then by what the criteria say, in their order."""
        return (len(self.against) > 0, tuple(-mark.value for mark in self.marks) if not self.against else ())


class _Look:
    """What all pairings that are shown have in common, read once."""

    def __init__(self, plan: AllocationPlan, ground: Ground) -> None:
        self.plan, self.ground = plan, ground
        self.conditions = Conditions(ground.problem)
        self.placed: dict[int, int] = {}
        self.sitting: dict[int, list[int]] = defaultdict(list)
        self.sent: Counter[int] = Counter()
        rows = PlanLine.objects.filter(plan=plan).order_by("request_id", "seat")
        for request, who, unit in rows.values_list("request_id", "nomination_id", "nomination__institution_id"):
            self.placed[who] = request
            self.sitting[request].append(who)
            self.sent[ground.unit(unit)] += 1
        marks = PlanMark.objects.filter(plan=plan).order_by()
        self.marks = {
            (request, who): kind for request, who, kind in marks.values_list("request_id", "nomination_id", "kind")
        }
        self.names = Names()

    def pairing(self, request: Request, person: Person) -> _Pairing:
        problem = self.ground.problem
        against = hindrances(problem, request, person)
        return _Pairing(request, person, against, judged(problem, request, person, self.conditions))

    def name(self, rows: Iterable[_Pairing]) -> None:
        """Read the names of everything that these pairings refer to. Three queries."""
        told: list[Any] = []
        for each in rows:
            told += [found.params for found in each.against]
            told.append({"unit": each.request.unit, "request": [each.request.key, self.placed.get(each.person.key)]})
            told.append({"nomination": self.sitting.get(each.request.key, [])})
        self.names = Names.read(self.plan, told)

    def shown(self, each: _Pairing) -> dict[str, Any]:
        """Return the columns that both sides share."""
        kind = self.marks.get((each.request.key, each.person.key), "")
        first = each.against[0] if each.against else None
        return {
            "possible": first is None,
            "hindrance": words.hindrance(first.code, first.params, self.names) if first else "",
            "eligibility": self._eligibility(each.person),
            "destination": self._destination(each.request),
            "community": self._community(each),
            "distance_km": distance_km(each.person.place, each.request.place),
            "marks": words.marks([mark._asdict() for mark in each.marks], self.names),
            "pinned": kind == MarkKind.PIN,
            "banned": kind == MarkKind.BAN,
        }

    def _eligibility(self, person: Person) -> Shown:
        """Whether the person may go, as the scheme's clauses answer on the campaign's first day."""
        refused = next((each for each in person.hindered if each.code == "person_may_not_go"), None)
        if refused is not None:
            said = words.hindrance(refused.code, refused.params, self.names)
            return Shown(str(State.MAY_NOT.label), State.MAY_NOT.shape, said)
        state = self.ground.hindered.state(person.worker)
        return Shown(str(state.label), state.shape)

    def _destination(self, request: Request) -> Shown:
        match request.destination:
            case Truth.YES:
                return Shown(_("among the destinations"), "ok")
            case Truth.NO:
                return Shown(_("outside the destinations"), "bad")
        return Shown(_("destination not known"), "und")

    def _community(self, each: _Pairing) -> str:
        """yes, no or unknown: whether both units belong to one medical community."""
        ours, theirs = each.person.facts.get("medical_community"), each.request.facts.get("medical_community")
        if not ours or not theirs:
            return "unknown"
        return "yes" if ours == theirs else "no"

    def filled_words(self, request: Request) -> str:
        """Return how many of the request's places are filled."""
        said = {"n": len(self.sitting.get(request.key, ())), "of": request.number}
        return pgettext("places of a request", "%(n)d of %(of)d filled") % said

    def owed_words(self, person: Person) -> str:
        """Return how many the sending unit sends in the plan, of those it owes."""
        owed: Mapping[int, int] = self.ground.problem.owed
        if person.unit not in owed:
            return ""
        said = {"n": self.sent[person.unit], "of": owed[person.unit]}
        return _("sending unit: %(n)d of %(of)d owed") % said
