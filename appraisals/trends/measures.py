"""What a trend may be about: people, attendance, points, and every indicator of the workload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from deploy_admin.access import Actor
from deploy_admin.registry.models import Indicator

PEOPLE, ATTENDANCE, POINTS = "people", "attendance", "points"
#: What the overview shows before anything is chosen; the rest is one choice away.
FIRST_SHOWN = (PEOPLE, ATTENDANCE, "outpatient_emergency_visits", "operations", "new_techniques", POINTS)


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing to follow over the months."""

    code: str
    label: str
    unit: str
    decimals: int = 0

    @property
    def is_rate(self) -> bool:
        return self.code == ATTENDANCE

    @property
    def is_indicator(self) -> bool:
        return self.code not in (PEOPLE, ATTENDANCE, POINTS)

    @property
    def has_sum(self) -> bool:
        """Whether a sum over people says anything, so that it can be asked for by person as well."""
        return self.is_indicator

    @property
    def is_line(self) -> bool:
        """Rates and points move; counts stand beside each other."""
        return self.code in (ATTENDANCE, POINTS)


def measures(actor: Actor) -> list[Measure]:
    """Return everything that may be chosen, in the order of the sheets. One query."""
    held = Indicator.objects.visible_to(actor).in_use().order_by("position", "code")
    return [
        Measure(PEOPLE, _("People with a month handed in"), _("people")),
        Measure(ATTENDANCE, _("Attendance rate"), "%", 1),
        Measure(POINTS, _("Points, average"), _("points"), 1),
        *(Measure(row.code, row.label, row.unit, row.decimals) for row in held),
    ]


def first_shown(held: Sequence[Measure]) -> list[Measure]:
    """Return those of the overview that exist; where an authority counts other things, its first ones."""
    by_code = {each.code: each for each in held}
    found = [by_code[code] for code in FIRST_SHOWN if code in by_code]
    if not any(each.is_indicator for each in found):
        found += [each for each in held if each.is_indicator][:3]
    return found


@dataclass(frozen=True, slots=True)
class Summed:
    """A sum with how many rows it is made of; without any there is no value."""

    total: Decimal = Decimal(0)
    rows: int = 0

    def plus(self, total: Decimal | None, rows: int) -> Summed:
        return Summed(self.total + (total or 0), self.rows + rows)

    @property
    def sum(self) -> Decimal | None:
        return self.total if self.rows else None

    @property
    def average(self) -> Decimal | None:
        return self.total / self.rows if self.rows else None
