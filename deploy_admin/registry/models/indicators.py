"""What workload is counted in: one row per indicator, as data, with its unit, its bounds and its plausible band."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.registry.models.divisions import Division


class IndicatorQuerySet(models.QuerySet[Any]):
    """How indicators are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those everybody has, and those of the divisions the actor's authority is competent for."""
        if actor.reach is Reach.NONE:
            return self.none()
        if actor.reach is Reach.DISTRICT:
            return self.filter(Q(division__isnull=True) | Q(division__in=actor.division_ids))
        return self.all()

    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def for_list(self) -> Self:
        return self.select_related("division").order_by("position", "code")


class Indicator(models.Model):
    """One count of work in a month; never of patients by name. A policy's month clause names it by its code."""

    code = models.SlugField(_("code"), max_length=60, unique=True, allow_unicode=False)
    label_zh = models.CharField(_("name"), max_length=60)
    label_en = models.CharField(_("English name"), max_length=80)
    unit_zh = models.CharField(_("unit"), max_length=20)
    unit_en = models.CharField(_("English unit"), max_length=30)
    #: How many places after the point a value may have.
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0)
    #: Outside these a value is refused.
    lowest = models.DecimalField(_("lowest value"), max_digits=10, decimal_places=2, default=0)
    highest = models.DecimalField(_("highest value"), max_digits=10, decimal_places=2)
    #: Outside these a value is pointed out, until a person's own or a speciality's range is known.
    usual_low = models.DecimalField(_("usual from"), max_digits=10, decimal_places=2, null=True, blank=True)
    usual_high = models.DecimalField(_("usual to"), max_digits=10, decimal_places=2, null=True, blank=True)
    #: Whom it is asked of; everybody where nothing is said.
    staff_categories = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    #: Shown on every sheet even where no policy names it.
    is_core = models.BooleanField(_("on every sheet"), default=False)
    #: The authority's own; null: shipped with the program or kept by the city for everybody.
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="indicators")
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        default_permissions = ()
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="indicator_bounds_in_order",
                condition=Q(lowest__gte=0) & Q(lowest__lte=F("highest")),
                violation_error_code="bounds_reversed",
                violation_error_message=_("The lowest value must not be above the highest, nor below zero."),
            ),
            models.CheckConstraint(
                name="indicator_band_in_order",
                condition=Q(usual_low__isnull=True, usual_high__isnull=True)
                | Q(
                    usual_low__isnull=False,
                    usual_high__isnull=False,
                    usual_low__lte=F("usual_high"),
                    usual_low__gte=F("lowest"),
                    usual_high__lte=F("highest"),
                ),
                violation_error_code="band_reversed",
                violation_error_message=_("The usual range has two ends, in order and inside the bounds."),
            ),
            models.CheckConstraint(
                name="indicator_decimals_few",
                condition=Q(decimals__lte=2),
                violation_error_code="decimals",
                violation_error_message=_("At most two places after the point."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.label_zh if speaks_chinese() else self.label_en

    @property
    def unit(self) -> str:
        """The unit in the language of the page."""
        return self.unit_zh if speaks_chinese() else self.unit_en
