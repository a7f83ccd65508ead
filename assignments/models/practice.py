"""The sending unit's statement that a physician's practice there is suspended."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assignments.models.assignments import Assignment, OfAssignmentQuerySet
from deploy_admin.people.models.dated import Documented
from deploy_admin.registry import periods


class PracticeSuspension(Documented):
    """Practice at the sending unit suspended for an assignment: a range of days there only; the licence stays active.

    Without a last day it holds until the assignment's own.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="suspensions")
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    on_behalf = models.BooleanField(_("entered on behalf"), default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = OfAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspension of practice")
        verbose_name_plural = _("suspensions of practice")
        default_permissions = ()
        ordering = ["assignment_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="suspension_days_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="suspension_once",
                expressions=[
                    (periods.Same("assignment"), RangeOperators.EQUAL),
                    (periods.Days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_code="suspended_twice",
                violation_error_message=_("Practice is suspended for some of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.valid_from}"
