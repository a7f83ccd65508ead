"""Moving between units and merging records: what was asked, what was decided, what was kept."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deploy_admin.access import Actor, Reach
from deploy_admin.people.models.dated import OfWorkerQuerySet, Recorded
from deploy_admin.people.models.workers import HealthWorker
from deploy_admin.registry.models import Institution


class TransferState(models.TextChoices):
    """Where a request to take a person on stands."""

    ASKED = "asked", _("to be answered")
    AGREED = "agreed", _("agreed")
    DECLINED = "declined", pgettext_lazy("transfer", "declined")
    WITHDRAWN = "withdrawn", _("withdrawn")

    def may_become(self) -> frozenset[TransferState]:
        """Return the states this one may move to."""
        if self is TransferState.ASKED:
            return frozenset({TransferState.AGREED, TransferState.DECLINED, TransferState.WITHDRAWN})
        return frozenset()


class TransferRequestQuerySet(models.QuerySet["TransferRequest"]):
    def visible_to(self, actor: Actor) -> TransferRequestQuerySet:
        """Those from or to an institution the actor sees."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach not in (Reach.DISTRICT, Reach.UNIT):
            return self.none()
        seen = Institution.objects.visible_to(actor).order_by().values("pk")
        return self.filter(Q(from_institution__in=seen) | Q(to_institution__in=seen))

    def open(self) -> TransferRequestQuerySet:
        """Those nobody answered yet."""
        return self.filter(state=TransferState.ASKED)


class TransferRequest(Recorded):
    """A unit asks to take on a person who is on another's roster; that unit, or an officer over both, answers."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="transfer_requests")
    from_institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    to_institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    first_day = models.DateField(_("first day at the new unit"))
    department = models.CharField(_("department"), max_length=100, blank=True)
    staff_category = models.CharField(_("staff category"), max_length=24, blank=True)
    employment_mode = models.CharField(_("establishment kind"), max_length=24, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=TransferState, default=TransferState.ASKED)
    answered_by_id = models.BigIntegerField(null=True, blank=True)
    answered_by_name = models.CharField(max_length=150, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")

    objects = TransferRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer request")
        verbose_name_plural = _("transfer requests")
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="transfer_one_open",
                fields=["worker", "to_institution"],
                condition=Q(state="asked"),
                violation_error_code="transfer_asked",
                violation_error_message=_("This transfer is asked for already."),
            ),
            models.CheckConstraint(
                name="transfer_between_two",
                condition=~Q(from_institution=F("to_institution")),
                violation_error_code="transfer_to_itself",
                violation_error_message=_("A transfer goes from one unit to another."),
            ),
            models.CheckConstraint(
                name="transfer_answered_by_whom",
                condition=Q(state="asked", answered_at__isnull=True, answered_by_name="")
                | (~Q(state="asked") & Q(answered_at__isnull=False) & ~Q(answered_by_name="")),
                violation_error_code="answered_by_nobody",
                violation_error_message=_("An answer says who gave it and when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker_id}: {self.from_institution_id} → {self.to_institution_id}"


class MergeQuerySet(OfWorkerQuerySet):
    """How merges are read."""


class Merge(models.Model):
    """Two records of one person became one: what the dropped one held, as it was, with the officer and the reason."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="merges")  # the one kept
    dropped = models.OneToOneField(HealthWorker, models.PROTECT, related_name="merged_by")
    #: All that the dropped record and its rows held, field by field, and what became of each row: moved or set aside.
    kept = models.JSONField()
    reason = models.CharField(_("reason"), max_length=500)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="merge_has_reason",
                condition=~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(
                name="merge_of_two",
                condition=~Q(worker=F("dropped")),
                violation_error_code="merged_into_itself",
                violation_error_message=_("A record cannot be merged into itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dropped_id} → {self.worker_id}"
