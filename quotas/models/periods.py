"""The two columns of a period, shared by everything that belongs to one: first and last day, both inside."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.months import Period
from deploy_admin.registry.models import Institution

M = TypeVar("M", bound=models.Model)


class OfPeriod(models.Model):
    """A row that belongs to one period."""

    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))

    class Meta:
        abstract = True

    @property
    def period(self) -> Period:
        return Period(self.period_start, self.period_end)


def days_in_order(name: str) -> models.CheckConstraint:
    """Return the constraint that the first day does not come after the last."""
    return models.CheckConstraint(
        name=name,
        condition=Q(period_start__lte=F("period_end")),
        violation_error_code="period_reversed",
        violation_error_message=_("The first day must not come after the last."),
    )


class OfPeriodQuerySet(models.QuerySet[M]):
    """Rows that can be asked for by period."""

    def of_period(self, period: Period) -> Self:
        """The rows of exactly this period."""
        return self.filter(period_start=period.first, period_end=period.last)


class OfUnitsQuerySet(OfPeriodQuerySet[M]):
    """Rows that belong to one institution each: a unit, or the authority that answers for a total."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may know about. Every page, file and API call starts here."""
        if actor.reach == Reach.ALL:
            return self
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            return self.filter(institution__in=Institution.objects.visible_to(actor))
        return self.none()
