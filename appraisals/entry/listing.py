"""The list of month sheets: which unit's month stands where, by when it is due, what is missing; page and export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisals.entry import words
from appraisals.models import Workload
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import month_window
from assignments.states import SHEET_OPEN, SHEET_SHAPES, SheetState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.http import PAGE_ROWS
from deploy_admin.months import Month
from deploy_admin.registry.divisions import descendants, districts_to_choose
from deploy_admin.registry.models import Institution

CHUNK = 1_000
#: So many months back a filter offers.
MONTHS_OFFERED = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One sheet with everything the list says of it."""

    row: MonthSheet
    url: str
    label: str
    unit: str
    state: str
    shape: str
    due: date
    owed: bool
    late: str
    on_behalf: str
    exempt: str
    people: int
    missing: str
    submitted_at: Any
    submitted_by: str


class MonthList:
    """One look at the list: filters from the address, rows by the page, counts by state."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.visible = MonthSheet.objects.visible_to(actor)

    @property
    def own(self) -> bool:
        """Whether these are the months of the own unit, which needs no filter."""
        return self.actor.reach is Reach.UNIT

    @property
    def asked(self) -> bool:
        return bool(self.data.keys() & {"q", "month", "district", "due", "state"})

    @property
    def state(self) -> str:
        asked = self.data.get("state", "")
        return asked if asked in SheetState.values else ""

    @cached_property
    def months(self) -> list[tuple[str, str]]:
        month, found = Month.of(self.today), []
        for _n in range(MONTHS_OFFERED):
            found.append((str(month), words.month_label(month)))
            month = month.previous
        return found

    @cached_property
    def districts(self) -> list[tuple[int, str]]:
        return districts_to_choose(self.actor, self.today)

    @property
    def dues(self) -> list[tuple[str, str]]:
        return [("owed", _("to be submitted")), ("late", _("submitted late or overdue"))]

    @cached_property
    def _asked(self) -> QuerySet[Any]:
        """What the filters leave, the state apart: the chips count every state."""
        rows = self.visible
        if month := _month(self.data.get("month", "")):
            rows = rows.of(month)
        if text := self.data.get("q", "").strip()[:60]:
            units = Institution.objects.standing(self.today).filter(profile__name__icontains=text)
            rows = rows.filter(institution__in=units.order_by().values("pk"))
        if (district := self.data.get("district", "")).isdecimal() and len(district) < 19:
            below = descendants([int(district)], self.today)
            units = Institution.objects.standing(self.today).filter(profile__division__in=below)
            rows = rows.filter(institution__in=units.order_by().values("pk"))
        first = Month.of(self.today).first
        if self.data.get("due") == "owed":
            rows = rows.filter(state__in=SHEET_OPEN, month__lt=first)
        elif self.data.get("due") == "late":
            owed = list(rows.filter(state__in=SHEET_OPEN, month__lt=first))
            windows = month_window.windows_of(owed, self.today)
            overdue = [pk for pk, window in windows.items() if window.is_late]
            rows = rows.filter(Q(is_late=True) | Q(pk__in=overdue))
        return rows

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(dict(self._asked.order_by().values_list("state").annotate(n=Count("pk"))))

    @property
    def chips(self) -> list[dict[str, Any]]:
        return [
            {"value": state.value, "label": state.label, "count": self.counts[state], "shape": SHEET_SHAPES[state]}
            for state in SheetState
            if self.counts[state]
        ]

    @property
    def count(self) -> int:
        return self.counts[self.state] if self.state else sum(self.counts.values())

    @property
    def rows(self) -> QuerySet[Any]:
        rows = self._asked.filter(state=self.state) if self.state else self._asked
        return rows.order_by("-month", "institution_id")

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines."""
        paginator = Paginator(self.rows, PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page = paginator.get_page(number)
        page.object_list = self.lines(list(page.object_list))
        return page

    def lines(self, rows: Sequence[MonthSheet]) -> list[Line]:
        """Return the sheets in words: a constant number of queries."""
        names = Institution.objects.filter(pk__in={row.institution_id for row in rows}).named(self.today)
        windows = month_window.windows_of(rows, self.today)
        held = _counts([row.pk for row in rows])
        return [self._line(row, names.get(row.institution_id, ""), windows[row.pk], held[row.pk]) for row in rows]

    def _line(self, row: MonthSheet, unit: str, window: Any, counts: Counter[str]) -> Line:
        owed = row.state in SHEET_OPEN and self.today >= window.submit_from
        return Line(
            row=row,
            url=row.get_absolute_url(),
            label=words.month_label(row.month),
            unit=unit,
            state=row.get_state_display(),
            shape=SHEET_SHAPES[SheetState(row.state)],
            due=window.submit_by,
            owed=owed,
            late=_("late") if row.is_late else "",
            on_behalf=_("on behalf") if row.on_behalf else "",
            exempt=_("more time until %(day)s") % {"day": row.exempt_until} if row.exempt_until else "",
            people=counts["people"],
            missing=_missing(row, counts),
            submitted_at=row.submitted_at,
            submitted_by=row.submitted_by_name,
        )

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            _("Month"), _("Receiving unit"), _("State"), _("Deadline"), _("People"), _("Missing in the month"),
            _("Submitted on"), _("Submitted by"), _("Late"),
        ]  # fmt: skip
        return head, self._cells()

    def _cells(self) -> Iterator[list[Any]]:
        chunk: list[Any] = []
        for row in self.rows.iterator(chunk_size=CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from map(_exported, self.lines(chunk))
                chunk = []
        yield from map(_exported, self.lines(chunk))


def current(actor: Actor, today: date) -> MonthSheet | None:
    """Return the month a unit is to enter now: what was sent back or is owed first, else the running one."""
    mine = MonthSheet.objects.visible_to(actor)
    rows = list(mine.filter(state__in=SHEET_OPEN, month__lte=Month.of(today).first).order_by("month", "pk"))
    windows = month_window.windows_of(rows, today)
    for row in rows:
        if windows[row.pk].may_enter:
            return row
    return mine.order_by("-month", "pk").first()


def _counts(sheet_ids: list[int]) -> dict[int, Counter[str]]:
    """Return by sheet how many people stand on it, and of how many what is missing. One query."""
    found = {pk: Counter[str]() for pk in sheet_ids}
    rows = AssignmentMonth.objects.filter(sheet__in=sheet_ids).order_by().values("sheet_id")
    for row in rows.annotate(
        people=Count("pk"),
        unchecked=Count("pk", filter=Q(unchecked_halves__gt=0)),
        disputed=Count("pk", filter=Q(answer="disputed")),
        unmeasured=Count("pk", filter=~Exists(Workload.objects.filter(row=OuterRef("pk")))),
    ):
        pk = row.pop("sheet_id")
        found[pk].update(row)
    return found


def _missing(row: MonthSheet, counts: Counter[str]) -> str:
    """Say what is missing, or waits, in a month."""
    if row.state == SheetState.RELEASED:
        return ""
    parts = []
    if n := counts["unchecked"]:
        parts.append(
            ngettext("%(n)d person with days to be checked", "%(n)d people with days to be checked", n) % {"n": n}
        )
    if n := counts["unmeasured"]:
        parts.append(ngettext("%(n)d person without workload", "%(n)d people without workload", n) % {"n": n})
    if n := counts["disputed"]:
        parts.append(ngettext("%(n)d person disputes it", "%(n)d people dispute it", n) % {"n": n})
    return ", ".join(parts)


def _exported(line: Line) -> list[Any]:
    submitted = line.submitted_at.date() if line.submitted_at else None
    late = _("late") if line.late else ""
    return [
        f"{line.row.month:%Y-%m}", line.unit, line.state, line.due, line.people, line.missing, submitted,
        line.submitted_by, late,
    ]  # fmt: skip


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text) if text else None
    except ValueError:
        return None
