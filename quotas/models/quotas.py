"""Quotas: what one unit owes under one clause for one period, and what each unit brings to a total."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution
from quotas.models.periods import OfPeriod, OfUnitsQuerySet, days_in_order
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


class QuotaQuerySet(OfUnitsQuerySet["Quota"]):
    """How quotas are read."""

    def current(self) -> Self:
        """The rows that hold now; the others are kept as what held before."""
        return self.filter(superseded_by__isnull=True)

    def with_tallies(self) -> Self:
        """Annotate `recognised`, the number that decides as Tally.counted has it; null: not counted yet."""
        return self.annotate(recognised=Coalesce(F("recognised_final"), F("recognised_year_end"), F("on_post")))

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

    # The foreign keys' own indexes are left out: the few below serve every look-up, and each costs a run its time.
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="quotas", db_index=False, verbose_name=_("run")
    )
    superseded_by = models.ForeignKey(
        Run,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_quotas",
        db_index=False,
        verbose_name=_("superseded by"),
    )
    version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("policy version")
    )
    clause_id = models.CharField(_("clause"), max_length=100)
    topic = models.CharField(_("topic"), max_length=150)
    scheme = models.CharField(_("scheme"), max_length=64)
    scope = models.CharField(_("scope"), max_length=16, choices=Scope, default=Scope.UNIT)
    #: The unit; for a district total the authority, for a group the authority it lies under.
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="quotas", db_index=False, verbose_name=_("institution")
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
    forecast = models.IntegerField(_("forecast to the end of the period"), null=True, blank=True)
    unconfirmed = models.IntegerField(_("not confirmed yet"), default=0)
    batches = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("batches"), default=list, blank=True)
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
