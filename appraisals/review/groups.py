"""The heaps a month's sheets fall into for whoever reviews them, in the order in which they are looked at. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import pgettext_lazy

from assignments.states import SHEET_OPEN, SheetState


class Group(StrEnum):
    """One heap. A sheet lies in the first that fits and is found under every other, too."""

    MISSING = "missing"
    AWAITED = "awaited"
    LATE = "late"
    CONTRADICTORY = "contradictory"
    DISPUTED = "disputed"
    UNCHANGED = "unchanged"
    OUT_OF_RANGE = "out_of_range"
    INCOMPLETE = "incomplete"
    UNDETERMINED = "undetermined"
    COMPUTING = "computing"
    SECOND_PERSON = "second_person"
    CLEAN = "clean"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    RELEASED = "released"


LABELS: dict[Group, Any] = {
    Group.MISSING: pgettext_lazy("month review", "missing"),
    Group.AWAITED: pgettext_lazy("month review", "still to come"),
    Group.LATE: pgettext_lazy("month review", "late"),
    Group.CONTRADICTORY: pgettext_lazy("month review", "contradictory"),
    Group.DISPUTED: pgettext_lazy("month review", "disputed"),
    Group.UNCHANGED: pgettext_lazy("month review", "unchanged from last month"),
    Group.OUT_OF_RANGE: pgettext_lazy("month review", "out of range"),
    Group.INCOMPLETE: pgettext_lazy("month review", "incomplete"),
    Group.UNDETERMINED: pgettext_lazy("month review", "undetermined"),
    Group.COMPUTING: pgettext_lazy("month review", "being computed"),
    Group.SECOND_PERSON: pgettext_lazy("month review", "for a second person"),
    Group.CLEAN: pgettext_lazy("month review", "without anomaly"),
    Group.RETURNED: pgettext_lazy("month review", "sent back"),
    Group.ACCEPTED: pgettext_lazy("month review", "accepted"),
    Group.RELEASED: pgettext_lazy("month review", "released"),
}
SHAPES = {
    Group.MISSING: "bad",
    Group.AWAITED: "mute",
    Group.LATE: "warn",
    Group.CONTRADICTORY: "warn",
    Group.DISPUTED: "warn",
    Group.UNCHANGED: "warn",
    Group.OUT_OF_RANGE: "warn",
    Group.INCOMPLETE: "warn",
    Group.UNDETERMINED: "und",
    Group.COMPUTING: "run",
    Group.SECOND_PERSON: "warn",
    Group.CLEAN: "ok",
    Group.RETURNED: "mute",
    Group.ACCEPTED: "ok",
    Group.RELEASED: "ok",
}
#: What somebody has to look at before it is accepted.
ODD = (
    Group.LATE,
    Group.CONTRADICTORY,
    Group.DISPUTED,
    Group.UNCHANGED,
    Group.OUT_OF_RANGE,
    Group.INCOMPLETE,
    Group.UNDETERMINED,
    Group.COMPUTING,
    Group.SECOND_PERSON,
)
#: Which heap a finding puts its sheet on; any other finding contradicts something.
OF_FINDING = {
    "unchanged": Group.UNCHANGED,
    "workload_unchanged": Group.UNCHANGED,
    "workload_unusual": Group.OUT_OF_RANGE,
    "extra_duties": Group.OUT_OF_RANGE,
    "no_attendance": Group.OUT_OF_RANGE,
    "unchecked": Group.INCOMPLETE,
    "absence_undecided": Group.INCOMPLETE,
    "absence_without_record": Group.INCOMPLETE,
    "leave_without_record": Group.INCOMPLETE,
    "person_missing": Group.INCOMPLETE,
    "workload_missing": Group.INCOMPLETE,
    "judged_without_reason": Group.INCOMPLETE,
}
#: Asked of the rows at the moment instead of what was kept, or true of every sheet of the year: no reason to look.
NOT_ASKED = frozenset({"late", "disputed", "calendar_provisional"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides on which heap a sheet lies; `findings` are codes, `disputed` and `undetermined` count people."""

    state: SheetState
    is_late: bool = False
    findings: Collection[str] = ()
    disputed: int = 0
    undetermined: int = 0
    is_scored: bool = True
    #: Entered on behalf of the unit by whoever looks: somebody else accepts it.
    is_own_entry: bool = False
    #: The last day for handing it in; None where nobody knows.
    submit_by: date | None = None


def groups_of(facts: Facts, today: date) -> tuple[Group, ...]:
    """Return the heaps of a sheet, the first being where it lies.

    What is with the unit is missing once the last day for it is over, and still to come before.
    """
    if facts.state in SHEET_OPEN:
        if facts.state == SheetState.RETURNED:
            return (Group.RETURNED,)
        return (Group.MISSING if facts.submit_by is not None and facts.submit_by < today else Group.AWAITED,)
    if facts.state == SheetState.ACCEPTED:
        return (Group.ACCEPTED,)
    if facts.state == SheetState.RELEASED:
        return (Group.RELEASED,)
    found = {OF_FINDING.get(code, Group.CONTRADICTORY) for code in facts.findings if code not in NOT_ASKED}
    if facts.is_late:
        found.add(Group.LATE)
    if facts.disputed:
        found.add(Group.DISPUTED)
    if not facts.is_scored:
        found.add(Group.COMPUTING)
    elif facts.undetermined:
        found.add(Group.UNDETERMINED)
    if facts.is_own_entry:
        found.add(Group.SECOND_PERSON)
    return tuple(group for group in ODD if group in found) or (Group.CLEAN,)
