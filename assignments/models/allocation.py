"""Allocation: plans of who goes where in a campaign, what is pinned or banned in them, and who is left over."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.kinds import LineSource, MarkKind
from assignments.models.assignments import Assignment
from assignments.models.campaigns import Campaign
from assignments.models.filing import Nomination, StaffingRequest
from assignments.models.papers import IssuedPaper
from assignments.states import PlanState
from deploy_admin.access import Actor, Reach
from deploy_admin.people.models.dated import Documented


class AllocationPlanQuerySet(models.QuerySet[Any]):
    """How plans are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of campaigns whose authority one is; for the city all. Units see the assignments that come of one."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is Reach.DISTRICT:
            return self.filter(campaign__authority__in=actor.institution_ids)
        return self.none()

    def kept(self) -> Self:
        return self.exclude(state=PlanState.DISCARDED)

    def for_list(self) -> Self:
        return self.select_related("campaign", "based_on").order_by("campaign_id", "-number")


class AllocationPlan(Documented):
    """One plan of who goes where in a campaign: made by hand or proposed by the solver, compared, then decided."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="allocation_plans")
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=100, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    #: The plan it was made from: whose pins and bans it took over, and from which it changes least.
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="successors")
    #: How many decisions there were in the campaign when its inputs were read: it can only be the next one.
    after = models.PositiveSmallIntegerField(default=0)
    decision = models.PositiveSmallIntegerField(null=True, blank=True)
    #: Which version of which policy ordered the criteria: `{version, clause, label}`; empty: the neutral order.
    rule = models.JSONField(default=dict, blank=True)
    #: The criteria in their order with the value each stage reached, its bound, whether it is optimal, its seconds.
    stages = models.JSONField(default=list, blank=True)
    #: Of everything the solver was given: the same inputs give the same plan.
    inputs_digest = models.CharField(max_length=64, blank=True, default="")
    solved_at = models.DateTimeField(null=True, blank=True, editable=False)
    deciding_body = models.CharField(_("deciding body"), max_length=200, blank=True, default="")
    meeting_on = models.DateField(_("meeting of"), null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    decided_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    paper = models.ForeignKey(IssuedPaper, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AllocationPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation plan")
        verbose_name_plural = _("allocation plans")
        default_permissions = ()
        ordering = ["campaign_id", "number"]
        constraints = [
            models.UniqueConstraint(
                name="plan_number_once",
                fields=["campaign", "number"],
                violation_error_code="plan_twice",
                violation_error_message=_("There is a plan with this number already."),
            ),
            models.UniqueConstraint(
                name="plan_decided_once",
                fields=["campaign", "decision"],
                violation_error_code="decided_meanwhile",
                violation_error_message=_("Another plan of this campaign was decided meanwhile: propose anew."),
            ),
            models.CheckConstraint(
                name="plan_state_known",
                condition=Q(state__in=PlanState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="plan_decided_has_a_basis",
                condition=(
                    Q(state="decided", decision__isnull=False, decided_at__isnull=False, meeting_on__isnull=False)
                    & ~Q(deciding_body="")
                    & (~Q(document_number="") | ~Q(document=""))
                )
                | (~Q(state="decided") & Q(decision__isnull=True, decided_at__isnull=True)),
                violation_error_code="basis_missing",
                violation_error_message=_("A decision names the body, the day of its meeting and a document."),
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="plan_by_update")]

    def __str__(self) -> str:
        return f"{self.campaign_id} #{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("assignments:plan", args=[self.pk])


class OfPlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The rows of the plans this actor may know about."""
        return self.filter(plan__in=AllocationPlan.objects.visible_to(actor).order_by().values("pk"))


class PlanLine(models.Model):
    """One person placed on one seat of one request in a plan, and why."""

    plan = models.ForeignKey(AllocationPlan, models.CASCADE, related_name="lines")
    request = models.ForeignKey(StaffingRequest, models.PROTECT, related_name="plan_lines")
    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="plan_lines")
    #: 1 … the request's number.
    seat = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=8, choices=LineSource, default=LineSource.SOLVER)
    #: What speaks for it by criterion, the nearest alternatives, the rule that binds: codes and references.
    reason = models.JSONField(default=dict, blank=True)
    #: What the decision made of it.
    assignment = models.OneToOneField(Assignment, models.PROTECT, null=True, blank=True, related_name="plan_line")

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a plan")
        verbose_name_plural = _("lines of plans")
        default_permissions = ()
        ordering = ["plan_id", "request_id", "seat"]
        constraints = [
            models.UniqueConstraint(
                name="plan_places_a_person_once",
                fields=["plan", "nomination"],
                violation_error_code="placed_twice",
                violation_error_message=_("This person has a place in this plan already."),
            ),
            models.UniqueConstraint(
                name="plan_fills_a_seat_once",
                fields=["plan", "request", "seat"],
                violation_error_code="seat_taken",
                violation_error_message=_("This place is filled already."),
            ),
            models.CheckConstraint(
                name="plan_line_sane",
                condition=Q(source__in=LineSource.values) & Q(seat__gte=1),
                violation_error_code="code_unknown",
                violation_error_message=_("This is not a source of the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.nomination_id} → {self.request_id}"


class PlanMark(models.Model):
    """A pairing pinned or banned by hand in a plan: proposing again keeps to it."""

    plan = models.ForeignKey(AllocationPlan, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=4, choices=MarkKind)
    request = models.ForeignKey(StaffingRequest, models.PROTECT, related_name="+")
    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("pin or ban")
        verbose_name_plural = _("pins and bans")
        default_permissions = ()
        ordering = ["plan_id", "id"]
        constraints = [
            models.UniqueConstraint(
                name="plan_mark_once",
                fields=["plan", "request", "nomination"],
                violation_error_code="marked_already",
                violation_error_message=_("This pairing is pinned or banned already."),
            ),
            models.UniqueConstraint(
                name="plan_pins_a_person_once",
                fields=["plan", "nomination"],
                condition=Q(kind="pin"),
                violation_error_code="pinned_elsewhere",
                violation_error_message=_("This person is pinned to another request."),
            ),
            models.CheckConstraint(
                name="plan_mark_kind_known",
                condition=Q(kind__in=MarkKind.values),
                violation_error_code="code_unknown",
                violation_error_message=_("Either pinned or banned."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.kind} {self.nomination_id} → {self.request_id}"


class PlanGap(models.Model):
    """What a plan leaves over: places of a request that nobody fills, or a person without a place, and why."""

    plan = models.ForeignKey(AllocationPlan, models.CASCADE, related_name="gaps")
    request = models.ForeignKey(StaffingRequest, models.PROTECT, null=True, blank=True, related_name="+")
    nomination = models.ForeignKey(Nomination, models.PROTECT, null=True, blank=True, related_name="+")
    #: Of a request: how many places stay empty.
    places = models.PositiveSmallIntegerField(default=0)
    #: The rule that binds, the nearest alternative, what would change it: codes and references.
    reason = models.JSONField(default=dict, blank=True)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("gap of a plan")
        verbose_name_plural = _("gaps of plans")
        default_permissions = ()
        ordering = ["plan_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="plan_gap_of_one_side",
                condition=Q(request__isnull=False, nomination__isnull=True, places__gte=1)
                | Q(request__isnull=True, nomination__isnull=False, places=0),
                violation_error_code="gap_of_one_side",
                violation_error_message=_("A gap is of a request or of a person."),
            ),
            models.UniqueConstraint(
                name="plan_gap_once",
                fields=["plan", "request", "nomination"],
                nulls_distinct=False,
                violation_error_code="gap_twice",
                violation_error_message=_("This gap is listed already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.request_id or self.nomination_id}"
