"""What is handed to the saving of workload and what comes back: entries, conflicts, refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

from appraisals.models import Workload
from appraisals.workload.values import Written
from deploy_admin.errors import RuleViolation


class Unseen(Enum):
    """What a writer did not look at: whatever stands is written over."""

    KEEP = "keep"


KEEP = Unseen.KEEP


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of one person's month as somebody writes it, with what they saw there before."""

    row_id: int
    code: str
    value: Written
    reason: str = ""
    was: Written | Unseen = KEEP


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else wrote the value meanwhile: both are given back."""

    row_id: int
    code: str
    theirs: Decimal | None
    yours: Decimal | None
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """One entry that is not written, and why."""

    index: int
    row_id: int
    code: str
    refusal: RuleViolation


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of the entries; `rows` holds the values as they stand now, of those that were asked about."""

    applied: int = 0
    unchanged: int = 0
    conflicts: tuple[Conflict, ...] = ()
    refused: tuple[Refused, ...] = ()
    rows: dict[tuple[int, str], Workload] = field(default_factory=dict)
    #: Which of the entries were written, by their place in the list.
    written: tuple[int, ...] = ()
