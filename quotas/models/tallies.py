"""What is counted against a unit's quota, and why less was enough: rows that outlive the quota's revisions."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.registry.models import Institution
from quotas.models.periods import OfPeriod, OfUnitsQuerySet, days_in_order


class ByQuotaKey(OfPeriod):
    """A row about whatever quota a unit owes on a topic for a period: it outlives the quota's revisions."""

    scheme = models.CharField(_("scheme"), max_length=64)
    topic = models.CharField(_("topic"), max_length=150)
    group_key = models.CharField(_("group"), max_length=100, blank=True, default="")

    class Meta:
        abstract = True


class TallyQuerySet(OfUnitsQuerySet["Tally"]):
    """How tallies are read."""


class Tally(ByQuotaKey):
    """How many people are counted against a unit's quota on a topic, as assignments hands it down."""

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="tallies", verbose_name=_("institution")
    )
    nominated = models.IntegerField(_("nominated"), null=True, blank=True)
    on_post = models.IntegerField(_("on post"), null=True, blank=True)
    recognised_year_end = models.IntegerField(_("recognised at year end"), null=True, blank=True)
    recognised_final = models.IntegerField(_("recognised finally"), null=True, blank=True)
    #: How many will be recognised at the end of the period if everybody begins and stays as planned.
    forecast = models.IntegerField(_("forecast to the end of the period"), null=True, blank=True)
    #: Of those counted, how many no officer has confirmed yet.
    unconfirmed = models.IntegerField(_("not confirmed yet"), default=0)
    #: Of what is measured as a stock: the most on post on any one day of the period so far.
    highest = models.IntegerField(_("most on one day"), null=True, blank=True)
    #: From which batches of the year those counted come.
    batches = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("batches"), default=list, blank=True)
    #: Of those that decide the verdict: how many under each alternative's counting, and per line of the composition.
    by_alternative = models.JSONField(_("by alternative"), default=dict, blank=True)
    composition = models.JSONField(_("composition"), default=dict, blank=True)
    updated_at = models.DateTimeField(_("updated"))

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            days_in_order("tally_days_in_order"),
            models.UniqueConstraint(
                name="tally_once",
                fields=["institution", "period_start", "period_end", "topic", "group_key"],
                violation_error_code="tally_twice",
                violation_error_message=_("This tally is there already."),
            ),
            models.CheckConstraint(
                name="tally_not_negative",
                condition=Q(nominated__gte=0)
                & Q(on_post__gte=0)
                & Q(recognised_year_end__gte=0)
                & Q(recognised_final__gte=0)
                & Q(forecast__gte=0)
                & Q(highest__gte=0)
                & Q(unconfirmed__gte=0),
                violation_error_code="tally_negative",
                violation_error_message=_("A tally is a number of zero or more."),
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="tally_by_update")]

    def __str__(self) -> str:
        return f"{self.topic} {self.period}"

    @property
    def counted(self) -> int | None:
        """The number that decides the verdict, by the time of asking.

        While the period runs, those on post; once it has ended, those recognised at its end; and when nobody counted
        is on post any more and an officer has confirmed everyone, those recognised finally. The later numbers are
        unknown until their time, so the first one known decides.
        """
        for number in (self.recognised_final, self.recognised_year_end, self.on_post):
            if number is not None:
                return number
        return None


class ShortfallReasonQuerySet(OfUnitsQuerySet["ShortfallReason"]):
    """How reasons are read."""

    def standing(self) -> Self:
        """Given and neither declined nor replaced."""
        return self.exclude(state=ShortfallReason.State.DECLINED)

    def accepted(self) -> Self:
        return self.filter(state=ShortfallReason.State.ACCEPTED)


class ShortfallReason(ByQuotaKey):
    """Why a unit stays below a quota that binds in principle: the unit writes, an officer decides."""

    class State(models.TextChoices):
        GIVEN = "given", _("given")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

        def may_become(self, other: ShortfallReason.State) -> bool:
            return self == ShortfallReason.State.GIVEN and other != self

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="shortfall_reasons", verbose_name=_("institution")
    )
    text = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.GIVEN)
    given_by_id = models.BigIntegerField(null=True, blank=True)
    given_by_name = models.CharField(_("given by"), max_length=150)
    given_at = models.DateTimeField(_("given"))
    decided_by_id = models.BigIntegerField(null=True, blank=True)
    decided_by_name = models.CharField(_("decided by"), max_length=150, blank=True, default="")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True, default="")

    objects = ShortfallReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason for a shortfall")
        verbose_name_plural = _("reasons for shortfalls")
        constraints = [
            days_in_order("shortfall_reason_days_in_order"),
            models.CheckConstraint(
                name="shortfall_reason_has_text",
                condition=~Q(text=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(
                name="shortfall_reason_decided_by_whom",
                condition=Q(state="given", decided_at__isnull=True, decided_by_name="")
                | (Q(state__in=["accepted", "declined"], decided_at__isnull=False) & ~Q(decided_by_name="")),
                violation_error_code="reason_decision",
                violation_error_message=_("A decided reason says who decided and when."),
            ),
            models.CheckConstraint(
                name="shortfall_reason_second_person",
                condition=Q(decided_by_id__isnull=True)
                | Q(given_by_id__isnull=True)
                | ~Q(decided_by_id=F("given_by_id")),
                violation_error_code="second_person",
                violation_error_message=_("Somebody else decides on a reason: nobody on one's own."),
            ),
            models.UniqueConstraint(
                name="shortfall_reason_one_standing",
                fields=["institution", "period_start", "period_end", "topic", "group_key"],
                condition=Q(state__in=["given", "accepted"]),
                violation_error_code="reason_twice",
                violation_error_message=_("A reason for this shortfall is there already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.period}"
