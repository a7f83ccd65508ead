"""What units file in a campaign: lists of staffing requests and of nominations, their lines, wishes and steps."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.kinds import ListKind, Priority
from assignments.models.campaigns import Campaign
from assignments.states import CampaignState, LineState, ListState
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.dated import Recorded
from deploy_admin.registry.models import Institution

VIEWS = {ListKind.REQUESTS: Permission.REQUESTS_VIEW, ListKind.NOMINATIONS: Permission.NOMINATIONS_VIEW}


def _of_units(actor: Actor, unit: str) -> Q:
    """Select the rows of the actor's units: an authority also those of campaigns it runs."""
    if actor.reach is Reach.ALL:
        return Q()
    if actor.reach is Reach.DISTRICT:
        units = Institution.objects.visible_to(actor).order_by().values("pk")
        return Q(campaign__authority__in=actor.institution_ids) | Q(**{f"{unit}__in": units})
    if actor.reach is Reach.UNIT:
        return Q(**{f"{unit}__in": actor.institution_ids})
    return Q(pk__in=[])


class FiledListQuerySet(models.QuerySet[Any]):
    """How lists are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the own units, and of campaigns one runs; of each kind, only where that kind may be viewed."""
        kinds = [kind for kind, permission in VIEWS.items() if actor.can(permission)]
        return self.filter(_of_units(actor, "institution"), kind__in=kinds)

    def requests(self) -> Self:
        return self.filter(kind=ListKind.REQUESTS)

    def nominations(self) -> Self:
        return self.filter(kind=ListKind.NOMINATIONS)

    def for_list(self) -> Self:
        return self.select_related("campaign", "scan").order_by("-campaign__year", "-campaign__batch", "pk")


class FiledList(Recorded):
    """What one unit files in one campaign: its staffing requests, or its nominations (拟派/派遣人员名单)."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="filed_lists")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="filed_lists", verbose_name=_("unit"))
    kind = models.CharField(_("kind of list"), max_length=12, choices=ListKind)
    state = models.CharField(_("state"), max_length=14, choices=ListState, default=ListState.DRAFT)
    #: The unit says that it needs, or sends, nobody this time.
    nothing = models.BooleanField(_("nobody this time"), default=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")
    #: Entered by the authority from a paper of the unit, which is the scan; another person checks it.
    on_behalf = models.BooleanField(_("on behalf"), default=False)
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    submitted_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    is_late = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    checked_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    checked_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    #: Why it was sent back, while it is.
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    #: More time than the campaign's window gives.
    exempt_until = models.DateField(_("more time until"), null=True, blank=True)
    exempt_reason = models.CharField(_("reason for more time"), max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FiledListQuerySet.as_manager()

    class Meta:
        verbose_name = _("filed list")
        verbose_name_plural = _("filed lists")
        default_permissions = ()
        ordering = ["campaign_id", "institution_id", "kind"]
        constraints = [
            models.UniqueConstraint(
                name="filed_list_once",
                fields=["campaign", "institution", "kind"],
                violation_error_code="list_twice",
                violation_error_message=_("This unit has its list in this campaign already."),
            ),
            models.CheckConstraint(
                name="filed_list_codes_known",
                condition=Q(kind__in=ListKind.values) & Q(state__in=ListState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="filed_list_submitted_by_whom",
                condition=Q(state__in=["draft"]) | (Q(submitted_at__isnull=False) & ~Q(submitted_by_name="")),
                violation_error_code="submitted_by_nobody",
                violation_error_message=_("A list that was handed in says who handed it in and when."),
            ),
            models.CheckConstraint(
                name="filed_list_on_behalf_has_scan",
                condition=Q(on_behalf=False) | Q(state="draft") | Q(scan__isnull=False),
                violation_error_code="scan_missing",
                violation_error_message=_("What is entered on behalf of a unit rests on the scan of its paper."),
            ),
            models.CheckConstraint(
                name="filed_list_checked_by_another",
                condition=Q(on_behalf=False)
                | ~Q(state__in=["submitted", "approved"])
                | (
                    Q(checked_at__isnull=False)
                    & (Q(checked_by_id__isnull=True) | ~Q(checked_by_id=F("submitted_by_id")))
                ),
                violation_error_code="checked_by_same",
                violation_error_message=_("Somebody else than who entered it checks it."),
            ),
            models.CheckConstraint(
                name="filed_list_returned_says_why",
                condition=~Q(state="returned") | ~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why the list is sent back."),
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "kind", "state"], name="filed_list_of_campaign"),
            models.Index(fields=["updated_at", "id"], name="filed_list_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.institution_id} {self.kind}"

    def get_absolute_url(self) -> str:
        name = "request_list" if self.kind == ListKind.REQUESTS else "nomination_list"
        return reverse(f"assignments:{name}", args=[self.pk])


class StaffingRequestQuerySet(models.QuerySet[Any]):
    """How staffing requests are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The own unit's; those of campaigns one runs; approved ones of an open campaign for whoever nominates."""
        seen = _of_units(actor, "institution")
        if actor.reach is Reach.UNIT and actor.can(Permission.NOMINATIONS_VIEW):
            seen |= Q(
                campaign__in=Campaign.objects.visible_to(actor).order_by().values("pk"),
                campaign__state__in=[CampaignState.OPEN, CampaignState.CLOSED],
                filed_list__state=ListState.APPROVED,
                state=LineState.STANDING,
            )
        return self.filter(seen)

    def standing(self) -> Self:
        """Those of approved lists that were not struck: what the allocation goes by."""
        return self.filter(state=LineState.STANDING, filed_list__state=ListState.APPROVED)

    def for_list(self) -> Self:
        return self.select_related("filed_list").order_by("campaign_id", "institution_id", "rank", "pk")


class StaffingRequest(Recorded):
    """One line of a receiving unit's demand: how many people of one speciality, from when, with which title."""

    filed_list = models.ForeignKey(FiledList, models.PROTECT, related_name="requests")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="requests")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("receiving unit"))
    #: The unit's own order: 1 is needed first.
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    speciality = models.CharField(_("speciality"), max_length=100)
    #: Other specialities that would do too.
    also_accepts = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    staff_category = models.CharField(_("staff category"), max_length=30, blank=True, default="")
    minimum_title = models.CharField(_("title at least"), max_length=20, blank=True, default="")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    #: Empty: from the campaign's first day on.
    starts_on = models.DateField(_("earliest start"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=LineState, default=LineState.STANDING)
    struck_reason = models.CharField(_("why it was struck"), max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = StaffingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("staffing request")
        verbose_name_plural = _("staffing requests")
        default_permissions = ()
        ordering = ["filed_list_id", "rank", "id"]
        constraints = [
            models.CheckConstraint(
                name="request_number_sane",
                condition=Q(number__gte=1) & Q(number__lte=99),
                violation_error_code="number_out_of_range",
                violation_error_message=_("A request asks for 1 to 99 people."),
            ),
            models.CheckConstraint(
                name="request_codes_known",
                condition=Q(priority__in=Priority.values)
                & Q(state__in=LineState.values)
                & (Q(minimum_title="") | Q(minimum_title__in=codes.values(codes.TITLE_LEVELS)))
                & (Q(staff_category="") | Q(staff_category__in=codes.values(codes.STAFF_CATEGORIES)))
                & ~Q(speciality=""),
                violation_error_code="code_unknown",
                violation_error_message=_("A speciality, and codes of the lists, are expected."),
            ),
            models.CheckConstraint(
                name="request_struck_says_why",
                condition=~Q(state="struck") | ~Q(struck_reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why it is struck."),
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "speciality"], name="request_of_campaign"),
            models.Index(fields=["updated_at", "id"], name="request_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.speciality} × {self.number}"


class NominationQuerySet(models.QuerySet[Any]):
    """How nominations are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The own unit's, those of campaigns one runs, and one's own once it was handed in."""
        if actor.reach is Reach.SELF:
            if actor.worker_id is None:
                return self.none()
            handed_in = [ListState.SUBMITTED, ListState.APPROVED]
            return self.filter(worker=actor.worker_id, filed_list__state__in=handed_in)
        return self.filter(_of_units(actor, "institution"))

    def standing(self) -> Self:
        """Those of approved lists that were not struck: whom the allocation places."""
        return self.filter(state=LineState.STANDING, filed_list__state=ListState.APPROVED)

    def for_list(self) -> Self:
        return self.select_related("filed_list", "worker").order_by("campaign_id", "worker__pinyin", "pk")


class Nomination(Recorded):
    """One person whom a sending unit nominates in a campaign: from when to when the person could go, and wishes."""

    filed_list = models.ForeignKey(FiledList, models.PROTECT, related_name="nominations")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="nominations")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("sending unit"))
    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="nominations", verbose_name=_("person"))
    #: As which speciality the person goes; as recorded of the person where nothing else is said.
    speciality = models.CharField(_("speciality"), max_length=100, blank=True, default="")
    #: Empty: at any time from the campaign's first day on.
    possible_from = models.DateField(_("possible from"), null=True, blank=True)
    possible_to = models.DateField(_("possible until"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")
    #: Codes of the warnings that the unit accepted knowingly, with the sentence as it stood.
    accepted = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LineState, default=LineState.STANDING)
    struck_reason = models.CharField(_("why it was struck"), max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        default_permissions = ()
        ordering = ["filed_list_id", "id"]
        constraints = [
            models.UniqueConstraint(
                name="nominated_once",
                fields=["campaign", "worker"],
                condition=Q(state="standing"),
                violation_error_code="nominated_twice",
                violation_error_message=_("This person is nominated in this campaign already."),
            ),
            models.CheckConstraint(
                name="nomination_days_in_order",
                condition=Q(possible_from__isnull=True)
                | Q(possible_to__isnull=True)
                | Q(possible_from__lte=F("possible_to")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            models.CheckConstraint(
                name="nomination_state_known",
                condition=Q(state__in=LineState.values) & (~Q(state="struck") | ~Q(struck_reason="")),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why it is struck."),
            ),
        ]
        indexes = [
            models.Index(fields=["worker"], name="nomination_of_worker"),
            models.Index(fields=["updated_at", "id"], name="nomination_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.worker_id}"


class NominationWish(models.Model):
    """A receiving unit that a nominated person would go to, in the person's order."""

    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="wishes")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("receiving unit"))
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        default_permissions = ()
        ordering = ["nomination_id", "rank"]
        constraints = [
            models.UniqueConstraint(
                name="wish_once",
                fields=["nomination", "institution"],
                violation_error_code="wish_twice",
                violation_error_message=_("This unit is wished for already."),
            ),
            models.UniqueConstraint(
                name="wish_rank_once",
                fields=["nomination", "rank"],
                violation_error_code="wish_twice",
                violation_error_message=_("Of the wishes each has a rank of its own."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nomination_id}: {self.rank}"


class ListStep(Recorded):
    """One step of a filed list: handed in, taken back, checked, sent back, approved, reopened, given more time."""

    filed_list = models.ForeignKey(FiledList, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=40)
    from_state = models.CharField(max_length=14, choices=ListState, blank=True, default="")
    to_state = models.CharField(max_length=14, choices=ListState)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("step of a list")
        verbose_name_plural = _("steps of lists")
        default_permissions = ()
        ordering = ["filed_list_id", "recorded_at", "id"]
        indexes = [models.Index(fields=["filed_list", "recorded_at"], name="list_step_of_list")]

    def __str__(self) -> str:
        return f"{self.filed_list_id}: {self.act}"
