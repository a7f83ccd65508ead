"""A write of a connected system under its Idempotency-Key: done once, and answered alike however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.accounts.actors import TokenActor
from deploy_admin.db import refusals

#: How long an answer is kept.
KEPT = timedelta(days=30)
LONGEST_KEY = 100
#: Where answers are kept: the app that has the table says so when it is ready.
_tables: list[Any] = []


class KeyInUse(APIException):
    """The same key is being worked on at this moment."""

    status_code = 409
    default_detail = gettext_lazy("This Idempotency-Key is being used for another write at this moment.")
    default_code = "key_in_use"
    wait = 1


class KeyReused(APIException):
    """The key stands for another request."""

    status_code = 422
    default_detail = gettext_lazy("This Idempotency-Key was used for another request; take a new key for each write.")
    default_code = "key_reused"


class Answer(NamedTuple):
    """What the write was answered, and whether it had been done before."""

    status: int
    body: Any
    repeated: bool


def keep_in(table: Any) -> None:
    """Keep the answers in this table from now on."""
    _tables[:] = [table]


def key_of(header: str | None) -> str:
    """Return the key a request gives; refuse a request without one."""
    key = (header or "").strip()
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ValidationError(
            {"Idempotency-Key": [_("Give each write a key of its own, of at most 100 plain characters.")]}
        )
    return key


@transaction.atomic
def once(*, by: Actor, key: str, address: str, body: bytes, act: Callable[[], Any]) -> Answer:
    """Do `act` unless this caller's key stands for it already; the answer is kept with what it did, or not at all."""
    caller, table = _caller(by), _tables[0]
    digest = hashlib.sha256(address.encode() + b"\n" + body).hexdigest()
    if not _alone(caller, key):
        raise KeyInUse
    held = table.objects.filter(membership_id=caller, key=key).first()
    if held is not None:
        if held.request_sha256 != digest:
            raise KeyReused
        return Answer(held.status, held.answer, True)
    answer = act()
    with refusals():
        table.objects.create(
            membership_id=caller, key=key, request_sha256=digest, status=200, answer=answer, made_at=clock.now()
        )
    return Answer(200, answer, False)


def forget_old() -> int:
    """Delete the answers that were kept long enough; return how many."""
    deleted: int = _tables[0].objects.filter(made_at__lt=clock.now() - KEPT).delete()[0]
    return deleted


def _caller(by: Actor) -> int:
    """Return whose keys these are: the membership's, or of a machine its token's, told apart by the sign."""
    if isinstance(by, TokenActor):
        return -int(by.token.pk)
    return by.membership_id or 0


def _alone(caller: int, key: str) -> bool:
    """Hold the key to the end of the transaction, if nobody does."""
    number = hashlib.sha256(f"idempotent:{caller}:{key}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(number, "big", signed=True)])
        return bool(cursor.fetchone()[0])
