"""Telling people what waits for them, and that it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs.models import Notice


@transaction.atomic
def notify(
    *,
    code: str,
    params: Mapping[str, Any],
    url: str,
    institution_id: int | None,
    roles: Iterable[Role] | None,
    user_id: int | None = None,
    due_on: date | None = None,
    key: str,
) -> None:
    """Open the notice `key`, or bring the open one up to date: there is one open notice per key."""
    address = {
        "code": code,
        "params": dict(params),
        "url": url,
        "institution_id": institution_id,
        "roles": sorted(role.value for role in roles or ()),
        "user_id": user_id,
        "due_on": due_on,
    }
    Notice.objects.bulk_create(
        [Notice(key=key, settled_at=None, **address)], ignore_conflicts=True
    )  # the unique open key decides a race
    Notice.objects.open().filter(key=key).update(**address)


def settle(*, key: str) -> None:
    """Close the open notice `key`, if there is one: the thing is done."""
    Notice.objects.open().filter(key=key).update(settled_at=clock.now())


def keep(
    prefix: str,
    wanted: Mapping[str, Mapping[str, Any]],
    *,
    opening: bool = True,
    closing: bool = True,
    among: Iterable[str] | None = None,
) -> None:
    """Bring the open notices whose key begins with `prefix` into line with `wanted` (key → the notice's columns).

    `among` leaves all others alone: for who knows of a few keys only. Four statements at most, whatever their number.
    The unique open key decides a race.
    """
    rows = Notice.objects.open().filter(key__startswith=prefix)
    there = {notice.key: notice for notice in (rows if among is None else rows.filter(key__in=list(among)))}
    if closing and (done := [notice.pk for key, notice in there.items() if key not in wanted]):
        Notice.objects.filter(pk__in=done).update(settled_at=clock.now())
    other = []
    for key, columns in wanted.items():
        if (notice := there.get(key)) is not None and notice.params != columns["params"]:
            notice.params = columns["params"]
            other.append(notice)
    if other:
        Notice.objects.bulk_update(other, ["params"], batch_size=1000)
    if opening and (new := [Notice(key=key, **columns) for key, columns in wanted.items() if key not in there]):
        Notice.objects.bulk_create(new, ignore_conflicts=True)


def hand_over(*, from_user_id: int, to_user_id: int, institution_id: int | None) -> int:
    """Move what waits for one person, on account of this institution or of none, to the successor; return how many."""
    waiting = Notice.objects.open().filter(user_id=from_user_id)
    return waiting.filter(Q(institution_id=institution_id) | Q(institution_id=None)).update(user_id=to_user_id)
