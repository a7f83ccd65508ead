"""The work calendar: which days differ from the plain week, and how far a year's calendar is published."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CalendarState(models.TextChoices):
    """How far a year's calendar is known."""

    PROVISIONAL = "provisional", pgettext_lazy("calendar", "provisional")  # weekends and statutory days only
    PUBLISHED = "published", pgettext_lazy("calendar", "published")


class DayKind(models.TextChoices):
    """How a day differs from the plain week."""

    HOLIDAY = "holiday", _("day off")
    MAKE_UP = "make_up", _("make-up working day")


class CalendarYear(models.Model):
    """One year of the work calendar, with where it comes from."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    state = models.CharField(_("state"), max_length=12, choices=CalendarState)
    source = models.CharField(_("source"), max_length=200, blank=True, default="")
    document_number = models.CharField(_("document number"), max_length=100, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")
        default_permissions = ()
        ordering = ["year"]
        constraints = [
            models.CheckConstraint(
                name="calendar_year_sane",
                condition=Q(year__gte=2000) & Q(year__lte=2100) & Q(state__in=CalendarState.values),
                violation_error_code="year_unknown",
                violation_error_message=_("A year from 2000 to 2100 is expected."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)


class SpecialDay(models.Model):
    """One day that is off although it is a weekday, or worked although it is a weekend."""

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=DayKind)
    name = models.CharField(_("name"), max_length=60, blank=True, default="")
    name_en = models.CharField(_("English name"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        default_permissions = ()
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                name="special_day_known",
                condition=Q(kind__in=DayKind.values),
                violation_error_code="kind_unknown",
                violation_error_message=_("A special day is off, or a make-up working day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
