"""Employments: where a person works, from one day to another, in which kind of post."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.people import codes
from deploy_admin.people.models.dated import OfWorkerQuerySet, Recorded
from deploy_admin.people.models.workers import HealthWorker
from deploy_admin.registry import periods
from deploy_admin.registry.models import Institution


class EmploymentQuerySet(OfWorkerQuerySet):
    """How employments are read."""

    def on(self, day: date) -> EmploymentQuerySet:
        """Those that hold on `day`, at most one of each person."""
        return self.filter(periods.holds_on(day))


class Employment(Recorded):
    """One person at one unit (where the personnel relation lies) in one department and kind of post for a while.

    A change within the unit closes the row and opens the next with the same `hired_on`; a transfer opens one with the
    new unit's. `is_current` marks the latest row: of who left, the last.
    """

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="employments")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="employments", verbose_name=_("unit"))
    department = models.CharField(_("department"), max_length=100, blank=True)
    staff_category = models.CharField(_("staff category"), max_length=24, blank=True)
    employment_mode = models.CharField(_("establishment kind"), max_length=24, blank=True)
    #: 军籍: whether the person has military status; None where nobody said.
    military = models.BooleanField(_("military status"), null=True, blank=True)
    #: The day of hire at this unit (for a post on the establishment, of that post): where clocks begin.
    hired_on = models.DateField(_("date of hire"), null=True, blank=True)
    began_as = models.CharField(_("began as"), max_length=12, default="unknown")
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    ended_as = models.CharField(_("ended as"), max_length=12, blank=True, default="")
    is_current = models.BooleanField(_("current"), default=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        default_permissions = ()
        ordering = ["worker_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="employment_days_in_order",
                condition=periods.in_order(),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="employment_one_at_a_time",
                expressions=[
                    (periods.Same("worker"), RangeOperators.EQUAL),
                    (periods.Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="employed_elsewhere",
                violation_error_message=_("This person is employed elsewhere on some of these days."),
            ),
            models.UniqueConstraint(
                name="employment_one_current",
                fields=["worker"],
                condition=Q(is_current=True),
                violation_error_code="employed_meanwhile",
                violation_error_message=_("Somebody entered another employment of this person at the same moment."),
            ),
            models.CheckConstraint(
                name="employment_category_known",
                condition=Q(staff_category="") | Q(staff_category__in=codes.values(codes.STAFF_CATEGORIES)),
                violation_error_code="category_unknown",
                violation_error_message=_("This staff category is not in the code list."),
            ),
            models.CheckConstraint(
                name="employment_mode_known",
                condition=Q(employment_mode="") | Q(employment_mode__in=codes.values(codes.EMPLOYMENT_MODES)),
                violation_error_code="mode_unknown",
                violation_error_message=_("This establishment kind is not in the code list."),
            ),
            models.CheckConstraint(
                name="employment_beginning_known",
                condition=Q(began_as__in=codes.values(codes.BEGINNINGS)),
                violation_error_code="beginning_unknown",
                violation_error_message=_("How an employment began is not in the code list."),
            ),
            models.CheckConstraint(
                name="employment_ending_known",
                condition=Q(ended_as="", valid_to__isnull=True)
                | Q(ended_as__in=codes.values(codes.ENDINGS), valid_to__isnull=False),
                violation_error_code="ending_unknown",
                violation_error_message=_("An employment that ended says how, and only one that ended."),
            ),
            models.CheckConstraint(
                name="employment_hired_before_it_begins",
                condition=Q(hired_on__isnull=True) | Q(hired_on__lte=F("valid_from")),
                violation_error_code="hired_after_start",
                violation_error_message=_("The day of hire must not come after the employment's first day."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["institution", "worker"], condition=Q(is_current=True), name="employment_current_of_unit"
            ),
            models.Index(fields=["worker", "valid_from"], name="employment_of_worker"),
        ]

    def __str__(self) -> str:
        return f"{self.worker_id} @ {self.institution_id} {self.valid_from}"

    def holds_on(self, day: date) -> bool:
        """Whether the person works there on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
