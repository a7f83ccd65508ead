"""Taking hold of a filed list and moving it one step: what every service about lists begins and ends with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from assignments.filing import inbox, papers, sides, window
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList, ListStep, Nomination, StaffingRequest
from assignments.services.moving import recorded_by
from assignments.services.standing_of import not_permitted
from assignments.states import LIST_OPEN, CampaignState, LineState, ListState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed

_S = ListState
#: What stands on a printed list; a list that is opened again withdraws its papers.
_PRINTED = (_S.SUBMITTED, _S.APPROVED)
Line = StaffingRequest | Nomination


def take(filed: FiledList, version: int | None, by: Actor, *, yours: Mapping[str, Any] | None = None) -> FiledList:
    """Lock the list to the end of the transaction; refuse one that is not seen, and a version that was not read."""
    found = locked({filed.pk}, by)
    if not found:
        raise unknown()
    if version is not None and version != found[0].version:
        raise conflict(found[0], version, yours or {})
    return found[0]


def take_to_enter(
    *, filed: FiledList, version: int | None, yours: Mapping[str, Any] | None = None, by: Actor
) -> FiledList:
    """Take a list to write on it: the unit inside its window, an authority on behalf while the campaign is open."""
    held = take(filed, version, by, yours=yours)
    may_enter_for(held.campaign, held.institution_id, held.kind, held.on_behalf, by)
    check_campaign(held.campaign)
    check_from(held, LIST_OPEN)
    if not held.on_behalf:
        check_window(held)
    return held


def check_window(filed: FiledList) -> None:
    """Refuse the unit outside its window, saying when it opens or that it is closed."""
    found = window.of_list(filed, clock.today())
    if found.may_enter:
        return
    if found.code == "not_yet" and found.opens_on is not None:
        sentence = _("This can be entered from %(day)s on.") % {"day": found.opens_on.isoformat()}
        raise RuleViolation(sentence, "window_not_yet")
    raise RuleViolation(_("The window is closed: ask the authority for more time."), "window_closed")


def write_head(
    held: FiledList,
    *,
    nothing: bool,
    remark: str,
    step: str = "saved",
    detail: Mapping[str, Any] | None = None,
    by: Actor,
) -> FiledList:
    """Write the head of a list that is held, and its step; the version goes up by it."""
    if nothing and _lines(held).exists():
        sentence = _("Remove the lines first: nobody is asked for, or nominated, where it is nobody this time.")
        raise RuleViolation(sentence, "lines_there", fields={"nothing": sentence})
    values = {"nothing": nothing, "remark": scrubbed(remark.strip())[:500]}
    move([held], _S(held.state), step, by, values=values, detail=detail)
    return held


def is_late(filed: FiledList, today: date) -> bool:
    """Whether what is handed in now comes after the window."""
    _from, to = window.days(filed.campaign, filed.kind)
    return to is not None and today > to


def may_enter(filed: FiledList, by: Actor) -> bool:
    """Whether the actor writes on the list as it stands: page and service ask the same."""
    if filed.state not in LIST_OPEN or filed.campaign.state != CampaignState.OPEN:
        return False
    if filed.on_behalf:
        return sides.is_over(filed.campaign, filed.institution_id, filed.kind, by)
    return sides.is_the_unit(filed.institution_id, filed.kind, by) and window.of_list(filed, clock.today()).may_enter


def reason_of(reason: str) -> str:
    """Return the reason as it is kept; refuse none."""
    text = scrubbed(reason.strip())[:500]
    if not text:
        sentence = _("Say why.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return text


def unknown() -> RuleViolation:
    """Return the refusal for a list that the actor does not see."""
    return RuleViolation(_("You see no such list."), "list_unknown")


def conflict(held: FiledList, version: int, yours: Mapping[str, Any]) -> Conflict:
    """Return the refusal of a version that was not read, with both values."""
    now: dict[str, Any] = {"version": held.version, "state": held.state}
    return Conflict(
        _("Somebody else has changed this list since you opened it."),
        "stale_version",
        context={
            "list": held.pk,
            "url": held.get_absolute_url(),
            "version": version,
            "yours": dict(yours),
            "theirs": {name: getattr(held, name) for name in yours if hasattr(held, name)} | now,
        },
    )


def check_campaign(campaign: Campaign) -> None:
    """Refuse where the campaign is not open: nothing is filed or decided then."""
    if campaign.state != CampaignState.OPEN:
        raise RuleViolation(_("Lists are filed and decided while the campaign is open."), "campaign_not_open")


def named(line: Line) -> str:
    """Return what a line is called in a sentence."""
    return line.speciality if isinstance(line, StaffingRequest) else line.worker.name


def may_enter_for(campaign: Campaign, institution_id: int, kind: str, on_behalf: bool, by: Actor) -> None:
    is_theirs = sides.is_over(campaign, institution_id, kind, by) if on_behalf else False
    if not is_theirs and (on_behalf or not sides.is_the_unit(institution_id, kind, by)):
        raise not_permitted()


def may_decide(campaign: Campaign, by: Actor) -> None:
    if not sides.decides(campaign, by):
        raise not_permitted()


def locked(ids: Collection[int], by: Actor) -> list[FiledList]:
    """Lock lists in one order, so that no two who decide on several wait for each other."""
    rows = FiledList.objects.visible_to(by).filter(pk__in=ids).order_by("pk").select_related("campaign", "scan")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _lines(filed: FiledList) -> Any:
    model = StaffingRequest if filed.kind == ListKind.REQUESTS else Nomination
    return model._default_manager.filter(filed_list=filed, state=LineState.STANDING)


def check_from(filed: FiledList, states: Collection[str]) -> None:
    if filed.state not in states:
        raise moved_on(filed)


def moved_on(filed: FiledList) -> RuleViolation:
    sentence = _("This list is “%(state)s” by now.") % {"state": filed.get_state_display()}
    return RuleViolation(sentence, "list_moved", context={"list": filed.pk, "state": filed.state})


def move(
    lists: Sequence[FiledList],
    to: ListState,
    act: str,
    by: Actor,
    *,
    reason: str = "",
    values: Mapping[str, Any],
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Set the state of lists that are held, write a step for each and one event, and bring the notes up to date."""
    now = clock.now()
    steps = []
    for each in lists:
        state = _S(each.state)
        if to is not state and to not in state.may_become():
            raise moved_on(each)
        step = ListStep(filed_list=each, act=act, from_state=state, to_state=to, reason=reason, **recorded_by(by))
        step.detail = dict(detail or {})
        steps.append(step)
        each.state, each.version, each.updated_at = to, each.version + 1, now
        for name, value in values.items():
            setattr(each, name, value)
    rows = FiledList.objects.filter(pk__in=[each.pk for each in lists])
    reopened = [
        each for each, step in zip(lists, steps, strict=True) if step.from_state in _PRINTED and to in LIST_OPEN
    ]
    with refusals():
        rows.update(state=to, version=F("version") + 1, updated_at=now, **values)
        ListStep.objects.bulk_create(steps)
    _record(lists, act, by, {"reason": reason, **(detail or {})})
    for each in reopened:
        papers.supersede(each, reason=reason or str(ListState(to).label), by=by)
    inbox.moved(lists, act)


def _record(lists: Sequence[FiledList], act: str, by: Actor, detail: Mapping[str, Any]) -> None:
    told = {name: value for name, value in detail.items() if value not in (None, "", False, [], {})}
    if len(lists) == 1:
        one = lists[0]
        about = {"kind": one.kind, "campaign": one.campaign_id, "institution": one.institution_id}
        audit.record(act=f"lists.{act}", by=by, on=one, label=one.campaign.name, detail=about | told)
        return
    many = {"count": len(lists), "lists": sorted(each.pk for each in lists)}
    audit.record(act=f"lists.{act}", by=by, detail=many | told)
