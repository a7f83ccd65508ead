"""A pasted list of people to be placed: each line's person and receiving unit, looked up as the officer sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from assignments import checking
from assignments.checking import Entry
from assignments.services.placing import Finding, Placement
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry import choosing
from deploy_admin.registry.models import Institution


@dataclass
class Row:
    """One line: what it says, whom and which unit it means, and what speaks against it."""

    entry: Entry
    worker: HealthWorker | None = None
    unit: Institution | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def note(self) -> str:
        """What keeps the line from being read; nothing where it is."""
        if not self.entry.people:
            return _("nobody of yours is known under this")
        if len(self.entry.people) > 1:
            return _("%(count)d people of this name: give the person number") % {"count": len(self.entry.people)}
        return "" if self.unit is not None else _("no receiving unit is named")

    @property
    def refused(self) -> bool:
        return bool(self.note) or any(finding.refuses for finding in self.findings)

    def placement(self, term: Mapping[str, Any]) -> Placement:
        """Return the line as a placement; only where nothing keeps it from being read."""
        if self.worker is None or self.unit is None:
            raise TypeError("this line names nobody, or no unit")
        return Placement(worker_id=self.worker.pk, receiving_unit_id=self.unit.pk, **term)


def read(text: str, receiver: Institution | None, actor: Actor) -> list[Row]:
    """Return the rows of a pasted list. Four queries for any number of lines."""
    entries = checking.from_text(text)
    lines = [line for line in text.splitlines() if line.strip()]
    checking.meet(entries, actor=actor)
    units = _units(lines, actor)
    rows = []
    for entry, line in zip(entries, _with_somebody(lines), strict=True):
        own = next((units[cell] for cell in _cells(line) if cell in units), None)
        worker = entry.people[0] if len(entry.people) == 1 else None
        rows.append(Row(entry, worker, own or receiver))
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in checking.cells_of(line) if cell.strip()]


def _with_somebody(lines: Sequence[str]) -> list[str]:
    """The lines of which the list makes an entry."""
    return [line for line in lines if checking.from_line(line) is not None]


def _units(lines: Sequence[str], actor: Actor) -> dict[str, Institution]:
    """Return the units that cells name, by the cell; a name that means several means none."""
    cells = {cell for line in lines for cell in _cells(line)[1:]}
    if not cells:
        return {}
    named = Q(profile__name__in=cells) | Q(profile__short_name__in=cells) | Q(credit_code__in=cells)
    found: dict[str, list[Institution]] = {}
    for unit in choosing.nameable_by(actor, clock.today()).filter(named).select_related("profile"):
        for name in {unit.profile.name, unit.profile.short_name, unit.credit_code} & cells:
            found.setdefault(name, []).append(unit)
    return {name: units[0] for name, units in found.items() if len(units) == 1}
