"""Campaigns, the slots people fill in them, and what each unit puts in place for one."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.kinds import WITHOUT_SCHEME, ChecklistItem, Kind
from assignments.states import CampaignState
from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people.models.dated import Documented, Recorded
from deploy_admin.registry.models import Institution


class CampaignQuerySet(models.QuerySet[Any]):
    """How campaigns are read."""

    def visible_to(self, actor: Actor) -> Self:
        """All for the city; one's own as an authority; those one's people are in; and, once open, those above one."""
        if actor.reach is Reach.ALL:
            return self.all()
        from assignments.models.assignments import Assignment
        from assignments.reach import authorities_above

        mine = Assignment.objects.visible_to(actor).order_by().filter(campaign=OuterRef("pk"))
        seen = Q(Exists(mine))
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            seen |= Q(authority__in=actor.institution_ids)
            seen |= Q(state__in=[CampaignState.OPEN, CampaignState.CLOSED], authority__in=authorities_above(actor))
        return self.filter(seen)

    def living(self) -> Self:
        """Without those that were withdrawn."""
        return self.exclude(state=CampaignState.WITHDRAWN)

    def for_list(self) -> Self:
        """With the authority read along, the latest first."""
        return self.select_related("authority").order_by("-year", "-batch", "kind", "pk")


class Campaign(Recorded):
    """One round of a scheme: the year people count in, its batch, its windows and where its people go."""

    authority = models.ForeignKey(
        Institution, models.PROTECT, related_name="campaigns", verbose_name=_("competent authority")
    )
    #: Whose rules govern, and whose quotas its people count for.
    scheme = models.CharField(_("scheme"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
    year = models.PositiveSmallIntegerField(_("year"))
    batch = models.PositiveSmallIntegerField(_("batch"), default=1)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=12, choices=CampaignState, default=CampaignState.DRAFT)
    planned_number = models.PositiveIntegerField(_("planned number"), null=True, blank=True)
    planned_is_approximate = models.BooleanField(_("approximate"), default=False)
    requests_from = models.DateField(_("staffing requests from"), null=True, blank=True)
    requests_to = models.DateField(_("staffing requests until"), null=True, blank=True)
    nominations_from = models.DateField(_("nominations from"), null=True, blank=True)
    nominations_to = models.DateField(_("nominations until"), null=True, blank=True)
    briefing_on = models.DateField(_("briefing"), null=True, blank=True)
    briefing_place = models.CharField(_("place of the briefing"), max_length=200, blank=True, default="")
    reporting_on = models.DateField(_("reporting day"), null=True, blank=True)
    starts_on = models.DateField(_("first day on post"))
    term_months = models.PositiveSmallIntegerField(_("months"), default=12)
    term_days = models.PositiveSmallIntegerField(_("and days"), default=0)
    #: Where this batch goes: a condition on receiving units in the policies' language; empty: as the policy says.
    destinations = models.JSONField(_("destinations"), default=dict, blank=True)
    destinations_note = models.CharField(_("destinations in words"), max_length=300, blank=True, default="")
    document = models.CharField(_("document"), max_length=200, blank=True, default="")
    document_number = models.CharField(_("document number"), max_length=100, blank=True, default="")
    document_date = models.DateField(_("document date"), null=True, blank=True)
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        default_permissions = ()
        ordering = ["-year", "-batch", "id"]
        constraints = [
            models.UniqueConstraint(
                name="campaign_once",
                fields=["authority", "scheme", "kind", "year", "batch"],
                condition=~Q(state="withdrawn"),
                violation_error_code="campaign_twice",
                violation_error_message=_("This batch of the year is there already."),
            ),
            models.CheckConstraint(
                name="campaign_kind_known",
                condition=Q(kind__in=Kind.values),
                violation_error_code="kind_unknown",
                violation_error_message=_("This kind of assignment is not in the code list."),
            ),
            models.CheckConstraint(
                name="campaign_state_known",
                condition=Q(state__in=CampaignState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="campaign_year_sane",
                condition=Q(year__gte=2010) & Q(year__lte=2100) & Q(batch__gte=1) & Q(batch__lte=99),
                violation_error_code="year_or_batch",
                violation_error_message=_("A year from 2010 on and a batch from 1 on are expected."),
            ),
            models.CheckConstraint(
                name="campaign_has_a_term",
                condition=Q(term_months__lte=120)
                & Q(term_days__lte=366)
                & (Q(term_months__gt=0) | Q(term_days__gt=0)),
                violation_error_code="term_missing",
                violation_error_message=_("Say for how many months or days people are sent."),
            ),
            models.CheckConstraint(
                name="campaign_windows_in_order",
                condition=(
                    Q(requests_from__isnull=True)
                    | Q(requests_to__isnull=True)
                    | Q(requests_from__lte=F("requests_to"))
                )
                & (
                    Q(nominations_from__isnull=True)
                    | Q(nominations_to__isnull=True)
                    | Q(nominations_from__lte=F("nominations_to"))
                ),
                violation_error_code="window_reversed",
                violation_error_message=_("A window opens before it closes."),
            ),
            models.CheckConstraint(
                name="campaign_has_a_name",
                condition=~Q(name="") & (~Q(scheme="") | Q(kind__in=[kind.value for kind in WITHOUT_SCHEME])),
                violation_error_code="name_missing",
                violation_error_message=_("A campaign has a name and a scheme."),
            ),
        ]
        indexes = [
            models.Index(fields=["scheme", "year"], name="campaign_of_year"),
            models.Index(fields=["updated_at", "id"], name="campaign_by_update"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("assignments:campaign", args=[self.pk])


class SlotQuerySet(models.QuerySet["Slot"]):
    """How slots are read: through the assignments in them."""


class Slot(models.Model):
    """One place to be filled in a campaign on account of one sending unit, by one or successive people."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="slots")
    sending_unit = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    receiving_unit = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    speciality = models.CharField(_("speciality"), max_length=100, blank=True, default="")
    #: Since when nobody fills it although somebody should: a replacement is due.
    replacement_due_on = models.DateField(_("replacement due"), null=True, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        default_permissions = ()
        ordering = ["id"]
        indexes = [models.Index(fields=["campaign", "sending_unit"], name="slot_of_campaign")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class UnitDutyQuerySet(models.QuerySet["UnitDuty"]):
    """How a unit's checklist is read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the units the actor sees."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            return self.filter(institution__in=Institution.objects.visible_to(actor).order_by().values("pk"))
        return self.none()


class UnitDuty(Documented):
    """One item of a sending or receiving unit's checklist for a campaign, with the day it was done."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="duties")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("unit"))
    item = models.CharField(_("item"), max_length=24, choices=ChecklistItem)
    done_on = models.DateField(_("done on"))
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")

    objects = UnitDutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        default_permissions = ()
        ordering = ["campaign_id", "institution_id", "item"]
        constraints = [
            models.UniqueConstraint(
                name="unit_duty_once",
                fields=["campaign", "institution", "item"],
                violation_error_code="duty_twice",
                violation_error_message=_("This item is recorded already."),
            ),
            models.CheckConstraint(
                name="unit_duty_item_known",
                condition=Q(item__in=ChecklistItem.values),
                violation_error_code="item_unknown",
                violation_error_message=_("This item is not on the checklist."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)
