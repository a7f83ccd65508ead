"""What an authority recognises as service, and the recorded events that a policy may let bar a person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deploy_admin.people import codes
from deploy_admin.people.models.dated import Documented, OfWorkerQuerySet
from deploy_admin.people.models.workers import HealthWorker


class RecognitionState(models.TextChoices):
    """Where a claim stands; the officer's decision ends it."""

    CLAIMED = "claimed", _("to be decided")
    RECOGNISED = "recognised", _("recognised")
    DECLINED = "declined", pgettext_lazy("recognition", "declined")

    def may_become(self) -> frozenset[RecognitionState]:
        """Return the states this one may move to."""
        if self is RecognitionState.CLAIMED:
            return frozenset({RecognitionState.RECOGNISED, RecognitionState.DECLINED})
        return frozenset()


class RecognitionQuerySet(OfWorkerQuerySet):
    """How recognitions are read."""

    def recognised(self) -> RecognitionQuerySet:
        """Those an officer recognised."""
        return self.filter(state=RecognitionState.RECOGNISED)


class Recognition(Documented):
    """Service outside this system's assignments, or something equal to it, by a document: claimed, then decided."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="recognitions")
    kind = models.CharField(_("kind"), max_length=24)
    served_from = models.DateField(_("first day"))
    served_to = models.DateField(_("last day"))
    place = models.CharField(_("place"), max_length=200, blank=True, default="")
    state = models.CharField(_("state"), max_length=12, choices=RecognitionState, default=RecognitionState.CLAIMED)
    decided_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    decided_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("recognised service")
        verbose_name_plural = _("recognised service")
        default_permissions = ()
        ordering = ["worker_id", "served_from"]
        constraints = [
            models.CheckConstraint(
                name="recognition_days_in_order",
                condition=Q(served_from__lte=F("served_to")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            models.CheckConstraint(
                name="recognition_kind_known",
                condition=Q(kind__in=codes.values(codes.RECOGNITIONS)),
                violation_error_code="recognition_unknown",
                violation_error_message=_("This kind of service is not in the code list."),
            ),
            models.CheckConstraint(
                name="recognition_has_document",
                condition=~Q(document=""),
                violation_error_code="document_missing",
                violation_error_message=_("Name the document on which the recognition rests."),
            ),
            models.CheckConstraint(
                name="recognition_decided_by_whom",
                condition=Q(state="claimed", decided_at__isnull=True, decided_by_name="")
                | (Q(state__in=["recognised", "declined"], decided_at__isnull=False) & ~Q(decided_by_name="")),
                violation_error_code="decision_by_nobody",
                violation_error_message=_("A decision says who decided and when."),
            ),
            models.CheckConstraint(
                name="recognition_second_person",
                condition=Q(decided_by_id__isnull=True)
                | Q(recorded_by_id__isnull=True)
                | ~Q(decided_by_id=F("recorded_by_id")),
                violation_error_code="second_person",
                violation_error_message=_("Somebody else decides on a claim: nobody on one's own."),
            ),
            models.UniqueConstraint(
                name="recognition_once",
                fields=["worker", "kind", "served_from", "served_to"],
                condition=Q(state__in=["claimed", "recognised"]),
                violation_error_code="recognition_twice",
                violation_error_message=_("This service is claimed already."),
            ),
        ]

    def __str__(self) -> str:
        return self.kind_label

    @property
    def kind_label(self) -> str:
        return codes.label(codes.RECOGNITIONS, self.kind)


class RecordedEventQuerySet(OfWorkerQuerySet):
    """How events are read."""

    def standing(self) -> RecordedEventQuerySet:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class RecordedEvent(Documented):
    """Something on a day that a policy may let bar the person for a while: a sanction, a result, a refusal."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="events")
    kind = models.CharField(_("event"), max_length=24)
    happened_on = models.DateField(_("day"))
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = RecordedEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("recorded event")
        verbose_name_plural = _("recorded events")
        default_permissions = ()
        ordering = ["worker_id", "happened_on"]
        constraints = [
            models.CheckConstraint(
                name="event_kind_known",
                condition=Q(kind__in=codes.values(codes.EVENTS)),
                violation_error_code="event_unknown",
                violation_error_message=_("This event is not in the code list."),
            ),
            models.CheckConstraint(
                name="event_has_document",
                condition=~Q(document=""),
                violation_error_code="document_missing",
                violation_error_message=_("Name the document that records the event."),
            ),
            models.CheckConstraint(
                name="event_withdrawn_by_whom",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_name="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by_name="")),
                violation_error_code="withdrawn_by_nobody",
                violation_error_message=_("What was withdrawn says by whom and when."),
            ),
            models.UniqueConstraint(
                name="event_once",
                fields=["worker", "kind", "happened_on"],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_code="event_twice",
                violation_error_message=_("This event is recorded already."),
            ),
        ]

    def __str__(self) -> str:
        return self.kind_label

    @property
    def kind_label(self) -> str:
        return codes.label(codes.EVENTS, self.kind)
