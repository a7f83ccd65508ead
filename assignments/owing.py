"""What is owed around an assignment, by whom it is asked for: the conditions behind filters, tags and desk numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.kinds import FilingBasis, Origin
from assignments.models import Absence, Leave
from assignments.states import RUNNING, AssignmentState

SOON, LATER = 30, 60


@dataclass(frozen=True)
class Owed:
    """One thing that somebody still has to do: its code in the address, its words, and when it is owed."""

    code: str
    label: Any
    condition: Callable[[date], Q]
    shape: str = "warn"
    #: Shown beside the row; the others only narrow the list.
    tagged: bool = True


def _statement(today: date) -> Q:
    return Q(state=AssignmentState.PLANNED)


def _arrival(today: date) -> Q:
    return Q(state=AssignmentState.FILED, starts_on__lte=today)


def _filing(today: date) -> Q:
    return Q(state__in=RUNNING, filing_basis=FilingBasis.NONE, filing_due_on__isnull=False)


def _ends_within(days: int) -> Callable[[date], Q]:
    def condition(today: date) -> Q:
        return Q(state=AssignmentState.ON_POST, ends_on__gte=today, ends_on__lte=today + timedelta(days=days))

    return condition


def _result(today: date) -> Q:
    return Q(state__in=[AssignmentState.TERM_REACHED, AssignmentState.UNDER_EVALUATION])


def _leave(today: date) -> Q:
    return Q(Exists(Leave.objects.asked().filter(assignment=OuterRef("pk"))))


def _leave_filing(today: date) -> Q:
    return Q(Exists(Leave.objects.filing_due().filter(assignment=OuterRef("pk"))))


def _absence(today: date) -> Q:
    return Q(Exists(Absence.objects.open().filter(assignment=OuterRef("pk"))))


def _replacement(today: date) -> Q:
    return Q(slot__replacement_due_on__isnull=False)


def _past(today: date) -> Q:
    return Q(origin=Origin.IMPORTED, confirmed_at__isnull=True) & ~Q(state=AssignmentState.WITHDRAWN)


OWED = (
    Owed("suspension", _("suspension not stated"), _statement),
    Owed("arrival", _("arrival to confirm"), _arrival),
    Owed("filing", _("practice filing due"), _filing),
    Owed("leave", _("leave to decide"), _leave),
    Owed("leave_filing", _("leave to be filed"), _leave_filing),
    Owed("absence", _("absence to be heard"), _absence),
    Owed("ends_30", _("ends within 30 days"), _ends_within(SOON), shape="run"),
    Owed("ends_60", _("ends within 60 days"), _ends_within(LATER), shape="run", tagged=False),
    Owed("result", _("result awaited"), _result, shape="run", tagged=False),
    Owed("replacement", _("replacement due"), _replacement),
    Owed("past", pgettext_lazy("assignment", "past, to be confirmed"), _past, shape="und"),
)
BY_CODE = {owed.code: owed for owed in OWED}
TAGGED = tuple(owed for owed in OWED if owed.tagged)


def choices() -> list[tuple[str, Any]]:
    """Return (code, words), for a filter."""
    return [(owed.code, owed.label) for owed in OWED]


def condition(code: str, today: date) -> Q:
    """Return the rows of which this is owed."""
    return BY_CODE[code].condition(today)


def flags(today: date, owed: Iterable[Owed] = TAGGED) -> dict[str, Q]:
    """Return what annotates a page's rows with what is owed of each."""
    return {f"owes_{each.code}": each.condition(today) for each in owed}
