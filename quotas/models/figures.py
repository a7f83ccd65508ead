"""Figures: the numbers a unit reports for a period, revision after revision, expected until signed off."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.months import Period
from deploy_admin.registry.models import Institution
from quotas.models.periods import OfPeriod, OfUnitsQuerySet, days_in_order

#: What tells one figure from another, apart from its revision. "" in a dimension means: not broken down by it.
DIMENSIONS = ("practice_category", "military_status", "employment_mode", "staff_category")
KEY = ("institution_id", "measure", "period_start", "period_end", *DIMENSIONS)


class FigureQuerySet(OfUnitsQuerySet["Figure"]):
    """How figures are read."""

    def current(self) -> Self:
        """The newest revision of each figure."""
        return self.filter(is_current=True)

    def expected(self) -> Self:
        """Not signed off yet."""
        return self.filter(state=Figure.State.EXPECTED)

    def signed_off(self) -> Self:
        """Signed off, and so locked."""
        return self.filter(state=Figure.State.SIGNED_OFF)

    def touching(self, period: Period) -> Self:
        """The rows of which at least one day lies in the period."""
        return self.filter(period_start__lte=period.last, period_end__gte=period.first)

    def for_list(self) -> Self:
        """With what a list shows, in a stable order."""
        return self.select_related("institution").order_by(
            "-period_start", "institution_id", "measure", *DIMENSIONS, "-revision"
        )


class Figure(OfPeriod):
    """One number of one institution for one period, in one revision."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("expected")
        SIGNED_OFF = "signed_off", _("signed off")

    class Source(models.TextChoices):
        TYPED = "typed", _("typed in")
        UPLOADED = "uploaded", _("uploaded")
        COUNTED = "counted", _("counted from a list")

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="figures", verbose_name=_("institution")
    )
    measure = models.CharField(_("measure"), max_length=64)
    practice_category = models.CharField(_("practice category"), max_length=32, blank=True, default="")
    military_status = models.CharField(_("military status"), max_length=32, blank=True, default="")
    employment_mode = models.CharField(_("employment mode"), max_length=32, blank=True, default="")
    staff_category = models.CharField(_("staff category"), max_length=32, blank=True, default="")
    revision = models.PositiveIntegerField(_("revision"), default=1)
    value = models.BigIntegerField(_("value"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.EXPECTED)
    source = models.CharField(_("source"), max_length=16, choices=Source, default=Source.TYPED)
    reason = models.TextField(_("reason for the correction"), blank=True, default="")
    corrects_signed = models.BooleanField(_("corrects a signed figure"), default=False)
    on_behalf_of = models.BooleanField(_("entered on the unit's behalf"), default=False)
    entered_by_id = models.BigIntegerField(null=True, blank=True)
    entered_by_name = models.CharField(_("entered by"), max_length=150)
    entered_at = models.DateTimeField(_("entered"))
    signed_off_by_id = models.BigIntegerField(null=True, blank=True)
    signed_off_by_name = models.CharField(_("signed off by"), max_length=150, blank=True, default="")
    signed_off_at = models.DateTimeField(_("signed off"), null=True, blank=True)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    is_current = models.BooleanField(_("current"), default=True)
    job_id = models.BigIntegerField(_("import"), null=True, blank=True)  # the job that uploaded it, where one did

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            days_in_order("figure_days_in_order"),
            models.CheckConstraint(
                name="figure_value_not_negative",
                condition=Q(value__gte=0),
                violation_error_code="figure_negative",
                violation_error_message=_("A figure is a number of zero or more."),
            ),
            models.CheckConstraint(
                name="figure_state_known",
                condition=Q(state__in=["expected", "signed_off"]),
                violation_error_code="figure_state",
                violation_error_message=_("A figure is expected or signed off."),
            ),
            models.CheckConstraint(
                name="figure_source_known",
                condition=Q(source__in=["typed", "uploaded", "counted"]),
                violation_error_code="figure_source",
                violation_error_message=_("A figure is typed in, uploaded or counted from a list."),
            ),
            models.CheckConstraint(
                name="figure_signed_has_who_and_when",
                condition=(
                    ~Q(state="signed_off")
                    & Q(signed_off_at__isnull=True, signed_off_by_id__isnull=True, signed_off_by_name="")
                )
                | (Q(state="signed_off", signed_off_at__isnull=False) & ~Q(signed_off_by_name="")),
                violation_error_code="figure_signature",
                violation_error_message=_(
                    "A signed figure says who signed it off and when; an expected one says neither."
                ),
            ),
            models.CheckConstraint(
                name="figure_correction_has_reason",
                condition=Q(corrects_signed=False) | ~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Correcting a signed figure needs a reason."),
            ),
            models.CheckConstraint(
                name="figure_revision_follows",
                condition=Q(revision=1, supersedes__isnull=True) | Q(revision__gt=1, supersedes__isnull=False),
                violation_error_code="figure_revision",
                violation_error_message=_("Every revision after the first names the one it supersedes."),
            ),
            models.CheckConstraint(
                name="figure_second_person",
                condition=Q(on_behalf_of=False)
                | Q(signed_off_by_id__isnull=True)
                | Q(entered_by_id__isnull=True)
                | ~Q(signed_off_by_id=F("entered_by_id")),
                violation_error_code="second_person",
                violation_error_message=_("A figure entered on a unit's behalf is signed off by a second person."),
            ),
            models.UniqueConstraint(
                name="figure_one_current",
                fields=["institution", "measure", "period_start", "period_end", *DIMENSIONS],
                condition=Q(is_current=True),
                violation_error_code="figure_entered_meanwhile",
                violation_error_message=_(
                    "Somebody entered this figure at the same moment. Look at it and try again."
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["period_start", "measure"], condition=Q(is_current=True), name="figure_current_of_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period}: {self.value}"

    @property
    def key(self) -> tuple[object, ...]:
        """What tells this figure from every other, apart from its revision."""
        return tuple(getattr(self, name) for name in KEY)

    @property
    def cell(self) -> dict[str, str]:
        """The dimensions by which it is broken down, with their values."""
        return {name: held for name in DIMENSIONS if (held := getattr(self, name))}

    @property
    def is_locked(self) -> bool:
        """Whether a change must be a correction with a reason."""
        return self.state == self.State.SIGNED_OFF
