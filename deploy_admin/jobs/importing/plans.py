"""What a file would change: every record compared with the row as it stands."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from deploy_admin import sealing
from deploy_admin.jobs.importing import secrecy
from deploy_admin.jobs.importing.columns import ColumnSet, Context
from deploy_admin.jobs.importing.records import Parsed, Record
from deploy_admin.jobs.importing.values import plain, restorer
from deploy_admin.jobs.models import RowKind

LINES_AT_ONCE = 20


@dataclass(slots=True)
class Entry:
    """One record and what becomes of it."""

    record: Record
    identity: Hashable | None
    kind: RowKind
    was: dict[str, Any] | None = None  # the compared columns as they stand
    changes: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, column: str, code: str, /, **params: Any) -> None:
        """Refuse the entry after comparing."""
        self.record.refuse(column, code, **params)
        self.kind = RowKind.REFUSED


@dataclass
class Plan:
    """All entries in the file's order, with the digest of what is to be confirmed."""

    entries: list[Entry]
    parsed: Parsed
    digest: str
    counts: dict[str, int]
    cells_refused: int
    cells_warned: int

    @property
    def refused(self) -> bool:
        return bool(self.counts[RowKind.REFUSED])

    def to_write(self) -> list[Entry]:
        """Return what changes anything."""
        return [entry for entry in self.entries if entry.kind in (RowKind.NEW, RowKind.CHANGED)]


def make(parsed: Parsed, column_set: ColumnSet, context: Context) -> Plan:
    """Compare every record with the row as it stands; all refusals at once."""
    hidden = secrecy.sensitive(column_set.columns(context))
    compared = column_set.compared_in(context)
    column_set.resolve(parsed.records, context)
    identities = [column_set.identity(record) for record in parsed.records]
    seen: dict[Hashable, Record] = {}
    for record, identity in zip(parsed.records, identities, strict=True):
        if identity is None:
            continue
        first = seen.setdefault(identity, record)
        if first is not record:
            key = column_set.spread_value if column_set.spread_value in record.places else ""
            record.refuse(key or next(iter(record.places), ""), "same_row", row=first.row, sheet=first.sheet)
    standing = column_set.current([record for record in parsed.records if not record.refused], context)
    entries = []
    for record, identity in zip(parsed.records, identities, strict=True):
        if record.refused or record.refs.get("sibling_refused"):
            entries.append(Entry(record, identity, RowKind.REFUSED))
            continue
        was = standing.get(identity)
        if was is None:
            entries.append(Entry(record, identity, RowKind.NEW))
            continue
        before = {key: plain(was.get(key)) for key in compared}
        changes = [
            {"column": key, "was": before[key], "now": now}
            for key in compared
            if key in record.values
            and (now := plain(record.values[key])) != before[key]
            and not (key in hidden and now == secrecy.shown_value(hidden[key], before[key]))
        ]
        entries.append(Entry(record, identity, RowKind.CHANGED if changes else RowKind.UNCHANGED, before, changes))
    column_set.check(entries, context)
    told, warned = _told_once(entries)
    counts = Counter(entry.kind for entry in entries)
    counts[RowKind.REFUSED] = len({(e.record.sheet, e.record.row) for e in entries if e.kind is RowKind.REFUSED})
    digest = _digest(entries)
    if hidden:  # whoever holds the table alone must not be able to try out what a row said
        digest = sealing.vault().digest(digest, "jobs.plan").hex()
    return Plan(entries, parsed, digest, {kind.value: counts.get(kind, 0) for kind in RowKind}, told, warned)


def again(rows: Iterable[tuple[str, int, dict[str, Any]]], column_set: ColumnSet, context: Context) -> Plan:
    """Compare the records of a stored plan, as (sheet, row, plain values), with the rows as they stand now."""
    restorers = {column.key: restorer(column) for column in column_set.columns(context)}
    met: dict[Any, Any] = {}  # equal texts become one object, and every date is made once: the rows are many
    records = []
    for sheet, row, stored in rows:
        values = {}
        for key, value in stored.items():
            restoring = restorers.get(key)
            if restoring is not None and value != "":
                held = met.get((key, value))
                value = met.setdefault((key, value), restoring(value)) if held is None else held
            elif type(value) is str:
                value = met.setdefault(value, value) if value else None
            values[met.setdefault(key, key)] = value
        records.append(Record(met.setdefault(sheet, sheet), row, values, {}, {}))
    return make(Parsed(records), column_set, context)


def _told_once(entries: list[Entry]) -> tuple[int, int]:
    """Keep one finding for each cell and code, though a wide row is several records; count those that refuse, warn."""
    seen: set[tuple[str, int, int, str, str]] = set()
    refusing = warning = 0
    for entry in entries:
        record = entry.record
        if not record.findings:
            continue
        if record.refused:
            entry.kind = RowKind.REFUSED
        kept = []
        for finding in record.findings:
            place = (record.sheet, record.row, finding.at, finding.column, finding.code)
            if place not in seen:
                seen.add(place)
                kept.append(finding)
                refusing += finding.refuses
                warning += not finding.refuses
        record.findings = kept
    return refusing, warning


def _digest(entries: list[Entry]) -> str:
    """Return the digest of what would be done, row by row: it differs if anything differs.

    The values of a row stand in the order of their keys, because those of a stored plan come in another one. Warnings
    are no part of it: what was odd about a cell changes nothing that is done.
    """
    sha = hashlib.sha256()
    lines: list[Any] = []
    orders: dict[tuple[str, ...], list[str]] = {}
    before: list[str] = []
    for entry in entries:
        record = entry.record
        values = record.values
        order = orders.get(shape := tuple(values))
        if order is None:
            order = orders[shape] = sorted(values)
        if order != before:
            lines.append(order)
            before = order
        line = [
            entry.kind.value, record.sheet, record.row,
            [None if (value := values[key]) == "" else value for key in order],
            entry.was and sorted(entry.was.items()), entry.changes,
            [finding.as_json() for finding in record.findings if finding.refuses] if record.findings else (),
            sorted(record.refs.items()),
        ]  # fmt: skip
        lines.append(line)
        if len(lines) >= LINES_AT_ONCE:
            sha.update(_encode(lines).encode())
            lines.clear()
    sha.update(_encode(lines).encode())
    return sha.hexdigest()


def _as_text(value: Any) -> Any:
    return plain(value) if isinstance(value, (Decimal, date)) else str(value)


_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, default=_as_text, separators=(",", ":"), check_circular=False
).encode
