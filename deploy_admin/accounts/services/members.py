"""Who acts for a unit: adding, replacing, ending, resuming, standing in, managing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, Actor, Role
from deploy_admin.accounts.models import Membership, User
from deploy_admin.accounts.rules import may_grant, may_manage, roles_at
from deploy_admin.accounts.services import people, workers
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution, InstitutionProfile

ONE_DAY = timedelta(days=1)
#: An auditor's capacity ends by date, and this is the longest one.
LONGEST_AUDIT = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A capacity just given, with the one-time password of a new account (empty for a person who has one)."""

    membership: Membership
    password: str


def _refuse(message: str, code: str, field: str = "") -> RuleViolation:
    return RuleViolation(message, code=code, fields={field: message} if field else None)


def _check(
    *, role: Role, institution: Institution | None, manages_unit: bool, first: date, last: date | None, by: Actor
) -> None:
    """Refuse a capacity that does not exist there, that the actor cannot give, or an auditor's without an end."""
    if not may_grant(by, role, institution.pk if institution else None, manages_unit=manages_unit):
        raise _refuse(_("You cannot give this capacity here."), "capacity_not_yours", "role")
    if institution is not None:
        profile = InstitutionProfile.objects.standing(clock.today()).filter(institution=institution).first()
        if profile is None or (role not in roles_at(profile.kind, profile.tier) and role not in ADMINISTRATORS):
            raise _refuse(_("This capacity does not exist at this institution."), "capacity_not_there", "role")
    if role is Role.AUDITOR and (last is None or last - first > LONGEST_AUDIT):
        raise _refuse(
            _("An auditor's capacity ends within a year: give its last day."), "auditor_without_end", "valid_to"
        )


def _save(membership: Membership) -> Membership:
    """Write a capacity, one at a time per person: two at once would deadlock in the constraint that compares them."""
    User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
    with refusals():
        membership.save(force_insert=True)
    return membership


def held(membership: Membership, version: int | None = None) -> Membership:
    """Read the capacity again and hold it; refuse when it has been written since the page was made."""
    row = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=membership.pk)
    if version is not None and row.version != version:
        raise Conflict(
            _("Somebody else has changed this capacity in the meantime."),
            code="version_conflict",
            context={
                "yours": {"version": version},
                "theirs": {"version": row.version, "valid_to": row.valid_to and row.valid_to.isoformat()},
            },
        )
    return row


def _write(row: Membership, *fields: str) -> None:
    row.version += 1
    with refusals():
        row.save(update_fields=[*fields, "version"])


@transaction.atomic
def grant(
    *,
    user: User,
    role: Role,
    institution: Institution | None,
    valid_from: date,
    valid_to: date | None = None,
    manages_unit: bool = False,
    worker: HealthWorker | None = None,
    by: Actor,
) -> Membership:
    """Give a person who has an account one more capacity. Nobody gives themselves anything.

    A deployed person's names the health worker whose record it shows.
    """
    if by.user_id is not None and by.user_id == user.pk:
        raise _refuse(_("Nobody gives themselves a capacity."), "own_grant")
    _check(role=role, institution=institution, manages_unit=manages_unit, first=valid_from, last=valid_to, by=by)
    if worker is not None:
        workers.refuse_unless_theirs(role=role, institution=institution, worker=worker, by=by)
    membership = _save(
        Membership(
            user=user,
            role=role,
            institution=institution,
            manages_unit=manages_unit,
            worker=worker,
            linked_on=max(valid_from, clock.today()) if worker is not None else None,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    audit.record(
        act="member.granted",
        by=by,
        on=membership,
        label=f"{user.name} · {role.label}",
        detail={"username": user.username, "role": role, "from": valid_from, "to": valid_to, "manager": manages_unit},
    )
    if worker is not None:
        workers.note_link(membership, worker, by)
    return membership


@transaction.atomic
def add_member(
    *,
    username: str,
    name: str,
    role: Role,
    institution: Institution | None,
    valid_from: date,
    valid_to: date | None = None,
    manages_unit: bool = False,
    worker: HealthWorker | None = None,
    by: Actor,
) -> Admitted:
    """Open an account for a new person and give it its first capacity; the password is returned once."""
    _check(role=role, institution=institution, manages_unit=manages_unit, first=valid_from, last=valid_to, by=by)
    user, password = people.open_account(username=username, name=name, by=by)
    membership = grant(
        user=user,
        role=role,
        institution=institution,
        valid_from=valid_from,
        valid_to=valid_to,
        manages_unit=manages_unit,
        worker=worker,
        by=by,
    )
    return Admitted(membership, password)


def _refuse_unless_managing(by: Actor, membership: Membership) -> None:
    if not may_manage(by, membership.institution_id):
        raise _refuse(_("You do not look after this unit's people."), "not_your_unit")
    if by.user_id is not None and by.user_id == membership.user_id:
        raise _refuse(_("Nobody changes their own capacity."), "own_membership")


def _end(row: Membership, last_day: date) -> list[Membership]:
    """Set the last day, and that of whoever stands in for this capacity longer; return the substitutes ended."""
    row.valid_to = last_day
    _write(row, "valid_to")
    later = row.substitutes.select_for_update(of=("self",), no_key=True).filter(valid_to__gt=last_day)
    ended = []
    for substitute in later:  # a handful at the most
        if substitute.valid_from > last_day:
            substitute.valid_to = substitute.valid_from  # it never takes effect: its first day is its last
        else:
            substitute.valid_to = last_day
        _write(substitute, "valid_to")
        ended.append(substitute)
    return ended


@transaction.atomic
def end_membership(
    *, membership: Membership, last_day: date, reason: str, version: int | None = None, by: Actor
) -> Membership:
    """End a capacity with `last_day` served; yesterday at the earliest, because what was done was done in it."""
    _refuse_unless_managing(by, membership)
    row = held(membership, version)
    if row.valid_to is not None and row.valid_to <= min(last_day, clock.today() - ONE_DAY):
        raise _refuse(_("This capacity has ended already."), "already_ended")
    if last_day < max(row.valid_from, clock.today() - ONE_DAY):
        raise _refuse(
            _("The last day is yesterday at the earliest, and not before the first."), "too_early", "last_day"
        )
    ended = _end(row, last_day)
    audit.record(
        act="member.ended",
        by=by,
        on=row,
        label=f"{row.user.name} · {row.role_label}",
        detail={"last_day": last_day, "reason": reason, "substitutes_ended": [s.pk for s in ended]},
    )
    return row


@transaction.atomic
def replace_member(
    *,
    membership: Membership,
    on: date,
    username: str = "",
    name: str = "",
    successor: User | None = None,
    version: int | None = None,
    by: Actor,
) -> Admitted:
    """Put a successor in the place of a person from `on`: same capacity, the open notices move along.

    The successor is a new account (username and name) or a person who has one.
    """
    _refuse_unless_managing(by, membership)
    row = held(membership, version)
    if row.substitute_for_id is not None:
        raise _refuse(_("End the substitution and name another substitute instead."), "substitution_not_replaced")
    if row.valid_to is not None and row.valid_to < on:
        raise _refuse(_("This capacity has ended: somebody may have replaced this person already."), "already_ended")
    if on < clock.today():
        raise _refuse(_("The successor begins today at the earliest."), "too_early", "on")
    last_to = row.valid_to
    _end(row, max(row.valid_from, on - ONE_DAY))
    if successor is None:
        admitted = add_member(
            username=username,
            name=name,
            role=row.kind,
            institution=row.institution,
            valid_from=on,
            valid_to=last_to,
            manages_unit=row.manages_unit,
            by=by,
        )
    else:
        membership = grant(
            user=successor,
            role=row.kind,
            institution=row.institution,
            valid_from=on,
            valid_to=last_to,
            manages_unit=row.manages_unit,
            by=by,
        )
        admitted = Admitted(membership, "")
    moved = jobs.hand_over(
        from_user_id=row.user_id, to_user_id=admitted.membership.user_id, institution_id=row.institution_id
    )
    audit.record(
        act="member.replaced",
        by=by,
        on=row,
        label=f"{row.user.name} → {admitted.membership.user.name} · {row.role_label}",
        detail={"on": on, "successor": admitted.membership.user.username, "notices_moved": moved},
    )
    return admitted


@transaction.atomic
def resume_membership(*, membership: Membership, valid_to: date | None = None, by: Actor) -> Admitted:
    """Take a person back into an ended capacity from today, as a new row; a closed account opens with it."""
    _refuse_unless_managing(by, membership)
    row = held(membership)
    today = clock.today()
    if row.holds_on(today) and row.user.is_active:
        raise _refuse(_("This person is active in this capacity."), "still_active")
    password = ""
    if not row.user.is_active:
        _user, password = people.enable_account(user=row.user, by=by)
    if row.holds_on(today):
        return Admitted(row, password)
    if row.substitute_for_id is not None:
        raise _refuse(_("A substitution is named anew, with its dates."), "substitution_not_resumed")
    resumed = grant(
        user=row.user,
        role=row.kind,
        institution=row.institution,
        valid_from=today,
        valid_to=valid_to,
        manages_unit=row.manages_unit,
        worker=row.worker,
        by=by,
    )
    return Admitted(resumed, password)


@transaction.atomic
def appoint_substitute(
    *, membership: Membership, user: User, valid_from: date, valid_to: date, by: Actor
) -> Membership:
    """Let a colleague act in this capacity from one day to another; the record then names both."""
    if not may_manage(by, membership.institution_id):
        raise _refuse(_("You do not look after this unit's people."), "not_your_unit")
    row = held(membership)
    if row.substitute_for_id is not None:
        raise _refuse(
            _("A substitute has no substitute: name one for the person themselves."), "substitute_of_substitute"
        )
    if row.kind in ADMINISTRATORS:
        raise _refuse(_("Nobody stands in for an administrator."), "administrator_alone")
    if user.pk == row.user_id or user.pk == by.user_id:
        raise _refuse(_("A substitute is a third person: neither the absent one nor you."), "own_substitute", "user")
    colleagues = Membership.objects.filter(user=user, user__is_active=True, institution=row.institution)
    if not colleagues.valid_on(clock.today()).exists():
        raise _refuse(_("A substitute comes from the same unit's own people."), "not_a_colleague", "user")
    if valid_from < clock.today() or not row.holds_on(valid_from) or not row.holds_on(valid_to):
        raise _refuse(
            _("The substitution lies within the capacity it stands in for, today at the earliest."),
            "dates_outside",
            "valid_to",
        )
    substitute = _save(
        Membership(
            user=user,
            role=row.role,
            institution_id=row.institution_id,
            substitute_for=row,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    audit.record(
        act="member.substituted",
        by=by,
        on=substitute,
        label=f"{user.name} · {row.role_label} · {row.user.name}",
        detail={"for": row.user.username, "substitute": user.username, "from": valid_from, "to": valid_to},
    )
    return substitute


@transaction.atomic
def link_worker(
    *, membership: Membership, worker: HealthWorker | None, version: int | None = None, by: Actor
) -> Membership:
    """Say which health worker a deployed person is; with None the capacity shows nobody's record any more."""
    _refuse_unless_managing(by, membership)
    row = held(membership, version)
    if worker is not None:
        workers.refuse_unless_theirs(role=row.kind, institution=row.institution, worker=worker, by=by)
    before = row.worker_id
    if before != (worker.pk if worker is not None else None):
        row.worker = worker
        row.linked_on = max(row.valid_from, clock.today()) if worker is not None else None
        _write(row, "worker", "linked_on")
        workers.note_link(row, worker, by, before)
    return row


@transaction.atomic
def set_unit_manager(*, membership: Membership, manages: bool, version: int | None = None, by: Actor) -> Membership:
    """Make somebody a manager of the unit's people, or no longer one."""
    _refuse_unless_managing(by, membership)
    row = held(membership, version)
    if row.substitute_for_id is not None or row.kind in ADMINISTRATORS:
        raise _refuse(_("This capacity cannot manage a unit's people."), "cannot_manage")
    if row.manages_unit != manages:
        row.manages_unit = manages
        _write(row, "manages_unit")
        audit.record(
            act="member.made_manager" if manages else "member.manager_ended",
            by=by,
            on=row,
            label=f"{row.user.name} · {row.role_label}",
        )
    return row
