"""Unavailability: why and when a person cannot be sent, whatever the rules would allow."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from deploy_admin.people import codes
from deploy_admin.people.models.dated import Documented, OfWorkerQuerySet
from deploy_admin.people.models.workers import HealthWorker
from deploy_admin.registry import periods

#: A kind as a range of one number: the built-in GiST compares these, so btree_gist is not needed.
_HASH = Cast(Func(F("kind"), function="hashtext", output_field=models.IntegerField()), models.BigIntegerField())
KIND = Func(_HASH, _HASH, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class UnavailabilityQuerySet(OfWorkerQuerySet):
    """How unavailability is read."""

    def standing(self) -> UnavailabilityQuerySet:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def on(self, day: date) -> UnavailabilityQuerySet:
        """Those that keep their people away on `day`."""
        return self.standing().filter(periods.holds_on(day))


class Unavailability(Documented):
    """One reason that keeps one person away from one day to another; entered wrongly, it is withdrawn, not deleted."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="unavailabilities")
    kind = models.CharField(_("reason"), max_length=24)
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = UnavailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("unavailability")
        verbose_name_plural = _("unavailabilities")
        default_permissions = ()
        ordering = ["worker_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="unavailability_days_in_order",
                condition=periods.in_order(),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="unavailability_kind_once",
                expressions=[
                    (periods.Same("worker"), RangeOperators.EQUAL),
                    (KIND, RangeOperators.EQUAL),
                    (periods.Days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_code="unavailable_twice",
                violation_error_message=_("This reason is entered for some of these days already."),
            ),
            models.CheckConstraint(
                name="unavailability_kind_known",
                condition=Q(kind__in=codes.values(codes.UNAVAILABILITIES)),
                violation_error_code="reason_unknown",
                violation_error_message=_("This reason is not in the code list."),
            ),
            models.CheckConstraint(
                name="unavailability_withdrawn_by_whom",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_name="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by_name="")),
                violation_error_code="withdrawn_by_nobody",
                violation_error_message=_("What was withdrawn says by whom and when."),
            ),
        ]
        indexes = [models.Index(fields=["worker", "valid_from"], name="unavailability_of_worker")]

    def __str__(self) -> str:
        return self.kind_label

    @property
    def kind_label(self) -> str:
        return codes.label(codes.UNAVAILABILITIES, self.kind)

    @property
    def is_personal(self) -> bool:
        """Whether the reason itself is told to nobody beyond the own unit and its authority."""
        return self.kind in codes.PERSONAL_UNAVAILABILITIES
