"""Pairing supports and speciality programmes as rows: the lists, their exports and the institution's page agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deploy_admin.access import Actor
from deploy_admin.registry import succession
from deploy_admin.registry.models import Institution, InstitutionProfile, PairingSupport, SpecialityProgramme
from deploy_admin.registry.tables import names_of

#: How a row stands to the day: holds, will hold, is over; with the shape of its mark.
SHAPES = {"now": "ok", "coming": "und", "over": "mute"}


@dataclass(frozen=True)
class Named:
    """A unit by name, with its key where the reader may open its page."""

    name: str
    link: int | None


@dataclass(frozen=True)
class TieRow:
    """One line of a list: the units, the speciality, the days, how it stands, whether the reader keeps it."""

    row: Any
    units: Sequence[Named]
    speciality: str
    standing: str
    mine: bool

    @property
    def shape(self) -> str:
        return SHAPES[self.standing]

    @property
    def standing_label(self) -> str:
        return {
            "now": pgettext("pairing", "in force"),
            "coming": pgettext("pairing", "to come"),
            "over": pgettext("pairing", "over"),
        }[self.standing]

    def texts(self) -> list[Any]:
        """Return the cells of the export."""
        names = [unit.name for unit in self.units]
        speciality = [self.speciality] if self.speciality else []
        last = self.row.valid_to.isoformat() if self.row.valid_to else ""
        return [*names, *speciality, self.row.valid_from.isoformat(), last, self.row.document, self.standing_label]


def pairing_heads() -> list[str]:
    """Return the heads of the list of pairing supports."""
    return [_("Supporting unit"), _("Supported unit"), *_days_heads()]


def programme_heads() -> list[str]:
    """Return the heads of the list of speciality programmes."""
    return [_("Institution"), pgettext("programme", "Speciality"), *_days_heads()]


def _days_heads() -> list[str]:
    return [_("First day"), _("Last day"), _("Document"), _("State")]


def tie_rows(rows: Iterable[Any], actor: Actor, day: date) -> list[TieRow]:
    """Return the rows with names and links. Three queries, whatever the number of rows."""
    listed = list(rows)
    units = {unit for row in listed for unit in _units(row)}
    names = names_of(units, day)
    seen = set(Institution.objects.visible_to(actor).filter(pk__in=units).values_list("pk", flat=True))
    kept: set[int] = set()
    for kind in (PairingSupport, SpecialityProgramme):
        ids = [row.pk for row in listed if isinstance(row, kind)]
        if ids:
            kept |= set(kind.objects.filter(pk__in=ids).kept_by(actor).values_list("pk", flat=True))
    return [
        TieRow(
            row,
            [Named(names.get(unit, f"#{unit}"), unit if unit in seen else None) for unit in _units(row)],
            getattr(row, "speciality", ""),
            standing_on(row, day),
            row.pk in kept,
        )
        for row in listed
    ]


def standing_on(row: Any, day: date) -> str:
    """Return whether the row holds on the day, is to come or is over."""
    if row.valid_from > day:
        return "coming"
    return "over" if row.valid_to is not None and row.valid_to < day else "now"


def of_unit(unit: int, day: date) -> tuple[list[PairingSupport], list[SpecialityProgramme]]:
    """Return what ties the unit, with what it took over from those that merged into it. Three queries."""
    ids = {unit} | succession.predecessors([unit], day)[unit]
    pairings = PairingSupport.objects.filter(Q(supporting_unit__in=ids) | Q(supported_unit__in=ids))
    programmes = SpecialityProgramme.objects.filter(institution__in=ids)
    return list(pairings.order_by("-valid_from", "pk")), list(programmes.order_by("speciality", "-valid_from", "pk"))


def named_like(text: str, day: date) -> Any:
    """Return the institutions whose name on the day holds the text or whose initials begin with it."""
    found = Q(name__contains=text) | Q(short_name__contains=text) | Q(initials__startswith=text.lower())
    return InstitutionProfile.objects.standing(day).filter(found).order_by().values("institution")


def _units(row: Any) -> tuple[int, ...]:
    if isinstance(row, PairingSupport):
        return row.supporting_unit_id, row.supported_unit_id
    return (row.institution_id,)
