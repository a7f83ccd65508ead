"""Records that look alike and are of two people: an officer looked and said so."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor
from deploy_admin.people.models.dated import Recorded
from deploy_admin.people.models.workers import HealthWorker


class ToldApartQuerySet(models.QuerySet["ToldApart"]):
    """How such pairs are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of whom the actor sees both."""
        seen = HealthWorker.objects.visible_to(actor).order_by().values("pk")
        return self.filter(first__in=seen, second__in=seen)

    def living(self) -> Self:
        """Those of whom neither was merged away."""
        return self.filter(first__merged_into__isnull=True, second__merged_into__isnull=True)


class ToldApart(Recorded):
    """Two records are not one person's; the older record is the first, so that a pair is there once."""

    first = models.ForeignKey(HealthWorker, models.CASCADE, related_name="+")
    second = models.ForeignKey(HealthWorker, models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)

    objects = ToldApartQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of records told apart")
        verbose_name_plural = _("pairs of records told apart")
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="told_apart_once",
                fields=["first", "second"],
                violation_error_code="told_apart_already",
                violation_error_message=_("It is recorded already that these two are different people."),
            ),
            models.CheckConstraint(
                name="told_apart_in_order",
                condition=Q(first__lt=F("second")),
                violation_error_code="told_apart_order",
                violation_error_message=_("Two different records are told apart, the older one named first."),
            ),
            models.CheckConstraint(
                name="told_apart_has_reason",
                condition=~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Write the reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
