"""A collection: one table from each of many units, workbooks sent out prefilled and files that came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.models.file import StoredFile
from deploy_admin.jobs.models.job import Job
from deploy_admin.jobs.models.upload import Upload


class UploadBatchQuerySet(models.QuerySet["UploadBatch"]):
    def visible_to(self, actor: Actor) -> UploadBatchQuerySet:
        """The collections this actor may know about: all for the city, for others those of their institution."""
        if actor.reach is Reach.ALL:
            return self
        if actor.reach in (Reach.DISTRICT, Reach.UNIT) and actor.institution_id is not None:
            return self.filter(institution_id=actor.institution_id)
        return self.none()


class UploadBatch(models.Model):
    """One collection: which table, for which year, in whose name, and what was made for it."""

    column_set = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    institution_id = models.BigIntegerField(null=True)
    created_by_id = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    work = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")  # the latest
    package = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")  # to send out
    marked = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")  # to send back

    objects = UploadBatchQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["column_set", "institution_id", "-id"], name="uploadbatch_by_institution")]

    def __str__(self) -> str:
        return f"{self.column_set} {self.pk}"


class Recognised(models.TextChoices):
    """By what the unit of a file was told."""

    MARKER = "marker", _("Mark in the workbook")
    FILE_NAME = "file_name", _("File name")
    ROWS = "rows", _("Rows")
    BY_HAND = "by_hand", _("By hand")


class BatchFile(models.Model):
    """One file of a collection: whose it is and how that was told, or why it waits for a hand."""

    batch = models.ForeignKey(UploadBatch, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)  # with the folders of the ZIP it came in
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    upload = models.ForeignKey(Upload, null=True, on_delete=models.SET_NULL, related_name="+")
    unit_id = models.BigIntegerField(null=True)
    unit_name = models.CharField(max_length=200, blank=True)
    recognised_by = models.CharField(max_length=10, choices=Recognised.choices, blank=True)
    problem = models.CharField(max_length=40, blank=True)  # a code of importing/batches/words.py
    problem_params = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="batchfile_told_or_problem",
                condition=~Q(problem="") | Q(unit_id__isnull=False),
                violation_error_code="neither_told_nor_problem",
                violation_error_message=_("A file of a collection is somebody's, or says what is wrong with it."),
            ),
            models.CheckConstraint(
                name="batchfile_recognised_known",
                condition=Q(recognised_by__in=["", *Recognised.values]),
                violation_error_code="unknown_recognition",
                violation_error_message=_("A file cannot have been recognised by this."),
            ),
        ]
        indexes = [models.Index(fields=["batch", "id"], name="batchfile_by_batch")]

    def __str__(self) -> str:
        return self.name
