"""A stored file: its bytes in PostgreSQL, so that they are transactional and every host sees them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from deploy_admin import sealing
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import files

PURPOSE = "jobs.file"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, actor: Actor) -> StoredFileQuerySet:
        """The files this actor may read: what each kind's owner lets it see, and what it stored itself."""
        return self.filter(files.visible(actor))

    def for_list(self) -> StoredFileQuerySet:
        """Everything but the bytes, newest first."""
        return self.defer("content").order_by("-pk")


class StoredFile(models.Model):
    """One file as it was received or made; its bytes never change. Digest and size are those of the plain file."""

    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=60)
    content = models.BinaryField()
    content_type = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    sealed = models.BooleanField(default=False)  # it may hold ID numbers: the bytes are encrypted
    removed_at = models.DateTimeField(null=True)  # when its bytes were deleted, the time for keeping them being over
    owner_institution_id = models.BigIntegerField(null=True)
    created_by_id = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="storedfile_size_is_true",
                condition=Q(removed_at__isnull=False, content=b"")
                | Q(removed_at__isnull=True, sealed=False, size=Length("content"))
                | Q(removed_at__isnull=True, sealed=True, size=Length("content") - sealing.OVERHEAD),
                violation_error_code="size_wrong",
                violation_error_message=_("The stored size differs from the bytes."),
            ),
            models.CheckConstraint(
                name="storedfile_digest_whole",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_code="digest_wrong",
                violation_error_message=_("A stored file carries its SHA-256 digest."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "owner_institution_id"], name="storedfile_by_owner")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("jobs:download", args=[self.pk])

    def read(self) -> bytes:
        """Return the plain bytes."""
        if self.removed_at is not None:
            raise RuleViolation(
                gettext("The file was deleted when the time for keeping it was over; its digest is still here."),
                code="file_removed",
            )
        if self.sealed:
            return sealing.vault().open_bytes(self.content, PURPOSE, self.sha256.encode())
        return bytes(self.content)
