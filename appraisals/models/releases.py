"""What was released of a month: frozen scores with their explanation, and the corrections that point to them."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appraisals.models.rows import OfRowQuerySet
from appraisals.states import CorrectionState, ReleaseKind, ScoreState
from assignments.models import Assignment, AssignmentMonth, MonthSheet
from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people.models.dated import Recorded
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution


class MonthReleaseQuerySet(models.QuerySet[Any]):
    """How releases are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of sheets the actor sees, and those in which one of its people stands."""
        if actor.reach is Reach.ALL:
            return self.all()
        rows = AssignmentMonth.objects.visible_to(actor).order_by().values("pk")
        return self.filter(pk__in=ReleasedScore.objects.filter(row__in=rows).order_by().values("release"))

    def for_list(self) -> Self:
        return self.order_by("-month", "-pk")


class MonthRelease(Recorded):
    """One unit's month as released, with the decision it rests on. It is never changed."""

    sheet = models.ForeignKey(MonthSheet, models.PROTECT, related_name="releases")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("receiving unit"))
    #: The authority that released it.
    authority = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("authority"))
    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=12, choices=ReleaseKind)
    deciding_body = models.CharField(_("deciding body"), max_length=150, blank=True, default="")
    meeting_on = models.DateField(_("meeting"), null=True, blank=True)
    document_number = models.CharField(_("document number"), max_length=100, blank=True, default="")
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")
    people = models.PositiveIntegerField(_("people"))
    undetermined = models.PositiveIntegerField(_("undetermined"), default=0)

    objects = MonthReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release of a month")
        verbose_name_plural = _("releases of months")
        default_permissions = ()
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="month_release_once",
                fields=["sheet"],
                condition=~Q(kind="correction"),
                violation_error_code="released_already",
                violation_error_message=_("This month of the unit is released already; correct it instead."),
            ),
            models.CheckConstraint(
                name="month_release_kind_known",
                condition=Q(kind__in=ReleaseKind.values) & ~Q(recorded_by_name=""),
                violation_error_code="kind_unknown",
                violation_error_message=_("A release says what it is and who released it."),
            ),
        ]
        indexes = [models.Index(fields=["month", "institution"], name="month_release_by_month")]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.month:%Y-%m}"


class ReleasedScoreQuerySet(OfRowQuerySet):
    """How released scores are read."""

    def standing(self) -> Self:
        """Those that no correction has replaced."""
        return self.filter(corrected_by__isnull=True)

    def for_list(self) -> Self:
        return (
            self.select_related("release", "assignment__worker")
            .defer("explanation")
            .order_by("-month", "assignment__sort_key", "pk")
        )


class ReleasedScore(models.Model):
    """One assignment's month as it was released: values, score, explanation. Frozen; a correction points to it."""

    release = models.ForeignKey(MonthRelease, models.PROTECT, related_name="scores")
    row = models.ForeignKey(AssignmentMonth, models.PROTECT, related_name="released")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="released_scores")
    sending_unit = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    month = models.DateField(_("month"))
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    state = models.CharField(_("state"), max_length=12, choices=ScoreState)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, related_name="+")
    clause_id = models.CharField(max_length=100, blank=True, default="")
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=2, null=True, blank=True)
    factor = models.DecimalField(_("pay factor"), max_digits=6, decimal_places=4, null=True, blank=True)
    is_vetoed = models.BooleanField(default=False)
    missing = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    #: Days, totals and workload as released: {"days": […], "totals": {…}, "workload": {code: "12"}}; exact text.
    values = models.JSONField(default=dict)
    #: `Explained.to_json()` as it was.
    explanation = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)

    objects = ReleasedScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("released score")
        verbose_name_plural = _("released scores")
        default_permissions = ()
        ordering = ["-month", "id"]
        constraints = [
            models.UniqueConstraint(
                name="released_score_once",
                fields=["release", "row"],
                violation_error_code="released_twice",
                violation_error_message=_("This person stands in the release already."),
            ),
            models.UniqueConstraint(
                name="released_score_first_once",
                fields=["row"],
                condition=Q(corrects__isnull=True),
                violation_error_code="released_already",
                violation_error_message=_("This month of the person is released already; correct it instead."),
            ),
            models.CheckConstraint(
                name="released_score_known",
                condition=Q(state__in=ScoreState.values) & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
        ]
        indexes = [
            models.Index(fields=["assignment", "month"], name="released_of_assignment"),
            models.Index(fields=["sending_unit", "month"], name="released_by_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return reverse("appraisals:released", args=[self.pk])


class MonthCorrection(Recorded):
    """A change of a released month that is asked for, shown with all it moves, then decided by the authority."""

    row = models.ForeignKey(AssignmentMonth, models.PROTECT, related_name="corrections")
    released = models.ForeignKey(ReleasedScore, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=12, choices=CorrectionState, default=CorrectionState.ASKED)
    reason = models.CharField(_("reason"), max_length=500)
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    days = ArrayField(models.CharField(max_length=2), verbose_name=_("days as they should be"))
    #: By indicator code, exact text, null where there is none; every indicator of the month.
    workload = models.JSONField(default=dict)
    #: What the preview said it moves, kept as it was approved: old and new points, letters, later months.
    moves = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    decided_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    decision_remark = models.CharField(_("remark on the decision"), max_length=300, blank=True, default="")
    release = models.ForeignKey(MonthRelease, models.PROTECT, null=True, blank=True, related_name="corrections")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a month")
        verbose_name_plural = _("corrections of months")
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="month_correction_one_open",
                fields=["row"],
                condition=Q(state="asked"),
                violation_error_code="correction_open",
                violation_error_message=_("A correction of this month waits to be decided already."),
            ),
            models.CheckConstraint(
                name="month_correction_says_why",
                condition=~Q(reason="") & Q(state__in=CorrectionState.values),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why the month is corrected."),
            ),
            models.CheckConstraint(
                name="month_correction_decided_by_whom",
                condition=Q(state__in=["asked", "withdrawn"]) | (Q(decided_at__isnull=False) & ~Q(decided_by_name="")),
                violation_error_code="decision_by_nobody",
                violation_error_message=_("A decision says who decided and when."),
            ),
            models.CheckConstraint(
                name="month_correction_second_person",
                condition=~Q(state="approved")
                | Q(recorded_by_id__isnull=True)
                | Q(decided_by_id__isnull=True)
                | ~Q(recorded_by_id=F("decided_by_id")),
                violation_error_code="second_person",
                violation_error_message=_("Somebody else than who asked for it decides on a correction."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.state}"
