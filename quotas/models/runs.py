"""Runs: one computation of the quotas of one period, from being asked for to being published."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Permission
from deploy_admin.months import Period
from quotas.models.periods import OfPeriod, OfPeriodQuerySet, days_in_order


class RunQuerySet(OfPeriodQuerySet["Run"]):
    """How runs are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Runs hold counts and no unit's rows: whoever may see runs sees every run."""
        return self if actor.can(Permission.RUNS_VIEW) else self.none()

    def open(self) -> Self:
        """Asked for or under way."""
        return self.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING])

    def published(self) -> Self:
        return self.filter(state=Run.State.PUBLISHED)

    def for_list(self) -> Self:
        """Newest first."""
        return self.order_by("-id")


class Run(OfPeriod):
    """One computation of the quotas of one period. At most one waits and one works per period at any moment."""

    class Kind(models.TextChoices):
        QUOTAS = "quotas", _("quotas")

    class Trigger(models.TextChoices):
        HAND = "hand", _("by hand")
        FIGURES = "figures", _("figures entered")
        SIGN_OFF = "sign_off", _("sign-off")
        CORRECTION = "correction", _("correction")
        ADOPTION = "adoption", _("adoption of a policy")
        REGISTRY = "registry", _("change of an institution")
        NIGHTLY = "nightly", _("nightly")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("under way")
        PUBLISHED = "published", _("published")
        FAILED = "failed", _("failed")

        def may_become(self, other: Run.State) -> bool:
            return other in MAY_BECOME[self]

    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.QUOTAS)
    trigger = models.CharField(_("trigger"), max_length=16, choices=Trigger)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.QUEUED)
    #: The institutions asked for; null means every one.
    institution_ids = models.JSONField(null=True, blank=True)
    #: Everyone who asked: [{trigger, by, by_id, at}]. Requests that arrive while one waits are joined to it.
    asked_for = models.JSONField(default=list)
    token = models.BigIntegerField(default=0)  # the fencing token: grows with every claim; an older one writes nothing
    claimed_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    requested_at = models.DateTimeField(_("requested"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration (ms)"), null=True, blank=True)
    as_of = models.DateField(_("facts as of"), null=True, blank=True)  # valid time
    recorded_at = models.DateTimeField(_("known at"), null=True, blank=True)  # recorded time: when the facts were read
    inputs_digest = models.CharField(_("digest of the inputs"), max_length=64, blank=True, default="")
    revisions = models.JSONField(_("policy revisions"), default=list)
    counts = models.JSONField(_("counts"), default=dict)
    #: When what counts was brought in line with the results; null: not yet. Set by whoever counts people.
    tallied_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(_("failure"), blank=True, default="")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            days_in_order("run_days_in_order"),
            models.CheckConstraint(
                name="run_state_known",
                condition=Q(state__in=["queued", "running", "published", "failed"]),
                violation_error_code="run_state",
                violation_error_message=_("A run is waiting, under way, published or failed."),
            ),
            models.UniqueConstraint(
                name="run_one_waiting",
                fields=["period_start", "period_end"],
                condition=Q(state="queued"),
                violation_error_code="run_waiting",
                violation_error_message=_("A computation of this period is waiting already."),
            ),
            models.UniqueConstraint(
                name="run_one_under_way",
                fields=["period_start", "period_end"],
                condition=Q(state="running"),
                violation_error_code="run_under_way",
                violation_error_message=_("A computation of this period is under way."),
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="published", tallied_at__isnull=True), name="run_untallied")
        ]

    def __str__(self) -> str:
        return f"{self.period} #{self.pk}"

    @property
    def period(self) -> Period:
        return Period(self.period_start, self.period_end)

    @property
    def is_partial(self) -> bool:
        """Whether only some institutions were asked for."""
        return self.institution_ids is not None


MAY_BECOME: dict[Run.State, frozenset[Run.State]] = {
    Run.State.QUEUED: frozenset({Run.State.RUNNING}),
    Run.State.RUNNING: frozenset({Run.State.RUNNING, Run.State.PUBLISHED, Run.State.FAILED}),
    Run.State.PUBLISHED: frozenset(),
    Run.State.FAILED: frozenset(),
}
