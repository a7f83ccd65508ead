"""Who is to be found at a unit on the day of an inspection, and what is known of them beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from assignments.kinds import Presence
from assignments.models import Assignment, Inspection, Leave, PresenceCheck, Segment
from assignments.models.assignments import AssignmentQuerySet
from assignments.rules.duty import Duty
from assignments.states import RUNNING, SERVED, AssignmentState
from deploy_admin.policies.language.leave import LeaveKind
from deploy_admin.registry.calendar import work_calendar

#: What may be found of somebody who serves at the unit, and of somebody it sent elsewhere.
AT_POST = (Presence.PRESENT, Presence.ABSENT, Presence.ON_LEAVE, Presence.OFFICIAL_DUTY, Presence.OFF_DUTY)
SENT_AWAY = (Presence.NOT_THERE, Presence.PRACTISING)
#: An assignment in these states has begun; whether it lasted to the day, its last day says.
_BEGUN = RUNNING | SERVED | {AssignmentState.VOID}


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the roll: on which side, what is known beforehand, what the inspection found."""

    assignment: Assignment
    is_received: bool
    known: Presence | None
    check: PresenceCheck | None

    @property
    def result(self) -> Presence | None:
        return Presence(self.check.result) if self.check else None

    @property
    def possible(self) -> tuple[Presence, ...]:
        """What may be recorded of this person; approved leave only where it is known."""
        if not self.is_received:
            return SENT_AWAY
        return tuple(each for each in AT_POST if each != Presence.ON_LEAVE or self.known == Presence.ON_LEAVE)


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody on the roll of one inspection: who serves at the unit, and whom it sent elsewhere."""

    received: tuple[Line, ...]
    sent: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.received + self.sent

    @property
    def checked(self) -> int:
        return sum(line.check is not None for line in self.lines)

    @property
    def unchecked(self) -> list[Line]:
        """Of whom the inspection still has to say something: the side that was looked at, less what is known."""
        looked_at = list(self.received)
        if not self.received or any(line.check for line in self.sent):
            looked_at += self.sent
        return [line for line in looked_at if line.check is None and line.known is None]


def serving_at(institution_id: int, day: date) -> AssignmentQuerySet:
    """Return the assignments of those who serve at the unit on the day."""
    piece = Segment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        assignment=OuterRef("pk"),
        receiving_unit=institution_id,
        valid_from__lte=day,
    )
    rows: AssignmentQuerySet = Assignment.objects.on(day).filter(Exists(piece), state__in=_BEGUN)
    return rows


def sent_from(institution_id: int, day: date) -> AssignmentQuerySet:
    """Return the assignments of those whom the unit has sent elsewhere on the day."""
    rows: AssignmentQuerySet = Assignment.objects.on(day).filter(sending_unit=institution_id, state__in=_BEGUN)
    return rows


def of(inspection: Inspection) -> Roll:
    """Return the roll of an inspection as the rows stand; of a closed one, those it found. Five queries at most."""
    checks = {check.assignment_id: check for check in inspection.presences.all()}
    received = serving_at(inspection.institution_id, inspection.on)
    sent = sent_from(inspection.institution_id, inspection.on)
    if inspection.closed_at is not None:  # what changed since does not change what was found
        return _closed(checks)
    there, elsewhere = _listed(received), _listed(sent)
    leave = _on_leave(there, inspection.on)
    calendar = work_calendar()

    def known(each: Assignment) -> Presence | None:
        if (kind := leave.get(each.pk)) is not None:
            return Presence.OFFICIAL_DUTY if kind == LeaveKind.OFFICIAL_DUTY else Presence.ON_LEAVE
        return None if Duty(each.roster_pattern, calendar).is_duty(inspection.on) else Presence.OFF_DUTY

    return Roll(
        tuple(Line(each, True, known(each), checks.get(each.pk)) for each in there),
        tuple(Line(each, False, None, checks.get(each.pk)) for each in elsewhere),
    )


def _closed(checks: dict[int, PresenceCheck]) -> Roll:
    found = {each.pk: each for each in _listed(Assignment.objects.filter(pk__in=checks))}
    lines = [Line(each, Presence(checks[pk].result) not in SENT_AWAY, None, checks[pk]) for pk, each in found.items()]
    return Roll(
        tuple(line for line in lines if line.is_received), tuple(line for line in lines if not line.is_received)
    )


def _listed(rows: AssignmentQuerySet) -> list[Assignment]:
    return list(rows.select_related("worker", "campaign").order_by("sort_key", "pk"))


def _on_leave(rows: Iterable[Assignment], day: date) -> dict[int, Any]:
    leave = Leave.objects.approved().filter(
        assignment__in=[row.pk for row in rows], first_day__lte=day, last_day__gte=day
    )
    return dict(leave.values_list("assignment_id", "kind"))
