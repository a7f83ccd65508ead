"""What a person says is wrong in the own record; the own unit's personnel office answers."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.dated import OfWorkerQuerySet


class CorrectionRequestQuerySet(OfWorkerQuerySet):
    """How requests are read."""

    def open(self) -> Self:
        """Those nobody answered yet."""
        return self.filter(answered_at__isnull=True)

    def for_list(self) -> Self:
        """The open ones first, the oldest of them on top; then the answered, the latest first."""
        return self.order_by(F("answered_at").desc(nulls_first=True), "asked_at", "pk")


class CorrectionRequest(models.Model):
    """One message of a person about the own record, and the answer to it."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="correction_requests")
    text = models.CharField(_("what is wrong"), max_length=1000)
    asked_by_id = models.BigIntegerField(null=True, editable=False)
    asked_by_name = models.CharField(max_length=150, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    answered_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    answered_by_name = models.CharField(max_length=150, blank=True, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction request")
        verbose_name_plural = _("correction requests")
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="correction_says_what",
                condition=~Q(text=""),
                violation_error_code="text_missing",
                violation_error_message=_("Write what is wrong."),
            ),
            models.CheckConstraint(
                name="correction_answered_by_whom",
                condition=Q(answered_at__isnull=True, answered_by_name="", answer="")
                | (Q(answered_at__isnull=False) & ~Q(answered_by_name="") & ~Q(answer="")),
                violation_error_code="answered_by_nobody",
                violation_error_message=_("An answer says what, who gave it and when."),
            ),
            models.UniqueConstraint(
                name="correction_one_open",
                fields=["worker", "text"],
                condition=Q(answered_at__isnull=True),
                violation_error_code="correction_asked",
                violation_error_message=_("This was asked already and waits for an answer."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return reverse("assignments:correction_answer", args=[self.pk])
