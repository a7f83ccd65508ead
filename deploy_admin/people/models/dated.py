"""What rows about a person share: who entered them and when, and that they are reached through the person."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor
from deploy_admin.jobs.models import StoredFile


class OfWorkerQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The rows about people this actor may know about."""
        from deploy_admin.people.models.workers import HealthWorker

        return self.filter(worker__in=HealthWorker.objects.visible_to(actor).order_by().values("pk"))


class Recorded(models.Model):
    """Who wrote the row and when."""

    recorded_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    recorded_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Documented(Recorded):
    """A row that rests on a document: what it is called, its number and date, and a scan where there is one."""

    document = models.CharField(_("document"), max_length=200, blank=True, default="")
    document_number = models.CharField(_("document number"), max_length=100, blank=True, default="")
    document_date = models.DateField(_("document date"), null=True, blank=True)
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scan")
    )

    class Meta:
        abstract = True
