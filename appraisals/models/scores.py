"""Scores: what a submitted month of one assignment is worth at the moment; derived, never typed."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appraisals.models.rows import OfRowQuerySet
from appraisals.states import ScoreState
from assignments.models import AssignmentMonth
from deploy_admin.policies.models import PolicyVersion


class ScoreQuerySet(OfRowQuerySet):
    """How scores are read."""

    def for_list(self) -> Self:
        return self.select_related("row__sheet", "row__assignment__worker").order_by(
            "row__assignment__sort_key", "row_id"
        )


class Score(models.Model):
    """The live score of one assignment-month, with its inputs; the explanation is derived from them.

    There is a row exactly while the sheet is handed in. `points` and `factor` are known where the state is scored.
    """

    row = models.OneToOneField(AssignmentMonth, models.PROTECT, primary_key=True, related_name="score")
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=12, choices=ScoreState)
    #: The clause that scored it; null where no rule speaks.
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, related_name="+")
    clause_id = models.CharField(max_length=100, blank=True, default="")
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=2, null=True, blank=True)
    #: What performance pay is multiplied by, where the policy says it.
    factor = models.DecimalField(_("pay factor"), max_digits=6, decimal_places=4, null=True, blank=True)
    is_vetoed = models.BooleanField(_("vetoed"), default=False)
    #: What is missing, as codes.
    missing = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    #: Everything that went in, as exact text; the explanation follows from this and the clause.
    inputs = models.JSONField(default=dict)
    #: Of version, clause and inputs: what is the same is not written again.
    digest = models.CharField(max_length=32)
    #: The job that wrote it, where one did.
    run_id = models.BigIntegerField(null=True, blank=True, editable=False)
    computed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        default_permissions = ()
        ordering = ["row_id"]
        constraints = [
            models.CheckConstraint(
                name="score_state_known",
                condition=Q(state__in=ScoreState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="score_points_where_scored",
                condition=Q(state="scored", points__isnull=False)
                | (~Q(state="scored") & Q(points__isnull=True, factor__isnull=True)),
                violation_error_code="points_missing",
                violation_error_message=_("A score has points exactly where it is determined."),
            ),
            models.CheckConstraint(
                name="score_rule_named",
                condition=Q(state="no_rule", policy_version__isnull=True, clause_id="")
                | (~Q(state="no_rule") & Q(policy_version__isnull=False) & ~Q(clause_id="")),
                violation_error_code="rule_missing",
                violation_error_message=_("A score names the clause it rests on."),
            ),
        ]
        indexes = [
            models.Index(fields=["month"], name="score_by_month"),
            models.Index(fields=["computed_at", "row"], name="score_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.row_id}: {self.points}"
