"""What the board of a plan is narrowed by: chips with counts, and the rows of a page put under their district."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from assignments.allocation import rows
from assignments.allocation.reading import Board
from assignments.allocation.rows import Place
from assignments.kinds import MarkKind, Priority
from assignments.models import AllocationPlan, Campaign, Nomination, PlanGap, PlanLine, PlanMark, StaffingRequest
from assignments.states import CampaignState, PlanState
from deploy_admin.access import Actor, Reach
from deploy_admin.registry.models import Institution

#: So many places are on one page.
PLACES = 60
#: So many of either list are shown at once; the filters narrow them.
LISTED = 60


def chips(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the chips above the table, with how many places each leaves."""
    words = {
        "": (_("All"), ""),
        "unfilled": (pgettext("plan", "unfilled"), "bad"),
        "changed": (pgettext("plan", "changed"), ""),
        "pinned": (pgettext("plan", "pinned"), ""),
        "hand": (pgettext("plan", "by hand"), ""),
    }
    return [
        {"value": value, "label": label, "shape": shape, "count": counts.get(value, 0)}
        for value, (label, shape) in words.items()
    ]


def offered(districts: Sequence[tuple[int, str, int, int]]) -> list[tuple[int, str]]:
    """Return the districts of a plan as a select offers them."""
    return [(key, name or "—") for key, name, _places, _filled in districts]


def asks(place: Place) -> str:
    """Return what a request asks for in one short line: title, from when, how pressing, which of its places."""
    parts = [
        _("%(title)s or higher") % {"title": place.minimum_title} if place.minimum_title else _("any title"),
        ngettext("%(n)d month", "%(n)d months", place.months) % {"n": place.months}
        if place.months
        else _("from %(day)s") % {"day": place.first_day.isoformat()},
    ]
    if place.priority == Priority.URGENT:
        parts.append(place.priority_label)
    if place.number > 1:
        parts.append(pgettext("seat", "%(n)d of %(of)d") % {"n": place.seat, "of": place.number})
    return " · ".join(parts)


def drawn(place: Place) -> dict[str, Any]:
    """Return a place with the words that its row needs beside its own."""
    said = verdict_words()
    changes = {
        rows.NEW: pgettext("place", "new"),
        rows.MOVED: pgettext("place", "changed"),
        rows.EMPTIED: pgettext("place", "emptied"),
    }
    return {
        "place": place,
        "asks": asks(place),
        "changed": changes.get(place.changed, ""),
        "marks": [(mark, said.get(mark.verdict, "")) for mark in place.marks],
        "pair": f"{place.person} – {place.unit}, {place.speciality}",
    }


def verdict_words() -> dict[str, str]:
    """Return what the shapes of the criteria say."""
    return {
        "yes": pgettext("criterion", "met"),
        "relaxed": pgettext("criterion", "relaxed"),
        "no": pgettext("criterion", "not met"),
        "unknown": pgettext("criterion", "not known"),
    }


def grouped(places: Iterable[Place], districts: Sequence[tuple[int, str, int, int]]) -> list[dict[str, Any]]:
    """Return the places of a page under their district, each with how many of how many are filled."""
    of = {key: (every, filled) for key, _name, every, filled in districts}
    groups: list[dict[str, Any]] = []
    for place in places:
        if not groups or groups[-1]["key"] != place.district_id:
            every, filled = of.get(place.district_id, (0, 0))
            note = ngettext("%(n)d place, %(filled)d filled", "%(n)d places, %(filled)d filled", every)
            groups.append({
                "key": place.district_id, "label": place.district or "—",
                "note": note % {"n": every, "filled": filled}, "places": [],
            })  # fmt: skip
        groups[-1]["places"].append(drawn(place))
    return groups


def bans(plan: AllocationPlan) -> list[dict[str, Any]]:
    """Return the banned pairings of a plan in words. Two queries, one where there are none."""
    marks = PlanMark.objects.filter(plan=plan, kind=MarkKind.BAN).select_related("request", "nomination__worker")
    held = list(marks.order_by("pk"))
    if not held:
        return []
    names = Institution.objects.filter(pk__in={mark.request.institution_id for mark in held})
    units = names.named(plan.campaign.starts_on)
    return [
        {
            "request": mark.request_id,
            "nomination": mark.nomination_id,
            "person": mark.nomination.worker.name,
            "unit": units.get(mark.request.institution_id, ""),
            "speciality": mark.request.speciality,
            "reason": mark.reason,
            "by": mark.by_name,
        }
        for mark in held
    ]


def export(board: Board) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of exactly the places that the filter leaves."""
    head = [
        _("District"), _("Receiving unit"), _("Speciality"), _("Asked for"), pgettext("plan", "Person"),
        pgettext("plan", "About"), _("Sending unit"), _("What speaks for it"), _("Remark"),
    ]  # fmt: skip
    said = verdict_words()
    table = []
    for place in board.detail(board.rows):
        marks = "; ".join(f"{mark.label}: {said.get(mark.verdict, '')}" for mark in place.marks)
        remark = pgettext("plan", "pinned") if place.pinned else " ".join(filter(None, (place.gap, place.gap_detail)))
        table.append([
            place.district, place.unit, place.speciality, asks(place), place.person, place.person_about,
            place.sender, marks, remark,
        ])  # fmt: skip
    return head, table


def numbers_of(plans: Sequence[AllocationPlan], campaign: Campaign) -> dict[int, dict[str, int]]:
    """Return what each plan of one campaign reaches. Six queries for any number of plans.

    Of a draft, against what stands now; of a decided plan, as it was decided.
    """
    keys = [plan.pk for plan in plans]
    lines = PlanLine.objects.filter(plan__in=keys).order_by().values_list("plan")
    filled = dict(lines.annotate(n=Count("pk")))
    marks: dict[tuple[int, str], int] = {}
    counted = PlanMark.objects.filter(plan__in=keys).order_by().values_list("plan", "kind").annotate(n=Count("pk"))
    for plan, kind, n in counted:
        marks[plan, kind] = n
    gaps = PlanGap.objects.filter(plan__in=keys).order_by().values_list("plan")
    left_over = {plan: (n or 0, people) for plan, n, people in gaps.annotate(n=Sum("places"), p=Count("nomination"))}
    places = StaffingRequest.objects.standing().filter(campaign=campaign).aggregate(n=Sum("number"))["n"] or 0
    people = Nomination.objects.standing().filter(campaign=campaign).count()
    settled = PlanLine.objects.filter(plan__campaign=campaign, assignment__isnull=False).count()
    found = {}
    for plan in plans:
        has = filled.get(plan.pk, 0)
        if plan.state == PlanState.DECIDED:
            unfilled, left = left_over.get(plan.pk, (0, 0))
        else:
            unfilled, left = max(0, places - settled - has), max(0, people - settled - has)
        found[plan.pk] = {
            "filled": has, "places": has + unfilled, "unfilled": unfilled, "left": left,
            "pins": marks.get((plan.pk, MarkKind.PIN), 0), "bans": marks.get((plan.pk, MarkKind.BAN), 0),
        }  # fmt: skip
    return found


def campaigns_of(actor: Actor) -> QuerySet[Campaign]:
    """Return the campaigns that the actor runs or oversees and that are open, or have plans."""
    held = Campaign.objects.visible_to(actor).living()
    if actor.reach is not Reach.ALL:
        held = held.filter(authority__in=actor.institution_ids)
    planned = AllocationPlan.objects.visible_to(actor).order_by().values("campaign")
    found: QuerySet[Campaign] = held.filter(Q(state=CampaignState.OPEN) | Q(pk__in=planned)).for_list()
    return found


def lines_of(held: Sequence[Campaign], actor: Actor) -> list[dict[str, Any]]:
    """Return each campaign with what is approved in it and its latest plan. Three queries."""
    keys = [each.pk for each in held]
    requested = StaffingRequest.objects.standing().filter(campaign__in=keys).order_by().values_list("campaign")
    places = dict(requested.annotate(n=Sum("number")))
    nominated = Nomination.objects.standing().filter(campaign__in=keys).order_by().values_list("campaign")
    people = dict(nominated.annotate(n=Count("pk")))
    plans = AllocationPlan.objects.visible_to(actor).kept().filter(campaign__in=keys)
    of: dict[int, list[AllocationPlan]] = {}
    for plan in plans.order_by("-number"):
        of.setdefault(plan.campaign_id, []).append(plan)
    return [
        {
            "campaign": each,
            "places": places.get(each.pk, 0),
            "people": people.get(each.pk, 0),
            "plans": len(of.get(each.pk, ())),
            "latest": of[each.pk][0] if each.pk in of else None,
        }
        for each in held
    ]
