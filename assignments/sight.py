"""How one actor stands to one assignment: for whom it may act, asked once for everything a page offers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404

from assignments.models import Assignment
from assignments.posting import Posted, asked_of
from assignments.services import standing_of
from assignments.states import AssignmentState
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.errors import RuleViolation


def seen_or_404(actor: Actor, pk: int) -> Assignment:
    """Return the assignment as the actor may know it, person and campaign read along: unseen is not there."""
    rows = Assignment.objects.visible_to(actor).select_related("worker", "campaign", "slot")
    found: Assignment = get_object_or_404(rows, pk=pk)
    return found


class Sight:
    """One assignment in one actor's eyes. Services ask again: this only decides what is offered."""

    def __init__(self, assignment: Assignment, actor: Actor, today: date) -> None:
        self.assignment, self.actor, self.today = assignment, actor, today

    @property
    def state(self) -> AssignmentState:
        return AssignmentState(self.assignment.state)

    @cached_property
    def receives(self) -> bool:
        """Whether the actor acts for the receiving unit, its own or on its behalf."""
        return self._passes(standing_of.may_act_for_receiver)

    @cached_property
    def sends(self) -> bool:
        """Whether the actor acts for the sending unit, its own or on its behalf."""
        return self._passes(standing_of.may_act_for_sender)

    @cached_property
    def decides(self) -> bool:
        """Whether the actor is the deciding authority."""
        return self._passes(standing_of.may_decide)

    @cached_property
    def oversees(self) -> bool:
        """Whether the actor is an authority of the campaign or of one of the units."""
        return self._passes(standing_of.may_act_as_authority)

    @cached_property
    def is_stated(self) -> bool:
        """Whether the sending unit has said what is asked of it: the person goes, and practice there is suspended."""
        if self.state is AssignmentState.PLANNED:
            return False
        asked = asked_of([Posted.of(self.assignment)])[self.assignment.pk]
        return not asked.suspension or self.assignment.suspensions.filter(withdrawn_at__isnull=True).exists()

    @property
    def knows_person(self) -> bool:
        """Whether the person's record is open to the actor: a receiver is told neither numbers nor other units."""
        return self.actor.can(Permission.PEOPLE_VIEW)

    @property
    def is_oneself(self) -> bool:
        return self.actor.reach is Reach.SELF

    def _passes(self, asked: Callable[..., Any]) -> bool:
        """Ask with the permission everyone here has: which act needs which permission stands with the act."""
        try:
            asked(self.assignment, self.actor, Permission.ASSIGNMENTS_VIEW)
        except RuleViolation:
            return False
        return True
