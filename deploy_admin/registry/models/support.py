"""What ties units together beside communities: pairing support between two, speciality programmes of one; dated."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.registry import periods
from deploy_admin.registry.models.institutions import Institution


class PairingSupportQuerySet(models.QuerySet[Any]):
    """How pairings are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Who is paired with whom is public: everybody who sees institutions at all sees it."""
        return self.none() if actor.reach in (Reach.NONE, Reach.SELF) else self.all()

    def kept_by(self, actor: Actor) -> Self:
        """Those the actor may change: the city all, an authority those of supported units it is competent for."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is not Reach.DISTRICT:
            return self.none()
        return self.filter(supported_unit__in=Institution.objects.visible_to(actor).order_by().values("pk"))

    def on(self, day: date) -> Self:
        return self.filter(periods.holds_on(day))

    def for_list(self) -> Self:
        return self.order_by("supporting_unit_id", "supported_unit_id", "valid_from")


class PairingSupport(models.Model):
    """One hospital supports another unit for a while (对口支援)."""

    supporting_unit = models.ForeignKey(
        Institution, models.PROTECT, related_name="supports", verbose_name=_("supporting unit")
    )
    supported_unit = models.ForeignKey(
        Institution, models.PROTECT, related_name="supported_by", verbose_name=_("supported unit")
    )
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.CharField(max_length=150, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PairingSupportQuerySet.as_manager()

    class Meta:
        verbose_name = _("pairing support")
        verbose_name_plural = _("pairing support")
        default_permissions = ()
        ordering = ["supporting_unit_id", "supported_unit_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="pairing_of_two_units",
                condition=~Q(supporting_unit=F("supported_unit")),
                violation_error_code="pairing_with_itself",
                violation_error_message=_("A unit does not support itself."),
            ),
            models.CheckConstraint(
                name="pairing_days_in_order",
                condition=periods.in_order(),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="pairing_one_at_a_time",
                expressions=[
                    (periods.Same("supporting_unit"), RangeOperators.EQUAL),
                    (periods.Same("supported_unit"), RangeOperators.EQUAL),
                    (periods.Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="paired_already",
                violation_error_message=_("These two units are paired on some of these days already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supporting_unit_id} → {self.supported_unit_id}"


class SpecialityProgrammeQuerySet(models.QuerySet[Any]):
    """How programmes are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Programmes are public: everybody who sees institutions at all sees them."""
        return self.none() if actor.reach in (Reach.NONE, Reach.SELF) else self.all()

    def kept_by(self, actor: Actor) -> Self:
        """Those the actor may change: the city all, an authority those of units it is competent for."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is not Reach.DISTRICT:
            return self.none()
        return self.filter(institution__in=Institution.objects.visible_to(actor).order_by().values("pk"))

    def on(self, day: date) -> Self:
        return self.filter(periods.holds_on(day))

    def for_list(self) -> Self:
        return self.order_by("institution_id", "speciality", "valid_from")


class SpecialityProgramme(models.Model):
    """One speciality that a unit builds up for a while (专科专病建设)."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="speciality_programmes", verbose_name=_("institution")
    )
    speciality = models.CharField(_("speciality"), max_length=100)
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.CharField(max_length=150, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SpecialityProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("speciality programme")
        verbose_name_plural = _("speciality programmes")
        default_permissions = ()
        ordering = ["institution_id", "speciality", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="programme_once",
                fields=["institution", "speciality", "valid_from"],
                violation_error_code="programme_twice",
                violation_error_message=_("This programme is recorded already."),
            ),
            models.CheckConstraint(
                name="programme_days_in_order",
                condition=periods.in_order() & ~Q(speciality=""),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.speciality}"
