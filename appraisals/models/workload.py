"""Workload: one count of work of one person in one month; numbers only, nothing about a patient."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appraisals.models.rows import OfRowQuerySet
from appraisals.states import ValueSource
from assignments.models import AssignmentMonth
from deploy_admin.registry.models import Indicator


class WorkloadQuerySet(OfRowQuerySet):
    """How workload is read."""

    def for_list(self) -> Self:
        return self.select_related("indicator").order_by("row_id", "indicator__position", "indicator__code")


class Workload(models.Model):
    """The value of one indicator for one assignment-month: said by the person, confirmed or entered by the unit.

    `said` is what the person entered; `value` is what counts. Until the unit confirms, `value` is what was said.
    Judged points are values too: the unit gives them within the clause's cap, with a reason.
    """

    row = models.ForeignKey(AssignmentMonth, models.PROTECT, related_name="workload")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    value = models.DecimalField(_("value"), max_digits=10, decimal_places=2, null=True, blank=True)
    said = models.DecimalField(_("value the person entered"), max_digits=10, decimal_places=2, null=True, blank=True)
    said_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_confirmed = models.BooleanField(_("confirmed by the unit"), default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    source = models.CharField(_("source"), max_length=12, choices=ValueSource)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    updated_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = WorkloadQuerySet.as_manager()

    class Meta:
        verbose_name = _("workload")
        verbose_name_plural = _("workload")
        default_permissions = ()
        ordering = ["row_id", "indicator_id"]
        constraints = [
            models.UniqueConstraint(
                name="workload_once",
                fields=["row", "indicator"],
                violation_error_code="workload_twice",
                violation_error_message=_("This indicator has a value for the month already."),
            ),
            models.CheckConstraint(
                name="workload_not_negative",
                condition=(Q(value__isnull=True) | Q(value__gte=0)) & (Q(said__isnull=True) | Q(said__gte=0)),
                violation_error_code="negative",
                violation_error_message=_("A count of work is not below zero."),
            ),
            models.CheckConstraint(
                name="workload_source_known",
                condition=Q(source__in=ValueSource.values),
                violation_error_code="source_unknown",
                violation_error_message=_("This source is not in the code list."),
            ),
            models.CheckConstraint(
                name="workload_said_when",
                condition=Q(said__isnull=True, said_at__isnull=True) | Q(said_at__isnull=False),
                violation_error_code="said_incomplete",
                violation_error_message=_("What the person entered says when."),
            ),
        ]
        indexes = [models.Index(fields=["indicator", "row"], name="workload_by_indicator")]

    def __str__(self) -> str:
        return f"{self.row_id} {self.indicator_id}"
