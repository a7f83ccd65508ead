"""An assignment, the pieces it consists of, and every step it took."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.kinds import (
    CompletionResult,
    EndReason,
    Evidence,
    FilingBasis,
    Kind,
    Origin,
    RosterPattern,
    SegmentReason,
)
from assignments.models.campaigns import Campaign, Slot
from assignments.states import COMING, RUNNING, AssignmentState
from deploy_admin.access import Actor, Reach
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.people.models.dated import Documented
from deploy_admin.registry import periods
from deploy_admin.registry.models import Institution


class AssignmentQuerySet(models.QuerySet[Any]):  # Any: lists join what they show
    """How assignments are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may know about. Every page, file and API call starts here.

        A district: those received, or sent, by units whose competent authority it is. A unit: those it sends, those
        it receives or received, and those of people it employs now. A person: the own ones.
        """
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is Reach.SELF:
            return self.filter(worker=actor.worker_id) if actor.worker_id is not None else self.none()
        if actor.reach is Reach.DISTRICT:
            units: Any = Institution.objects.visible_to(actor).order_by().values("pk")
        elif actor.reach is Reach.UNIT:
            units = actor.institution_ids
        else:
            return self.none()
        # A union of what each index finds: asked with “or”, every assignment there is would be looked at.
        held = Assignment.objects.order_by()
        employed = Employment.objects.filter(is_current=True, institution__in=units).order_by().values("worker")
        seen = (
            held.filter(sending_unit__in=units)
            .values("pk")
            .union(
                held.filter(receiving_unit__in=units).values("pk"),
                Segment.objects.filter(receiving_unit__in=units).order_by().values("assignment"),
                held.filter(worker__in=employed).values("pk"),
            )
        )
        return self.filter(pk__in=seen)

    def received_by(self, actor: Actor) -> Self:
        """Those that the actor's unit receives now: on whose days and leave it has a say."""
        return self.visible_to(actor).filter(receiving_unit__in=actor.institution_ids)

    def sent_by(self, actor: Actor) -> Self:
        """Those on account of the actor's unit."""
        return self.visible_to(actor).filter(sending_unit__in=actor.institution_ids)

    def living(self) -> Self:
        """Without those that never took place."""
        return self.exclude(state=AssignmentState.WITHDRAWN)

    def confirmed(self) -> Self:
        """Without entries about the past that no officer confirmed yet."""
        return self.filter(Q(origin=Origin.ENTERED) | Q(confirmed_at__isnull=False))

    def coming(self) -> Self:
        return self.filter(state__in=COMING)

    def running(self) -> Self:
        return self.filter(state__in=RUNNING)

    def on(self, day: date) -> Self:
        """The rows whose days contain `day`."""
        return self.living().filter(starts_on__lte=day, ends_on__gte=day)

    def within(self, first: date, last: date) -> Self:
        """The rows with at least one day from `first` to `last`."""
        return self.living().filter(starts_on__lte=last, ends_on__gte=first)

    def for_list(self) -> Self:
        """With person, units and campaign read along, by pinyin."""
        return self.select_related("worker", "campaign").order_by("sort_key", "starts_on", "pk")


class Assignment(models.Model):
    """One person serving one receiving institution for one period, on account of one sending unit.

    `ends_on` is computed from the rows (term, leave, extensions, early end) by `services.ending` and never typed; the
    explanation is derived from the same rows when asked. `starts_on` is the planned first day until the arrival is
    confirmed, then the first day on post.
    """

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("campaign")
    )
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="assignments", verbose_name=_("slot"))
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
    scheme = models.CharField(_("scheme"), max_length=60, blank=True, default="")
    worker = models.ForeignKey(
        HealthWorker, models.PROTECT, related_name="assignments", verbose_name=_("health worker")
    )
    sending_unit = models.ForeignKey(
        Institution, models.PROTECT, related_name="sent_assignments", verbose_name=_("sending unit")
    )
    #: Where the person serves now, or served last; the pieces hold the history.
    receiving_unit = models.ForeignKey(
        Institution, models.PROTECT, related_name="received_assignments", verbose_name=_("receiving unit")
    )
    state = models.CharField(_("state"), max_length=20, choices=AssignmentState, default=AssignmentState.PLANNED)
    speciality = models.CharField(_("speciality"), max_length=100, blank=True, default="")
    department = models.CharField(_("department at the receiving unit"), max_length=100, blank=True, default="")
    supervisor = models.CharField(_("supervisor"), max_length=100, blank=True, default="")
    full_time = models.BooleanField(_("full-time"), default=True)
    roster_pattern = models.CharField(
        _("roster pattern"), max_length=12, choices=RosterPattern, default=RosterPattern.FIVE_DAY
    )
    starts_on = models.DateField(_("first day"))
    term_months = models.PositiveSmallIntegerField(_("months"))
    term_days = models.PositiveSmallIntegerField(_("and days"), default=0)
    #: The last day of the term by itself, and the last day counting everything in: both computed.
    term_ends_on = models.DateField(_("last day of the term"), editable=False)
    ends_on = models.DateField(_("last day"), editable=False)
    #: How many calendar days leave has lengthened the term by, and an officer: computed and decided.
    extended_days = models.PositiveSmallIntegerField(default=0, editable=False)
    granted_days = models.PositiveSmallIntegerField(default=0, editable=False)
    ended_on = models.DateField(_("actual last day"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("reason of the end"), max_length=24, choices=EndReason, blank=True, default="")
    arrived_at = models.DateTimeField(null=True, blank=True, editable=False)
    arrived_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    filing_basis = models.CharField(
        _("basis of practice"), max_length=24, choices=FilingBasis, blank=True, default=FilingBasis.NONE
    )
    filing_due_on = models.DateField(_("filing due on"), null=True, blank=True)
    filed_on = models.DateField(_("filed on"), null=True, blank=True)
    filing_number = models.CharField(_("filing number"), max_length=100, blank=True, default="")
    #: A posting as deputy director beside the assignment, by order of the authority.
    deputy_from = models.DateField(_("deputy director from"), null=True, blank=True)
    deputy_to = models.DateField(_("deputy director until"), null=True, blank=True)
    deputy_order = models.CharField(_("order"), max_length=200, blank=True, default="")
    #: The assignment that this one renews: a term served on at the same unit.
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="renewed_by", verbose_name=_("renews")
    )
    result = models.CharField(
        _("completion result"), max_length=16, choices=CompletionResult, blank=True, default=CompletionResult.NONE
    )
    result_on = models.DateField(_("result of"), null=True, blank=True)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin, default=Origin.ENTERED)
    evidence = models.CharField(_("evidence"), max_length=12, choices=Evidence, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    confirmed_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    on_behalf = models.BooleanField(_("entered on behalf"), default=False)
    #: The person's name in pinyin: what lists are sorted by.
    sort_key = models.CharField(max_length=400, blank=True, db_collation="C")
    version = models.PositiveIntegerField(default=1)
    recorded_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    recorded_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    #: Moved by every service that changes anything about the assignment, rows beside it included.
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="assignment_starts_before_it_ends",
                condition=Q(starts_on__lte=F("ends_on")) & Q(starts_on__lte=F("term_ends_on")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="assignment_one_place_at_a_time",
                expressions=[
                    (periods.Same("worker"), RangeOperators.EQUAL),
                    (periods.Days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="withdrawn"),
                violation_error_code="in_two_places",
                violation_error_message=_("This person is assigned elsewhere on some of these days."),
            ),
            models.CheckConstraint(
                name="assignment_between_two_units",
                condition=~Q(sending_unit=F("receiving_unit")),
                violation_error_code="same_unit",
                violation_error_message=_("A unit does not send people to itself."),
            ),
            models.CheckConstraint(
                name="assignment_kind_known",
                condition=Q(kind__in=Kind.values),
                violation_error_code="kind_unknown",
                violation_error_message=_("This kind of assignment is not in the code list."),
            ),
            models.CheckConstraint(
                name="assignment_state_known",
                condition=Q(state__in=AssignmentState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="assignment_pattern_known",
                condition=Q(roster_pattern__in=RosterPattern.values),
                violation_error_code="pattern_unknown",
                violation_error_message=_("This roster pattern is not in the code list."),
            ),
            models.CheckConstraint(
                name="assignment_has_a_term",
                condition=Q(term_months__lte=120)
                & Q(term_days__lte=366)
                & (Q(term_months__gt=0) | Q(term_days__gt=0)),
                violation_error_code="term_missing",
                violation_error_message=_("Say for how many months or days the person is sent."),
            ),
            models.CheckConstraint(
                name="assignment_ended_says_why",
                condition=(Q(state="ended_early", ended_on__isnull=False) & ~Q(end_reason=""))
                | (~Q(state="ended_early") & (Q(end_reason="") | Q(state="void"))),
                violation_error_code="end_without_reason",
                violation_error_message=_("An early end has a last day and a reason."),
            ),
            models.CheckConstraint(
                name="assignment_end_reason_known",
                condition=Q(end_reason="") | Q(end_reason__in=EndReason.values),
                violation_error_code="end_reason_unknown",
                violation_error_message=_("This reason is not in the code list."),
            ),
            models.CheckConstraint(
                name="assignment_arrival_by_whom",
                condition=Q(arrived_at__isnull=True, arrived_by_name="")
                | (Q(arrived_at__isnull=False) & ~Q(arrived_by_name="")),
                violation_error_code="arrival_by_nobody",
                violation_error_message=_("A confirmed arrival says who confirmed it and when."),
            ),
            models.CheckConstraint(
                name="assignment_on_post_arrived",
                condition=~Q(state__in=["on_post", "term_reached", "under_evaluation"])
                | Q(arrived_at__isnull=False)
                | Q(origin="imported"),
                violation_error_code="not_arrived",
                violation_error_message=_("Nobody is on post before the receiving unit confirmed the arrival."),
            ),
            models.CheckConstraint(
                name="assignment_filing_whole",
                condition=Q(filing_basis__in=FilingBasis.values)
                & (Q(filed_on__isnull=True) | Q(filing_basis="multi_site_filing")),
                violation_error_code="filing_incomplete",
                violation_error_message=_("A filing has a basis and a day."),
            ),
            models.CheckConstraint(
                name="assignment_deputy_in_order",
                condition=Q(deputy_from__isnull=True, deputy_to__isnull=True, deputy_order="")
                | (
                    Q(deputy_from__isnull=False)
                    & ~Q(deputy_order="")
                    & (Q(deputy_to__isnull=True) | Q(deputy_from__lte=F("deputy_to")))
                ),
                violation_error_code="deputy_incomplete",
                violation_error_message=_("A posting as deputy director has a first day and an order."),
            ),
            models.CheckConstraint(
                name="assignment_result_of_a_day",
                condition=Q(result="", result_on__isnull=True)
                | Q(result__in=["qualified", "not_qualified"], result_on__isnull=False),
                violation_error_code="result_incomplete",
                violation_error_message=_("A result is qualified or not qualified, with its day."),
            ),
            models.CheckConstraint(
                name="assignment_past_has_evidence",
                condition=(Q(origin="entered", evidence="", confirmed_at__isnull=True))
                | (Q(origin="imported") & Q(evidence__in=Evidence.values)),
                violation_error_code="evidence_missing",
                violation_error_message=_("What is taken on from the past says what it rests on."),
            ),
            models.CheckConstraint(
                name="assignment_confirmed_by_whom",
                condition=Q(confirmed_at__isnull=True, confirmed_by_name="")
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by_name="")),
                violation_error_code="confirmed_by_nobody",
                violation_error_message=_("A confirmation says who confirmed and when."),
            ),
            models.CheckConstraint(
                name="assignment_confirmed_by_another",
                condition=Q(confirmed_by_id__isnull=True)
                | Q(recorded_by_id__isnull=True)
                | ~Q(confirmed_by_id=F("recorded_by_id")),
                violation_error_code="second_person",
                violation_error_message=_("Somebody else confirms what was taken on: nobody what they entered."),
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "starts_on", "id"], name="assignment_by_pinyin"),
            models.Index(fields=["sending_unit", "state"], name="assignment_of_sender"),
            models.Index(fields=["receiving_unit", "state"], name="assignment_of_receiver"),
            models.Index(fields=["campaign", "state"], name="assignment_of_campaign"),
            models.Index(fields=["worker", "starts_on"], name="assignment_of_worker"),
            models.Index(fields=["state", "ends_on"], name="assignment_by_end"),
            models.Index(fields=["updated_at", "id"], name="assignment_by_update"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("assignments:assignment", args=[self.pk])

    @property
    def is_imported(self) -> bool:
        return self.origin == Origin.IMPORTED

    @property
    def is_confirmed(self) -> bool:
        """Whether it counts: entered here, or taken on from the past and confirmed."""
        return not self.is_imported or self.confirmed_at is not None


class OfAssignmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The rows about assignments this actor may know about."""
        if actor.reach is Reach.ALL:
            return self.all()
        return self.filter(assignment__in=Assignment.objects.visible_to(actor).order_by().values("pk"))


class Segment(models.Model):
    """One piece of an assignment: one place, full-time or not, from one day to another; the last one has no last day.

    The pieces of an assignment follow each other without a gap; the last ends with the assignment.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="segments")
    receiving_unit = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("receiving unit"))
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    full_time = models.BooleanField(_("full-time"), default=True)
    reason = models.CharField(_("reason"), max_length=12, choices=SegmentReason, default=SegmentReason.START)

    objects = OfAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece of an assignment")
        verbose_name_plural = _("pieces of assignments")
        default_permissions = ()
        ordering = ["assignment_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="segment_days_in_order",
                condition=periods.in_order(),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="segment_one_at_a_time",
                expressions=[
                    (periods.Same("assignment"), RangeOperators.EQUAL),
                    (periods.Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="pieces_overlap",
                violation_error_message=_("Another piece of this assignment covers some of these days."),
            ),
        ]
        indexes = [
            models.Index(fields=["receiving_unit", "valid_from"], name="segment_of_receiver"),
            models.Index(fields=["assignment", "valid_from"], name="segment_of_assignment"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.valid_from}"


class Transition(Documented):
    """One step of an assignment: what it became, on which day, recorded when and by whom, on what basis.

    `on` may lie in the past; `recorded_at` is when it was said. Steps that move no state (an extension granted, a move
    to another unit) have the same state on both sides.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="transitions")
    act = models.CharField(max_length=40)
    from_state = models.CharField(max_length=20, choices=AssignmentState, blank=True, default="")
    to_state = models.CharField(max_length=20, choices=AssignmentState)
    on = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    deciding_body = models.CharField(_("deciding body"), max_length=200, blank=True, default="")
    meeting_on = models.DateField(_("meeting of"), null=True, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = OfAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of an assignment")
        verbose_name_plural = _("steps of assignments")
        default_permissions = ()
        ordering = ["assignment_id", "recorded_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="transition_states_known",
                condition=Q(to_state__in=AssignmentState.values)
                & (Q(from_state="") | Q(from_state__in=AssignmentState.values)),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="transition_void_has_a_basis",
                condition=~Q(to_state="void")
                | Q(from_state="void")
                | (~Q(deciding_body="") & ~Q(reason="") & (~Q(document_number="") | ~Q(document=""))),
                violation_error_code="basis_missing",
                violation_error_message=_(
                    "Not to count an assignment takes a body that decided, a document and a reason."
                ),
            ),
        ]
        indexes = [models.Index(fields=["assignment", "recorded_at"], name="transition_of_assignment")]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.to_state}"
