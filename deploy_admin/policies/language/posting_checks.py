"""Checks of posting, leave and absence clauses: what can be asked, thresholds that can be reached, not nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploy_admin.policies.language.checks import Found, Path
from deploy_admin.policies.language.eligibility_checks import ASKED, asked_on_a_day
from deploy_admin.policies.language.facts import Subject
from deploy_admin.policies.language.leave import AbsenceRule, LeaveRule
from deploy_admin.policies.language.length_checks import first_reached, reached_from_below, some_time
from deploy_admin.policies.language.posting import PostingRule

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

#: The person, the unit that sends them, and how the posting lies to it.
ON_POST = ASKED | {Subject.SEGMENT}


def posting_faults(clause: PostingRule, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of what a posting needs."""
    yield from asked_on_a_day(clause.applies_to, (*path, "applies_to"), ON_POST, document)
    if clause.filing is not None:
        yield from asked_on_a_day(clause.filing.exempt, (*path, "filing", "exempt"), ON_POST, document)
    if clause.term is not None:
        at: Path = (*path, "term", str(clause.term.op))
        yield from some_time(clause.term.value, at, by_calendar=True)
    if clause.deputies is not None:
        for key, ratio in (("target", clause.deputies.target), ("tolerance", clause.deputies.tolerance)):
            if ratio is not None and not 0 <= ratio <= 1:
                yield (*path, "deputies", key), "ratio_out_of_range", {"value": str(ratio)}
    keys = ("suspension", "filing", "full_time", "term", "exchange_tolerance", "deputies")
    yield from says_nothing(clause, keys, path)


def leave_faults(clause: LeaveRule, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of what becomes of leave."""
    yield from asked_on_a_day(clause.applies_to, (*path, "applies_to"), ON_POST, document)
    yield from reached_from_below(clause.filing, (*path, "filing"))
    yield from reached_from_below(clause.extension, (*path, "extension"))
    for key, kinds in (("unit", [kind for kind, _ in clause.unit]), ("extends", [kind for kind, _ in clause.extends])):
        for kind in sorted({kind for kind in kinds if kinds.count(kind) > 1}):
            yield (*path, key), "kind_twice", {"kind": str(kind)}
    lengthens = any(held is not False for _, held in clause.extends)
    if clause.extension is not None and not lengthens:
        yield (*path, "extension"), "extends_nothing", {}
    if lengthens and clause.extension is None and clause.filing is None:
        yield (*path, "extends"), "extension_without_threshold", {}
    yield from says_nothing(clause, ("filing", "extension", "extends"), path)


def absence_faults(clause: AbsenceRule, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of what unapproved absence leads to."""
    yield from asked_on_a_day(clause.applies_to, (*path, "applies_to"), ON_POST, document)
    keys = ("warn", "proposes_void", "long_episode", "in_a_row", "within_a_year")
    for key in keys:
        yield from reached_from_below(getattr(clause, key), (*path, key))
    warned, void = first_reached(clause.warn), first_reached(clause.proposes_void)
    if warned is not None and void is not None and warned >= void:
        yield (*path, "warn"), "warned_too_late", {"warn": str(warned), "limit": str(void)}
    yield from says_nothing(clause, keys, path)


def says_nothing(clause: Any, keys: tuple[str, ...], path: Path) -> Iterator[Found]:
    """A clause of which nothing follows."""
    if not any(getattr(clause, key) not in (None, ()) for key in keys):
        yield path, "says_nothing", {"keys": ", ".join(keys)}
