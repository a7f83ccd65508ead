"""Workload as the entry pages show it: which columns a sheet has, and what each person's field says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from appraisals.entry.reading import Held
from appraisals.models import Workload
from appraisals.rules.written import plain
from appraisals.workload.services import Asked, Range, sentence_of


@dataclass(frozen=True, slots=True)
class Column:
    """One indicator that is asked of anybody on the sheet."""

    code: str
    label: str
    unit: str
    clause: str


@dataclass(frozen=True, slots=True)
class WorkCell:
    """One field: what stands, what may stand, what is usual."""

    row_id: int
    code: str
    label: str
    unit: str
    decimals: int
    lowest: str
    highest: str
    #: The usual range in short, as numbers, and as a sentence that says whose it is.
    usual: str
    low: str
    high: str
    basis: str
    required: bool
    judged: bool
    most: str
    reason_from: str
    wants_reason: bool
    value: str
    said: str
    reason: str
    unconfirmed: bool
    is_confirmed: bool
    told: str

    @property
    def name(self) -> str:
        return f"w:{self.row_id}:{self.code}"

    @property
    def was_name(self) -> str:
        return f"o:{self.row_id}:{self.code}"

    @property
    def reason_name(self) -> str:
        return f"r:{self.row_id}:{self.code}"


def columns_of(rows: Iterable[Held]) -> list[Column]:
    """Return the columns of a sheet: what a clause asks for, then what stands on every sheet; each in its order."""
    found: dict[str, Asked] = {}
    for row in rows:
        for asked in row.asked:
            if asked.measure not in found or (asked.required and not found[asked.measure].required):
                found[asked.measure] = asked
    ordered = sorted(found.values(), key=lambda each: (not each.required, each.indicator.position, each.measure))
    return [Column(each.measure, each.label, each.indicator.unit, each.clause) for each in ordered]


def cells_of_row(held: Held, columns: Iterable[Column]) -> list[WorkCell | None]:
    """Return the fields of one person by column; None where nothing is asked."""
    asked = {each.measure: each for each in held.asked}
    return [cell_of(held, asked[column.code]) if column.code in asked else None for column in columns]


def cell_of(held: Held, asked: Asked) -> WorkCell:
    """Return one field."""
    there, usual = held.values.get(asked.measure), held.usual.get(asked.measure)
    most = plain(asked.judged_most) if asked.judged_most is not None else ""
    reason_from = ""
    if asked.judged_most is not None and asked.reason_from is not None:
        reason_from = plain(asked.judged_most - asked.reason_from)
    return WorkCell(
        row_id=held.row.pk,
        code=asked.measure,
        label=asked.label,
        unit=asked.indicator.unit,
        decimals=asked.indicator.decimals,
        lowest=plain(asked.indicator.lowest),
        highest=plain(asked.highest),
        usual=_in_short(usual, most),
        low=plain(usual.low) if usual else "",
        high=plain(usual.high) if usual else "",
        basis=sentence_of(usual) if usual else "",
        required=asked.required,
        judged=asked.is_judged,
        most=most,
        reason_from=reason_from,
        wants_reason=asked.wants_reason(there.value if there else None),
        value=_written(there.value if there else None),
        said=_written(there.said if there else None),
        reason=there.reason if there else "",
        unconfirmed=there is not None and there.value is not None and not there.is_confirmed,
        is_confirmed=there is not None and there.is_confirmed,
        told=_told(there),
    )


def _in_short(usual: Range | None, most: str) -> str:
    if most:
        return _("0–%(most)s points") % {"most": most}
    return f"{plain(usual.low)}–{plain(usual.high)}" if usual else ""


def _told(there: Workload | None) -> str:
    """Return what the person said, where the unit has not confirmed it or has said something else."""
    if there is None or there.said is None:
        return ""
    if there.is_confirmed and there.said != there.value:
        return _("the person said %(value)s") % {"value": plain(there.said)}
    return "" if there.is_confirmed else _("said by the person, to be confirmed")


def _written(number: Decimal | None) -> str:
    return "" if number is None else plain(number)
