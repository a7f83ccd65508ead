"""Officers decide what counts: they confirm what the rule proposes, decline it with a reason, or choose otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.counting import Candidate, Weighed, Weighing
from assignments.counting_rows import read, with_mates
from assignments.models import Assignment, Counted
from assignments.services import counting, guard, standing_of
from assignments.services.proposing import STANDING, line_of
from assignments.states import CountedState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.months import Period
from quotas.services.owing import Owed

_UNDECIDED: dict[str, Any] = {
    "state": CountedState.LAPSED, "chosen": False, "decided_by_id": None, "decided_by_name": "", "decided_at": None,
    "reason": "",
}  # fmt: skip
#: So many lines are decided on in one act.
AT_ONCE = 5_000


@transaction.atomic
def confirm(counted_ids: Collection[int], *, by: Actor) -> int:
    """Confirm these lines; those that are confirmed already stay as they are. Return how many were confirmed."""
    rows = [row for row in _take(counted_ids, by) if row.state != CountedState.CONFIRMED]
    if any(row.state != CountedState.PROPOSED for row in rows):
        raise RuleViolation(_("Only what is proposed can be confirmed."), "not_proposed")
    _decide(rows, CountedState.CONFIRMED, "counted.confirmed", by)
    return len(rows)


@transaction.atomic
def decline(counted_ids: Collection[int], *, reason: str, by: Actor) -> int:
    """Decide that these do not count there, and say why; the rule goes on to the next quota of the group."""
    if not reason.strip():
        raise RuleViolation(
            _("Say why it is not counted."), "reason_missing", fields={"reason": _("Say why it is not counted.")}
        )
    rows = [row for row in _take(counted_ids, by) if row.state != CountedState.DECLINED]
    if any(row.state not in STANDING for row in rows):
        raise RuleViolation(_("This line has lapsed; there is nothing to decline."), "not_proposed")
    _decide(rows, CountedState.DECLINED, "counted.declined", by, reason=scrubbed(reason.strip())[:300])
    return len(rows)


@transaction.atomic
def reopen(counted_ids: Collection[int], *, by: Actor) -> int:
    """Take a decision back: what the rule says holds again."""
    rows = [row for row in _take(counted_ids, by) if row.state in (CountedState.CONFIRMED, CountedState.DECLINED)]
    if rows:
        # Lapsed first: whether it is proposed again, or another line of its group, the rule says next.
        Counted.objects.filter(pk__in=[row.pk for row in rows]).update(**_UNDECIDED, updated_at=clock.now())
        _told("counted.reopened", rows, by)
    return len(rows)


@transaction.atomic
def choose(assignment: Assignment, owed: Owed, *, by: Actor) -> Counted:
    """Decide that the assignment counts for this quota instead of what the rule would choose of its group."""
    standing_of.may_decide(assignment, by)
    guard.counting_alone()
    found = next((each for each in weighed(assignment) if each.owed == owed), None)
    if found is None or not found.perhaps:
        raise RuleViolation(_("The assignment cannot count for this quota."), "does_not_fit")
    ways = found.ways or tuple(answer.way for answer in found.answers if answer.way not in found.refused)
    line = line_of(
        assignment.pk, Candidate(found.owed, found.rule, ways, found.parts), CountedState.CONFIRMED
    )._replace(chosen=True, fits=bool(found.ways))
    now = clock.now()
    if line.exclusive_group:
        others = Counted.objects.standing().filter(assignment=assignment, exclusive_group=line.exclusive_group)
        same = {"institution": line.institution_id, "topic": line.topic, "group_key": line.group_key}
        others.exclude(**same).update(**_UNDECIDED, updated_at=now)
    values: dict[str, Any] = line._asdict() | {
        "decided_by_id": by.user_id, "decided_by_name": by.name, "decided_at": now, "reason": "", "updated_at": now,
    }  # fmt: skip
    key = {name: values.pop(name) for name in _KEY}
    with refusals():
        row, _created = Counted.objects.update_or_create(**key, defaults=values)
    _told("counted.chosen", [row], by)
    return row


_KEY = ("assignment_id", "institution_id", "topic", "group_key", "period_start", "period_end")


def weighed(assignment: Assignment) -> list[Weighed]:
    """Return how the assignment stands to every quota of its unit and scheme, the first choice first."""
    rows = read(with_mates([assignment.pk]))
    row = rows[assignment.pk]
    weighing = Weighing({each.sending_unit_id for each in rows.values()}, {each.scheme for each in rows.values()})
    return weighing.weigh(rows, whole=True).get(row.id, [])


def choices(assignment: Assignment) -> list[Weighed]:
    """Return the quotas among which an officer may choose: those against which nothing speaks."""
    return [each for each in weighed(assignment) if each.perhaps]


def _take(counted_ids: Collection[int], by: Actor) -> list[Counted]:
    """Lock these lines and refuse whoever may not decide on one of them."""
    if len(counted_ids) > AT_ONCE:
        raise RuleViolation(
            _("At most %(count)d lines are decided on at once.") % {"count": AT_ONCE}, "too_many_at_once"
        )
    guard.counting_alone()
    rows = list(
        Counted.objects.visible_to(by)
        .filter(pk__in=set(counted_ids))
        .select_for_update(of=("self",), no_key=True)
        .select_related("assignment__campaign")
        .order_by("pk")
    )
    if len(rows) != len(set(counted_ids)):
        raise RuleViolation(_("Some of these lines are not there any more."), "not_there")
    standing_of.may_decide([row.assignment for row in rows], by)
    return rows


def _decide(rows: Collection[Counted], state: CountedState, act: str, by: Actor, *, reason: str = "") -> None:
    if not rows:
        return
    now = clock.now()
    with refusals():
        Counted.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=state, decided_by_id=by.user_id, decided_by_name=by.name, decided_at=now, reason=reason,
            updated_at=now, **({} if state == CountedState.CONFIRMED else {"chosen": False}),
        )  # fmt: skip
    _told(act, rows, by, reason=reason)


def _told(act: str, rows: Iterable[Counted], by: Actor, **detail: Any) -> None:
    """Record one act about these lines, and have the rule and the tallies follow it."""
    held = list(rows)
    audit.record(
        act=act,
        by=by,
        label=", ".join(sorted({row.topic for row in held}))[:200],
        detail={
            "lines": [row.pk for row in held][:1000],
            "assignments": sorted({row.assignment_id for row in held})[:1000],
        }
        | {name: value for name, value in detail.items() if value},
    )
    counting.refresh({row.assignment_id for row in held}, by=by)


def owed_of(period: Period, choices: Iterable[Weighed], institution_id: int, topic: str, group: str) -> Owed | None:
    """Return the quota that a form named among those offered."""
    for each in choices:
        if each.owed.period == period and each.owed.key == (institution_id, topic, group):
            return each.owed
    return None
