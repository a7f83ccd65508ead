"""After the term: evaluation, its result, how the assignment closes, and opening it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.kinds import CompletionResult
from assignments.models import Assignment, Transition
from assignments.services import following, moving, telling
from assignments.services.moving import NO_BASIS, Basis, Step
from assignments.services.standing_of import may_decide
from assignments.states import SERVED, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.people.services.rows import check_not_future, reason_given

_S = AssignmentState
OUTCOMES = (_S.RETURNED, _S.RENEWED, _S.TRANSFERRED)


@transaction.atomic
def begin_evaluation(
    *, assignments: Iterable[Assignment | int], on: date, by: Actor, versions: Mapping[int, int] | None = None
) -> list[Transition]:
    """Begin the completion evaluation of a list of people whose term is over."""
    check_not_future(on, "on")
    rows = moving.hold_all(assignments, by, versions)
    may_decide(rows, by)
    moving.check_state(rows, {_S.TERM_REACHED})
    moves = moving.move_all([Step(row, _S.UNDER_EVALUATION, on) for row in rows], act="evaluation_begun", by=by)
    telling.refresh(rows)
    following.follow([row.pk for row in rows])
    return moves


@transaction.atomic
def close(
    *,
    assignments: Iterable[Assignment | int],
    outcome: AssignmentState,
    on: date,
    by: Actor,
    result: str = "",
    basis: Basis = NO_BASIS,
    reason: str = "",
    versions: Mapping[int, int] | None = None,
) -> list[Transition]:
    """Close a list of them as returned, renewed or transferred, with the evaluation's result where there is one."""
    check_not_future(on, "on")
    rows = moving.hold_all(assignments, by, versions)
    may_decide(rows, by)
    moving.check_state(rows, {_S.TERM_REACHED, _S.UNDER_EVALUATION})
    _check_outcome(rows, outcome, on)
    values = _result(result, on) if result else {}
    steps = [Step(row, outcome, on, reason, {"result": result} if result else {}, values) for row in rows]
    moves = moving.move_all(steps, act="closed", by=by, basis=basis, detail={"outcome": outcome.value})
    telling.refresh(rows)
    following.follow([row.pk for row in rows])
    return moves


@transaction.atomic
def record_outcome(
    *, assignment: Assignment, result: str, on: date, by: Actor, version: int | None = None, basis: Basis = NO_BASIS
) -> Assignment:
    """Record what the completion evaluation came to, or take it back (an empty result); no state moves.

    The appraisals hand it down; credit, the tallies and what depends on a result follow.
    """
    check_not_future(on, "on")
    moving.hold(assignment, version, by, yours={"result": result})
    may_decide(assignment, by)
    moving.check_state([assignment], {_S.UNDER_EVALUATION, *SERVED})
    values = _result(result, on)
    if {name: getattr(assignment, name) for name in values} == values:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    before = assignment.result
    moving.move(
        assignment,
        _S(assignment.state),
        on=on,
        act="result_recorded",
        by=by,
        basis=basis,
        detail={"result": result, "before": before},
        values=values,
    )
    following.follow([assignment.pk])
    return assignment


@transaction.atomic
def reopen(*, assignment: Assignment, reason: str, version: int | None, by: Actor) -> Assignment:
    """Open a closed assignment for evaluation again; the result stays until another one is recorded."""
    text = reason_given(reason)
    moving.hold(assignment, version, by)
    may_decide(assignment, by)
    moving.check_state([assignment], set(OUTCOMES))
    moving.move(assignment, _S.UNDER_EVALUATION, on=clock.today(), act="reopened", by=by, reason=text)
    following.follow([assignment.pk])
    return assignment


def _check_outcome(rows: Iterable[Assignment], outcome: AssignmentState, on: date) -> None:
    """Refuse an outcome that is none, a day inside the term, and a renewal of which there is none."""
    held = list(rows)
    if outcome not in OUTCOMES:
        sentence = _("Say whether the person returned, the term was renewed, or the person was transferred.")
        raise RuleViolation(sentence, "outcome_unknown", fields={"outcome": sentence})
    if early := [row for row in held if on <= row.ends_on]:
        sentence = _("The term is not over on that day: %(names)s") % {"names": moving.names_of(early)}
        raise RuleViolation(sentence, "term_not_over", fields={"on": sentence})
    if outcome is not _S.RENEWED:
        return
    living = Assignment.objects.living().filter(renews__in=[row.pk for row in held])
    renewed = set(living.values_list("renews_id", flat=True))
    if bare := [row for row in held if row.pk not in renewed]:
        sentence = _("There is no renewed term of these: %(names)s") % {"names": moving.names_of(bare)}
        raise RuleViolation(sentence, "not_renewed")


def _result(result: str, on: date) -> dict[str, Any]:
    if result not in CompletionResult.values:
        sentence = _("A result is qualified or not qualified.")
        raise RuleViolation(sentence, "result_unknown", fields={"result": sentence})
    return {"result": result, "result_on": on if result else None}
