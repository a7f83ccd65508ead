"""While on post: a longer term by decision, a move to another receiving unit, full-time or part-time, the details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.kinds import RosterPattern, SegmentReason
from assignments.models import Assignment, Segment
from assignments.posting import Posted, asked_of
from assignments.services import ending, following, moving, reaching, renewing, telling
from assignments.services.moving import NO_BASIS, Basis
from assignments.services.standing_of import may_act_for_receiver, may_decide
from assignments.states import RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people.services.rows import check_not_future, check_unit_open, clean, reason_given
from deploy_admin.registry.models import Institution

_S = AssignmentState
_DAY = timedelta(days=1)
#: So many days may be granted in all: more is another term.
GRANTED_AT_MOST = 366


@transaction.atomic
def grant_extension(
    *, assignment: Assignment, days: int, basis: Basis, version: int | None, by: Actor, reason: str = ""
) -> Assignment:
    """Lengthen the term by so many calendar days, as a body decided; below zero takes back what was granted.

    A term that was reached goes on where its new last day has not come.
    """
    moving.hold(assignment, version, by, yours={"granted_days": days})
    may_decide(assignment, by)
    moving.check_state([assignment], {_S.ON_POST, _S.TERM_REACHED})
    _check_granted(assignment, days, basis)
    granted = assignment.granted_days + days
    renewing.make_room({assignment.pk: ending.preview(assignment, granted_days=granted).ends_on})
    moving.move(
        assignment,
        _S(assignment.state),
        on=clock.today(),
        act="extended" if days > 0 else "extension_taken_back",
        by=by,
        reason=clean(reason),
        basis=basis,
        detail={"days": days},
        values={"granted_days": granted},
    )
    ending.recompute([assignment.pk], by=by)
    reaching.follow_terms([assignment.pk], on=clock.today())
    return _done(assignment, news="assignments.extended")


@transaction.atomic
def move_to(
    *,
    assignment: Assignment,
    receiving_unit: Institution,
    first_day: date,
    reason: str,
    version: int | None,
    by: Actor,
    basis: Basis = NO_BASIS,
) -> Assignment:
    """Have somebody serve at another receiving unit from `first_day` on; the piece before ends the day before."""
    text = reason_given(reason)
    moving.hold(assignment, version, by, yours={"receiving_unit": receiving_unit.pk})
    may_decide(assignment, by)
    piece = _piece(assignment, first_day)
    if receiving_unit.pk in (piece.receiving_unit_id, assignment.sending_unit_id):
        sentence = _("Choose another unit than the one where the person serves, or the one that sends.")
        raise RuleViolation(sentence, "same_unit", fields={"receiving_unit": sentence})
    check_unit_open(receiving_unit.pk, first_day, "receiving_unit")
    old = piece.receiving_unit_id
    _split(piece, first_day, SegmentReason.MOVED, receiving_unit_id=receiving_unit.pk)
    moving.move(
        assignment,
        _S(assignment.state),
        on=first_day,
        act="moved",
        by=by,
        reason=text,
        basis=basis,
        detail={"from_unit": old, "to_unit": receiving_unit.pk},
        values={"receiving_unit": receiving_unit, "department": "", "supervisor": ""},
    )
    ending.recompute([assignment.pk], by=by)
    return _done(assignment, news="assignments.moved", to=("receiver", "sender", "person"))


@transaction.atomic
def change_full_time(
    *, assignment: Assignment, full_time: bool, first_day: date, reason: str, version: int | None, by: Actor
) -> Assignment:
    """Have somebody serve full-time, or not, from `first_day` on; refused where full detachment is asked."""
    text = reason_given(reason)
    moving.hold(assignment, version, by, yours={"full_time": full_time})
    may_decide(assignment, by)
    piece = _piece(assignment, first_day)
    if piece.full_time == full_time:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    if not full_time and asked_of([Posted.of(assignment, first_day, full_time=True)])[assignment.pk].full_time:
        sentence = _("The policy asks for full detachment: %(names)s") % {"names": assignment.worker.name}
        raise RuleViolation(sentence, "full_detachment", fields={"full_time": sentence})
    _split(piece, first_day, SegmentReason.FULL_TIME, full_time=full_time)
    moving.move(
        assignment,
        _S(assignment.state),
        on=first_day,
        act="full_time_changed",
        by=by,
        reason=text,
        detail={"full_time": full_time},
        values={"full_time": full_time},
    )
    ending.recompute([assignment.pk], by=by)
    return _done(assignment)


@transaction.atomic
def change_details(
    *,
    assignment: Assignment,
    version: int | None,
    by: Actor,
    department: str | None = None,
    supervisor: str | None = None,
    roster_pattern: str | None = None,
) -> Assignment:
    """Change what the receiving unit arranges: department, supervisor, on which days the person is on duty."""
    said = {"department": department, "supervisor": supervisor, "roster_pattern": roster_pattern}
    yours = {name: value for name, value in said.items() if value is not None}
    moving.hold(assignment, version, by, yours=yours)
    on_behalf = may_act_for_receiver(assignment, by)
    moving.check_state([assignment], {_S.PLANNED, _S.FILED, *RUNNING})
    if roster_pattern is not None and roster_pattern not in RosterPattern.values:
        sentence = _("This roster pattern is not in the code list.")
        raise RuleViolation(sentence, "pattern_unknown", fields={"roster_pattern": sentence})
    values = {name: clean(value)[:100] for name, value in yours.items()}
    values = {name: value for name, value in values.items() if getattr(assignment, name) != value}
    if not values:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    detail = {"before": {name: getattr(assignment, name) for name in values}, "after": values}
    moving.move(
        assignment,
        _S(assignment.state),
        on=clock.today(),
        act="details_changed",
        by=by,
        detail=detail | ({"on_behalf": True} if on_behalf else {}),
        values=values,
    )
    if "roster_pattern" in values:
        ending.recompute([assignment.pk], by=by)
    return _done(assignment)


def _check_granted(assignment: Assignment, days: int, basis: Basis) -> None:
    if not basis.deciding_body.strip():
        sentence = _("Name the body that decided.")
        raise RuleViolation(sentence, "basis_missing", fields={"deciding_body": sentence})
    granted = assignment.granted_days + days
    if not days or not 0 <= granted <= GRANTED_AT_MOST:
        sentence = _("%(granted)s days are granted; in all 0 to %(most)s are possible.") % {
            "granted": assignment.granted_days,
            "most": GRANTED_AT_MOST,
        }
        raise RuleViolation(sentence, "days_out_of_range", fields={"days": sentence})


def _piece(assignment: Assignment, first_day: date) -> Segment:
    """Return the piece that a new one would follow; refuse a day outside it."""
    check_not_future(first_day, "first_day")
    moving.check_state([assignment], RUNNING)
    piece = Segment.objects.filter(assignment=assignment).order_by("-valid_from").first()
    if piece is None or not piece.valid_from <= first_day <= assignment.ends_on:
        since = piece.valid_from if piece else assignment.starts_on
        sentence = _("Choose a day from %(first)s, when the present piece began, to %(last)s.") % {
            "first": since.isoformat(),
            "last": assignment.ends_on.isoformat(),
        }
        raise RuleViolation(sentence, "outside_piece", fields={"first_day": sentence})
    return piece


def _split(piece: Segment, first_day: date, reason: SegmentReason, **changes: Any) -> None:
    """Open a new piece on the day; where the present one begins on that very day, it is the one that changes."""
    with refusals():
        if piece.valid_from == first_day:
            Segment.objects.filter(pk=piece.pk).update(**changes)
            return
        Segment.objects.filter(pk=piece.pk).update(valid_to=first_day - _DAY)
        kept: Mapping[str, Any] = {"receiving_unit_id": piece.receiving_unit_id, "full_time": piece.full_time}
        Segment.objects.create(
            assignment_id=piece.assignment_id, valid_from=first_day, reason=reason, **{**kept, **changes}
        )


def _done(assignment: Assignment, *, news: str = "", to: tuple[str, ...] = ("receiver", "person")) -> Assignment:
    assignment.refresh_from_db()
    if news:
        telling.news(news, [assignment], {"day": assignment.ends_on.isoformat()}, to=to)
    telling.refresh([assignment])
    following.follow([assignment.pk])
    return assignment
