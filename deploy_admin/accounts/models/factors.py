"""The second factor at rest: authenticators' secrets and recovery codes, sealed and bound to their person."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from deploy_admin.accounts.models.users import User
from deploy_admin.sealing import SealedColumn, vault

STEP = 30  # seconds that a code holds
DIGITS = 6
TOLERANCE = 1  # codes before and after the present one
SECRET_BYTES = 20
SECRET_PURPOSE = "accounts.authenticator"  # noqa: S105 -- the name of a purpose
CODES_PURPOSE = "accounts.recovery_codes"


def place_of(user_id: int) -> bytes:
    """Return what the seals of a person's second factor are bound to: they open in that person's row only."""
    return str(user_id).encode()


class Authenticator(TimestampMixin, ThrottlingMixin, Device):
    """An app on a person's phone that shows codes by RFC 6238; its secret is readable with the field keys only."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key_sealed = models.BinaryField(editable=False)
    #: By how many steps the phone's clock was off, and the step of the last code taken: no code is taken twice.
    drift = models.SmallIntegerField(default=0)
    last_t = models.BigIntegerField(default=-1)

    objects: ClassVar[models.Manager[Authenticator]] = models.Manager()

    class Meta:
        verbose_name = _("Authenticator")
        verbose_name_plural = _("Authenticators")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="accounts_authenticator_one",
                fields=["user"],
                condition=Q(confirmed=True),
                violation_error_code="authenticator_twice",
                violation_error_message=_("This person has an authenticator already."),
            ),
        ]

    @classmethod
    def made_for(cls, user: User, *, confirmed: bool = False) -> Authenticator:
        """Make an authenticator with a secret of its own; it counts once its first code was given."""
        sealed = vault().seal_bytes(secrets.token_bytes(SECRET_BYTES), SECRET_PURPOSE, place_of(user.pk))
        return cls.objects.create(user=user, name="authenticator", confirmed=confirmed, key_sealed=sealed)

    @property
    def secret(self) -> bytes:
        """The secret that phone and house share."""
        return vault().open_bytes(self.key_sealed, SECRET_PURPOSE, place_of(self.user_id))

    def verify_token(self, token: str) -> bool:
        """Whether this is the present code or its neighbour, newer than the last taken. The caller holds the row."""
        if not self.verify_is_allowed()[0]:
            return False
        clockwork = TOTP(self.secret, STEP, 0, DIGITS, self.drift)
        clockwork.time = time.time()
        if token.isdecimal() and clockwork.verify(int(token), TOLERANCE, self.last_t + 1):
            self.last_t, self.drift = clockwork.t(), clockwork.drift
            self.throttle_reset(commit=False)
            self.set_last_used_timestamp(commit=False)
            self.save()
            return True
        self.throttle_increment(commit=True)
        return False

    def get_throttle_factor(self) -> int:
        """Seconds to wait after a wrong code; they double with each further one."""
        return 1


class RecoveryCodes(TimestampMixin, ThrottlingMixin, Device):
    """A person's unspent recovery codes: only their digests, and these sealed; how many are left stands open."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digests_sealed = models.BinaryField(editable=False)
    left = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[models.Manager[RecoveryCodes]] = models.Manager()

    class Meta:
        verbose_name = _("Recovery codes")
        verbose_name_plural = _("Recovery codes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="accounts_recovery_codes_one",
                fields=["user"],
                violation_error_code="recovery_codes_twice",
                violation_error_message=_("This person has recovery codes already."),
            ),
        ]

    @property
    def digests(self) -> list[str]:
        """The digests of the codes that are left."""
        found: list[str] = json.loads(vault().open(self.digests_sealed, CODES_PURPOSE, place_of(self.user_id)))
        return found

    def hold(self, digests: Collection[str]) -> None:
        """Seal these digests as what is left; the caller saves."""
        self.digests_sealed = vault().seal(json.dumps(list(digests)), CODES_PURPOSE, place_of(self.user_id))
        self.left = len(digests)

    def verify_token(self, token: str) -> bool:
        """Whether `token`, a digest, is one that is left; it is spent with this. The caller holds the row."""
        if not self.verify_is_allowed()[0]:
            return False
        digests = self.digests
        spent = next((digest for digest in digests if hmac.compare_digest(digest, token)), None)
        if spent is None:
            self.throttle_increment(commit=True)
            return False
        self.hold([digest for digest in digests if digest != spent])
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def get_throttle_factor(self) -> int:
        """Seconds to wait after a wrong code; they double with each further one."""
        return 1


#: For the rotation of the field keys.
SEALED = (
    SealedColumn("accounts.Authenticator", "key_sealed", SECRET_PURPOSE, ("user_id",), place_of),
    SealedColumn("accounts.RecoveryCodes", "digests_sealed", CODES_PURPOSE, ("user_id",), place_of),
)
