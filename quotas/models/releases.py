"""Releases: a period's quotas as published, frozen with inputs, results and explanations."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.registry.models import Institution
from quotas.models.periods import OfPeriod, OfPeriodQuerySet, OfUnitsQuerySet, days_in_order
from quotas.models.quotas import Binding, Quota, QuotaState, Scope
from quotas.models.runs import Run


class ReleaseQuerySet(OfPeriodQuerySet["Release"]):
    """How releases are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those in which at least one quota is the actor's to see."""
        if actor.reach == Reach.ALL:
            return self
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            return self.filter(Exists(ReleasedQuota.objects.filter(release=OuterRef("pk")).visible_to(actor)))
        return self.none()

    def for_list(self) -> Self:
        """Newest first, with the release each one supplements."""
        return self.select_related("supplement_to", "run").order_by("-released_on", "-id")


class Release(OfPeriod):
    """An officer's act: the quotas of one scheme and period, published under a number. It is never changed."""

    scheme = models.CharField(_("scheme"), max_length=64)
    supplement_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supplements",
        verbose_name=_("supplement to"),
    )
    number = models.CharField(_("document number"), max_length=100)
    released_on = models.DateField(_("date"))
    deciding_body = models.CharField(_("deciding body"), max_length=150)
    meeting_on = models.DateField(_("meeting"), null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True, default="")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="releases", verbose_name=_("run"))
    quota_count = models.PositiveIntegerField(_("quotas"))
    undetermined_count = models.PositiveIntegerField(_("undetermined"))
    digest = models.CharField(_("digest"), max_length=64)
    released_by_id = models.BigIntegerField(null=True, blank=True)
    released_by_name = models.CharField(_("released by"), max_length=150)
    released_at = models.DateTimeField(_("released"))

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            days_in_order("release_days_in_order"),
            models.UniqueConstraint(
                name="release_once_per_scheme",
                fields=["period_start", "period_end", "scheme"],
                condition=Q(supplement_to__isnull=True),
                violation_error_code="released_already",
                violation_error_message=_(
                    "The quotas of this scheme and period are released already; add a supplement."
                ),
            ),
            models.UniqueConstraint(
                name="release_number_once",
                fields=["number", "scheme"],
                violation_error_code="release_number",
                violation_error_message=_("This document number is used by another release."),
            ),
            models.CheckConstraint(
                name="release_has_basis",
                condition=~Q(number="") & ~Q(deciding_body=""),
                violation_error_code="release_basis",
                violation_error_message=_("A release names its document number and the body that decided it."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReleasedQuotaQuerySet(OfUnitsQuerySet["ReleasedQuota"]):
    """How released quotas are read."""

    def for_list(self) -> Self:
        """With what a list shows, in a stable order."""
        return (
            self.select_related("release", "institution")
            .defer("basis", "explanation")
            .order_by("institution_id", "topic", "id")
        )


class ReleasedQuota(OfPeriod):
    """One quota as released: inputs, result and explanation as they stood. It is never changed."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="quotas", verbose_name=_("release"))
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="released", verbose_name=_("quota"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="released_quotas", verbose_name=_("institution")
    )
    group_key = models.CharField(_("group"), max_length=100, blank=True, default="")
    version_id = models.BigIntegerField(_("policy version"))
    clause_id = models.CharField(_("clause"), max_length=100)
    topic = models.CharField(_("topic"), max_length=150)
    scheme = models.CharField(_("scheme"), max_length=64)
    scope = models.CharField(_("scope"), max_length=16, choices=Scope)
    binding = models.CharField(_("binding"), max_length=16, choices=Binding)
    to_coordinate = models.BooleanField(_("to be co-ordinated"))
    state = models.CharField(_("state"), max_length=16, choices=QuotaState)
    required = models.IntegerField(_("required"), null=True, blank=True)
    maximum = models.IntegerField(_("at most"), null=True, blank=True)
    at_least = models.IntegerField(_("at least, as far as known"), null=True, blank=True)
    at_most = models.IntegerField(_("at most, as far as known"), null=True, blank=True)
    missing = ArrayField(models.CharField(max_length=200), verbose_name=_("missing"), default=list, blank=True)
    provisional = models.BooleanField(_("provisional"))
    base_shown = models.CharField(_("base"), max_length=100, blank=True, default="")
    ratio_shown = models.CharField(_("ratio"), max_length=60, blank=True, default="")
    basis = models.JSONField(_("basis"))
    explanation = models.JSONField(_("explanation"))
    digest = models.CharField(_("digest"), max_length=32)

    objects = ReleasedQuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("released quota")
        verbose_name_plural = _("released quotas")
        constraints = [
            models.UniqueConstraint(
                name="released_quota_once",
                fields=["release", "institution", "version_id", "clause_id", "group_key"],
                violation_error_code="released_twice",
                violation_error_message=_("This quota is in this release already."),
            ),
            models.UniqueConstraint(
                name="released_quota_determined_once",
                fields=["period_start", "period_end", "institution", "topic", "clause_id", "group_key"],
                condition=~Q(state="undetermined"),
                violation_error_code="released_already",
                violation_error_message=_("This quota was released before; a release stands."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.period}: {self.required if self.required is not None else self.state}"
