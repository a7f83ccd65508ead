"""The password rules that Django does not bring: length by role, classes of characters, history, age."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS
from deploy_admin.accounts.models import User

SHORTEST = 8
SHORTEST_FOR_ADMINISTRATORS = 12
CLASSES_NEEDED = 3
REMEMBERED = 5
#: Letters and digits that nobody confuses when reading them aloud, plus two signs: 16 of these carry over 90 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+"


def classes_of(password: str) -> int:
    """Return how many of the four classes occur: small letters, capitals, digits, anything else."""
    return sum(
        (
            any(c.islower() for c in password),
            any(c.isupper() for c in password),
            any(c.isdigit() for c in password),
            any(not (c.islower() or c.isupper() or c.isdigit()) for c in password),
        )
    )


def administers(user: Any) -> bool:
    """Whether the person is, was or will be one of the three administrators: the stricter rule holds throughout."""
    return user.pk is not None and user.memberships.filter(role__in=list(ADMINISTRATORS)).exists()


class LengthAndClassesValidator:
    """At least 8 characters (administrators 12) of 3 of the 4 classes, without the username in it."""

    def validate(self, password: str, user: User | None = None) -> None:
        shortest = SHORTEST_FOR_ADMINISTRATORS if isinstance(user, User) and administers(user) else SHORTEST
        faults = []
        if len(password) < shortest:
            faults.append(
                ValidationError(
                    ngettext(
                        "The password needs at least %(count)d character.",
                        "The password needs at least %(count)d characters.",
                        shortest,
                    )
                    % {"count": shortest},
                    code="password_too_short",
                )
            )
        if classes_of(password) < CLASSES_NEEDED:
            faults.append(
                ValidationError(
                    _("Use three of these four: small letters, capital letters, digits, other signs."),
                    code="password_too_plain",
                )
            )
        username = getattr(user, "username", "")
        if username and username.lower() in password.lower():
            faults.append(
                ValidationError(_("The password must not contain the username."), code="password_contains_username")
            )
        if faults:
            raise ValidationError(faults)

    def get_help_text(self) -> str:
        """Say the rule before it is broken."""
        return _(
            "At least 8 characters (administrators 12), three of: small letters, capital letters, digits, "
            "other signs; not the username."
        )


class HistoryValidator:
    """None of the last five passwords, the present one included."""

    def validate(self, password: str, user: User | None = None) -> None:
        if not isinstance(user, User) or user.pk is None:
            return
        former = user.password_history.order_by("-set_at", "-pk").values_list("password", flat=True)[:REMEMBERED]
        present = [user.password] if user.has_usable_password() else []
        if any(check_password(password, encoded) for encoded in {*present, *former}):
            raise ValidationError(
                ngettext(
                    "This is the last password: take another one.",
                    "This is one of the last %(count)d passwords: take another one.",
                    REMEMBERED,
                )
                % {"count": REMEMBERED},
                code="password_used_before",
            )

    def get_help_text(self) -> str:
        """Say the rule before it is broken."""
        return _("Not one of your last five passwords.")


def one_time_password() -> str:
    """Return a random password that meets every rule, to be read out or copied once."""
    while True:
        password = "".join(secrets.choice(ALPHABET) for _position in range(16))
        if classes_of(password) >= CLASSES_NEEDED and password[0] not in "-+":
            return password


def is_overdue(user: User) -> bool:
    """Whether the password must be changed now: handed out by somebody else, or older than 90 days."""
    if user.must_change_password or user.password_changed_at is None:
        return True
    if settings.DEMO and user.is_demo:  # its password is printed at every start
        return False
    return user.password_changed_at < clock.now() - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
