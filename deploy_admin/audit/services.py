"""Writing the record: one call beside every act, in its transaction. If it cannot be written, nothing was done."""

from __future__ import annotations

import json
import logging
from typing import Any, Protocol, runtime_checkable

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from deploy_admin.access import Actor
from deploy_admin.audit import chain, context
from deploy_admin.audit.models import Event, Result

log = logging.getLogger(__name__)


@runtime_checkable
class Described(Protocol):
    """An actor that also says, for the record, where it acts and in whose place."""

    @property
    def institution_label(self) -> str: ...
    @property
    def on_behalf_of(self) -> str: ...


def record(
    *,
    act: str,
    by: Actor,
    on: models.Model | None = None,
    label: str = "",
    detail: dict[str, Any] | None = None,
    result: str = Result.DONE,
) -> Event:
    """Record that `by` did `act` (a dotted code) to `on`. Raises whatever the database raises: no record, no act."""
    origin = context.current()
    event = Event(
        user_id=by.user_id,
        membership_id=by.membership_id,
        actor_name=by.name[:150],
        role=by.role or "",
        on_behalf_of=by.on_behalf_of[:150] if isinstance(by, Described) else "",
        institution_id=by.institution_id,
        institution_label=by.institution_label[:200] if isinstance(by, Described) else "",
        act=act,
        result=result,
        object_type=on._meta.label_lower if on is not None else "",
        object_id=on.pk if on is not None and isinstance(on.pk, int) else None,
        object_label=(label or (str(on) if on is not None else ""))[:300],
        object_institution_id=_institution_of(on),
        detail=json.loads(json.dumps(detail or {}, cls=DjangoJSONEncoder, ensure_ascii=False)),
        ip=origin.ip,
        request_id=origin.request_id[:64],
        user_agent=origin.user_agent[:300],
    )
    event.save(force_insert=True)
    return event


def seal() -> int:
    """Tie the open events to the chain; return how many."""
    return chain.seal()


def verify_chain() -> chain.Verification:
    """Check the whole chain; `broken` names the first row that does not hold."""
    return chain.verify()


def verify_and_record(*, by: Actor) -> chain.Verification:
    """Check the whole chain and record what was found: a broken chain is on the record, and in the log."""
    found = chain.verify()
    detail: dict[str, Any] = {"checked": found.checked, "head": found.head, "overdue": found.overdue}
    if found.broken:
        log.error("audit chain broken at %s: %s", found.broken.sequence, found.broken.reason)
        detail |= {
            "broken_at": found.broken.sequence,
            "event": found.broken.event_id,
            "reason": found.broken.reason,
        }
    record(act="audit.verified", by=by, detail=detail, result=Result.DONE if found.sound else Result.REFUSED)
    return found


def _institution_of(on: models.Model | None) -> int | None:
    """Return the institution that the object belongs to: the institution itself, or whichever its row names."""
    if on is None:
        return None
    if on._meta.label_lower == "registry.institution":
        return on.pk if isinstance(on.pk, int) else None
    for name in ("institution_id", "owner_institution_id"):
        value = getattr(on, name, None)
        if isinstance(value, int):
            return value
    return None
