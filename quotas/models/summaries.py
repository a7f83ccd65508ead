"""Summaries: how a period's current quotas stand, counted once when they change instead of at every look."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.policies.models import PolicyVersion
from quotas.models.periods import OfPeriod, OfPeriodQuerySet
from quotas.models.quotas import Binding, Scope, Verdict


class Level(models.TextChoices):
    """Over what a line counts; units counted over several rules are not the sum of those counted over each."""

    ALL = "all", _("all rules")
    SCHEME = "scheme", _("a scheme")
    TOPIC = "topic", _("a topic")
    CLAUSE = "clause", _("a clause")


class SummaryQuerySet(OfPeriodQuerySet["Summary"]):
    """How summaries are read."""

    def visible_to(self, actor: Actor) -> Self:
        """They count everybody's quotas: only whoever sees all of these sees them."""
        return self if actor.reach == Reach.ALL else self.none()


class Summary(OfPeriod):
    """How many current quotas of one period, rule, scope, binding and verdict there are, and their sums."""

    level = models.CharField(max_length=8, choices=Level)
    scheme = models.CharField(max_length=64, blank=True, default="")
    topic = models.CharField(max_length=150, blank=True, default="")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    clause_id = models.CharField(max_length=100, blank=True, default="")
    scope = models.CharField(max_length=16, choices=Scope)
    binding = models.CharField(max_length=16, choices=Binding)
    to_coordinate = models.BooleanField()
    verdict = models.CharField(max_length=16, choices=Verdict)
    quotas = models.IntegerField()
    units = models.IntegerField()
    required = models.BigIntegerField(null=True)
    nominated = models.BigIntegerField(null=True)
    on_post = models.BigIntegerField(null=True)
    recognised_year_end = models.BigIntegerField(null=True)
    recognised_final = models.BigIntegerField(null=True)
    shortfall = models.BigIntegerField(null=True)
    forecast = models.BigIntegerField(null=True)
    unconfirmed = models.BigIntegerField(default=0)
    #: The batches of the year from which anybody counts: the same on every line of the period.
    batches = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")
        constraints = [
            models.UniqueConstraint(
                name="summary_once",
                fields=[
                    "period_start", "period_end", "level", "scheme", "topic", "version", "clause_id",
                    "scope", "binding", "to_coordinate", "verdict",
                ],
                nulls_distinct=False,
                violation_error_code="summary_twice",
                violation_error_message=_("This line of the summary is there already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.period} {self.level} {self.verdict}: {self.quotas}"
