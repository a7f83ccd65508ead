"""What the machine proposes for decision: a proposal takes effect only by an officer's recorded decision."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.kinds import ProposalKind
from assignments.models.assignments import Assignment, OfAssignmentQuerySet
from assignments.states import ProposalState


class ProposalQuerySet(OfAssignmentQuerySet):
    """How proposals are read."""

    def open(self) -> Self:
        return self.filter(state=ProposalState.OPEN)


class Proposal(models.Model):
    """One proposal about an assignment with the clause it rests on; the decision is a step of the assignment."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="proposals")
    kind = models.CharField(_("kind"), max_length=12, choices=ProposalKind)
    state = models.CharField(_("state"), max_length=12, choices=ProposalState, default=ProposalState.OPEN)
    policy = models.CharField(max_length=120, blank=True, default="")
    version_id = models.BigIntegerField(null=True, blank=True)
    clause_id = models.CharField(max_length=100, blank=True, default="")
    #: What it rests on, as codes and dates: the explanation's steps.
    basis = models.JSONField(default=dict, blank=True)
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    decided_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        default_permissions = ()
        ordering = ["-proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="proposal_once",
                fields=["assignment", "kind"],
                condition=Q(state="open"),
                violation_error_code="proposal_twice",
                violation_error_message=_("This is proposed already."),
            ),
            models.CheckConstraint(
                name="proposal_decided_by_whom",
                condition=Q(state__in=["open", "lapsed"], decided_at__isnull=True, decided_by_name="")
                | (
                    Q(state__in=["followed", "dismissed"], decided_at__isnull=False)
                    & ~Q(decided_by_name="")
                    & ~Q(reason="")
                ),
                violation_error_code="decision_by_nobody",
                violation_error_message=_("A decision says who decided, when and why."),
            ),
            models.CheckConstraint(
                name="proposal_kind_known",
                condition=Q(kind__in=ProposalKind.values),
                violation_error_code="kind_unknown",
                violation_error_message=_("This kind of proposal is not in the code list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.kind}"
