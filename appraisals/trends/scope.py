"""Which months a trend is about: read from the address, narrowed to what the actor may know about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from appraisals.models import ReleasedScore, Score, Workload
from assignments.models import AssignmentMonth
from assignments.states import SheetState
from deploy_admin.access import Actor
from deploy_admin.months import Month, add_months
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution

LENGTHS = (12, 24)
_MONTH = re.compile(r"^20\d\d-(0[1-9]|1[0-2])$")


@dataclass(frozen=True)
class Scope:
    """Some consecutive months of the people an actor sees, narrowed by place, scheme, sender or person."""

    actor: Actor
    today: date
    last: Month
    length: int = 12
    district: int | None = None
    institution: int | None = None
    sender: int | None = None
    scheme: str = ""
    assignment: int | None = None
    #: These sheets only; not said in an address.
    sheets: tuple[int, ...] | None = None

    @property
    def first(self) -> Month:
        return Month(add_months(self.last.first, 1 - self.length))

    @property
    def months(self) -> list[Month]:
        """Every month, also those of which nothing is known."""
        return [Month(add_months(self.first.first, n)) for n in range(self.length)]

    @property
    def asked(self) -> dict[str, str]:
        """What of it stands in the address."""
        held = {
            "district": self.district,
            "institution": self.institution,
            "sender": self.sender,
            "scheme": self.scheme,
            "assignment": self.assignment,
        }
        said = {name: str(value) for name, value in held.items() if value}
        if self.length != LENGTHS[0]:
            said["months"] = str(self.length)
        if self.last != last_whole_month(self.today):
            said["until"] = str(self.last)
        return said

    def address(self, **more: Any) -> str:
        """Return the query of an address with the same narrowing and `more`; None leaves one out."""
        said = {**self.asked, **more}
        return "?" + urlencode({name: value for name, value in said.items() if value not in (None, "")})

    def of(self, month: Month) -> Scope:
        """Return one month of it."""
        return replace(self, last=month, length=1)

    # ------------------------------------------------------------ the rows

    def rows(self) -> QuerySet[AssignmentMonth]:
        """The months of people that were handed in."""
        found: Any = AssignmentMonth.objects.visible_to(self.actor).handed_in()
        return self._narrowed(found, "")

    def live_workload(self) -> QuerySet[Workload]:
        """The workload of what is handed in and not released."""
        return self._live(Workload.objects.visible_to(self.actor))

    def live_scores(self) -> QuerySet[Score]:
        """The scores of what is handed in and not released."""
        return self._live(Score.objects.visible_to(self.actor))

    def released(self) -> QuerySet[ReleasedScore]:
        """What was released and is not corrected."""
        found: Any = ReleasedScore.objects.visible_to(self.actor).standing()
        return self._narrowed(found, "row__")

    def _live(self, rows: Any) -> Any:
        handed_in = (SheetState.SUBMITTED, SheetState.IN_REVIEW, SheetState.ACCEPTED)
        return self._narrowed(rows.filter(row__sheet__state__in=handed_in), "row__")

    def _narrowed(self, rows: Any, path: str) -> Any:
        conditions: dict[str, Any] = {
            f"{path}month__gte": self.first.first,
            f"{path}month__lte": self.last.first,
        }
        if self.institution is not None:
            conditions[f"{path}sheet__institution_id"] = self.institution
        if self.sheets is not None:
            conditions[f"{path}sheet_id__in"] = self.sheets
        if self.sender is not None:
            conditions[f"{path}assignment__sending_unit_id"] = self.sender
        if self.scheme:
            conditions[f"{path}assignment__scheme"] = self.scheme
        if self.assignment is not None:
            conditions[f"{path}assignment_id"] = self.assignment
        if self.district is not None:
            conditions[f"{path}sheet__institution_id__in"] = _units_in(self.district, self.today)
        return rows.filter(**conditions).order_by()


def _units_in(district: int, today: date) -> Any:
    tree = DivisionTree.read(today)
    if district not in tree.nodes:  # an address can name what does not exist
        return []
    units = Institution.objects.standing(today).filter(profile__division_id__in=tree.within([district]))
    return units.order_by().values("pk")


def last_whole_month(today: date) -> Month:
    """Return the month before the present one: the last that can be handed in whole."""
    return Month.of(today).previous


def read(data: Mapping[str, str], actor: Actor, today: date) -> Scope:
    """Return the scope that an address names; what cannot be read is not asked."""
    return Scope(
        actor=actor,
        today=today,
        last=_month(data.get("until", ""), last_whole_month(today)),
        length=length if (length := _number(data.get("months", ""))) in LENGTHS else LENGTHS[0],
        district=_number(data.get("district", "")),
        institution=_number(data.get("institution", "")),
        sender=_number(data.get("sender", "")),
        scheme=data.get("scheme", "")[:60],
        assignment=_number(data.get("assignment", "")),
    )


def month_named(text: str) -> Month | None:
    """Return the month that an address names, if it names one."""
    return Month.parse(text) if _MONTH.match(text) else None


def _month(text: str, otherwise: Month) -> Month:
    return month_named(text) or otherwise


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
