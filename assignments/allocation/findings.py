"""What speaks against deciding a plan: lines whose request or person changed since, and what came in meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.allocation import ground, inputs, words
from assignments.allocation.named import Names
from assignments.allocation.rows import Objection
from assignments.allocation.seen import differs
from assignments.kinds import MarkKind
from assignments.models import AllocationPlan, Nomination, PlanGap, PlanLine, PlanMark, StaffingRequest
from assignments.rules.allocation.pairs import hindrances, starts
from assignments.rules.terms import term_end
from assignments.states import LineState, ListState

_COLUMNS = (
    "request_id", "nomination_id", "seat", "reason__seen", "request__version", "request__state",
    "request__filed_list__state", "request__number", "request__speciality", "nomination__version",
    "nomination__state", "nomination__filed_list__state", "nomination__worker__name", "nomination__worker__updated_at",
)  # fmt: skip


def findings(plan: AllocationPlan) -> list[Objection]:
    """Return what can be told at a glance, refusals first: a constant number of queries, no rule is asked anew."""
    found = [*_of_lines(plan), *_broken_pins(plan), *_came_in(plan)]
    return sorted(found, key=lambda each: not each.refuses)


def full(plan: AllocationPlan) -> list[Objection]:
    """Return the same with every pairing of the plan asked anew: whether it is still possible as the rows stand."""
    quick = findings(plan)
    refused = {(each.request_id, each.nomination_id) for each in quick if each.refuses}
    found = [*quick, *(each for each in _of_pairs(plan) if (each.request_id, each.nomination_id) not in refused)]
    return sorted(found, key=lambda each: not each.refuses)


def _of_lines(plan: AllocationPlan) -> Iterator[Objection]:
    """The lines whose request or nomination stands no more, or changed since the pairing was made."""
    rows = PlanLine.objects.filter(plan=plan).order_by("request_id", "seat").values(*_COLUMNS)
    held = list(rows)
    units = Names.read(plan, [{"request": row["request_id"]} for row in held if _off(row) or differs(row)])
    for row in held:
        said = {"name": row["nomination__worker__name"], "where": units.request(row["request_id"])}
        keys = {"request_id": row["request_id"], "nomination_id": row["nomination_id"]}
        if not _stands(row, "request"):
            text = _("%(where)s: the request does not stand any more; %(name)s was to go there.") % said
            yield Objection("request_gone", text, True, **keys)
        elif row["seat"] > row["request__number"]:
            text = _("%(where)s: fewer people are asked for by now; %(name)s has a place too many.") % said
            yield Objection("seat_gone", text, True, **keys)
        if not _stands(row, "nomination"):
            text = _("%(name)s is not nominated any more, and was to go to %(where)s.") % said
            yield Objection("nomination_gone", text, True, **keys)
        elif _stands(row, "request") and (changed := differs(row)):
            yield Objection("changed_since", _CHANGED[changed]() % said, False, **keys)


_CHANGED = {
    "request": lambda: _("%(where)s: the request was changed since %(name)s was paired with it."),
    "nomination": lambda: _("The nomination of %(name)s was changed since the pairing with %(where)s."),
    "person": lambda: _("The record of %(name)s was changed since the pairing with %(where)s."),
}


def _off(row: dict[str, Any]) -> bool:
    return not (_stands(row, "request") and _stands(row, "nomination")) or row["seat"] > row["request__number"]


def _stands(row: dict[str, Any], side: str) -> bool:
    approved: bool = row[f"{side}__filed_list__state"] == ListState.APPROVED
    return approved and row[f"{side}__state"] == LineState.STANDING


def _broken_pins(plan: AllocationPlan) -> Iterator[Objection]:
    """Pins that the proposal could not keep to: the facts no longer allow them. Those set since wait for the next."""
    pins = PlanMark.objects.filter(plan=plan, kind=MarkKind.PIN, at__lte=plan.solved_at or plan.recorded_at)
    pins = pins.order_by("pk")
    lines = set(PlanLine.objects.filter(plan=plan).order_by().values_list("request_id", "nomination_id"))
    broken = [pair for pair in pins.values_list("request_id", "nomination_id") if pair not in lines]
    if not broken or plan.solved_at is None:
        return
    problem = ground.read_problem(
        plan, requests={request for request, _nomination in broken}, nominations={who for _request, who in broken}
    )
    requests, people = {each.key: each for each in problem.requests}, {each.key: each for each in problem.people}
    against = {
        (request, who): hindrances(problem, requests[request], people[who])
        for request, who in broken
        if request in requests and who in people
    }
    told = [{"request": request, "nomination": who} for request, who in broken]
    names = Names.read(plan, [*told, *(each.params for found in against.values() for each in found)])
    for request, who in broken:
        found = against.get((request, who), ())
        why = words.hindrance(found[0].code, found[0].params, names) if found else ""
        said = {"name": names.person(who), "where": names.request(request), "why": why}
        text = _("The pin of %(name)s at %(where)s could not be kept. %(why)s") % said
        yield Objection("pin_broken", text.strip(), False, request, who)


def _came_in(plan: AllocationPlan) -> Iterator[Objection]:
    """Requests and nominations of which the plan, once computed, knows nothing: approved since."""
    if plan.solved_at is None:
        return
    settled = inputs.settled(plan)
    lines, gaps = PlanLine.objects.filter(plan=plan).order_by(), PlanGap.objects.filter(plan=plan).order_by()
    known = set(lines.values_list("request_id", flat=True)) | set(gaps.values_list("request_id", flat=True))
    people = set(lines.values_list("nomination_id", flat=True)) | set(gaps.values_list("nomination_id", flat=True))
    requests = len(inputs.open_seats(plan, settled).keys() - known)
    nominated = len(set(inputs.standing_nominations(plan, settled)) - people)
    if requests:
        text = ngettext(
            "%(n)d request came in since the plan was computed: propose anew to take it in.",
            "%(n)d requests came in since the plan was computed: propose anew to take them in.",
            requests,
        )
        yield Objection("requests_came_in", text % {"n": requests}, False)
    if nominated:
        text = ngettext(
            "%(n)d person was nominated since the plan was computed: propose anew to take them in.",
            "%(n)d people were nominated since the plan was computed: propose anew to take them in.",
            nominated,
        )
        yield Objection("nominations_came_in", text % {"n": nominated}, False)


def _of_pairs(plan: AllocationPlan) -> Iterator[Objection]:
    """Every pairing of the plan asked anew against what is never traded; a ban by hand is no fact and stands."""
    pairs = list(
        PlanLine.objects.filter(plan=plan).order_by("request_id", "seat").values_list("request_id", "nomination_id")
    )
    problem = ground.read_problem(
        plan, requests={request for request, _who in pairs}, nominations={who for _request, who in pairs}
    )
    requests, people = {each.key: each for each in problem.requests}, {each.key: each for each in problem.people}
    against = {
        (request, who): found
        for request, who in pairs
        if request in requests and who in people
        if (found := hindrances(problem, requests[request], people[who]))
    }
    yield from _not_asked(pairs, requests, people, plan)
    told = [{"request": request, "nomination": who} for request, who in against]
    names = Names.read(plan, [*told, *(each.params for found in against.values() for each in found)])
    for (request, who), found in against.items():
        said = {
            "name": names.person(who),
            "where": names.request(request),
            "why": words.hindrance(found[0].code, found[0].params, names),
        }
        text = _("%(name)s cannot go to %(where)s as things stand now. %(why)s") % said
        yield Objection(found[0].code, text, True, request, who)
    yield from _end_before(problem, [pair for pair in pairs if pair not in against], requests, people, names, plan)


def _not_asked(pairs: Collection[Any], requests: Any, people: Any, plan: AllocationPlan) -> Iterator[Objection]:
    """Pairings of which one side was given away by another decision meanwhile."""
    gone = [(request, who) for request, who in pairs if request not in requests or who not in people]
    stands = set(
        PlanLine.objects.filter(
            Q(plan=plan),
            request__in=StaffingRequest.objects.standing().order_by().values("pk"),
            nomination__in=Nomination.objects.standing().order_by().values("pk"),
        )
        .order_by()
        .values_list("request_id", "nomination_id")
    )
    names = Names.read(plan, [{"request": request, "nomination": who} for request, who in gone])
    for request, who in gone:
        if (request, who) in stands:
            said = {"name": names.person(who), "where": names.request(request)}
            text = _("%(name)s or %(where)s was given away by another decision meanwhile.") % said
            yield Objection("decided_meanwhile", text, True, request, who)


def _end_before(
    problem: Any, pairs: Collection[Any], requests: Any, people: Any, names: Names, plan: AllocationPlan
) -> Iterator[Objection]:
    """Whoever goes to a request that begins later serves the whole term: longer than some said they could."""
    late = []
    for request, who in pairs:
        if request not in requests or who not in people or people[who].possible_to is None:
            continue
        last = term_end(starts(problem, requests[request]), plan.campaign.term_months, plan.campaign.term_days)
        if people[who].possible_to < last:
            late.append((request, who, last))
    names = (
        Names.read(plan, [{"request": request, "nomination": who} for request, who, _last in late]) if late else names
    )
    for request, who, last in late:
        said = {
            "name": names.person(who), "to": people[who].possible_to.isoformat(), "last": last.isoformat(),
            "where": names.request(request),
        }  # fmt: skip
        text = _("%(name)s can go until %(to)s only; the term at %(where)s lasts until %(last)s.") % said
        yield Objection("leaves_early", text, False, request, who)


def refused(found: Collection[Objection], accept: Collection[str]) -> list[Objection]:
    """Return what still stands in the way: refusals, and warnings that nobody accepted."""
    return [each for each in found if each.refuses or each.code not in accept]


def of_placing(pairs: Collection[tuple[int, int]], found: Any) -> list[Objection]:
    """Return what placing says of each pairing as findings of the plan, in the same order."""
    told = []
    for (request, who), row in zip(pairs, found, strict=True):
        told += [replace(Objection(each.code, each.message, each.refuses, request, who), url=each.url) for each in row]
    return told
