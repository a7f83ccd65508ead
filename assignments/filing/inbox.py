"""Telling units and authorities what about lists waits for them: due, sent back, to be checked, to be approved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse

from assignments.filing import window
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList
from assignments.services import telling
from assignments.states import LIST_OPEN, CampaignState, ListState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.models import Institution

DUE, RETURNED, MORE_TIME = "lists.due:", "lists.returned:", f"{telling.NEWS}lists.more_time:"
CHECK, APPROVE, APPROVED = "lists.to_check:", "lists.to_approve:", f"{telling.NEWS}lists.approved:"
#: Who files at a unit.
UNIT: Mapping[str, tuple[Role, ...]] = {ListKind.REQUESTS: telling.RECEIVER, ListKind.NOMINATIONS: telling.HR}
OFFICERS = telling.OFFICERS
Wanted = dict[str, dict[str, Any]]


def moved(lists: Sequence[FiledList], act: str) -> None:
    """Bring what waits on account of these lists up to date, after one step of them. A fixed number of statements."""
    _units(lists, act)
    _to_check(lists)
    _to_approve({each.campaign_id: each.campaign for each in lists}.values())


def remind(on: date) -> int:
    """Bring the notes about lists that are due up to the day: who still owes, and nobody else; return how many.

    Only campaigns that say a window remind; a unit that may not enter any more is not reminded of it.
    """
    from assignments.filing import owing

    wanted: Wanted = {}
    campaigns = Campaign.objects.filter(state=CampaignState.OPEN).order_by("pk")
    for campaign in campaigns:
        for kind in ListKind:
            if any(window.days(campaign, kind)):
                wanted |= _due(campaign, kind, owing.owed(campaign, kind, on), on)
    inbox.keep(DUE, wanted)
    _tidy()
    return len(wanted)


def _due(campaign: Campaign, kind: str, owed: Iterable[Any], on: date) -> Wanted:
    """Return the notes of units that owe and may enter today; what was sent back has a note of its own."""
    found: Wanted = {}
    for each in owed:
        state = each.state or ListState.DRAFT
        stands = window.standing(*window.days(campaign, kind), on, campaign.state, state, each.exempt_until)
        if not stands.may_enter or state == ListState.RETURNED:
            continue
        found[_due_key(campaign.pk, kind, each.unit)] = _note(
            f"lists.{kind}_due" if stands.closes_on else f"lists.{kind}_asked",
            {"campaign": campaign.name} | ({"until": stands.closes_on.isoformat()} if stands.closes_on else {}),
            f"{reverse(_page(kind))}?campaign={campaign.pk}",
            institution_id=each.unit,
            roles=UNIT[kind],
            due_on=stands.closes_on,
        )
    return found


def _units(lists: Sequence[FiledList], act: str) -> None:
    """Tell the units what became of their lists, and close what waited there."""
    handed_in = [each for each in lists if each.state not in LIST_OPEN]
    _settle(_due_key(each.campaign_id, each.kind, each.institution_id) for each in handed_in)
    _settle(f"{RETURNED}{each.pk}" for each in lists if each.state != ListState.RETURNED)
    _settle(f"{MORE_TIME}{each.pk}" for each in handed_in)
    _settle(f"{APPROVED}{each.pk}" for each in lists if each.state != ListState.APPROVED)
    wanted: Wanted = {}
    for each in lists:
        told = {"campaign": each.campaign.name}
        to: dict[str, Any] = {"institution_id": each.institution_id, "roles": UNIT[each.kind]}
        url = each.get_absolute_url()
        if act in ("sent_back", "reopened"):
            wanted[f"{RETURNED}{each.pk}"] = _note(
                f"lists.{each.kind}_returned", told | {"reason": each.reason[:200]}, url, **to
            )
        elif act == "approved":
            wanted[f"{APPROVED}{each.pk}"] = _note(f"lists.{each.kind}_approved", told, url, **to)
        elif act == "exempted" and each.exempt_until is not None:
            until = each.exempt_until
            wanted[f"{MORE_TIME}{each.pk}"] = _note(
                f"lists.{each.kind}_more_time", told | {"until": until.isoformat()}, url, due_on=until, **to
            )
    if wanted:
        inbox.keep("", wanted, closing=False, among=list(wanted))


def _to_check(lists: Sequence[FiledList]) -> None:
    """Ask the campaign's authority for a second person where something was entered on behalf."""
    waiting = [each for each in lists if each.state == ListState.TO_BE_CHECKED]
    _settle(f"{CHECK}{each.pk}" for each in lists if each.state != ListState.TO_BE_CHECKED)
    if not waiting:
        return
    names = Institution.objects.filter(pk__in={each.institution_id for each in waiting}).named(clock.today())
    wanted = {
        f"{CHECK}{each.pk}": _note(
            "lists.to_check",
            {
                "campaign": each.campaign.name,
                "unit": names.get(each.institution_id, ""),
                "by": each.submitted_by_name,
            },
            each.get_absolute_url(),
            institution_id=each.campaign.authority_id,
            roles=OFFICERS,
        )
        for each in waiting
    }
    inbox.keep(CHECK, wanted, closing=False, among=list(wanted))


def _to_approve(campaigns: Collection[Campaign]) -> None:
    """Tell each campaign's authority how many lists wait for its decision; one note per campaign."""
    rows = FiledList.objects.filter(campaign__in=[each.pk for each in campaigns], state=ListState.SUBMITTED)
    waiting: Counter[int] = Counter(dict(rows.order_by().values_list("campaign").annotate(n=Count("pk"))))
    wanted = {
        f"{APPROVE}{each.pk}": _note(
            "lists.to_approve",
            {"campaign": each.name, "count": waiting[each.pk]},
            f"{reverse('assignments:lists', args=[each.pk])}?state={ListState.SUBMITTED.value}",
            institution_id=each.authority_id,
            roles=OFFICERS,
        )
        for each in campaigns
        if waiting[each.pk] and each.state == CampaignState.OPEN
    }
    inbox.keep(APPROVE, wanted, among=[f"{APPROVE}{each.pk}" for each in campaigns])


def _tidy() -> None:
    """Close what waits on account of campaigns that are not open any more."""
    closed = Campaign.objects.exclude(state=CampaignState.OPEN)
    _settle(f"{APPROVE}{pk}" for pk in closed.order_by().values_list("pk", flat=True))
    rows = FiledList.objects.filter(
        campaign__in=closed.order_by().values("pk"), state__in=[ListState.TO_BE_CHECKED, ListState.RETURNED]
    )
    for pk in list(rows.order_by().values_list("pk", flat=True)):
        _settle([f"{CHECK}{pk}", f"{RETURNED}{pk}"])


def _settle(keys: Iterable[str]) -> None:
    if wanted := list(keys):
        Notice.objects.open().filter(key__in=wanted).update(settled_at=clock.now())


def _due_key(campaign_id: int, kind: str, unit: int) -> str:
    return f"{DUE}{campaign_id}:{kind}:{unit}"


def _page(kind: str) -> str:
    return "assignments:request_list_new" if kind == ListKind.REQUESTS else "assignments:nomination_list_new"


def _note(
    code: str,
    params: Mapping[str, Any],
    url: str,
    *,
    institution_id: int | None,
    roles: Iterable[Role],
    due_on: date | None = None,
) -> dict[str, Any]:
    return {
        "code": code,
        "params": dict(params),
        "url": url,
        "institution_id": institution_id,
        "roles": sorted(role.value for role in roles),
        "due_on": due_on,
    }
