"""What a file would change: every record compared with the row as it stands."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from deploy_admin.jobs.importing.columns import ColumnSet, Context
from deploy_admin.jobs.importing.records import Parsed, Record
from deploy_admin.jobs.importing.values import plain, restored
from deploy_admin.jobs.models import RowKind


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

    @property
    def refused(self) -> bool:
        return bool(self.counts[RowKind.REFUSED])

    def to_write(self) -> list[Entry]:
        """Return what changes anything."""
        return [entry for entry in self.entries if entry.kind in (RowKind.NEW, RowKind.CHANGED)]


def make(parsed: Parsed, column_set: ColumnSet, context: Context) -> Plan:
    """Compare every record with the row as it stands; all refusals at once."""
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
        before = {key: plain(was.get(key)) for key in column_set.compared}
        changes = [
            {"column": key, "was": before[key], "now": now}
            for key in column_set.compared
            if key in record.values and (now := plain(record.values[key])) != before[key]
        ]
        entries.append(Entry(record, identity, RowKind.CHANGED if changes else RowKind.UNCHANGED, before, changes))
    column_set.check(entries, context)
    told = _told_once(entries)
    counts = Counter(entry.kind for entry in entries)
    counts[RowKind.REFUSED] = len({(e.record.sheet, e.record.row) for e in entries if e.kind is RowKind.REFUSED})
    return Plan(entries, parsed, _digest(entries), {kind.value: counts.get(kind, 0) for kind in RowKind}, told)


def again(rows: Iterable[tuple[str, int, dict[str, Any]]], column_set: ColumnSet, context: Context) -> Plan:
    """Compare the records of a stored plan, as (sheet, row, values), with the rows as they stand now."""
    columns = {column.key: column for column in column_set.columns(context)}
    records = [
        Record(sheet, row, {k: restored(columns[k], v) if k in columns else v for k, v in values.items()}, {}, {}, {})
        for sheet, row, values in rows
    ]
    return make(Parsed(records), column_set, context)


def _told_once(entries: list[Entry]) -> int:
    """Keep one finding for each cell and code, though a wide row makes several records; return how many refuse."""
    seen: set[tuple[str, int, int, str, str]] = set()
    refusing = 0
    for entry in entries:
        record = entry.record
        if record.refused:
            entry.kind = RowKind.REFUSED
        kept = []
        for finding in record.findings:
            place = (record.sheet, record.row, finding.at, finding.column, finding.code)
            if place not in seen:
                seen.add(place)
                kept.append(finding)
                refusing += finding.refuses
        record.findings = kept
    return refusing


def _digest(entries: list[Entry]) -> str:
    """Return the digest of what would be done, row by row: it differs if anything differs."""
    sha = hashlib.sha256()
    for entry in entries:
        record = entry.record
        line = [
            entry.kind.value, record.sheet, record.row, {key: plain(value) for key, value in record.values.items()},
            entry.was, entry.changes, [finding.as_json() for finding in record.findings], sorted(record.refs.items()),
        ]  # fmt: skip
        sha.update(json.dumps(line, ensure_ascii=False, sort_keys=True, default=str).encode())
    return sha.hexdigest()
