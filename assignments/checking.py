"""A list of people to be checked: pasted or uploaded, read line by line, each looked up among those the actor sees."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from assignments.listing import Line, as_cells, head, lines, live_rows
from deploy_admin import national_ids, spreadsheets
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.names import tidy
from deploy_admin.people.services.identity import digest_of
from deploy_admin.spreadsheets import Cell

MOST = 2_000
_NUMBER = re.compile(r"\bP\d{8}\b", re.IGNORECASE)
_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_APART = re.compile(r"[\t,，;；|]")
#: What the column of names is headed by; a list without a head has the names first.
NAME_HEADS = frozenset({"姓名", "name"})


@dataclass
class Entry:
    """One line of the list: what it says, fit to be shown, and whom it may mean."""

    shown: str
    number: str = ""
    national_id: str = ""
    name: str = ""
    people: list[HealthWorker] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def note(self) -> str:
        """What has to be said beside the answers."""
        if not self.people:
            return _("nobody of yours is known under this")
        if len(self.people) > 1:
            return _("%(count)d people of this name: check by person number") % {"count": len(self.people)}
        return "" if self.lines else _("not employed on the day")


def from_text(text: str) -> list[Entry]:
    """Return the entries of a pasted list, one per line; of a pasted table's row the first part is the name."""
    return _bounded(from_line(line) for line in text.splitlines() if line.strip())


def cells_of(line: str) -> list[str]:
    """Return the parts of a pasted line."""
    return _APART.split(line)


def from_line(line: str) -> Entry | None:
    """Return the entry of one line; None where it names nobody."""
    return _entry(cells_of(line), 0)


def from_file(content: bytes, filename: str) -> list[Entry]:
    """Return the entries of a table's first sheet with anything in it."""
    book = spreadsheets.read(content, filename)
    for sheet in book.sheets:
        if sheet.hidden or not any(any(cell not in (None, "") for cell in row) for row in sheet.rows):
            continue
        rows = [[_text(cell) for cell in row] for row in sheet.rows]
        column, first = _head(rows)
        return _bounded(_entry(row, column) for row in rows[first:] if any(row))
    raise RuleViolation(_("The table is empty."), "list_empty", fields={"file": _("The table is empty.")})


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return the column of the names and the first row below the head."""
    for number, row in enumerate(rows[:20]):
        for column, cell in enumerate(row):
            if cell.replace(" ", "").replace("\u3000", "").lower() in NAME_HEADS:
                return column, number + 1
    return 0, 0


def _text(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, spreadsheets.CellError) else str(cell).strip()


def _entry(cells: Sequence[str], name_column: int) -> Entry | None:
    whole = " ".join(cell.strip() for cell in cells if cell.strip())
    number, national_id = _NUMBER.search(whole), _ID.search(whole)
    named = cells[name_column].strip() if name_column < len(cells) else ""
    if not any(letter.isalpha() for letter in named) or _NUMBER.search(named) or _ID.search(named):
        named = next((c.strip() for c in cells if c.strip() and not re.search(r"\d", c)), "")
    if not (number or national_id or named):
        return None
    shown = " ".join(part for part in (named, number[0].upper() if number else "") if part)
    return Entry(
        shown=scrubbed(shown) or national_ids.mask(national_id[0].upper() if national_id else ""),
        number=number[0].upper() if number else "",
        national_id=national_id[0].upper() if national_id else "",
        name=tidy(named),
    )


def _bounded(entries: Iterable[Entry | None]) -> list[Entry]:
    found: list[Entry] = []
    for entry in entries:
        if entry is None:
            continue
        if len(found) == MOST:
            sentence = _("A list has at most %(count)d lines; split it.") % {"count": MOST}
            raise RuleViolation(sentence, "list_too_long", fields={"text": sentence})
        found.append(entry)
    if not found:
        sentence = _("The list names nobody.")
        raise RuleViolation(sentence, "list_empty", fields={"text": sentence})
    return found


def answer(entries: Sequence[Entry], *, on: date, today: date, targets: Sequence[str], actor: Actor) -> None:
    """Give each entry its people and their answers. A constant number of queries for any number of entries."""
    people = meet(entries, actor=actor)
    by_person: dict[int, list[Line]] = defaultdict(list)
    for line in lines(live_rows(people.values(), on, targets), actor, min(on, today), day=on if on != today else None):
        by_person[line.row.worker_id].append(line)
    for entry in entries:
        entry.lines = [line for worker in entry.people for line in by_person[worker.pk]]


def meet(entries: Sequence[Entry], *, actor: Actor) -> dict[int, HealthWorker]:
    """Give each entry the people whom it may mean, and return them all by id. Three queries.

    A person number goes before an ID number, and that before a name.
    """
    seen = HealthWorker.objects.living().visible_to(actor)
    by_number = {w.number: w for w in seen.filter(number__in={e.number for e in entries if e.number})}
    digests = {digest_of(e.national_id): e.national_id for e in entries if e.national_id and not e.number}
    by_id = {digests[bytes(w.id_digest)]: w for w in seen.filter(id_digest__in=list(digests))} if digests else {}
    by_name: dict[str, list[HealthWorker]] = defaultdict(list)
    names = {e.name for e in entries if e.name and not e.number and not e.national_id}
    for worker in seen.filter(name__in=names).order_by("pk"):
        by_name[worker.name].append(worker)
    people: dict[int, HealthWorker] = {}
    for entry in entries:
        one = by_number.get(entry.number) if entry.number else by_id.get(entry.national_id)
        entry.people = [one] if one else by_name[entry.name] if not entry.number and not entry.national_id else []
        people |= {worker.pk: worker for worker in entry.people}
    return people


def shown_again(text: str, entries: Iterable[Entry]) -> str:
    """Return the pasted list as the page gives it back: an ID number gives way to the person number it led to."""
    led_to = {entry.national_id: entry.people[0].number for entry in entries if entry.national_id and entry.people}
    return scrubbed(_ID.sub(lambda found: led_to.get(found[0].upper(), national_ids.mask(found[0])), text))


def table(entries: Iterable[Entry]) -> tuple[list[str], list[list[object]]]:
    """Return head and rows of the answered list, in its own order."""
    rows: list[list[object]] = []
    for entry in entries:
        rows += [[entry.shown, entry.note, *as_cells(line)] for line in entry.lines] or [[entry.shown, entry.note]]
    width = len(head()) + 2
    return [_("As in the list"), _("Remark"), *head()], [row + [""] * (width - len(row)) for row in rows]
