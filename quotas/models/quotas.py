"""Quotas: what one unit owes under one clause for one period, what is counted against it, and why less was enough."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution
from quotas.models.periods import OfPeriod, OfPeriodQuerySet, days_in_order
from quotas.models.runs import Run


class Scope(models.TextChoices):
    """Over what a quota is owed."""

    UNIT = "unit", _("unit")
    GROUP = "group", _("group")
    DISTRICT = "district", _("district total")


class Binding(models.TextChoices):
    """How far a clause binds."""

    MANDATORY = "mandatory", _("mandatory")
    IN_PRINCIPLE = "in_principle", _("mandatory in principle")
    ENCOURAGED = "encouraged", _("encouraged")


class Verdict(models.TextChoices):
    """Where a unit stands."""

    MET = "met", _("met")
    SHORT = "short", _("short")
    TOO_MANY = "too_many", _("too many")
    EXPLAINED = "explained", _("short, with an accepted reason")
    TARGET_GAP = "target_gap", _("target gap")
    PENDING = "pending", _("pending")
    UNDETERMINED = "undetermined", _("undetermined")
    NOT_APPLICABLE = "not_applicable", _("not applicable")
    NO_WHOLE_NUMBER = "no_whole_number", _("no whole number in range")
    NOT_COMPUTED = "not_computed", _("not computed")


class QuotaState(models.TextChoices):
    """What came out of the arithmetic, before anything is counted against it."""

    KNOWN = "known", _("known")
    UNDETERMINED = "undetermined", _("undetermined")
    NO_WHOLE_NUMBER = "no_whole_number", _("no whole number in range")
    NOT_COMPUTED = "not_computed", _("not computed")


class QuotaQuerySet(OfPeriodQuerySet["Quota"]):
    """How quotas are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may know about; an authority also sees its own totals."""
        if actor.reach == Reach.ALL:
            return self
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            return self.filter(
                Q(institution__in=Institution.objects.visible_to(actor)) | Q(institution_id=actor.institution_id)
            )
        return self.none()

    def current(self) -> Self:
        """The rows that hold now; the others are kept as what held before."""
        return self.filter(superseded_by__isnull=True)

    def with_tallies(self) -> Self:
        """Annotate `recognised`, the number that decides, and `forecast` for the year's end; null: not counted yet."""
        return self.annotate(
            recognised=Coalesce(F("recognised_final"), F("recognised_year_end"), F("on_post")),
            forecast=Coalesce(F("recognised_year_end"), F("on_post") + F("nominated"), F("on_post")),
        )

    def for_list(self) -> Self:
        """With what the board shows, one row per unit and clause, in a stable order."""
        return (
            self.with_tallies()
            .select_related("institution", "run")
            .defer("basis")
            .order_by(F("shortfall").desc(nulls_last=True), "sort_key", "institution_id", "topic", "id")
        )


class Quota(OfPeriod):
    """What one institution owes under one clause for one period, as one run found it; a newer result supersedes it."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="quotas", verbose_name=_("run"))
    superseded_by = models.ForeignKey(
        Run,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_quotas",
        verbose_name=_("superseded by"),
    )
    version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("policy version")
    )
    clause_id = models.CharField(_("clause"), max_length=100)
    topic = models.CharField(_("topic"), max_length=150)
    scheme = models.CharField(_("scheme"), max_length=64)
    scope = models.CharField(_("scope"), max_length=16, choices=Scope, default=Scope.UNIT)
    #: The unit; for a district total the authority, for a group the authority it lies under.
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="quotas", verbose_name=_("institution")
    )
    group_key = models.CharField(_("group"), max_length=100, blank=True, default="")
    binding = models.CharField(_("binding"), max_length=16, choices=Binding)
    to_coordinate = models.BooleanField(_("to be co-ordinated"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=QuotaState)
    required = models.IntegerField(_("required"), null=True, blank=True)
    maximum = models.IntegerField(_("at most"), null=True, blank=True)
    at_least = models.IntegerField(_("at least, as far as known"), null=True, blank=True)
    at_most = models.IntegerField(_("at most, as far as known"), null=True, blank=True)
    missing = ArrayField(models.CharField(max_length=200), verbose_name=_("missing"), default=list, blank=True)
    provisional = models.BooleanField(_("provisional"), default=False)
    base_shown = models.CharField(_("base"), max_length=100, blank=True, default="")
    ratio_shown = models.CharField(_("ratio"), max_length=60, blank=True, default="")
    #: What changes from day to day beside a result that stands: see services.verdicts. Null is: not counted yet.
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict)
    nominated = models.IntegerField(_("nominated"), null=True, blank=True)
    on_post = models.IntegerField(_("on post"), null=True, blank=True)
    recognised_year_end = models.IntegerField(_("recognised at year end"), null=True, blank=True)
    recognised_final = models.IntegerField(_("recognised finally"), null=True, blank=True)
    shortfall = models.IntegerField(_("shortfall"), null=True, blank=True)
    #: The unit's name in pinyin, by which lists are sorted.
    sort_key = models.CharField(max_length=400, blank=True, default="", db_collation="C")
    #: The facts and figures it rests on, enough to derive the explanation again; see quotas.facts.
    basis = models.JSONField(_("basis"))
    digest = models.CharField(_("digest"), max_length=32)
    updated_at = models.DateTimeField(_("updated"))

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [
            days_in_order("quota_days_in_order"),
            models.UniqueConstraint(
                name="quota_one_current",
                fields=["period_start", "period_end", "institution", "version", "clause_id", "group_key"],
                condition=Q(superseded_by__isnull=True),
                violation_error_code="quota_twice",
                violation_error_message=_("This unit's quota under this clause is there already."),
            ),
            models.CheckConstraint(
                name="quota_state_fits_result",
                condition=Q(state="known", required__isnull=False, required__gte=0)
                | Q(state__in=["undetermined", "no_whole_number", "not_computed"], required__isnull=True),
                violation_error_code="quota_state",
                violation_error_message=_("A known quota has a number of zero or more; any other has none."),
            ),
            models.CheckConstraint(
                name="quota_binding_known",
                condition=Q(binding__in=["mandatory", "in_principle", "encouraged"]),
                violation_error_code="quota_binding",
                violation_error_message=_("A quota is mandatory, mandatory in principle or encouraged."),
            ),
            models.CheckConstraint(
                name="quota_verdict_known",
                condition=Q(verdict__in=Verdict.values),
                violation_error_code="quota_verdict",
                violation_error_message=_("This is not one of the verdicts."),
            ),
            models.CheckConstraint(
                name="quota_undetermined_says_what_is_missing",
                condition=~Q(state="undetermined") | ~Q(missing=[]),
                violation_error_code="quota_missing",
                violation_error_message=_("An undetermined quota names what is missing."),
            ),
        ]
        indexes = [
            # The board's own order, largest gap first, so that a page reads only its rows.
            models.Index(
                "period_start",
                "period_end",
                F("shortfall").desc(nulls_last=True),
                "sort_key",
                "institution_id",
                "topic",
                "id",
                condition=Q(superseded_by__isnull=True),
                name="quota_board",
            ),
            models.Index(fields=["institution"], name="quota_institution"),
            models.Index(fields=["run"], name="quota_run"),
            models.Index(fields=["superseded_by"], condition=Q(superseded_by__isnull=False), name="quota_superseded"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.period}: {self.required if self.required is not None else self.state}"

    @property
    def key(self) -> tuple[int, str, int, str]:
        """What tells this quota from every other of its period."""
        return (self.version_id, self.clause_id, self.institution_id, self.group_key)

    @property
    def counts_as_violation(self) -> bool:
        """Whether a shortfall is a violation: encouraged rules and those to be co-ordinated never are."""
        return self.binding != Binding.ENCOURAGED and not self.to_coordinate


class Contribution(models.Model):
    """What one unit brings to the base of a district or group total. No verdict; need not sum to the total."""

    quota = models.ForeignKey(Quota, on_delete=models.CASCADE, related_name="contributions", verbose_name=_("quota"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="contributions", verbose_name=_("institution")
    )
    #: Base by period: [{period, value, provisional, missing}]
    bases = models.JSONField(_("bases"))

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.UniqueConstraint(
                name="contribution_once",
                fields=["quota", "institution"],
                violation_error_code="contribution_twice",
                violation_error_message=_("This unit is counted in this total already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} → {self.quota_id}"


class ByQuotaKey(OfPeriod):
    """A row about whatever quota a unit owes on a topic for a period: it outlives the quota's revisions."""

    scheme = models.CharField(_("scheme"), max_length=64)
    topic = models.CharField(_("topic"), max_length=150)
    group_key = models.CharField(_("group"), max_length=100, blank=True, default="")

    class Meta:
        abstract = True


class TallyQuerySet(OfPeriodQuerySet["Tally"]):
    """How tallies are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may know about."""
        if actor.reach == Reach.ALL:
            return self
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            return self.filter(
                Q(institution__in=Institution.objects.visible_to(actor)) | Q(institution_id=actor.institution_id)
            )
        return self.none()


class Tally(ByQuotaKey):
    """How many people are counted against a unit's quota on a topic, as assignments hands it down."""

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="tallies", verbose_name=_("institution")
    )
    nominated = models.IntegerField(_("nominated"), null=True, blank=True)
    on_post = models.IntegerField(_("on post"), null=True, blank=True)
    recognised_year_end = models.IntegerField(_("recognised at year end"), null=True, blank=True)
    recognised_final = models.IntegerField(_("recognised finally"), null=True, blank=True)
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
                & Q(recognised_final__gte=0),
                violation_error_code="tally_negative",
                violation_error_message=_("A tally is a number of zero or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.period}"

    @property
    def counted(self) -> int | None:
        """The number that decides the verdict: the final one, else that of the year's end, else those on post."""
        for number in (self.recognised_final, self.recognised_year_end, self.on_post):
            if number is not None:
                return number
        return None


class ShortfallReasonQuerySet(OfPeriodQuerySet["ShortfallReason"]):
    """How reasons are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may know about."""
        if actor.reach == Reach.ALL:
            return self
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            return self.filter(
                Q(institution__in=Institution.objects.visible_to(actor)) | Q(institution_id=actor.institution_id)
            )
        return self.none()

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
