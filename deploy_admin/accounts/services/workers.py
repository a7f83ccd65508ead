"""Whose record a deployed person's capacity shows: linking it to a health worker, and following that person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor, Permission, Role
from deploy_admin.accounts.actors import living
from deploy_admin.accounts.models import Membership, MembershipQuerySet
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.people.models.workers import HealthWorkerQuerySet
from deploy_admin.registry import reach
from deploy_admin.registry.models import Institution

#: So many are named where several could be meant.
OFFERED = 5


def people_of(institution: Institution, by: Actor) -> HealthWorkerQuerySet:
    """Return the people of this unit and its branches today, as far as the actor may see people at all."""
    if not by.can(Permission.PEOPLE_VIEW):
        return HealthWorker.objects.none()
    today = clock.today()
    here = reach.unit_and_relatives(institution.pk, today)
    return HealthWorker.objects.visible_to(by).living().employed_at(here, today)


def worker_named(text: str, people: HealthWorkerQuerySet) -> HealthWorker:
    """Return the one person meant by a name, initials or person number; refuse none or several, and say which."""
    wanted = text.strip()
    exact: list[HealthWorker] = list(people.filter(Q(number=wanted.upper()) | Q(name=wanted))[: OFFERED + 1])
    found = exact or list(people.search(wanted).order_by("pinyin", "pk")[: OFFERED + 1])
    if len(found) == 1:
        return found[0]
    if not found:
        raise RuleViolation(
            _("Nobody of this unit has this name or person number: enter the person in the unit's roster first."),
            code="worker_unknown",
        )
    listed = "、".join(f"{person.name} {person.number}" for person in found[:OFFERED])
    if len(found) > OFFERED:
        listed += " …"
    raise RuleViolation(
        _("Several people fit, type the person number: %(people)s") % {"people": listed}, code="worker_ambiguous"
    )


def refuse_unless_theirs(*, role: Role, institution: Institution | None, worker: HealthWorker, by: Actor) -> None:
    """Refuse a health worker whom this capacity cannot be about."""
    if role is not Role.DEPLOYED_PERSON or institution is None:
        sentence = _("Only a deployed person's capacity names a health worker.")
        raise RuleViolation(sentence, code="worker_of_another_role", fields={"worker": sentence})
    if not people_of(institution, by).filter(pk=worker.pk).exists():
        sentence = _("This person does not work at this unit today.")
        raise RuleViolation(sentence, code="worker_of_another_unit", fields={"worker": sentence})


def note_link(membership: Membership, worker: HealthWorker | None, by: Actor, before: int | None = None) -> None:
    """Put on record whose record the capacity shows from now on, and whose it showed before."""
    audit.record(
        act="member.linked" if worker is not None else "member.unlinked",
        by=by,
        on=membership,
        label=f"{membership.user.name} · {worker.number if worker is not None else '—'}",
        detail={"worker": worker.pk if worker is not None else None, "before": before},
    )


@transaction.atomic
def follow_people(*, by: Actor = SYSTEM) -> int:
    """Let capacities follow their people: to the record into which theirs was merged, to the unit they moved to.

    Returns how many followed. Whoever left without a new employer keeps the view of the own record until the unit
    ends the capacity. Safe to run again.
    """
    today = clock.today()
    held = Membership.objects.filter(worker__isnull=False).valid_on(today)
    return _follow_merges(held, by) + _follow_transfers(held, today, by)


def after_merge(kept_id: int, dropped_id: int) -> None:
    """Let a capacity that showed the dropped record show the one kept, in the merge's own transaction."""
    held = Membership.objects.filter(worker__isnull=False).valid_on(clock.today())
    if held.filter(worker_id=dropped_id).exists():
        _follow_merges(held, SYSTEM)


def _follow_merges(held: MembershipQuerySet, by: Actor) -> int:
    rows = held.filter(worker__merged_into__isnull=False).select_related("user", "worker")
    count = 0
    for row in rows.select_for_update(of=("self",), no_key=True):  # a handful: duplicates who also sign in
        into: int | None = living(row.worker_id or 0)
        if held.filter(worker_id=into).exists():
            into = None  # that record is shown to another account of the same person already
        before, row.worker_id = row.worker_id, into
        row.version += 1
        row.save(update_fields=["worker", "version"])
        _note_following(row, by, {"worker": into, "merged": before})
        count += 1
    return count


def _follow_transfers(held: MembershipQuerySet, today: date, by: Actor) -> int:
    elsewhere = Employment.objects.filter(worker=OuterRef("worker"), is_current=True).on(today)
    elsewhere = elsewhere.exclude(institution=OuterRef("institution"))
    moved = held.filter(role=Role.DEPLOYED_PERSON, substitute_for__isnull=True, valid_from__lt=today)
    moved = moved.filter(Exists(elsewhere)).annotate(now_at=Subquery(elsewhere.values("institution")[:1]))
    count = 0
    rows: Any = moved.select_related("user").select_for_update(of=("self",), no_key=True)
    for row in rows:  # a handful: who moved since the last time
        there: int = row.now_at
        if there in reach.unit_and_relatives(row.institution_id or 0, today):
            continue
        last_to, row.valid_to = row.valid_to, today - timedelta(days=1)
        row.version += 1
        row.save(update_fields=["valid_to", "version"])
        followed = (
            Membership.objects.valid_on(today).filter(user=row.user, institution_id=there, role=row.role).first()
        )
        if followed is None:
            followed = Membership(
                user=row.user, institution_id=there, role=row.role, valid_from=today, valid_to=last_to
            )
        followed.worker_id, followed.linked_on = row.worker_id, today
        followed.save()
        _note_following(followed, by, {"from": row.pk, "institution": there})
        count += 1
    return count


def _note_following(row: Membership, by: Actor, detail: dict[str, int | None]) -> None:
    audit.record(act="member.followed", by=by, on=row, label=f"{row.user.name} · {row.role_label}", detail=detail)
