"""Situation reports: what a receiving unit tells its authority of some months, in words and numbers."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appraisals.states import ReportState
from assignments.models import IssuedPaper
from deploy_admin.access import Actor, Reach
from deploy_admin.people.models.dated import Recorded
from deploy_admin.registry.models import Institution


class SituationReportQuerySet(models.QuerySet[Any]):
    """How reports are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The own unit's; once submitted, those of the authority's units."""
        if actor.reach is Reach.ALL:
            return self.exclude(state=ReportState.DRAFT)
        if actor.reach is Reach.DISTRICT:
            units = Institution.objects.visible_to(actor).order_by().values("pk")
            return self.filter(institution__in=units).exclude(state=ReportState.DRAFT)
        if actor.reach is Reach.UNIT:
            return self.filter(institution__in=actor.institution_ids)
        return self.none()

    def for_list(self) -> Self:
        return self.order_by("-first_month", "institution_id")


class SituationReport(Recorded):
    """One unit's report on whole months, from the first to the last; the numbers are frozen when it is submitted."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="situation_reports", verbose_name=_("receiving unit")
    )
    first_month = models.DateField(_("from"))
    last_month = models.DateField(_("to"))
    state = models.CharField(_("state"), max_length=12, choices=ReportState, default=ReportState.DRAFT)
    work = models.TextField(_("what was done"), blank=True, default="", max_length=4000)
    results = models.TextField(_("what came of it"), blank=True, default="", max_length=4000)
    difficulties = models.TextField(_("difficulties"), blank=True, default="", max_length=4000)
    proposals = models.TextField(_("proposals"), blank=True, default="", max_length=4000)
    #: People, attendance, workload of these months as they stood; filled when it is submitted.
    numbers = models.JSONField(default=dict, blank=True)
    #: What was submitted last, as PDF, DOCX and check code; submitted again it is another one.
    paper = models.OneToOneField(
        IssuedPaper, models.PROTECT, null=True, blank=True, editable=False, related_name="situation_report"
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    answer = models.CharField(_("answer"), max_length=1000, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SituationReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("situation report")
        verbose_name_plural = _("situation reports")
        default_permissions = ()
        ordering = ["-first_month", "institution_id"]
        constraints = [
            models.UniqueConstraint(
                name="situation_report_once",
                fields=["institution", "first_month", "last_month"],
                violation_error_code="report_twice",
                violation_error_message=_("There is a report on these months already."),
            ),
            models.CheckConstraint(
                name="situation_report_months",
                condition=Q(first_month__day=1, last_month__day=1, first_month__lte=F("last_month")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first month must not come after the last."),
            ),
            models.CheckConstraint(
                name="situation_report_submitted_by_whom",
                condition=Q(state="draft") | (Q(submitted_at__isnull=False) & ~Q(submitted_by_name="") & ~Q(work="")),
                violation_error_code="report_empty",
                violation_error_message=_("Say what was done before the report is submitted."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.first_month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return reverse("appraisals:report", args=[self.pk])
