"""An upload: one file for one scope, the plan made from it, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.models.file import StoredFile
from deploy_admin.jobs.models.job import Job


class UploadState(models.TextChoices):
    """Where an upload stands; `may_become` is the whole table of moves."""

    READING = "reading", _("Being read")
    UNREADABLE = "unreadable", _("Not readable")
    REFUSED = "refused", _("Rows refused")
    UNCHANGED = "unchanged", _("Changes nothing")
    PLANNED = "planned", _("To be confirmed")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")

    def may_become(self) -> frozenset[UploadState]:
        """Return the states this one may move to; a plan that no longer holds is made again and looked at again."""
        planned = frozenset({UploadState.REFUSED, UploadState.UNCHANGED, UploadState.PLANNED})
        return {
            UploadState.READING: planned | {UploadState.UNREADABLE, UploadState.DISCARDED},
            UploadState.REFUSED: frozenset({UploadState.DISCARDED}),
            UploadState.UNCHANGED: frozenset({UploadState.DISCARDED}),
            UploadState.UNREADABLE: frozenset({UploadState.DISCARDED}),
            UploadState.PLANNED: frozenset({UploadState.APPLYING, UploadState.DISCARDED}),
            UploadState.APPLYING: planned | {UploadState.APPLIED},
        }.get(self, frozenset())


#: Nothing more happens to these by itself: their rows are kept for a while and then deleted.
ENDED = (
    UploadState.UNREADABLE,
    UploadState.REFUSED,
    UploadState.UNCHANGED,
    UploadState.APPLIED,
    UploadState.DISCARDED,
)
WITH_A_PLAN = (UploadState.PLANNED, UploadState.APPLYING, UploadState.APPLIED)


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, actor: Actor) -> UploadQuerySet:
        """The uploads this actor may know about: the city's view is whole, a unit and an authority see their own."""
        if actor.reach is Reach.ALL:
            return self
        if actor.reach in (Reach.DISTRICT, Reach.UNIT) and actor.institution_id is not None:
            return self.filter(institution_id=actor.institution_id)
        return self.none()

    def for_list(self) -> UploadQuerySet:
        """What a list row shows, newest first."""
        return self.select_related("file").defer("file__content").order_by("-pk")


class Upload(models.Model):
    """One file sent in for one scope, with the plan of what it would change."""

    column_set = models.CharField(max_length=40)
    scope = models.CharField(max_length=120)  # what one file stands for: "figures:2026:unit:12"
    params = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="uploads")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.READING)
    summary = models.JSONField(default=dict)  # counts, notices, sheets, why it is unreadable
    digest = models.CharField(max_length=64, blank=True)  # of the whole plan: what the officer confirms
    plan_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    apply_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    result = models.JSONField(default=dict)
    institution_id = models.BigIntegerField(null=True)  # in whose name it was sent in: who sees it
    unit_id = models.BigIntegerField(null=True)  # on whose behalf, where a commission collects the tables of many
    created_by_id = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    planned_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    applied_by_name = models.CharField(max_length=150, blank=True)
    rows_removed_at = models.DateTimeField(null=True)  # when the plan's rows were deleted; counts and digests stay

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_state_known",
                condition=Q(state__in=UploadState.values),
                violation_error_code="unknown_state",
                violation_error_message=_("An upload cannot be in this state."),
            ),
            models.CheckConstraint(
                name="upload_applied_has_time",
                condition=Q(state=UploadState.APPLIED, applied_at__isnull=False)
                | (~Q(state=UploadState.APPLIED) & Q(applied_at__isnull=True)),
                violation_error_code="applied_without_time",
                violation_error_message=_("An applied upload says when it was applied."),
            ),
            models.CheckConstraint(
                name="upload_plan_has_digest",
                condition=~Q(state__in=WITH_A_PLAN) | ~Q(digest=""),
                violation_error_code="plan_without_digest",
                violation_error_message=_("A plan to be confirmed carries its digest."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "-applied_at"], name="upload_applied", condition=Q(state=UploadState.APPLIED)
            ),
            models.Index(fields=["column_set", "institution_id", "-id"], name="upload_by_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.column_set} {self.pk}"


class RowKind(models.TextChoices):
    """What the plan would do with one row of the file."""

    REFUSED = "refused", _("Refused rows")
    CHANGED = "changed", _("Changed rows")
    NEW = "new", _("New rows")
    UNCHANGED = "unchanged", _("Unchanged rows")


class UploadRow(models.Model):
    """One row of a plan, as it is shown; when it is applied it is compared again with what then stands."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    label = models.CharField(max_length=200)
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=list)  # [{"column", "was", "now"}]
    findings = models.JSONField(default=list)  # [{"code", "params", "column", "header", "cell", "value"}]
    sealed = models.BinaryField(null=True)  # the true values of what is shown masked, see importing/secrecy.py

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="uploadrow_one_per_position",
                fields=["upload", "position"],
                violation_error_code="position_taken",
                violation_error_message=_("Two rows of a plan share a position."),
            ),
            models.CheckConstraint(
                name="uploadrow_kind_known",
                condition=Q(kind__in=RowKind.values),
                violation_error_code="unknown_kind",
                violation_error_message=_("A row of a plan cannot be of this kind."),
            ),
        ]
        indexes = [models.Index(fields=["upload", "kind", "position"], name="uploadrow_by_kind")]

    def __str__(self) -> str:
        return self.label
