"""Inspections: who was there, what was found, what was ordered, what was recorded as a sanction."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.kinds import InspectionKind, Presence
from assignments.models.assignments import Assignment
from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.dated import Documented
from deploy_admin.registry.models import Institution


class InspectionQuerySet(models.QuerySet[Any]):
    """How inspections are read."""

    def visible_to(self, actor: Actor) -> Self:
        """All for the city; those at units the actor sees; a planned one is told to its unit once it took place."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is Reach.DISTRICT:
            units = Institution.objects.visible_to(actor).order_by().values("pk")
            return self.filter(Q(institution__in=units) | Q(authority__in=actor.institution_ids))
        if actor.reach is Reach.UNIT:
            return self.filter(institution__in=actor.institution_ids, closed_at__isnull=False)
        return self.none()

    def for_list(self) -> Self:
        return self.order_by("-on", "-pk")


class Inspection(Documented):
    """One visit of an authority at one unit: at a receiving unit to see who is there, at a sending unit who is not."""

    authority = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("competent authority"))
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="inspections", verbose_name=_("unit inspected")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=InspectionKind)
    on = models.DateField(_("day"))
    inspectors = models.CharField(_("inspectors"), max_length=200)
    summary = models.CharField(_("summary"), max_length=2000, blank=True, default="")
    #: When it was closed: from then on its unit sees it and nothing of it changes.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(default=1)
    #: Moved by every act about it, the answers to its orders included.
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        default_permissions = ()
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="inspection_by_somebody",
                condition=~Q(inspectors="") & Q(kind__in=InspectionKind.values),
                violation_error_code="inspectors_missing",
                violation_error_message=_("Say who inspects, and how."),
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "on"], name="inspection_of_unit"),
            models.Index(fields=["updated_at", "id"], name="inspection_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.on} #{self.institution_id}"

    def get_absolute_url(self) -> str:
        return reverse("assignments:inspection", args=[self.pk])


class OfInspectionQuerySet(models.QuerySet[Any]):
    """How what belongs to an inspection is read."""

    def visible_to(self, actor: Actor) -> Self:
        """What belongs to inspections this actor may know about."""
        return self.filter(inspection__in=Inspection.objects.visible_to(actor).order_by().values("pk"))


class PresenceCheck(models.Model):
    """What an inspection found of one person; at most one line each."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="presences")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="presences")
    result = models.CharField(_("result"), max_length=16, choices=Presence)
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")

    objects = OfInspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        default_permissions = ()
        ordering = ["inspection_id", "id"]
        constraints = [
            models.UniqueConstraint(
                name="presence_once",
                fields=["inspection", "assignment"],
                violation_error_code="presence_twice",
                violation_error_message=_("This person is on the list already."),
            ),
            models.CheckConstraint(
                name="presence_known",
                condition=Q(result__in=Presence.values),
                violation_error_code="presence_unknown",
                violation_error_message=_("This result is not in the code list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id}: {self.result}"


class Finding(models.Model):
    """Something an inspection found, about the unit or about one person there, with the order to put it right."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, blank=True, related_name="findings")
    text = models.CharField(_("finding"), max_length=1000)
    order = models.CharField(_("corrective order"), max_length=1000, blank=True, default="")
    due_on = models.DateField(_("to be corrected by"), null=True, blank=True)
    #: What the unit answers, and who of the authority found it done.
    answer = models.CharField(_("what was done"), max_length=1000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    on_behalf = models.BooleanField(_("entered on behalf"), default=False)
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    settled_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = OfInspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        default_permissions = ()
        ordering = ["inspection_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="finding_order_has_a_day",
                condition=~Q(text="") & (Q(order="", due_on__isnull=True) | (~Q(order="") & Q(due_on__isnull=False))),
                violation_error_code="order_incomplete",
                violation_error_message=_("A corrective order says by when."),
            ),
            models.CheckConstraint(
                name="finding_settled_by_whom",
                condition=Q(settled_on__isnull=True, settled_by_name="")
                | (Q(settled_on__isnull=False) & ~Q(settled_by_name="")),
                violation_error_code="settled_by_nobody",
                violation_error_message=_("What is settled says by whom and when."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class SanctionQuerySet(models.QuerySet[Any]):
    """How sanctions are read."""

    def visible_to(self, actor: Actor) -> Self:
        """As assignments: those of people and units the actor sees; a receiving unit only those against itself."""
        if actor.reach is Reach.ALL:
            return self.all()
        people = HealthWorker.objects.visible_to(actor).order_by().values("pk")
        if actor.reach is Reach.SELF:
            return self.filter(worker__in=people)
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            units = Institution.objects.visible_to(actor).order_by().values("pk")
            return self.filter(Q(worker__in=people) | Q(worker__isnull=True, institution__in=units))
        return self.none()


class Sanction(Documented):
    """A sanction that a competent body decided, recorded with its legal basis; nothing follows by itself."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, null=True, blank=True, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("unit"))
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, blank=True, related_name="sanctions")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="sanctions")
    legal_basis = models.CharField(_("legal basis"), max_length=300)
    text = models.CharField(_("sanction"), max_length=500)
    decided_on = models.DateField(_("decided on"))
    deciding_body = models.CharField(_("deciding body"), max_length=200)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")
        default_permissions = ()
        ordering = ["-decided_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="sanction_has_a_basis",
                condition=~Q(legal_basis="") & ~Q(text="") & ~Q(deciding_body=""),
                violation_error_code="basis_missing",
                violation_error_message=_("A sanction names its legal basis and the body that decided."),
            ),
            models.CheckConstraint(
                name="sanction_recorded_after",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("recorded_at")),
                violation_error_code="withdrawn_before",
                violation_error_message=_("Nothing is withdrawn before it was recorded."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
