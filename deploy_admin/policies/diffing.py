"""What differs between two documents: clause by clause, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from deploy_admin.policies.language import PolicyDocument, to_json
from deploy_admin.policies.language.types import CLAUSE_SECTIONS

#: What people call the fields they compare most; a deeper path keeps its last words.
LABELS: dict[str, Any] = {
    "title_zh": _("Title"),
    "title_en": _("Title in English"),
    "document_number": _("Document number"),
    "issued": _("Date of issue"),
    "in_force.from": _("In force from"),
    "in_force.to": _("In force until"),
    "jurisdiction": _("Jurisdiction"),
    "cite.phrase": _("Citation"),
    "cite.article": _("Article"),
    "binding": _("Binding"),
    "topic": _("Topic"),
    "period": _("Period"),
    "minimum": _("Minimum"),
    "maximum": _("Maximum"),
    "amount.share": _("Ratio"),
    "amount.fixed": _("Number"),
    "amount.rounding": _("Rounding"),
    "amount.of.measure": _("Base"),
    "amount.of.year": _("Year of the base"),
    "counts.term.at_least": _("Minimum term"),
    "target": _("For"),
    "applies_to": _("Speaks of"),
    "requires": _("Requirement"),
    "mixing": _("Mixing of alternatives"),
    "criteria": _("Order of criteria"),
    "conversions": _("Order of conversions"),
    "suspension": _("Suspension of practice"),
    "filing.within": _("Filing due within, in working days"),
    "full_time": _("Full-time"),
    "term.at_least": _("Minimum term"),
    "filing.at_least": _("Leave filed from"),
    "by": _("Extension by"),
    "counted_by": _("Absence counted by"),
    "warn.at_least": _("Warning from"),
    "proposes_void.more_than": _("Proposed void above"),
    "heard_within": _("Heard within, in working days"),
    "reckoned_by": _("Reckoned by"),
    "minimum_segment.length.at_least": _("Shortest piece of service"),
    "continuous.gap": _("Gap that keeps service continuous"),
    "credited_if": _("Credited with the result"),
    "service.length.at_least": _("Service asked for"),
    "due.since": _("Clock begins with"),
    "due.within": _("Due within"),
    "warn_after": _("Pointed out after"),
    "submit.working_day": _("Month handed in by working day"),
    "feed_back.working_day": _("Month fed back by working day"),
    "full": _("Full sum of points"),
    "most": _("Most points with extra ones"),
    "deductions.from": _("Sum from which is deducted"),
    "deductions.floor": _("Floor of deductions"),
    "pay_factor.per_point": _("Pay factor per point"),
    "pilot": _("Pilot areas"),
    "overrides": _("Overrides"),
    "holds_with": _("Holds beside"),
}
#: Lists whose order says something: the first criterion decides before the others, the first conversion holds.
_IN_ORDER = ("criteria", "conversions")


@dataclass(frozen=True)
class FieldChange:
    """One field with its value before and after; None where it was not said."""

    path: str
    old: str | None
    new: str | None

    @property
    def label(self) -> str:
        return str(LABELS.get(self.path, self.path))


@dataclass(frozen=True)
class ClauseChange:
    """One clause: added, removed, changed or unchanged."""

    clause_id: str
    label_zh: str
    label_en: str
    kind: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Difference:
    """Everything in which two documents differ."""

    head: tuple[FieldChange, ...]
    clauses: tuple[ClauseChange, ...]

    @property
    def is_empty(self) -> bool:
        return not self.head and all(change.kind == "unchanged" for change in self.clauses)


def compare(old: PolicyDocument, new: PolicyDocument) -> Difference:
    """Return what `new` says otherwise than `old`; clauses meet by their id."""
    before, after = to_json(old), to_json(new)
    old_clauses, new_clauses = _clauses(before), _clauses(after)
    clauses = []
    for clause_id in [*new_clauses, *(each for each in old_clauses if each not in new_clauses)]:
        was, now = old_clauses.get(clause_id), new_clauses.get(clause_id)
        shown = now or was or {}
        fields = tuple(_fields(was or {}, now or {}))
        kind = "added" if was is None else "removed" if now is None else "changed" if fields else "unchanged"
        clauses.append(ClauseChange(clause_id, shown.get("label_zh", ""), shown.get("label_en", ""), kind, fields))
    return Difference(tuple(_fields(before, after)), tuple(clauses))


def _clauses(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Take the clauses of every section out of a document's JSON, by their id."""
    return {clause["id"]: clause for section in CLAUSE_SECTIONS for clause in data.pop(section, [])}


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[FieldChange]:
    before, after = dict(_flat(old)), dict(_flat(new))
    for path in dict.fromkeys([*after, *before]):
        if before.get(path) != after.get(path):
            yield FieldChange(path, before.get(path), after.get(path))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every leaf with its dotted path; a list of plain values is one leaf, and so is an order that counts."""
    if isinstance(value, Mapping):
        for key, held in value.items():
            yield from _flat(held, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        if path in _IN_ORDER:
            yield path, ", ".join(str(held.get("id", n)) for n, held in enumerate(value))
        for n, held in enumerate(value):
            key = held.get("id", n) if isinstance(held, Mapping) else n
            yield from _flat(held, f"{path}[{key}]")
    elif isinstance(value, list):
        yield path, ", ".join(str(each) for each in value)
    else:
        yield path, "null" if value is None else str(value)
