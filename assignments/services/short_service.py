"""Filing that a piece of service counts although it is shorter than its clause asks: an authority's decision."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.models import Assignment, ServiceCredit, Transition
from assignments.rules.credit import FILING
from assignments.services import following, moving
from assignments.services.standing_of import may_decide
from assignments.serving import FILED_SHORT
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.errors import RuleViolation


@transaction.atomic
def file_short_service(
    *, assignment: Assignment, on: date, basis: moving.Basis, version: int | None = None, by: Actor
) -> Transition:
    """Take down that the authority lets a short piece count; what follows from it is reckoned again."""
    moving.take(assignment, version, by)
    may_decide(assignment, by)
    if on > clock.today():
        sentence = _("A decision is taken down once it is there: the day must not lie in the future.")
        raise RuleViolation(sentence, "day_in_future", fields={"on": sentence})
    if not (basis.document.strip() or basis.document_number.strip()):
        sentence = _("Name the document on which it rests, or its number.")
        raise RuleViolation(sentence, "basis_missing", fields={"document": sentence})
    if not waiting(assignment):
        raise RuleViolation(_("No short piece of this assignment waits for a filing."), "nothing_to_file")
    step = moving.move(assignment, AssignmentState(assignment.state), on=on, act=FILED_SHORT, by=by, basis=basis)
    following.follow([assignment.pk])
    return step


def waiting(assignment: Assignment) -> bool:
    """Whether a short piece of the assignment waits for a filing."""
    return ServiceCredit.objects.filter(assignment=assignment, missing__contains=[FILING]).exists()


def file_address(assignment: Assignment, actor: Actor) -> str:
    """Return where the actor files that it counts; nothing where nothing waits, or somebody else decides."""
    if not actor.can(Permission.ASSIGNMENTS_DECIDE) or not waiting(assignment):
        return ""
    try:
        may_decide(assignment, actor)
    except RuleViolation:
        return ""
    return reverse("assignments:credit_file", args=[assignment.pk])
