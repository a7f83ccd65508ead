"""Loading the reference data that ships with the program: set-based, and the same however often it is done."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.registry import pinyin
from deploy_admin.registry.models import Division, Indicator

DIVISIONS = Path(settings.BASE_DIR) / "fixtures" / "reference" / "divisions.csv"
INDICATORS = Path(settings.BASE_DIR) / "fixtures" / "reference" / "indicators.csv"
COMPARED = ("code", "name_en", "level", "area_group", "valid_to", "source", "pinyin", "initials")


@dataclass
class Loaded:
    """How many rows were added, changed and left as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a reference file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _by_depth(rows: Iterable[Mapping[str, str]]) -> list[list[Mapping[str, str]]]:
    """Return the rows in layers, parents before children."""
    waiting, done, layers = list(rows), {""}, []
    while waiting:
        layer = [row for row in waiting if row["parent"] in done]
        if not layer:
            raise ValueError(f"unknown parent: {sorted({row['parent'] for row in waiting})}")
        done |= {row["key"] for row in layer}
        waiting = [row for row in waiting if row["key"] not in done]
        layers.append(layer)
    return layers


def _fields(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": row["code"] or None,
        "name_en": row["name_en"],
        "level": row["level"],
        "area_group": row["area_group"],
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        "source": row["source"],
        "pinyin": pinyin.key(row["name"]),
        "initials": pinyin.initials(row["name"]),
    }


@transaction.atomic
def load_divisions(*, by: Actor, path: Path = DIVISIONS) -> Loaded:
    """Bring the divisions up to what the file says; rows that the file does not name are left alone.

    A code that was entered by hand stays where the file has none.
    """
    rows, count = read(path), Loaded()
    existing = {(d.name, d.parent_id, d.valid_from): d for d in Division.objects.all()}
    by_key: dict[str, Division] = {}
    changed: dict[int, Division] = {}
    for layer in _by_depth(rows):
        new: list[Division] = []
        for row in layer:
            parent = by_key[row["parent"]].pk if row["parent"] else None
            first = date.fromisoformat(row["valid_from"])
            known = existing.get((row["name"], parent, first))
            fields = _fields(row)
            if known is None:
                known = Division(name=row["name"], parent_id=parent, valid_from=first, **fields)
                new.append(known)
            else:
                fields["code"] = fields["code"] or known.code
                if any(getattr(known, name) != value for name, value in fields.items()):
                    for name, value in fields.items():
                        setattr(known, name, value)
                    changed[known.pk] = known
            by_key[row["key"]] = known
        Division.objects.bulk_create(new)
        count.added += len(new)
    for row in rows:
        division = by_key[row["key"]]
        heir = by_key[row["successor"]].pk if row["successor"] else None
        if division.successor_id != heir:
            division.successor_id = heir
            changed[division.pk] = division
    Division.objects.bulk_update(changed.values(), [*COMPARED, "successor"])
    added = {division.pk for division in by_key.values()} - {d.pk for d in existing.values()}
    count.changed = len(changed.keys() - added)
    count.same = len(rows) - count.added - count.changed
    if count.added or count.changed:
        audit.record(act="registry.reference_loaded", by=by, detail={"added": count.added, "changed": count.changed})
    return count


@transaction.atomic
def load_indicators(*, by: Actor, path: Path = INDICATORS) -> Loaded:
    """Bring the indicators up to what the file says; those that somebody added or changed by hand stay as they are."""
    count = Loaded()
    held = {row.code: row for row in Indicator.objects.all()}
    new: list[Indicator] = []
    changed: list[Indicator] = []
    names: tuple[str, ...] = ()
    for row in read(path):
        fields = _indicator(row)
        names = tuple(fields)
        known = held.get(row["code"])
        if known is None:
            new.append(Indicator(code=row["code"], **fields))
        elif not known.updated_by_name and any(getattr(known, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(known, name, value)
            known.version += 1
            known.updated_at = clock.now()
            changed.append(known)
        else:
            count.same += 1
    Indicator.objects.bulk_create(new)
    if changed:
        Indicator.objects.bulk_update(changed, [*names, "version", "updated_at"])
    count.added, count.changed = len(new), len(changed)
    if new or changed:
        audit.record(act="indicators.loaded", by=by, detail={"added": count.added, "changed": count.changed})
    return count


def _indicator(row: Mapping[str, str]) -> dict[str, Any]:
    def number(name: str) -> Decimal | None:
        return Decimal(row[name]) if row[name] else None

    return {
        **{name: row[name] for name in ("label_zh", "label_en", "unit_zh", "unit_en")},
        **{name: int(row[name]) for name in ("decimals", "position")},
        **{name: number(name) for name in ("lowest", "highest", "usual_low", "usual_high")},
        "staff_categories": row["staff_categories"].split(),
        "is_core": row["is_core"] == "yes",
    }
