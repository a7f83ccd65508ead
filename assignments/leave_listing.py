"""The lists of leave and of absences: the rows an actor asked for, by the page, in words; page and export alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments import leave_words, sides
from assignments.filters.leave import AbsenceFilter, LeaveFilter, LeaveListFilter
from assignments.models import Absence, Leave
from assignments.states import AbsenceState, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.http import PAGE_ROWS
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.models import Institution

CHUNK = 2_000
SHAPES = {
    LeaveState.ASKED: "warn",
    LeaveState.APPROVED: "ok",
    LeaveState.DECLINED: "mute",
    LeaveState.WITHDRAWN: "mute",
    AbsenceState.TO_BE_CHECKED: "warn",
    AbsenceState.ANSWERED: "warn",
    AbsenceState.CONFIRMED: "bad",
    AbsenceState.EXCUSED: "mute",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One leave or absence with everything a page or an export shows of it."""

    row: Any
    name: str
    sending: str
    receiving: str
    what: str
    state: str
    shape: str
    note: str
    url: str
    #: Whether a decision, or a filing, of the actor waits.
    decides: bool = False
    files: bool = False
    #: Whether it is filed and the actor may issue the receipt.
    receipt: bool = False


class _List:
    """One look at a list: filters from the address, rows by the page, counts by state."""

    model: Any
    filters: Any
    states: Any

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.visible = self.model.objects.visible_to(actor)
        self.filter = self.filters(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = self.filters(self.data, queryset=self.visible)

    @cached_property
    def _asked(self) -> Any:
        """What the filters leave, the state apart: the chips count every state."""
        self.filter.form.is_valid()
        self.filter.form.cleaned_data["state"] = ""
        return self.filter.filter_queryset(self.visible)

    @cached_property
    def counts(self) -> Counter[str]:
        """How many rows each state has. One query."""
        return Counter(dict(self._asked.order_by().values_list("state").annotate(n=Count("pk"))))

    @property
    def state(self) -> str:
        """The state asked for, if any."""
        asked = self.data.get("state", "")
        return asked if asked in self.states.values else ""

    @property
    def count(self) -> int:
        return self.counts[self.state] if self.state else sum(self.counts.values())

    @property
    def rows(self) -> Any:
        """The rows asked for, the latest days first."""
        rows = self._asked.filter(state=self.state) if self.state else self._asked
        return rows.select_related("assignment__worker", "assignment__campaign").order_by("-first_day", "-pk")

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The states that have any row."""
        return [
            {
                "value": state.value,
                "label": state.label,
                "count": self.counts[state],
                "shape": SHAPES.get(state, "mute"),
            }
            for state in self.states
            if self.counts[state]
        ]

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What the filters offer."""
        return {"districts": districts_to_choose(self.actor, self.today)}

    @property
    def asked(self) -> bool:
        """Whether anything narrows the list."""
        return any(name in self.filter.filters for name in self.data)

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines."""
        paginator = Paginator(self.rows, PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page = paginator.get_page(number)
        page.object_list = self.lines(list(page.object_list))
        return page

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        return self.head(), (self.cells(line) for line in self._all())

    def _all(self) -> Iterator[Line]:
        chunk: list[Any] = []
        for row in self.rows.iterator(chunk_size=CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from self.lines(chunk)
                chunk = []
        yield from self.lines(chunk)

    def lines(self, rows: Sequence[Any]) -> list[Line]:
        raise NotImplementedError

    def head(self) -> list[str]:
        raise NotImplementedError

    def cells(self, line: Line) -> list[Any]:
        raise NotImplementedError


class LeaveList(_List):
    """Leave, with what waits for the actor."""

    model, states = Leave, LeaveState

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.knows = leave_words.knows_kinds(actor)
        self.filters = LeaveListFilter if self.knows else LeaveFilter
        super().__init__(data, actor)

    @cached_property
    def choices(self) -> dict[str, Any]:
        kinds = leave_words.kinds_to_choose() if self.knows else []
        return super().choices | {"kinds": kinds, "filing": self.filter.filters["filing"].extra["choices"]}

    def lines(self, rows: Sequence[Any]) -> list[Line]:
        names, mine = names_of(rows, self.today), _waiting(rows, self.actor, self.today)
        return [
            Line(
                row=row,
                name=row.assignment.worker.name,
                sending=names.get(row.assignment.sending_unit_id, ""),
                receiving=names.get(row.assignment.receiving_unit_id, ""),
                what=leave_words.kind_shown(row.kind, private_too=self.knows),
                state=row.get_state_display(),
                shape=SHAPES[LeaveState(row.state)],
                note=filing_note(row),
                url=reverse("assignments:leave", args=[row.pk]),
                decides=row.pk in mine["decide"],
                files=row.pk in mine["file"],
                receipt=row.pk in mine["receipt"],
            )
            for row in rows
        ]

    def head(self) -> list[str]:
        return [
            pgettext("person", "Name"), _("Sending unit"), _("Receiving unit"), _("Kind of leave"), _("First day"),
            _("Last day"), _("Days counted"), _("State"), _("Decided by"), _("Filing"), _("Filed on"),
            _("Filing number"),
        ]  # fmt: skip

    def cells(self, line: Line) -> list[Any]:
        row = line.row
        return [
            line.name, line.sending, line.receiving, line.what, row.first_day, row.last_day, row.counted_days,
            line.state, row.decided_by_name, line.note, row.filed_on, row.filing_number,
        ]  # fmt: skip


class AbsenceList(_List):
    """Absences, with how far they were heard."""

    model, states, filters = Absence, AbsenceState, AbsenceFilter

    def lines(self, rows: Sequence[Any]) -> list[Line]:
        names = names_of(rows, self.today)
        return [
            Line(
                row=row,
                name=row.assignment.worker.name,
                sending=names.get(row.assignment.sending_unit_id, ""),
                receiving=names.get(row.assignment.receiving_unit_id, ""),
                what=_("missing without leave"),
                state=row.get_state_display(),
                shape=SHAPES.get(AbsenceState(row.state), "mute"),
                note=hearing_note(row, self.today),
                url=reverse("assignments:absence", args=[row.pk]),
            )
            for row in rows
        ]

    def head(self) -> list[str]:
        return [
            pgettext("person", "Name"), _("Sending unit"), _("Receiving unit"), _("First day"), _("Last day"),
            _("Duty days"), _("State"), _("Told on"), _("Answer by"), _("Decided by"),
        ]  # fmt: skip

    def cells(self, line: Line) -> list[Any]:
        row = line.row
        return [
            line.name, line.sending, line.receiving, row.first_day, row.last_day, row.duty_days, line.state,
            row.told_on, row.answer_by, row.decided_by_name,
        ]  # fmt: skip


def names_of(rows: Iterable[Any], on: date) -> dict[int, str]:
    """Return the names of the units of these rows, in one query."""
    units = {unit for row in rows for unit in (row.assignment.sending_unit_id, row.assignment.receiving_unit_id)}
    return Institution.objects.filter(pk__in=units).named(on)


def filing_note(leave: Leave) -> str:
    """Return whether the leave is to be filed, or under which number it is."""
    if leave.filed_on is not None:
        return _("filed, no. %(number)s") % {"number": leave.filing_number}
    if leave.filing_required and leave.state == LeaveState.APPROVED:
        return _("to be filed")
    return ""


def hearing_note(absence: Absence, today: date) -> str:
    """Return how far the hearing is."""
    if absence.state == AbsenceState.TO_BE_CHECKED:
        day = {"day": absence.answer_by.isoformat()}
        return _("may answer until %(day)s") % day if today <= absence.answer_by else _("time to answer is over")
    return _("answered, to be decided") if absence.state == AbsenceState.ANSWERED else ""


def _waiting(rows: Sequence[Leave], actor: Actor, today: date) -> dict[str, set[int]]:
    """Return of which rows a decision, a filing or a receipt is the actor's: a fixed number of queries."""
    found: dict[str, set[int]] = {"decide": set(), "file": set(), "receipt": set()}
    if actor.reach is Reach.SELF:
        return found
    asked = [row for row in rows if row.state == LeaveState.ASKED]
    if asked and actor.can(Permission.POST_DECIDE):
        own = {each.pk for each in sides.of({r.assignment for r in asked}, sides.Side.RECEIVER, actor, today)}
        found["decide"] = {row.pk for row in asked if row.assignment_id in own}
    due = [r for r in rows if r.filing_required and r.filed_on is None and r.state == LeaveState.APPROVED]
    if due and actor.can(Permission.LEAVE_FILE):
        own = {each.pk for each in sides.of({r.assignment for r in due}, sides.Side.OVERSEER, actor, today)}
        found["file"] = {row.pk for row in due if row.assignment_id in own}
    filed = [r for r in rows if r.filed_on is not None and r.state == LeaveState.APPROVED]
    if filed and actor.can(Permission.LEAVE_FILE):
        own = {each.pk for each in sides.of({r.assignment for r in filed}, sides.Side.OVERSEER, actor, today)}
        found["receipt"] = {row.pk for row in filed if row.assignment_id in own}
    return found
