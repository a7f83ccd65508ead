"""The list of inspections as columns and cells: the page and the export show exactly the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.filters.inspections import InspectionFilter, of_orders
from assignments.kinds import Presence
from assignments.models import Finding, Inspection, PresenceCheck
from assignments.models.inspections import InspectionQuerySet
from deploy_admin.access import Actor
from deploy_admin.registry.models import Institution

#: In which order the results are told.
RESULTS = list(Presence)


@dataclass(frozen=True, slots=True)
class Row:
    """One inspection as the list says it."""

    inspection: Inspection
    unit: str
    authority: str
    found: Mapping[str, int]
    findings: int
    open_orders: int
    overdue: int
    to_settle: int

    @property
    def found_words(self) -> str:
        """What was found in one line: 5 present, 1 absent."""
        said = [(self.found[each], str(each.label)) for each in RESULTS if self.found.get(each)]
        return _(", ").join(f"{label} {number}" for number, label in said)

    @property
    def state(self) -> tuple[str, str]:
        """Shape and word of how it stands, the pressing first."""
        if self.inspection.closed_at is None:
            return "run", _("being recorded")
        if self.overdue:
            return "bad", _("order overdue")
        if self.to_settle:
            return "warn", _("answer to be looked at")
        if self.open_orders:
            return "und", _("order to be answered")
        return "ok", pgettext("inspection", "closed")


def chosen(data: Mapping[str, str], actor: Actor) -> tuple[InspectionQuerySet, dict[str, str]]:
    """Return the inspections the address asks for, the latest first, and what of the address could be read."""
    visible = Inspection.objects.visible_to(actor)
    asked = {name: value for name, value in data.items() if value}
    found = InspectionFilter(asked, queryset=visible)
    if not found.form.is_valid():
        asked = {name: value for name, value in asked.items() if name not in found.form.errors}
        found = InspectionFilter(asked, queryset=visible)
    rows: InspectionQuerySet = found.qs
    return rows.for_list(), asked


def rows(inspections: Iterable[Inspection], today: date) -> list[Row]:
    """Return the rows of a page. Three queries, whatever their number."""
    listed = list(inspections)
    ids = [each.pk for each in listed]
    units = {unit for each in listed for unit in (each.institution_id, each.authority_id)}
    names = Institution.objects.filter(pk__in=units).named(today)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted = PresenceCheck.objects.filter(inspection__in=ids).order_by().values_list("inspection_id", "result")
    for inspection, result, number in counted.annotate(n=Count("pk")):
        found[inspection][result] = number
    orders = {
        row["inspection_id"]: row
        for row in Finding.objects.filter(inspection__in=ids)
        .order_by()
        .values("inspection_id")
        .annotate(
            findings=Count("pk"),
            open_orders=Count("pk", filter=of_orders("open")),
            overdue=Count("pk", filter=of_orders("overdue")),
            to_settle=Count("pk", filter=of_orders("answered")),
        )
    }
    nothing = {"findings": 0, "open_orders": 0, "overdue": 0, "to_settle": 0}
    return [
        Row(
            each,
            names.get(each.institution_id, ""),
            names.get(each.authority_id, ""),
            found[each.pk],
            **{name: orders.get(each.pk, nothing)[name] for name in nothing},
        )
        for each in listed
    ]


def heads() -> list[str]:
    """Return the heads of the export."""
    return [
        _("Day"),
        _("Unit"),
        _("Kind"),
        _("Inspectors"),
        _("Competent authority"),
        _("State"),
        _("Found"),
        _("Findings"),
        _("Orders to be answered"),
        pgettext("order", "Overdue"),
    ]


def cells(row: Row) -> Sequence[Any]:
    """Return one row of the export."""
    inspection = row.inspection
    return [
        inspection.on,
        row.unit,
        str(inspection.get_kind_display()),
        inspection.inspectors,
        row.authority,
        row.state[1],
        row.found_words,
        row.findings,
        row.open_orders,
        row.overdue,
    ]


def export(found: InspectionQuerySet, today: date) -> tuple[list[str], list[Sequence[Any]]]:
    """Return head and rows of exactly what is shown, in pieces that fit into memory."""
    held: list[Sequence[Any]] = []
    part: list[Inspection] = []
    for inspection in found.iterator(chunk_size=1000):
        part.append(inspection)
        if len(part) == 1000:
            held += [cells(row) for row in rows(part, today)]
            part = []
    return heads(), held + [cells(row) for row in rows(part, today)]
