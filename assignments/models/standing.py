"""What follows from assignments, computed from their rows: service credit, obligations, what counts for a quota."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.models.assignments import Assignment, OfAssignmentQuerySet
from assignments.states import CountedState, CreditState, ObligationState
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.dated import OfWorkerQuerySet
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution


class ServiceCreditQuerySet(OfAssignmentQuerySet):
    """How credit is read."""

    def for_list(self) -> Self:
        return self.select_related("worker", "assignment").order_by("worker__pinyin", "worker_id", "assignment_id")


class ServiceCredit(models.Model):
    """How much of one assignment is credited as service, as it was last computed, with the revision that governs.

    `months` and `days` are what is credited up to `through`; `term_*` what a full term will be worth. Derived: the
    explanation is made anew from the rows when asked. A row moves (`updated_at`) only when it says something else.
    """

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="credit")
    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="credits")
    state = models.CharField(_("state"), max_length=16, choices=CreditState)
    policy = models.CharField(_("policy"), max_length=120, blank=True, default="")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, related_name="+")
    clause_id = models.CharField(_("clause"), max_length=100, blank=True, default="")
    through = models.DateField(_("credited up to"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), default=0)
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    duty_days = models.PositiveSmallIntegerField(_("duty days"), default=0)
    term_months = models.PositiveSmallIntegerField(_("months at the end of the term"), default=0)
    term_days = models.PositiveSmallIntegerField(_("and days"), default=0)
    missing = ArrayField(models.TextField(), default=list, blank=True)
    warnings = ArrayField(models.TextField(), default=list, blank=True)
    digest = models.CharField(max_length=32)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ServiceCreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("service credit")
        verbose_name_plural = _("service credits")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="credit_state_known",
                condition=Q(state__in=CreditState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="credit_none_is_nothing",
                condition=~Q(state="none") | Q(months=0, days=0),
                violation_error_code="credit_of_none",
                violation_error_message=_("What is not credited has no months and no days."),
            ),
        ]
        indexes = [
            models.Index(fields=["worker"], name="credit_of_worker"),
            models.Index(fields=["updated_at", "id"], name="credit_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.months}+{self.days}"


class ObligationQuerySet(OfWorkerQuerySet):
    """How obligations are read; `visible_to` goes by the person, as eligibility does."""

    def current(self) -> Self:
        return self.exclude(state=ObligationState.ENDED)

    def for_list(self) -> Self:
        """The most pressing first: by the latest safe first day, then by name."""
        return self.select_related("worker").order_by(
            models.F("latest_start_on").asc(nulls_last=True), "sort_key", "worker_id", "clause_id", "pk"
        )


class Obligation(models.Model):
    """How one person stands to one service requirement, as it was last computed."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="obligations", db_index=False)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("unit"))
    topic = models.CharField(_("topic"), max_length=120)
    target = models.CharField(_("before"), max_length=40, blank=True, default="")
    scheme = models.CharField(_("scheme"), max_length=60, blank=True, default="")
    policy = models.CharField(_("policy"), max_length=120)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+", db_index=False)
    clause_id = models.CharField(_("clause"), max_length=100)
    binding = models.CharField(_("binding"), max_length=16)
    state = models.CharField(_("state"), max_length=16, choices=ObligationState)
    since = models.DateField(_("clock began"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    #: The last day on which service may begin and still be completed by the due day.
    latest_start_on = models.DateField(_("latest safe first day"), null=True, blank=True)
    required_months = models.PositiveSmallIntegerField(_("months asked"), null=True, blank=True)
    credited_months = models.PositiveSmallIntegerField(_("months credited"), default=0)
    credited_days = models.PositiveSmallIntegerField(_("and days"), default=0)
    remaining_months = models.PositiveSmallIntegerField(_("months left"), null=True, blank=True)
    remaining_days = models.PositiveSmallIntegerField(_("and days"), null=True, blank=True)
    #: On which day the running or planned assignment will have met it.
    met_on = models.DateField(_("met on"), null=True, blank=True)
    alternative = models.CharField(max_length=100, blank=True, default="")
    exemption = models.CharField(max_length=100, blank=True, default="")
    missing = ArrayField(models.TextField(), default=list, blank=True)
    sort_key = models.CharField(max_length=400, blank=True, db_collation="C")
    digest = models.CharField(max_length=32)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="obligation_once",
                fields=["worker", "policy", "clause_id"],
                violation_error_code="obligation_twice",
                violation_error_message=_("This person is judged under this clause already."),
            ),
            models.CheckConstraint(
                name="obligation_state_known",
                condition=Q(state__in=ObligationState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "state", "latest_start_on"], name="obligation_of_unit"),
            models.Index(fields=["state", "latest_start_on", "id"], name="obligation_by_pressure"),
            models.Index(fields=["updated_at", "id"], name="obligation_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.worker_id}: {self.policy}#{self.clause_id} {self.state}"


class Reckoned(models.Model):
    """For which day a person's service was last reckoned, and on which state of the rows that rests."""

    worker = models.OneToOneField(HealthWorker, models.PROTECT, primary_key=True, related_name="reckoned")
    reckoned_on = models.DateField()
    #: The latest `updated_at` of the person and of their assignments as they were read.
    record_at = models.DateTimeField()
    reckoned_at = models.DateTimeField()

    objects = OfWorkerQuerySet.as_manager()

    class Meta:
        verbose_name = _("reckoning")
        verbose_name_plural = _("reckonings")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.worker_id}: {self.reckoned_on}"


class CountedQuerySet(models.QuerySet[Any]):
    """How it is read what counts; through the assignments."""

    def visible_to(self, actor: Any) -> Self:
        return self.filter(assignment__in=Assignment.objects.visible_to(actor).order_by().values("pk"))

    def standing(self) -> Self:
        """Proposed or confirmed."""
        return self.filter(state__in=[CountedState.PROPOSED, CountedState.CONFIRMED])


class Counted(models.Model):
    """Whom an assignment counts for: a unit's (or district's) quota on a topic in a period.

    Proposed by the quota clause's `counts`, confirmed by an officer, exclusive within its group: of an assignment one
    line of a group stands.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="counted")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("unit that owes"))
    scheme = models.CharField(_("scheme"), max_length=64)
    topic = models.CharField(_("topic"), max_length=150)
    group_key = models.CharField(_("group"), max_length=100, blank=True, default="")
    exclusive_group = models.CharField(max_length=100, blank=True, default="")
    period_start = models.DateField(_("first day of the period"))
    period_end = models.DateField(_("last day of the period"))
    policy = models.CharField(max_length=120)
    version_id = models.BigIntegerField()
    clause_id = models.CharField(max_length=100)
    #: Which alternatives' counting it meets, and which lines of the composition.
    alternatives = ArrayField(models.TextField(), default=list, blank=True)
    parts = ArrayField(models.TextField(), default=list, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=CountedState, default=CountedState.PROPOSED)
    #: Set by an officer for a topic other than the rule's first choice.
    chosen = models.BooleanField(default=False)
    #: Whether the rule still finds that it counts there; a decision is kept when it does no more, and shown so.
    fits = models.BooleanField(default=True)
    decided_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    decided_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CountedQuerySet.as_manager()

    class Meta:
        verbose_name = _("what an assignment counts for")
        verbose_name_plural = _("what assignments count for")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="counted_once",
                fields=["assignment", "institution", "topic", "period_start", "period_end", "group_key"],
                violation_error_code="counted_twice",
                violation_error_message=_("This assignment is counted there already."),
            ),
            models.UniqueConstraint(
                name="counted_exclusive",
                fields=["assignment", "exclusive_group", "period_start", "period_end"],
                condition=Q(state__in=["proposed", "confirmed"]) & ~Q(exclusive_group=""),
                violation_error_code="counted_elsewhere",
                violation_error_message=_("This assignment counts for another quota of the group."),
            ),
            models.CheckConstraint(
                name="counted_state_known",
                condition=Q(state__in=CountedState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="counted_decided_by_whom",
                condition=Q(state__in=["proposed", "lapsed"])
                | (Q(state__in=["confirmed", "declined"], decided_at__isnull=False) & ~Q(decided_by_name="")),
                violation_error_code="decision_by_nobody",
                violation_error_message=_("A decision says who decided and when."),
            ),
            models.CheckConstraint(
                name="counted_declined_says_why",
                condition=~Q(state="declined") | ~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why it is not counted."),
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "period_start", "topic"], name="counted_of_unit"),
            models.Index(fields=["period_start", "period_end", "topic"], name="counted_of_period"),
            models.Index(fields=["updated_at", "id"], name="counted_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.topic}"
