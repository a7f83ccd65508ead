"""A piece of long work: who asked for it, how far it is, who holds it, how it ended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Permission, Reach


class JobState(models.TextChoices):
    """Where a job stands; `may_become` is the whole table of moves."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Ended without result")
    CANCELLED = "cancelled", _("Cancelled")

    def may_become(self) -> frozenset[JobState]:
        """Return the states this one may move to; running goes back to queued when its worker is lost."""
        return {
            JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
            JobState.RUNNING: frozenset({JobState.DONE, JobState.FAILED, JobState.QUEUED}),
        }.get(self, frozenset())


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> JobQuerySet:
        """The jobs this actor may know about: all for the city and the system administrator, a unit its own."""
        if actor.reach is Reach.ALL or actor.can(Permission.SYSTEM_VIEW):
            return self
        mine = Q(created_by_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
        if actor.reach in (Reach.DISTRICT, Reach.UNIT) and actor.institution_id is not None:
            mine |= Q(institution_id=actor.institution_id)
        return self.filter(mine)

    def unfinished(self) -> JobQuerySet:
        """The jobs that wait or run."""
        return self.exclude(state__in=ENDED)

    def for_list(self) -> JobQuerySet:
        """What a list row shows, newest first."""
        return self.defer("params", "result", "actor").order_by("-pk")


class Job(models.Model):
    """One piece of background work, claimed by one worker at a time under a fencing token."""

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)  # the page where its outcome is seen, if it has one of its own
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    token = models.PositiveIntegerField(default=0)  # up with every claim; whoever holds an older one writes nothing
    claimed_by = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    actor = models.JSONField(default=dict)  # the actor as it stood when the work was asked for (see actors.py)
    created_by_id = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=150, blank=True)
    institution_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)  # the last message to the workers
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="job_state_known",
                condition=Q(state__in=JobState.values),
                violation_error_code="unknown_state",
                violation_error_message=_("A job cannot be in this state."),
            ),
            models.CheckConstraint(
                name="job_running_is_claimed",
                condition=~Q(state=JobState.RUNNING) | (Q(heartbeat_at__isnull=False) & ~Q(claimed_by="")),
                violation_error_code="unclaimed",
                violation_error_message=_("A running job names its worker and its last sign of life."),
            ),
            models.CheckConstraint(
                name="job_ended_has_time",
                condition=Q(state__in=ENDED, finished_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(finished_at__isnull=True)),
                violation_error_code="end_without_time",
                violation_error_message=_("An ended job says when it ended."),
            ),
            models.CheckConstraint(
                name="job_failure_has_sentence",
                condition=(Q(state=JobState.FAILED) & ~Q(error_code="") & ~Q(error=""))
                | (~Q(state=JobState.FAILED) & Q(error_code="")),
                violation_error_code="failure_without_reason",
                violation_error_message=_("A job that ended without result says why."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="job_unfinished", condition=~Q(state__in=ENDED)),
            models.Index(fields=["institution_id", "-id"], name="job_by_institution"),
            models.Index(fields=["created_by_id", "-id"], name="job_by_creator"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    @property
    def done(self) -> int:
        """How many steps are behind it, as the progress component asks."""
        return self.progress_done

    @property
    def total(self) -> int:
        """How many steps there are; 0 while that is not known."""
        return self.progress_total

    @property
    def message(self) -> str:
        """Why it ended without result."""
        return self.error

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED
