"""The month review of an authority: every unit's sheet on its heap, in words; page, export and services read this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.review import board_reading as reading
from appraisals.review import words
from appraisals.review.groups import LABELS, ODD, SHAPES, Facts, Group, groups_of
from assignments.models import MonthSheet
from assignments.services import month_window
from assignments.states import SHEET_OPEN, SheetState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.months import Month
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.pinyin import key as pinyin_key

#: How many of a heap are shown before the heap is opened by itself.
FIRST_OF_HEAP = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's month with everything that page and export show of it."""

    unit_id: int
    unit: str
    sort_key: str
    groups: tuple[Group, ...]
    sheet: reading.SheetRow | None = None
    tally: reading.Tally = reading.NOBODY
    division_id: int | None = None
    submit_by: date | None = None
    facts: Facts | None = None
    contacts: tuple[str, ...] = ()

    @property
    def group(self) -> Group:
        return self.groups[0]

    # Words and addresses of what is shown only: most lines of a city are counted and no more.

    @property
    def url(self) -> str:
        """The sheet's page under review; empty where no sheet was opened."""
        return reverse("appraisals:review_sheet", args=[self.sheet.pk]) if self.sheet else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to look at, in words, each once."""
        if self.sheet is None or self.facts is None:
            return (pgettext("month review", "no sheet was opened"),)
        return words.notes(self.facts, self.sheet)

    @property
    def state(self) -> str:
        """Where the sheet stands, in words."""
        return str(SheetState(self.sheet.state).label) if self.sheet else pgettext("month review", "not begun")

    @property
    def attendance(self) -> str:
        return reading.figures_of(self.tally)[0]

    @property
    def points(self) -> str:
        return reading.figures_of(self.tally)[1]

    @property
    def owes(self) -> bool:
        """Whether the unit has still to hand it in."""
        return self.group in (Group.MISSING, Group.AWAITED, Group.RETURNED)


@dataclass(frozen=True, slots=True)
class Heap:
    """One heap as the page shows it: the first lines, and how many lie on it in all."""

    group: Group
    lines: Sequence[Line] = field(default_factory=tuple)
    total: int = 0

    @property
    def label(self) -> str:
        return str(LABELS[self.group])

    @property
    def shape(self) -> str:
        return SHAPES[self.group]

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


class ReviewBoard:
    """One look at a month: filters from the address, lines by heap. A fixed number of queries."""

    def __init__(self, data: Mapping[str, str], actor: Actor, today: date | None = None) -> None:
        self.actor, self.today = actor, today or clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.month = month_asked(self.data.get("month"), self.today)

    @property
    def group(self) -> Group | None:
        """The heap asked for, if any."""
        asked = self.data.get("group", "")
        return next((group for group in Group if group.value == asked), None)

    @property
    def district(self) -> int | None:
        asked = self.data.get("district", "")
        return int(asked) if asked.isdecimal() and len(asked) < 19 else None

    @property
    def query(self) -> str:
        return self.data.get("q", "").strip()

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the month is asked for."""
        return bool(self.group or self.district or self.query)

    @cached_property
    def lines(self) -> list[Line]:
        """Every unit the filters leave, the heap apart; by pinyin."""
        here = None if self.district is None else reading.within(self.district, self.today)
        text = self.query
        return [
            line
            for line in self._all
            if (here is None or line.division_id in here) and (not text or _matches(line, text))
        ]

    @cached_property
    def counts(self) -> Counter[Group]:
        """How many lie on each heap, by the first that fits."""
        return Counter({group: len(lines) for group, lines in self._by_heap.items() if lines})

    @cached_property
    def _by_heap(self) -> dict[Group, list[Line]]:
        """What lies on each heap, by the first that fits."""
        found: dict[Group, list[Line]] = {group: [] for group in Group}
        for line in self.lines:
            found[line.group].append(line)
        return found

    @cached_property
    def shown(self) -> list[Line]:
        """What the filters leave, the heap included: of one heap also those that lie on another first."""
        if self.group is None:
            return self.lines
        return [line for line in self.lines if self.group in line.groups]

    @cached_property
    def clean(self) -> list[Line]:
        """Those without anomaly, of everything the filters leave."""
        return self._by_heap[Group.CLEAN]

    @property
    def clean_shown(self) -> str:
        """The sheets without anomaly with the revision that was looked at: what “accept all” sends back."""
        return ",".join(f"{line.sheet.pk}:{line.sheet.revision}" for line in self.clean if line.sheet)

    @cached_property
    def accepted(self) -> list[Line]:
        return self._by_heap[Group.ACCEPTED]

    @cached_property
    def heaps(self) -> list[Heap]:
        """The heaps in order, those without anomaly left out: they are one button."""
        found = []
        for group in Group:
            mine = self._by_heap[group]
            if mine and group is not Group.CLEAN:
                found.append(Heap(group, tuple(mine[:FIRST_OF_HEAP]), len(mine)))
        return found

    @cached_property
    def owing(self) -> list[Line]:
        """Who has still to hand in, with whom to turn to. Two queries more, for these only."""
        owing = [line for line in self.lines if line.owes]
        if not owing or self.month.last >= self.today:
            return []
        known = reading.contacts((line.unit_id for line in owing), self.today)
        return [replace(line, contacts=tuple(known.get(line.unit_id, ()))) for line in owing]

    @cached_property
    def reminder(self) -> str:
        """The text for the group chat: exactly those who still owe, until when, and whom to turn to."""
        return words.reminder(self.month, self.owing, self.today) if self.owing else ""

    @cached_property
    def totals(self) -> dict[str, Any]:
        """The numbers on top of the page."""
        counts = self.counts
        handed_in = [line for line in self.lines if not line.owes]
        return {
            "units": len(self.lines),
            "people": sum(line.tally.people for line in self.lines),
            "handed_in": len(handed_in),
            "odd": sum(counts[group] for group in ODD),
            "missing": counts[Group.MISSING],
            "awaited": counts[Group.AWAITED] + counts[Group.RETURNED],
            "accepted": counts[Group.ACCEPTED],
            "released": counts[Group.RELEASED],
            "undetermined": sum(line.tally.undetermined for line in handed_in),
        }

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The heaps with how many are found under each."""
        found = Counter(group for line in self.lines for group in line.groups)
        return [
            {"value": group.value, "label": LABELS[group], "count": found[group], "shape": SHAPES[group]}
            for group in Group
            if found[group]
        ]

    @cached_property
    def districts(self) -> list[tuple[int, str]]:
        """The districts to choose from; the city has many, a district its own."""
        return districts_to_choose(self.actor, self.today) if self.actor.reach is Reach.ALL else []

    def export(self) -> tuple[list[str], Iterable[list[Any]]]:
        """Return head and rows of exactly what is shown."""
        head = [
            _("Receiving unit"), _("State"), _("Month review"), pgettext("count", "People"),
            _("Attendance a head (days)"), _("Points (mean)"), _("Disputed by"), _("Undetermined"),
            _("What to look at"), _("Submitted by"), pgettext("month", "Submitted"), _("To be submitted by"),
        ]  # fmt: skip
        return head, (_cells(line) for line in self.shown)

    # ------------------------------------------------------------ reading

    @cached_property
    def _all(self) -> list[Line]:
        sheets = reading.sheets(self.actor, self.month)
        tallies = reading.tallies(self.actor, self.month)
        without = reading.units_without_sheet(self.actor, self.month) if self.month.first <= self.today else {}
        units = reading.units_named({row.institution_id for row in sheets} | set(without), self.today)
        windows = self._windows(sheets)
        lines = [
            self._line(row, tallies.get(row.pk, reading.NOBODY), units, windows.get(row.pk))
            for row in sheets
            if row.pk in tallies
        ]
        last = max(windows.values(), default=None)
        lines += [_bare(unit, people, units, last, self.today) for unit, people in without.items()]
        lines.sort(key=lambda line: (line.sort_key, line.unit_id))
        return lines

    def _windows(self, sheets: Iterable[reading.SheetRow]) -> dict[int, date]:
        """Return until when the sheets that are still with their units are to be handed in."""
        open_ones = [row.pk for row in sheets if row.state in SHEET_OPEN]
        if not open_ones:
            return {}
        rows = list(MonthSheet.objects.filter(pk__in=open_ones))
        windows = month_window.windows_of(rows, self.today)
        return {pk: window.submit_by for pk, window in windows.items()}

    def _line(
        self,
        row: reading.SheetRow,
        tally: reading.Tally,
        units: Mapping[int, reading.Unit],
        submit_by: date | None,
    ) -> Line:
        facts = Facts(
            state=SheetState(row.state),
            is_late=row.is_late,
            findings=row.findings,
            disputed=tally.disputed,
            undetermined=tally.undetermined,
            is_scored=row.scored_revision == row.revision,
            is_own_entry=row.on_behalf
            and row.submitted_by_id is not None
            and row.submitted_by_id == self.actor.user_id,
            submit_by=submit_by,
        )
        unit = units.get(row.institution_id, reading.Unit("", "", 0))
        return Line(
            unit_id=row.institution_id,
            unit=unit.name,
            sort_key=unit.pinyin,
            groups=groups_of(facts, self.today),
            sheet=row,
            tally=tally,
            division_id=unit.division_id,
            submit_by=submit_by,
            facts=facts,
        )


def month_asked(text: str | None, today: date) -> Month:
    """Return the month of the address; the last one that is over where none is asked for, or nonsense."""
    try:
        return Month.parse(text or "")
    except ValueError:
        return Month.of(today).previous


def _bare(unit_id: int, people: int, units: Mapping[int, reading.Unit], submit_by: date | None, today: date) -> Line:
    """The line of a unit that has begun no sheet."""
    unit = units.get(unit_id, reading.Unit("", "", 0))
    facts = Facts(state=SheetState.DRAFT, submit_by=submit_by)
    return Line(
        unit_id=unit_id,
        unit=unit.name,
        sort_key=unit.pinyin,
        groups=groups_of(facts, today),
        tally=reading.Tally(people=people),
        division_id=unit.division_id,
        submit_by=submit_by,
    )


def _matches(line: Line, text: str) -> bool:
    return text in line.unit or line.sort_key.startswith(pinyin_key(text)) or _initials(line.sort_key, text)


def _initials(sort_key: str, text: str) -> bool:
    return "".join(part[:1] for part in sort_key.split()).startswith(text.lower())


def _cells(line: Line) -> list[Any]:
    sheet = line.sheet
    return [
        line.unit, line.state, str(LABELS[line.group]), line.tally.people,
        Decimal(line.attendance) if line.attendance else None, Decimal(line.points) if line.points else None,
        line.tally.disputed, line.tally.undetermined, _("; ").join(line.notes),
        sheet.submitted_by_name if sheet else "", sheet.submitted_at if sheet else None, line.submit_by,
    ]  # fmt: skip
