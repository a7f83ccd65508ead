"""What a person is there for: tasks with goals, and whom they teach."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assignments.kinds import MentoringMode, TaskKind
from assignments.models.assignments import Assignment, OfAssignmentQuerySet
from deploy_admin.people.models.dated import Recorded


class Task(Recorded):
    """One task at the post with its goal, and what came of it; a number where it can be counted."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="tasks")
    kind = models.CharField(_("kind of task"), max_length=24, choices=TaskKind)
    goal = models.CharField(_("goal"), max_length=300)
    target_number = models.PositiveIntegerField(_("target"), null=True, blank=True)
    reached_number = models.PositiveIntegerField(_("reached"), null=True, blank=True)
    outcome = models.CharField(_("what came of it"), max_length=500, blank=True, default="")
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OfAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("task at the post")
        verbose_name_plural = _("tasks at the post")
        default_permissions = ()
        ordering = ["assignment_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="task_kind_known",
                condition=Q(kind__in=TaskKind.values) & ~Q(goal=""),
                violation_error_code="task_incomplete",
                violation_error_message=_("A task has a kind of the list and a goal."),
            ),
        ]

    def __str__(self) -> str:
        return self.goal


class Mentoring(Recorded):
    """Whom the person teaches at the receiving unit: a colleague, or a team."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="mentorings")
    mode = models.CharField(_("mode"), max_length=12, choices=MentoringMode)
    mentee = models.CharField(_("mentee or team"), max_length=100)
    post = models.CharField(_("post"), max_length=100, blank=True, default="")
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)

    objects = OfAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentoring")
        verbose_name_plural = _("mentorings")
        default_permissions = ()
        ordering = ["assignment_id", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                name="mentoring_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            models.CheckConstraint(
                name="mentoring_names_somebody",
                condition=~Q(mentee="") & Q(mode__in=MentoringMode.values),
                violation_error_code="mentee_missing",
                violation_error_message=_("Say who is taught, and how."),
            ),
            models.UniqueConstraint(
                name="mentoring_once",
                fields=["assignment", "mentee", "valid_from"],
                violation_error_code="mentoring_twice",
                violation_error_message=_("This is recorded already."),
            ),
        ]

    def __str__(self) -> str:
        return self.mentee
