"""Two records of one person become one: rows move where they fit, and all that the dropped record held is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people import names
from deploy_admin.people.models import (
    Employment,
    HealthWorker,
    HeldDocument,
    Licence,
    Merge,
    Recognition,
    RecordedEvent,
    Title,
    TransferRequest,
    Unavailability,
)
from deploy_admin.people.models.history import TransferState
from deploy_admin.people.models.recognitions import RecognitionState
from deploy_admin.people.services import duplicates, hooks, inbox, rows
from deploy_admin.people.services.persons import PERSON

ID_COLUMNS = ("id_sealed", "id_digest", "id_masked", "born_on", "sex")


@dataclass
class _Told:
    """What became of the dropped record's rows."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: models.Model, fate: str, why: str = "") -> None:
        self.rows.append(
            {"model": row._meta.model_name, "id": row.pk, "fate": fate, "why": why, "values": _values(row)}
        )


def _values(row: models.Model) -> dict[str, Any]:
    """Return every column of a row but its own key and the person's."""
    held = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    return {name: value for name, value in held.items() if name not in ("id", "worker_id")}


@transaction.atomic
def merge(
    *,
    keep: HealthWorker,
    drop: HealthWorker,
    reason: str,
    keep_version: int,
    drop_version: int,
    by: Actor,
) -> Merge:
    """Make `drop` one with `keep`: empty facts are filled, rows move, what collides is set aside and kept as it was.

    The dropped row stays, sealed ID included, and points to the one kept; whoever finds it is led there.
    """
    rows.allow(by, Permission.PEOPLE_MERGE)
    if keep.pk == drop.pk:
        raise RuleViolation(_("A record cannot be merged into itself."), "merged_into_itself")
    text = rows.reason_given(reason)
    hooks.merging(keep.pk, drop.pk)
    versions = {keep.pk: keep_version, drop.pk: drop_version}
    for worker in sorted((keep, drop), key=lambda one: one.pk):  # one order for everybody: no two merges wait
        rows.take(worker, versions[worker.pk], by, permission=Permission.PEOPLE_MERGE)
    told = _Told()
    person = _person(drop)
    filled = _fill(keep, drop)
    with refusals():
        _move_employments(keep, drop, told)
        _move_holdings(keep, drop, told)
        _move_recognitions(keep, drop, told)
        _move_requests(keep, drop, told, by)
        HealthWorker.objects.filter(merged_into=drop).update(merged_into=keep, updated_at=clock.now())
        Merge.objects.filter(worker=drop).update(worker=keep)
        duplicates.follow_merge(keep, drop)
        done = Merge.objects.create(
            worker=keep,
            dropped=drop,
            kept=json.loads(
                json.dumps({"person": person, "filled": sorted(filled), "rows": told.rows}, cls=DjangoJSONEncoder)
            ),
            reason=text,
            by_id=by.user_id,
            by_name=by.name[:150],
            at=clock.now(),
        )
        hooks.merged(keep.pk, drop.pk)
    audit.record(
        act="people.merged",
        by=by,
        on=keep,
        detail={
            "dropped": {"worker": drop.pk, "number": drop.number, "name": drop.name, "id": drop.id_masked},
            "reason": text,
            "filled": sorted(filled),
            "moved": sum(row["fate"] == "moved" for row in told.rows),
            "set_aside": sum(row["fate"] == "set_aside" for row in told.rows),
        },
    )
    return done


def _person(worker: HealthWorker) -> dict[str, Any]:
    """Return what the record said of the person: the ID masked, of the birth the month."""
    facts = {name: getattr(worker, name) for name in PERSON if name != "born_on"}
    return {"number": worker.number, "id": worker.id_masked, "born": worker.birth_month} | facts


def _fill(keep: HealthWorker, drop: HealthWorker) -> set[str]:
    """Fill what `keep` does not say from `drop`, the ID with what it says; return the names of what was filled."""
    values: dict[str, Any] = {}
    if keep.id_digest is None and drop.id_digest is not None:
        values = {name: getattr(drop, name) for name in ID_COLUMNS}
    for name in PERSON:
        here, there = getattr(keep, name), getattr(drop, name)
        if name not in values and here in ("", None, "0") and there not in ("", None, "0"):
            values[name] = there
    if keep.id_digest is not None:
        values = {name: value for name, value in values.items() if name not in ("sex", "born_on")}
    rows.write(drop, {"merged_into": keep})  # first: of two living records only one bears the number
    if "name" in values:
        values["pinyin"], values["initials"] = names.keys(values["name"])
    if values:
        rows.write(keep, values)
    return {"national_id" if name == "id_masked" else name for name in values} - {
        "id_sealed",
        "id_digest",
        "pinyin",
        "initials",
    }


def _overlap(one: Any, other: Any) -> bool:
    """Whether the periods of two rows share a day."""
    return bool(
        (one.valid_to is None or other.valid_from <= one.valid_to)
        and (other.valid_to is None or one.valid_from <= other.valid_to)
    )


def _move(
    model: type[models.Model],
    keep: HealthWorker,
    drop: HealthWorker,
    told: _Told,
    collide: Callable[[Any, Any], bool],
    why: str,
) -> None:
    """Move the rows that collide with none of the kept record's; delete the others, told in full."""
    held: list[Any] = list(model._default_manager.filter(worker=keep))
    moving: list[Any] = []
    aside: list[Any] = []
    for row in model._default_manager.filter(worker=drop).order_by("pk"):
        fits = not any(collide(row, other) for other in held)
        (moving if fits else aside).append(row)
        told.add(row, "moved" if fits else "set_aside", "" if fits else why)
        if fits:
            held.append(row)
    _delete(aside)
    model._default_manager.filter(pk__in=[row.pk for row in moving]).update(worker=keep)


def _delete(found: Iterable[models.Model]) -> None:
    for model, ids in _by_model(found).items():
        model._default_manager.filter(pk__in=ids).delete()


def _by_model(found: Iterable[models.Model]) -> dict[type[models.Model], list[Any]]:
    grouped: dict[type[models.Model], list[Any]] = {}
    for row in found:
        grouped.setdefault(type(row), []).append(row.pk)
    return grouped


def _move_employments(keep: HealthWorker, drop: HealthWorker, told: _Told) -> None:
    both = Employment.objects.filter(worker__in=(keep, drop))
    both.filter(is_current=True).update(is_current=False)
    _move(Employment, keep, drop, told, _overlap, "employed_elsewhere")
    latest = Employment.objects.filter(worker=keep).order_by("-valid_from").first()
    if latest is not None:
        rows.write(latest, {"is_current": True})


def _move_holdings(keep: HealthWorker, drop: HealthWorker, told: _Told) -> None:
    _move(
        Title,
        keep,
        drop,
        told,
        lambda a, b: (a.code, a.scope, None, None) == (b.code, b.scope, a.revoked_on, b.revoked_on),
        "title_twice",
    )
    _move(
        Licence,
        keep,
        drop,
        told,
        lambda a, b: (a.kind, None, None) == (b.kind, a.ended_on, b.ended_on),
        "licence_twice",
    )
    _move(HeldDocument, keep, drop, told, lambda a, b: (a.name, a.number) == (b.name, b.number), "document_twice")
    _move(
        Unavailability,
        keep,
        drop,
        told,
        lambda a, b: a.kind == b.kind and a.withdrawn_at is None and b.withdrawn_at is None and _overlap(a, b),
        "unavailable_twice",
    )
    _move(
        RecordedEvent,
        keep,
        drop,
        told,
        lambda a, b: (a.kind, a.happened_on, None, None) == (b.kind, b.happened_on, a.withdrawn_at, b.withdrawn_at),
        "event_twice",
    )


def _service(row: Recognition) -> tuple[str, date, date]:
    return row.kind, row.served_from, row.served_to


def _move_recognitions(keep: HealthWorker, drop: HealthWorker, told: _Told) -> None:
    """Of two claims of the same service one is set aside: the undecided one, whichever record it stood on."""
    recognised = {_service(row) for row in Recognition.objects.filter(worker=drop).recognised()}
    weaker = [
        row
        for row in Recognition.objects.filter(worker=keep, state=RecognitionState.CLAIMED)
        if _service(row) in recognised
    ]
    for row in weaker:
        told.add(row, "set_aside", "recognition_twice")
    inbox.recognitions_settled([row.pk for row in weaker])
    _delete(weaker)
    standing = (RecognitionState.CLAIMED, RecognitionState.RECOGNISED)
    before = len(told.rows)
    _move(
        Recognition,
        keep,
        drop,
        told,
        lambda a, b: _service(a) == _service(b) and a.state in standing and b.state in standing,
        "recognition_twice",
    )
    inbox.recognitions_settled([row["id"] for row in told.rows[before:] if row["fate"] == "set_aside"])


def _move_requests(keep: HealthWorker, drop: HealthWorker, told: _Told, by: Actor) -> None:
    """Take back what is still asked about the dropped record; what was answered goes with the rest."""
    asked = TransferRequest.objects.filter(worker=drop)
    for request in asked:
        told.add(request, "cancelled" if request.state == TransferState.ASKED else "moved")
    open_ids = list(asked.open().values_list("pk", flat=True))
    asked.open().update(
        state=TransferState.WITHDRAWN,
        answered_by_id=by.user_id,
        answered_by_name=by.name[:150],
        answered_at=clock.now(),
    )
    inbox.transfers_answered(open_ids)
    asked.update(worker=keep)
