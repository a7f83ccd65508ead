"""Leave, and absence without leave that is heard before it counts."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.models.assignments import Assignment, OfAssignmentQuerySet
from assignments.states import AbsenceState, LeaveState
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.people.models.dated import Documented
from deploy_admin.policies.language.leave import LEAVE_KINDS, LeaveKind
from deploy_admin.registry import periods


class LeaveQuerySet(OfAssignmentQuerySet):
    """How leave is read."""

    def approved(self) -> Self:
        return self.filter(state=LeaveState.APPROVED)

    def asked(self) -> Self:
        return self.filter(state=LeaveState.ASKED)

    def filing_due(self) -> Self:
        """Approved, reaching the threshold, and not filed yet."""
        return self.approved().filter(filing_required=True, filed_on__isnull=True)


class Leave(Documented):
    """One leave of one person on post: asked for, decided by the receiving unit, filed with the scheme's office.

    `counted_days` and `episode_from` are computed with the end date from all approved leave of the assignment; by how
    many days the term is longer stands with the assignment.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="leaves")
    kind = models.CharField(_("kind of leave"), max_length=16, choices=[(str(kind), str(kind)) for kind in LeaveKind])
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    #: Of somebody who works shifts: how many duty days lie in it, as the roster says.
    stated_duty_days = models.PositiveSmallIntegerField(_("duty days by the roster"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")
    state = models.CharField(_("state"), max_length=12, choices=LeaveState, default=LeaveState.ASKED)
    on_behalf = models.BooleanField(_("entered on behalf"), default=False)
    imported = models.BooleanField(_("taken on from the past"), default=False)
    decided_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    decided_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_remark = models.CharField(_("remark on the decision"), max_length=300, blank=True, default="")
    counted_days = models.PositiveSmallIntegerField(default=0, editable=False)
    episode_from = models.DateField(null=True, blank=True, editable=False)
    filing_required = models.BooleanField(default=False, editable=False)
    filed_on = models.DateField(_("filed on"), null=True, blank=True, editable=False)
    filing_number = models.CharField(_("filing number"), max_length=60, blank=True, default="", editable=False)
    filed_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        default_permissions = ()
        ordering = ["assignment_id", "first_day"]
        constraints = [
            models.CheckConstraint(
                name="leave_days_in_order",
                condition=Q(first_day__lte=F("last_day")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="leave_one_at_a_time",
                expressions=[
                    (periods.Same("assignment"), RangeOperators.EQUAL),
                    (periods.Days("first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["asked", "approved"]),
                violation_error_code="leave_twice",
                violation_error_message=_("Another leave covers some of these days."),
            ),
            models.CheckConstraint(
                name="leave_kind_known",
                condition=Q(kind__in=[str(kind) for kind in LeaveKind]),
                violation_error_code="leave_kind_unknown",
                violation_error_message=_("This kind of leave is not in the code list."),
            ),
            models.CheckConstraint(
                name="leave_decided_by_whom",
                condition=Q(state="asked", decided_at__isnull=True, decided_by_name="")
                | Q(state="withdrawn")
                | (Q(state__in=["approved", "declined"], decided_at__isnull=False) & ~Q(decided_by_name="")),
                violation_error_code="decision_by_nobody",
                violation_error_message=_("A decision says who decided and when."),
            ),
            models.CheckConstraint(
                name="leave_declined_says_why",
                condition=~Q(state="declined") | ~Q(decision_remark=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why the leave is declined."),
            ),
            models.CheckConstraint(
                name="leave_filed_by_whom",
                condition=Q(filed_on__isnull=True, filing_number="", filed_by_name="")
                | (Q(filed_on__isnull=False) & ~Q(filed_by_name="")),
                violation_error_code="filed_by_nobody",
                violation_error_message=_("A filing says who filed it and when."),
            ),
        ]
        indexes = [
            models.Index(fields=["assignment", "first_day"], name="leave_of_assignment"),
            models.Index(fields=["state", "first_day"], name="leave_by_state"),
            models.Index(fields=["updated_at", "id"], name="leave_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_day}"

    @property
    def kind_label(self) -> str:
        """The kind in the language of the page."""
        code = LEAVE_KINDS[LeaveKind(self.kind)]
        return code.label_zh if speaks_chinese() else code.label_en


class AbsenceQuerySet(OfAssignmentQuerySet):
    """How absences are read."""

    def open(self) -> Self:
        """Not decided yet."""
        return self.filter(state__in=[AbsenceState.TO_BE_CHECKED, AbsenceState.ANSWERED])

    def unapproved(self) -> Self:
        """Heard and confirmed: these count."""
        return self.filter(state=AbsenceState.CONFIRMED)


class Absence(Documented):
    """Days on which somebody was missing without leave: reported, heard, then confirmed or excused.

    The person is told when it is reported and has until `answer_by` to bring leave or reasons; only then, or after
    an answer, the unit's head confirms, and it counts as unapproved. The head is somebody else than who reported it.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="absences")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    stated_duty_days = models.PositiveSmallIntegerField(_("duty days by the roster"), null=True, blank=True)
    remark = models.CharField(_("what was seen"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=16, choices=AbsenceState, default=AbsenceState.TO_BE_CHECKED)
    told_on = models.DateField(_("told on"))
    answer_by = models.DateField(_("answer by"))
    answer = models.CharField(_("answer"), max_length=1000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    decided_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_remark = models.CharField(_("remark on the decision"), max_length=500, blank=True, default="")
    imported = models.BooleanField(_("taken on from the past"), default=False)
    #: Duty days in it, computed.
    duty_days = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        default_permissions = ()
        ordering = ["assignment_id", "first_day"]
        constraints = [
            models.CheckConstraint(
                name="absence_days_in_order",
                condition=Q(first_day__lte=F("last_day")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="absence_one_at_a_time",
                expressions=[
                    (periods.Same("assignment"), RangeOperators.EQUAL),
                    (periods.Days("first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="withdrawn"),
                violation_error_code="absence_twice",
                violation_error_message=_("Another absence covers some of these days."),
            ),
            models.CheckConstraint(
                name="absence_state_known",
                condition=Q(state__in=AbsenceState.values) & Q(told_on__lte=F("answer_by")),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="absence_decided_by_whom",
                condition=Q(state__in=["to_be_checked", "answered"], decided_at__isnull=True, decided_by_name="")
                | (Q(decided_at__isnull=False) & ~Q(decided_by_name="")),
                violation_error_code="decision_by_nobody",
                violation_error_message=_("A decision says who decided and when."),
            ),
            models.CheckConstraint(
                name="absence_second_person",
                condition=~Q(state="confirmed")
                | Q(decided_by_id__isnull=True)
                | Q(recorded_by_id__isnull=True)
                | ~Q(decided_by_id=F("recorded_by_id")),
                violation_error_code="second_person",
                violation_error_message=_("Somebody else than who reported it confirms an absence."),
            ),
        ]
        indexes = [models.Index(fields=["assignment", "first_day"], name="absence_of_assignment")]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.first_day}"
