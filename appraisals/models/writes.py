"""What a connected system wrote, by the key it gave: the same key twice writes once and gets the same answer."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IdempotentWrite(models.Model):
    """One write of a client under its Idempotency-Key, with the answer it was given; kept for some weeks."""

    membership_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    #: SHA-256 of address and body: the same key with another body is refused.
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("write of a connected system")
        verbose_name_plural = _("writes of connected systems")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="idempotent_write_once",
                fields=["membership_id", "key"],
                violation_error_code="key_taken",
                violation_error_message=_("This Idempotency-Key is being used for another write at this moment."),
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="idempotent_write_by_age")]

    def __str__(self) -> str:
        return self.key
