"""The second factor: enrolling an authenticator, verifying its codes, recovery codes, taking it away."""

from __future__ import annotations

import base64
import hashlib
import io
import secrets
from urllib.parse import quote, urlencode

import qrcode
import qrcode.image.svg
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.models import Device

from deploy_admin.access import Actor
from deploy_admin.accounts.models import Authenticator, RecoveryCodes, User
from deploy_admin.accounts.models.factors import DIGITS, STEP
from deploy_admin.accounts.rules import manages_everyone
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation

RECOVERY_CODES = 8
ISSUER = "deploy-admin"


def recovery_digest(code: str) -> str:
    """Return the form in which a recovery code is kept: 64 bits of SHA-256 over its 80 random ones."""
    plain = code.replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


@transaction.atomic
def begin_enrolment(*, user: User) -> Authenticator:
    """Return the authenticator that waits for its first code; a reload of the page shows the same secret."""
    _locked(user)
    return Authenticator.objects.filter(user=user, confirmed=False).first() or Authenticator.made_for(user)


def qr_image(device: Authenticator, user: User) -> str:
    """Return the QR code of the device as a data address of an SVG image, which the page's policy allows."""
    asked = {"secret": _base32(device), "algorithm": "SHA1", "digits": DIGITS, "period": STEP, "issuer": ISSUER}
    address = f"otpauth://totp/{ISSUER}:{quote(user.username)}?{urlencode(asked)}"
    drawn = io.BytesIO()
    qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, border=2).save(drawn)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


def secret_text(device: Authenticator) -> str:
    """Return the secret in groups of four, for typing it in."""
    text = _base32(device)
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def _base32(device: Authenticator) -> str:
    return base64.b32encode(device.secret).decode().rstrip("=")


def confirm_enrolment(*, user: User, code: str, by: Actor) -> tuple[Authenticator, list[str]]:
    """Take the authenticator into use with its first code; return it with fresh recovery codes, shown once."""
    with transaction.atomic():
        person = _locked(user)
        device = Authenticator.objects.select_for_update().filter(user=person, confirmed=False).first()
        if device is None:
            raise RuleViolation(_("No authenticator waits for its first code."), code="nothing_to_confirm")
        if device.verify_token(_digits(code)):
            Authenticator.objects.filter(user=person).exclude(pk=device.pk).delete()
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = _new_codes(person)
            audit.record(act="factor.enrolled", by=by, on=person)
            return device, codes
        audit.record(act="factor.refused", by=by, on=person, detail={"step": "enrolment"}, result="refused")
    raise _wrong(device)


def verify(*, user: User, code: str, by: Actor) -> Device:
    """Return the device whose code this is: the authenticator, or a recovery code, which is then spent.

    The devices are held while they are asked, so that of two sessions with one recovery code only one gets in. A
    refusal is written (the wait grows) before it is raised.
    """
    with transaction.atomic():
        person = _locked(user)
        typed = code.strip()
        device: Device | None
        if len(_digits(typed)) == 6 and len(typed.replace(" ", "")) == 6:
            device = Authenticator.objects.select_for_update().filter(user=person, confirmed=True).first()
            accepted = device is not None and device.verify_token(_digits(typed))
        else:
            device = RecoveryCodes.objects.select_for_update().filter(user=person, confirmed=True).first()
            accepted = device is not None and device.verify_token(recovery_digest(typed))
        if accepted:
            kind = "recovery_code" if isinstance(device, RecoveryCodes) else "authenticator"
            audit.record(act="factor.verified", by=by, on=person, detail={"with": kind})
            return device
        audit.record(act="factor.refused", by=by, on=person, result="refused")
    raise _wrong(device)


@transaction.atomic
def renew_recovery_codes(*, user: User, by: Actor) -> list[str]:
    """Replace the recovery codes; the old ones end, the new ones are shown once."""
    person = _locked(user)
    if not Authenticator.objects.filter(user=person, confirmed=True).exists():
        raise RuleViolation(_("Set up an authenticator first."), code="no_authenticator")
    codes = _new_codes(person)
    audit.record(act="factor.codes_renewed", by=by, on=person)
    return codes


@transaction.atomic
def reset_factor(*, user: User, by: Actor) -> None:
    """Take away a lost second factor: the security administrator's act, on another person's account only."""
    if not manages_everyone(by):
        raise RuleViolation(_("The security administrator resets second factors."), code="security_administrator_only")
    if by.user_id == user.pk:
        raise RuleViolation(_("Nobody resets their own second factor."), code="own_account")
    person = _locked(user)
    Authenticator.objects.filter(user=person).delete()
    RecoveryCodes.objects.filter(user=person).delete()
    audit.record(act="factor.reset", by=by, on=person)


def codes_left(user: User) -> int:
    """Return how many recovery codes are unspent."""
    return sum(RecoveryCodes.objects.filter(user=user).values_list("left", flat=True))


def _new_codes(person: User) -> list[str]:
    held = RecoveryCodes.objects.filter(user=person).first() or RecoveryCodes(user=person, name="recovery")
    plain = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _number in range(RECOVERY_CODES)]
    held.hold([recovery_digest(code) for code in plain])
    held.save()
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in plain]


def _digits(code: str) -> str:
    return "".join(character for character in code if character.isdecimal() and character.isascii())


def _wrong(device: Device | None) -> RuleViolation:
    if device is not None:
        allowed, why = device.verify_is_allowed()
        if not allowed and why and why.get("failure_count", 0) > 2:
            sentence = _(
                "Several codes were wrong. Wait a moment, then type the code that the authenticator shows then."
            )
            return RuleViolation(sentence, code="factor_throttled", fields={"code": sentence})
    sentence = _("This code is not right, or it has been used. Type the one that the authenticator shows now.")
    return RuleViolation(sentence, code="factor_wrong", fields={"code": sentence})
