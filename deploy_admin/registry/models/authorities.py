"""Which health authority is competent for which division, and from when to when."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from deploy_admin.registry import periods
from deploy_admin.registry.models.divisions import Division
from deploy_admin.registry.models.institutions import Institution


class JurisdictionQuerySet(models.QuerySet["Jurisdiction"]):
    def on(self, day: date) -> JurisdictionQuerySet:
        """The jurisdictions in force on `day`."""
        return self.filter(periods.holds_on(day))


class Jurisdiction(models.Model):
    """One authority competent for one division and all below it that has no nearer authority."""

    authority = models.ForeignKey(Institution, models.PROTECT, related_name="jurisdictions")
    division = models.ForeignKey(Division, models.PROTECT, related_name="jurisdictions")
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("jurisdiction of an authority")
        verbose_name_plural = _("jurisdictions of authorities")
        ordering = ["division_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="jurisdiction_ends_after_it_begins",
                condition=periods.in_order(),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="jurisdiction_one_authority_at_a_time",
                expressions=[
                    (periods.Same("division"), RangeOperators.EQUAL),
                    (periods.Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="two_authorities",
                violation_error_message=_("Another authority is competent for this division on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} → {self.division_id}"
