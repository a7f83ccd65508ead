"""A month's workbook sent in: the grid and the counts of one unit, compared cell by cell; all of it or nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.models import Workload
from appraisals.states import ValueSource
from appraisals.workbooks import words  # noqa: F401 -- registers its findings
from appraisals.workbooks.asking import MonthForm, units_of
from appraisals.workbooks.columns import (
    NAME,
    NUMBER,
    SENDER,
    Heading,
    columns_for,
    count_key,
    day_key,
    headings,
    reason_key,
)
from appraisals.workbooks.drawing import draw
from appraisals.workbooks.matter import read
from appraisals.workbooks.reading import Held, take
from appraisals.workload import saving
from appraisals.workload.asked import Asked, indicators_of
from appraisals.workload.entries import Entry as Count
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import month_window, months_entry, months_opening, months_standing
from assignments.services.months_entry import Cell
from assignments.services.months_ground import MonthGround
from deploy_admin.access import Permission
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, Unit, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import FileRefused, Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.months import Month
from deploy_admin.registry.models import Indicator, Institution


@dataclass(frozen=True)
class Ground:
    """What one workbook is held against: the sheet, its rows by assignment, what is asked and prefilled."""

    sheet: MonthSheet
    rows: Mapping[int, AssignmentMonth]
    asked: Mapping[int, Sequence[Asked]]
    held: Mapping[int, Held]
    counts: Mapping[tuple[int, str], Workload]

    @classmethod
    def of(cls, sheet: MonthSheet) -> Ground:
        """Read it: a constant number of queries for any number of people."""
        rows = list(AssignmentMonth.objects.filter(sheet=sheet).for_list())
        asked = indicators_of(row.pk for row in rows)
        ground = MonthGround(Month(sheet.month), institution_ids=[sheet.institution_id])
        held = {
            row.assignment_id: Held(
                row.assignment.worker.name,
                ground.prefilled(sheet.institution_id, row.assignment_id).days,
                {each.indicator.code: each for each in asked.get(row.pk, ())},
            )
            for row in rows
        }
        values = Workload.objects.filter(row__sheet=sheet).select_related("indicator").order_by()
        counts = {(value.row_id, value.indicator.code): value for value in values}
        return cls(sheet, {row.assignment_id: row for row in rows}, asked, held, counts)


class MonthWorkbooks(ColumnSet):
    """The month of one receiving unit: whoever is on its sheet, a cell for each day, the counts of work."""

    key = "workbooks"
    namespace = "appraisals"
    permission = Permission.MONTHS_ENTER
    title = gettext_lazy("Month by workbook")
    lead = gettext_lazy(
        "The workbook comes with everybody on the month's sheet, filled in as it stands. Rows are known by number and "
        "name; columns may be moved, sorted or left out. An empty day goes back to what is prefilled, an empty count "
        "stays as it is."
    )
    per_unit = True
    unit_columns = ()

    # -------------------------------------------------------- what is asked for

    def asked(self, data: Any, actor: Any) -> Any:
        return MonthForm(data, actor)

    def columns(self, context: Context) -> Sequence[Column]:
        if "columns" not in context.store:
            context.store["columns"] = columns_for(_month(context), self._headings(context))
        found: Sequence[Column] = context.store["columns"]
        return found

    def compared_in(self, context: Context) -> Sequence[str]:
        return [column.key for column in self.columns(context) if column.key not in (NUMBER, NAME, SENDER)]

    def scope(self, context: Context) -> str:
        return f"{self.key}:{context.params.get('unit')}:{context.params.get('month')}"

    def lock(self, context: Context) -> str:
        return self.scope(context)  # units do not wait for one another

    def subtitle(self, context: Context) -> str:
        unit = _unit(context)
        names = Institution.objects.filter(pk=unit).named(_month(context).last) if unit else {}
        return " ".join(filter(None, (names.get(unit or 0, ""), str(context.params.get("month") or ""))))

    def units(self, context: Context) -> Sequence[Unit]:
        return units_of(context.actor, _month(context))

    def label(self, record: Record) -> str:
        return str(record.values.get(NAME) or record.values.get(NUMBER) or "")

    # -------------------------------------------------------- reading

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        sheet = _sheet(context)
        try:
            months_standing.may_enter(sheet, context.actor)
            month_window.check_open(sheet, context.actor)
        except RuleViolation as refusal:
            raise FileRefused("month_shut", message=str(refusal.message)) from refusal
        ground = Ground.of(sheet)
        context.store["ground"] = ground
        context.store["blank"] = take(records, ground.held, _month(context))

    def identity(self, record: Record) -> Hashable | None:
        number = record.values.get(NUMBER)
        return number if isinstance(number, int) else None

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        ground: Ground = context.store["ground"]
        return {assignment: _standing(row, ground) for assignment, row in ground.rows.items()}

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        """Ask the services themselves what they would refuse, and take it all back."""
        ground: Ground = context.store["ground"]
        changed = [entry for entry in entries if entry.kind is RowKind.CHANGED]
        cells, counts = _changes(changed, context)
        by_row = {ground.rows[_number(entry)].pk: entry for entry in changed}
        if cells:
            with transaction.atomic():
                saved = months_entry.save_cells(sheet=ground.sheet, changes=cells, by=context.actor)
                transaction.set_rollback(True)
            for refused in saved.refused:
                by_row[refused.row_id].refuse(day_key(refused.day), "month_refused", message=refused.message)
        if counts:
            for each in saving.check(entries=counts, source=ValueSource.WORKBOOK, by=context.actor):
                message = str(each.refusal.message)
                by_row[each.row_id].refuse(count_key(each.code), "month_refused", message=message)

    # -------------------------------------------------------- writing

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        ground: Ground = context.store["ground"]
        cells, counts = _changes(entries, context)
        if cells:
            saved = months_entry.save_cells(sheet=ground.sheet, changes=cells, by=context.actor)
            if saved.refused or saved.conflicts:
                first = saved.refused[0].message if saved.refused else _("The month was changed this moment.")
                raise RuleViolation(first, "month_refused")
        if counts:
            saving.save(entries=counts, source=ValueSource.WORKBOOK, by=context.actor)
        return {"people": len(entries), "days": len(cells), "values": len(counts)}

    # -------------------------------------------------------- giving out

    def workbook(self, context: Context, *, marker: str = "") -> bytes | None:
        sheet = _sheet(context)
        if not marker:  # many at once are recorded as one act, by whoever has them made
            audit.record(act="appraisals.workbook_downloaded", by=context.actor, on=sheet, label=str(sheet))
        return draw(read(sheet), marker=marker)

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        sheet = _sheet(context)
        ground = Ground.of(sheet)
        senders = {row.assignment.sending_unit_id for row in ground.rows.values()}
        names = Institution.objects.filter(pk__in=senders).named(Month(sheet.month).last)
        for assignment, row in ground.rows.items():
            who = {NUMBER: assignment, NAME: row.assignment.worker.name}
            yield who | {SENDER: names.get(row.assignment.sending_unit_id, "")} | _standing(row, ground)

    def next_step(self, context: Context) -> tuple[str, str] | None:
        return _("See the month"), _sheet(context).get_absolute_url()

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Month sheets"), reverse("appraisals:months")

    def _headings(self, context: Context) -> tuple[Heading, ...]:
        """Return the indicators of the unit's workbook; of no unit in particular, all that are in use."""
        sheet = _known(context)
        if sheet is None:
            rows = Indicator.objects.visible_to(context.actor).in_use().order_by("position", "code")
            return headings([[Asked(row)] for row in rows])
        ids = AssignmentMonth.objects.filter(sheet=sheet).order_by().values_list("pk", flat=True)
        return headings(indicators_of(ids).values())


def _month(context: Context) -> Month:
    return Month.parse(str(context.params.get("month") or context.today.replace(day=1).isoformat()))


def _unit(context: Context) -> int | None:
    unit = context.params.get("unit")
    return int(unit) if unit else None


def _known(context: Context) -> MonthSheet | None:
    """Return the unit's sheet of the month, where there is one that the actor sees."""
    unit = _unit(context)
    if unit is None:
        return None
    found: MonthSheet | None = (
        MonthSheet.objects.visible_to(context.actor).of(_month(context)).filter(institution=unit).first()
    )
    return found


def _sheet(context: Context) -> MonthSheet:
    """Return the unit's sheet of the month, opened where people serve there and nobody has looked yet."""
    if "sheet" in context.store:
        sheet: MonthSheet = context.store["sheet"]
        return sheet
    found = _known(context)
    unit = _unit(context)
    if found is None and unit is not None and unit in {each.id for each in units_of(context.actor, _month(context))}:
        months_opening.open_month(_month(context), institution_ids=[unit], by=context.actor)
        found = _known(context)
    if found is None:
        raise RuleViolation(_("Nobody serves at this unit in this month."), "sheet_unknown")
    months_opening.refresh_if_stale(found)
    context.store["sheet"] = found
    return found


def _number(entry: Entry) -> int:
    number = entry.identity
    assert isinstance(number, int)  # noqa: S101 -- whoever is on the sheet has one
    return number


def _standing(row: AssignmentMonth, ground: Ground) -> dict[str, Any]:
    """Return one person's month by column, as it stands."""
    found: dict[str, Any] = {day_key(day): cell for day, cell in enumerate(row.days, 1)}
    for each in ground.asked.get(row.pk, ()):
        value = ground.counts.get((row.pk, each.indicator.code))
        number = value.value if value is not None else None
        found[count_key(each.indicator.code)] = None if number is None else number.normalize()
        if each.is_judged:
            found[reason_key(each.indicator.code)] = value.reason if value is not None else ""
    return found


def _changes(entries: Sequence[Entry], context: Context) -> tuple[list[Cell], list[Count]]:
    """Return what the plan changes, as the services take it; an emptied day goes back to what is prefilled."""
    ground: Ground = context.store["ground"]
    blank: set[tuple[int, int]] = context.store["blank"]
    cells: list[Cell] = []
    counts: list[Count] = []
    for entry in entries:
        assignment, values = _number(entry), entry.record.values
        row = ground.rows[assignment]
        changed = {change["column"] for change in entry.changes}
        for day, was in enumerate(row.days, 1):
            if day_key(day) in changed:
                cell = None if (assignment, day) in blank else values[day_key(day)]
                cells.append(Cell(row.pk, day, cell, was))
        for each in ground.asked.get(row.pk, ()):
            code = each.indicator.code
            if not {count_key(code), reason_key(code)} & changed:
                continue
            held = ground.counts.get((row.pk, code))
            before = held.value if held is not None else None
            reason = values.get(reason_key(code)) or (held.reason if held is not None else "")
            counts.append(Count(row.pk, code, values.get(count_key(code), before), reason, before))
    return cells, counts


WORKBOOKS = register(MonthWorkbooks())
