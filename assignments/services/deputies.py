"""Postings as deputy director beside an assignment: by order of the authority, of whoever the policy lets."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.codes import State
from assignments.models import Assignment
from assignments.services import following, moving
from assignments.services.answering import judge_live
from assignments.services.moving import NO_BASIS, Basis
from assignments.services.standing_of import may_decide
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.people.services.rows import clean
from deploy_admin.policies.language import Target

_S = AssignmentState
REFUSED = (State.MAY_NOT, State.BARRED)


@transaction.atomic
def appoint_deputy(
    *,
    assignment: Assignment,
    first_day: date,
    order: str,
    version: int | None,
    by: Actor,
    last_day: date | None = None,
    basis: Basis = NO_BASIS,
) -> Assignment:
    """Post somebody as deputy director for days of the assignment, coming ones too; refused where a rule says no."""
    named = clean(order)[:200]
    if not named:
        sentence = _("Name the order.")
        raise RuleViolation(sentence, "order_missing", fields={"order": sentence})
    moving.hold(assignment, version, by, yours={"deputy_from": first_day, "deputy_order": named})
    may_decide(assignment, by)
    moving.check_state([assignment], {_S.FILED, _S.ON_POST})
    if assignment.deputy_from is not None and (assignment.deputy_to is None or first_day <= assignment.deputy_to):
        raise RuleViolation(_("This person is posted as deputy director already."), "deputy_already")
    _check_within(assignment, first_day, last_day)
    _check_may(assignment, first_day)
    moving.move(
        assignment,
        _S(assignment.state),
        on=first_day,
        act="deputy_appointed",
        by=by,
        basis=basis,
        detail={"order": named, "until": last_day.isoformat() if last_day else ""},
        values={"deputy_from": first_day, "deputy_to": last_day, "deputy_order": named},
    )
    following.follow([assignment.pk])
    return assignment


@transaction.atomic
def end_deputy(
    *, assignment: Assignment, last_day: date, version: int | None, by: Actor, reason: str = ""
) -> Assignment:
    """End a posting as deputy director before the assignment itself."""
    moving.hold(assignment, version, by, yours={"deputy_to": last_day})
    may_decide(assignment, by)
    if assignment.deputy_from is None or (assignment.deputy_to is not None and assignment.deputy_to <= last_day):
        raise RuleViolation(_("This person is not posted as deputy director then."), "no_deputy")
    _check_within(assignment, assignment.deputy_from, last_day)
    moving.move(
        assignment,
        _S(assignment.state),
        on=last_day,
        act="deputy_ended",
        by=by,
        reason=clean(reason),
        values={"deputy_to": last_day},
    )
    following.follow([assignment.pk])
    return assignment


def _check_within(assignment: Assignment, first_day: date, last_day: date | None) -> None:
    last = last_day or first_day
    if not assignment.starts_on <= first_day <= last <= assignment.ends_on:
        sentence = _("The posting lies within the assignment, from %(first)s to %(last)s.") % {
            "first": assignment.starts_on.isoformat(),
            "last": assignment.ends_on.isoformat(),
        }
        raise RuleViolation(sentence, "outside_assignment", fields={"first_day": sentence})


def _check_may(assignment: Assignment, first_day: date) -> None:
    """Refuse where the scheme's rule on deputy directors says that the person may not; what is open refuses nobody.

    Asked of the record as it is known: for a day to come, of today.
    """
    day = min(first_day, clock.today())
    found = judge_live([assignment.worker_id], day, [Target.DEPUTY_DIRECTOR.value])
    for answer in found.get(assignment.worker_id, ()):
        if answer.clause is None or answer.clause.scheme != assignment.scheme:
            continue
        if answer.state in REFUSED:
            clause = answer.clause.clause
            label = clause.label_zh if speaks_chinese() else clause.label_en
            sentence = _("By the rule “%(rule)s” %(name)s may not be posted as deputy director.")
            raise RuleViolation(sentence % {"rule": label, "name": assignment.worker.name}, "deputy_may_not")
