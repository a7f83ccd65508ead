"""Telling whom an assignment concerns: what waits for sending and receiving units, authorities and the people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse

from assignments.kinds import FilingBasis
from assignments.models import Assignment
from assignments.services.moving import Step
from assignments.states import RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution

#: How many days before the last a reminder goes out, and the second one.
NEAR, VERY_NEAR = 30, 7
#: So many days before the first one a unit is asked to confirm, or to state that its people go.
BEFORE_THE_FIRST, BEFORE_GOING = 7, 45
NEWS = "assignments.news:"
NEWS_DAYS = 14
ROOT = "assignments.life:"
HR = (Role.SENDER_HR,)
RECEIVER = (Role.RECEIVER_CLERK, Role.RECEIVER_HEAD)
OFFICERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION)
_S = AssignmentState
Wanted = dict[str, dict[str, Any]]


def refresh(assignments: Iterable[Assignment]) -> None:
    """Bring what waits for these assignments' units up to date. A fixed number of queries."""
    rows = list(assignments)
    units = {row.receiving_unit_id for row in rows} | {row.sending_unit_id for row in rows}
    keys = [f"{ROOT}{kind}:{unit}" for unit in units for kind in KINDS]
    inbox.keep(ROOT, _of_units(clock.today(), units), among=keys)


def keep_up(on: date) -> None:
    """Bring everything that waits up to date for `on`: units, authorities, the people; close old news."""
    inbox.keep(ROOT, _of_units(on, None) | _of_authorities(on) | _of_people(on))
    before = clock.now() - timedelta(days=NEWS_DAYS)
    Notice.objects.open().filter(key__startswith=NEWS, created_at__lt=before).update(settled_at=clock.now())


def came(assignment_ids: Collection[int]) -> None:
    """Close the notes that these had not come."""
    keys = [_not_come(pk) for pk in assignment_ids]
    Notice.objects.open().filter(key__in=keys).update(settled_at=clock.now())


def not_come(steps: Sequence[Step], on: date) -> None:
    """Tell the authorities who has not come, with what the receiving unit says."""
    units = {step.assignment.receiving_unit_id for step in steps}
    names = Institution.objects.filter(pk__in=units).named(on)
    answers = authority_over(units, on)
    wanted: Wanted = {}
    for step in steps:
        unit = step.assignment.receiving_unit_id
        wanted[_not_come(step.assignment.pk)] = _note(
            "assignments.not_come",
            {"name": step.assignment.worker.name, "unit": names.get(unit, ""), "reason": step.reason[:200]},
            step.assignment.get_absolute_url(),
            **_to_authority(answers[unit]),
        )
    inbox.keep("assignments.not_come:", wanted, closing=False)


def news(code: str, assignments: Iterable[Assignment], params: Mapping[str, Any], *, to: Collection[str]) -> None:
    """Tell `sender`, `receiver` or `person` what has happened to them; news ends by itself after two weeks."""
    rows = list(assignments)
    users = users_of(row.worker_id for row in rows) if "person" in to else {}
    wanted: Wanted = {}
    for row in rows:
        told = {"name": row.worker.name, **params}
        for side, unit, roles in (("sender", row.sending_unit_id, HR), ("receiver", row.receiving_unit_id, RECEIVER)):
            if side in to:
                key = f"{NEWS}{code}:{row.pk}:{side}"
                wanted[key] = _note(code, told, row.get_absolute_url(), institution_id=unit, roles=roles)
        for user in users.get(row.worker_id, ()):
            wanted[f"{NEWS}{code}:{row.pk}:{user}"] = _note(code, told, _own(), user_id=user)
    inbox.keep(f"{NEWS}{code}:", wanted, closing=False)


def users_of(worker_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the accounts of these people, as deployed persons with their own record, today. One query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Membership.objects.valid_on(clock.today()).filter(worker__in=set(worker_ids), role=Role.DEPLOYED_PERSON)
    for worker, user in rows.order_by("user_id").values_list("worker_id", "user_id").distinct():
        found[worker].append(user)
    return found


def _of_units(on: date, units: Collection[int] | None) -> Wanted:
    """What waits at units: people to be stated, arrivals to be confirmed, terms that end or have ended."""
    wanted: Wanted = {}
    for kind, (side, roles, code) in KINDS.items():
        rows = Assignment.objects.confirmed().filter(_waits(kind, on))
        if units is not None:
            rows = rows.filter(**{f"{side}__in": units})
        last = Max("ends_on") if kind.startswith("near") or kind.startswith("reached") else Min("starts_on")
        found = rows.order_by().values_list(side).annotate(count=Count("pk"), day=last)
        for unit, count, day in found:
            wanted[f"{ROOT}{kind}:{unit}"] = _note(
                code, {"count": count, "day": day.isoformat()}, _list(kind), institution_id=unit, roles=roles
            )
    return wanted


def _waits(kind: str, on: date) -> Q:
    match kind.partition("@")[0]:
        case "to_state":
            return Q(state=_S.PLANNED, starts_on__lte=on + timedelta(days=BEFORE_GOING))
        case "to_arrive":
            return Q(state=_S.FILED, starts_on__lte=on + timedelta(days=BEFORE_THE_FIRST))
        case "near":
            first, last = on + timedelta(days=VERY_NEAR + 1), on + timedelta(days=NEAR)
            return Q(state=_S.ON_POST, ends_on__gte=first, ends_on__lte=last)
        case "near_now":
            return Q(state=_S.ON_POST, ends_on__gte=on, ends_on__lte=on + timedelta(days=VERY_NEAR))
    return Q(state=_S.TERM_REACHED)


def _of_authorities(on: date) -> Wanted:
    """What waits at authorities: arrivals nobody confirmed, and practice filings past their day."""
    late = Assignment.objects.confirmed().filter(state=_S.FILED, starts_on__lt=on)
    unfiled = Assignment.objects.confirmed().filter(
        state__in=RUNNING, filing_due_on__lt=on, filing_basis=FilingBasis.NONE
    )
    counted: dict[str, dict[int, int]] = {
        kind: dict(rows.order_by().values_list("receiving_unit").annotate(count=Count("pk")))
        for kind, rows in (("not_arrived", late), ("filing_overdue", unfiled))
    }
    answers = authority_over({unit for found in counted.values() for unit in found}, on)
    wanted: Wanted = {}
    for kind, found in counted.items():
        totals: dict[int | None, int] = defaultdict(int)
        for unit, count in found.items():
            totals[answers[unit]] += count
        for authority, count in totals.items():
            wanted[f"{ROOT}{kind}:{authority or 0}"] = _note(
                f"assignments.{kind}", {"count": count}, _list(kind), **_to_authority(authority)
            )
    return wanted


def _of_people(on: date) -> Wanted:
    """What waits for the people themselves: their term ends soon, or has ended."""
    soon = Q(state=_S.ON_POST, ends_on__gte=on, ends_on__lte=on + timedelta(days=NEAR))
    rows = Assignment.objects.confirmed().filter(soon | Q(state=_S.TERM_REACHED))
    held = list(rows.order_by("pk").values_list("pk", "worker_id", "state", "ends_on"))
    users = users_of(worker for _pk, worker, _state, _day in held)
    wanted: Wanted = {}
    for pk, worker, state, day in held:
        stage = "reached" if state == _S.TERM_REACHED else "now" if (day - on).days <= VERY_NEAR else "soon"
        code = "assignments.own_term_reached" if stage == "reached" else "assignments.own_term_near"
        for user in users.get(worker, ()):
            wanted[f"{ROOT}own:{pk}:{user}:{stage}"] = _note(code, {"day": day.isoformat()}, _own(), user_id=user)
    return wanted


def receivers_gone(units: Mapping[int, int], on: date) -> None:
    """One note per receiving unit that is gone without an heir where its people could go on; closed when none is."""
    answers = authority_over(units, on)
    names = dict(
        Institution.objects.filter(pk__in=units)
        .order_by("pk", "-profiles__valid_from")
        .distinct("pk")
        .values_list("pk", "profiles__name")
    )
    inbox.keep(
        "assignments.receiver_gone:",
        {
            f"assignments.receiver_gone:{unit}": _note(
                "assignments.receiver_gone",
                {"count": count, "unit": names.get(unit) or ""},
                f"{reverse('assignments:assignments')}?receiving_unit={unit}",
                **_to_authority(answers[unit]),
            )
            for unit, count in units.items()
        },
    )


def _note(
    code: str,
    params: Mapping[str, Any],
    url: str,
    *,
    institution_id: int | None = None,
    roles: Iterable[Role] = (),
    user_id: int | None = None,
) -> dict[str, Any]:
    return {
        "code": code,
        "params": dict(params),
        "url": url,
        "institution_id": institution_id,
        "roles": sorted(role.value for role in roles),
        "user_id": user_id,
    }


def _to_authority(authority: int | None) -> dict[str, Any]:
    return {"institution_id": authority, "roles": OFFICERS if authority is not None else (Role.CITY_OFFICER,)}


def _list(kind: str) -> str:
    page, filtered = LISTS[kind.partition("@")[0]]
    return f"{reverse(f'assignments:{page}')}{filtered}"


def _own() -> str:
    return reverse("assignments:my_service")


def _not_come(assignment_id: int) -> str:
    return f"assignments.not_come:{assignment_id}"


#: kind → the unit it waits at, who is told there, and the sentence; what follows the @ tells the two sides apart.
KINDS: dict[str, tuple[str, tuple[Role, ...], str]] = {
    "to_state": ("sending_unit", HR, "assignments.to_state"),
    "to_arrive": ("receiving_unit", RECEIVER, "assignments.to_arrive"),
    "near@receiver": ("receiving_unit", RECEIVER, "assignments.term_near"),
    "near_now@receiver": ("receiving_unit", RECEIVER, "assignments.term_near"),
    "reached@receiver": ("receiving_unit", RECEIVER, "assignments.term_reached"),
    "near@sender": ("sending_unit", HR, "assignments.term_near"),
    "near_now@sender": ("sending_unit", HR, "assignments.term_near"),
    "reached@sender": ("sending_unit", HR, "assignments.term_reached"),
}
#: kind → the page that lists it: its name and what it is filtered by.
LISTS = {
    "to_state": ("assignments", "?owes=suspension"),
    "to_arrive": ("arrivals", ""),
    "near": ("assignments", "?owes=ends_30"),
    "near_now": ("assignments", "?owes=ends_30"),
    "reached": ("assignments", "?state=term_reached"),
    "not_arrived": ("assignments", "?owes=arrival"),
    "filing_overdue": ("assignments", "?owes=filing"),
}
