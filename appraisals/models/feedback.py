"""Feedback letters: what a district told a sending unit about a month, and who has received it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appraisals.models.releases import ReleasedScore
from appraisals.states import ReleaseKind
from assignments.models import IssuedPaper
from deploy_admin.access import Actor, Reach
from deploy_admin.registry.models import Institution


class FeedbackLetterQuerySet(models.QuerySet[Any]):
    """How letters are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the own authority, those of the district's units, and those addressed to the own unit."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is Reach.DISTRICT:
            units = Institution.objects.visible_to(actor).order_by().values("pk")
            return self.filter(Q(authority__in=actor.institution_ids) | Q(sending_unit__in=units))
        if actor.reach is Reach.UNIT:
            return self.filter(sending_unit__in=actor.institution_ids)
        return self.none()

    def unreceived(self) -> Self:
        return self.filter(received_at__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("paper").order_by("-month", "sending_unit_id", "sequence")


class FeedbackLetter(models.Model):
    """One letter about one month from an authority to one sending unit; later ones are supplements or corrections."""

    authority = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("authority"))
    sending_unit = models.ForeignKey(
        Institution, models.PROTECT, related_name="feedback_letters", verbose_name=_("sending unit")
    )
    month = models.DateField(_("month"))
    sequence = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(_("kind"), max_length=12, choices=ReleaseKind)
    #: Content, number, PDF, DOCX, check code, stamped scan.
    paper = models.OneToOneField(IssuedPaper, models.PROTECT, related_name="feedback_letter")
    people = models.PositiveIntegerField(_("people"))
    sent_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_by_name = models.CharField(max_length=150, editable=False)
    received_at = models.DateTimeField(null=True, blank=True, editable=False)
    received_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    received_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = FeedbackLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback letter")
        verbose_name_plural = _("feedback letters")
        default_permissions = ()
        ordering = ["-month", "sending_unit_id", "sequence"]
        constraints = [
            models.UniqueConstraint(
                name="feedback_letter_once",
                fields=["authority", "sending_unit", "month", "sequence"],
                violation_error_code="letter_twice",
                violation_error_message=_("This letter has been issued already."),
            ),
            models.CheckConstraint(
                name="feedback_letter_received_by_whom",
                condition=Q(received_at__isnull=True, received_by_name="")
                | (Q(received_at__isnull=False) & ~Q(received_by_name="")),
                violation_error_code="received_by_nobody",
                violation_error_message=_("A received letter says who received it and when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sending_unit_id} {self.month:%Y-%m} {self.sequence}"

    def get_absolute_url(self) -> str:
        return reverse("appraisals:letter", args=[self.pk])


class LetterLine(models.Model):
    """One released score that a letter tells of; each is told once."""

    letter = models.ForeignKey(FeedbackLetter, models.PROTECT, related_name="lines")
    released = models.OneToOneField(ReleasedScore, models.PROTECT, related_name="letter_line")

    class Meta:
        verbose_name = _("line of a letter")
        verbose_name_plural = _("lines of letters")
        default_permissions = ()
        ordering = ["letter_id", "id"]

    def __str__(self) -> str:
        return f"{self.letter_id}: {self.released_id}"
