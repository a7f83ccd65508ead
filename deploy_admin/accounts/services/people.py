"""A person's account: its password, whether it is open, and the one-time passwords that others hand out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor, Role
from deploy_admin.accounts import lockout, passwords
from deploy_admin.accounts.models import Membership, PasswordHistory, User
from deploy_admin.accounts.rules import may_care_for
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation

UNUSED_AFTER = timedelta(days=90)


def _locked(user: User) -> User:
    """Read the account again and hold it: whoever changes it waits for the other."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def refuse_unless_caring(by: Actor, user: User) -> None:
    """Refuse whoever does not look after this person's account."""
    if not may_care_for(by, user):
        raise RuleViolation(
            _("This account is looked after by its own unit's manager or the security administrator."),
            code="not_your_account",
        )


def _set(user: User, password: str, *, by_oneself: bool) -> None:
    """Store a password with its history; the session hash changes with it, so other sessions end."""
    if user.has_usable_password():
        PasswordHistory.objects.create(user=user, password=user.password)
        kept = user.password_history.order_by("-set_at", "-pk").values("pk")[: passwords.REMEMBERED]
        user.password_history.exclude(pk__in=kept).delete()
    user.set_password(password)
    user.must_change_password = not by_oneself
    user.password_changed_at = clock.now() if by_oneself else None
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])


@transaction.atomic
def change_password(*, user: User, password: str, by: Actor) -> User:
    """Give oneself a new password, by the rules; what somebody else handed out ends here."""
    person = _locked(user)
    try:
        validate_password(password, person)
    except ValidationError as faults:
        raise RuleViolation(
            " ".join(faults.messages), code="password_refused", fields={"new_password": " ".join(faults.messages)}
        ) from faults
    _set(person, password, by_oneself=True)
    audit.record(act="password.changed", by=by, on=person)
    return person


@transaction.atomic
def hand_out_password(*, user: User, by: Actor) -> str:
    """Give the person a one-time password, returned once; the first sign-in with it must change it."""
    refuse_unless_caring(by, user)
    if by.user_id == user.pk:
        raise RuleViolation(_("Change your own password on your own page."), code="own_account")
    person = _locked(user)
    password = passwords.one_time_password()
    _set(person, password, by_oneself=False)
    lockout.unlock(person.username)
    audit.record(act="password.handed_out", by=by, on=person)
    return password


@transaction.atomic
def open_account(*, username: str, name: str, by: Actor) -> tuple[User, str]:
    """Make an account with a one-time password, returned once. What it may do is the membership's matter."""
    canonical = User.canonical(username)
    try:
        User._meta.get_field("username").run_validators(canonical)
    except ValidationError as faults:
        raise RuleViolation(
            faults.messages[0], code="username_form", fields={"username": faults.messages[0]}
        ) from faults
    password = passwords.one_time_password()
    try:
        with refusals():
            user = User(username=canonical, name=name.strip())
            user.set_password(password)
            user.save(force_insert=True)
    except Exception as error:
        if User.objects.filter(username=canonical).exists():
            sentence = _("This username is taken.")
            raise RuleViolation(sentence, code="username_taken", fields={"username": sentence}) from error
        raise
    audit.record(act="account.opened", by=by, on=user)
    return user, password


@transaction.atomic
def disable_account(*, user: User, reason: str, by: Actor) -> User:
    """Close an account at once: open sessions end with the next request. Its capacities stay as they are."""
    refuse_unless_caring(by, user)
    if by.user_id == user.pk:
        raise RuleViolation(_("Nobody closes the account they are using."), code="own_account")
    person = _locked(user)
    if not person.is_active:
        return person
    person.is_active, person.disabled_at, person.disabled_reason = False, clock.now(), reason.strip()
    with refusals():
        person.save(update_fields=["is_active", "disabled_at", "disabled_reason"])
    audit.record(act="account.disabled", by=by, on=person, detail={"reason": person.disabled_reason})
    return person


@transaction.atomic
def enable_account(*, user: User, by: Actor) -> tuple[User, str]:
    """Open a closed account again, with a one-time password, returned once (empty where it was open already)."""
    refuse_unless_caring(by, user)
    person = _locked(user)
    if person.is_active:
        return person, ""
    password = passwords.one_time_password()
    person.is_active, person.disabled_at, person.disabled_reason = True, None, ""
    person.last_seen_at = clock.now()  # the ninety days begin anew
    person.save(update_fields=["is_active", "disabled_at", "disabled_reason", "last_seen_at"])
    _set(person, password, by_oneself=False)
    lockout.unlock(person.username)
    audit.record(act="account.enabled", by=by, on=person)
    return person, password


@transaction.atomic
def unlock(*, user: User, by: Actor) -> int:
    """Let a person locked out by failed sign-ins try again; return how many rows of failures there were."""
    refuse_unless_caring(by, user)
    count = lockout.unlock(user.username)
    audit.record(act="account.unlocked", by=by, on=user)
    return count


@transaction.atomic
def disable_unused() -> int:
    """Close what nobody has used for 90 days, as one act; return how many.

    One security administrator stays in any case, or nobody could open the others again.
    """
    limit = clock.now() - UNUSED_AFTER
    unused = User.objects.filter(is_active=True, is_demo=False).annotate(seen=Coalesce("last_seen_at", "created_at"))
    guardians = Membership.objects.filter(role=Role.SECURITY_ADMIN, user__is_active=True).valid_on(clock.today())
    keep = guardians.order_by(Coalesce("user__last_seen_at", "user__created_at").desc()).values_list(
        "user_id", flat=True
    )[:1]
    rows = list(
        unused.filter(seen__lt=limit)
        .filter(~Q(pk__in=list(keep)))
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", "username")
    )
    return _close_unused([pk for pk, _name in rows], [username for _pk, username in rows])


def _close_unused(ids: Collection[int], usernames: list[str]) -> int:
    if not ids:
        return 0
    User.objects.filter(pk__in=ids).update(
        is_active=False, disabled_at=clock.now(), disabled_reason="unused for 90 days"
    )
    audit.record(act="account.disabled_unused", by=SYSTEM, detail={"usernames": usernames, "count": len(usernames)})
    return len(usernames)
