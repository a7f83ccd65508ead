"""Staffing requests as a table: one unit's list, or those of many units on their behalf; compared line by line."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.filing import services_requests
from assignments.filing.services_requests import RequestRow, of_line, save_requests
from assignments.importing.filed_lists import UNIT, FiledLists, joined, parted, unit_column, unit_of
from assignments.kinds import ListKind, Priority
from assignments.models import FiledList, StaffingRequest
from assignments.states import LineState
from deploy_admin.access import Permission
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing.columns import Code, Column, Context, Type, folded, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.people import codes
from deploy_admin.registry.models import Institution

COMPARED = (
    "speciality", "also_accepts", "staff_category", "minimum_title", "number", "starts_on", "priority", "reason",
)  # fmt: skip
PRIORITIES = (
    Code(str(Priority.URGENT.value), "急需", "Urgent", ("紧急", "急", "优先")),
    Code(str(Priority.NORMAL.value), "一般", "Normal", ("普通", "正常")),
    Code(str(Priority.LATER.value), "可缓", "Can wait", ("缓", "不急")),
)


class StaffingRequests(FiledLists):
    """What receiving units ask for; the order of new rows is the unit's own, the first needed first."""

    key = "staffing_requests"
    kind = ListKind.REQUESTS
    permission = Permission.REQUESTS_ENTER
    spokesman = "speciality"
    title = gettext_lazy("Staffing requests by workbook")
    lead = gettext_lazy(
        "One row for each speciality. A line number changes that line of the list; without one a row is known by "
        "speciality, staff category, title, start and priority. Lines that the table leaves out stay as they are."
    )
    compared = COMPARED

    def columns(self, context: Context) -> Sequence[Column]:
        if "columns" not in context.store:
            line = () if unit_of(context) is None else (_LINE,)
            context.store["columns"] = (*line, *unit_column(context), *_COLUMNS)
        found: Sequence[Column] = context.store["columns"]
        return found

    def label(self, record: Record) -> str:
        said = (record.values.get(UNIT), record.values.get("speciality"))
        return " · ".join(str(each) for each in said if each)

    # -------------------------------------------------------- reading

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        for record in records:
            _tidy(record)
        campaign = self.place(records, context)
        units = {record.refs["unit"] for record in records if "unit" in record.refs}
        rows = StaffingRequest.objects.filter(
            campaign=campaign, institution__in=units, state=LineState.STANDING
        ).order_by("institution_id", "rank", "pk")
        held: dict[int, list[StaffingRequest]] = {unit: [] for unit in units}
        for row in rows:
            held[row.institution_id].append(row)
        for record in records:
            if "unit" in record.refs:
                line = _meant(record, held[record.refs["unit"]])
                record.refs["line"] = line.pk if line is not None else None
        context.store["lines"] = {row.pk: row for lines in held.values() for row in lines}

    def identity(self, record: Record) -> Hashable | None:
        if "unit" not in record.refs:
            return None
        if record.refs["line"] is not None:
            return ("line", record.refs["line"])
        return ("new", record.refs["unit"], *_known_by(record.values))

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        return {("line", pk): _cells(row) for pk, row in context.store["lines"].items()}

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        """Ask the services themselves what they would refuse."""
        self.tried([entry for entry in entries if entry.kind in (RowKind.NEW, RowKind.CHANGED)], context)

    def blame(self, rows: Sequence[Entry], refusal: RuleViolation) -> None:
        """Put what is said of a row and a column into that cell."""
        told = refusal.context.get("rows") if refusal.context else None
        by_place = {str(entry.record.refs.get("at")): entry for entry in rows}
        for place, said in (told or {}).items():
            for column, message in said.items():
                if (entry := by_place.get(place)) is not None:
                    entry.refuse(column, "list_refused", message=str(message))
        if not any(entry.kind is RowKind.REFUSED for entry in rows):
            super().blame(rows, refusal)

    # -------------------------------------------------------- writing

    def write(self, filed: FiledList, entries: Sequence[Entry], context: Context) -> None:
        standing = filed.requests.filter(state=LineState.STANDING).order_by("rank", "pk")
        lines = [of_line(line) for line in standing]
        places = {line.id: at for at, line in enumerate(lines)}
        for entry in entries:
            record = entry.record
            pk = record.refs["line"]
            if pk is None:
                record.refs["at"] = len(lines)
                lines.append(_row(record, RequestRow(speciality="")))
            else:
                record.refs["at"] = places[pk]
                lines[places[pk]] = _row(record, lines[places[pk]])
        save_requests(filed=filed, rows=lines, version=None, by=context.actor)

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        return self.written(entries, context)

    # -------------------------------------------------------- giving out

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        rows = StaffingRequest.objects.filter(filed_list__in=self.lists(context), state=LineState.STANDING)
        found = list(rows.order_by("institution_id", "rank", "pk"))
        names = Institution.objects.filter(pk__in={row.institution_id for row in found}).named(context.today)
        for number, row in enumerate(found, start=1):
            yield {"line": number, UNIT: names.get(row.institution_id, ""), **_cells(row)}

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        return self.rows_for_export(context)

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Staffing requests"), reverse("assignments:request_lists")


def _tidy(record: Record) -> None:
    """Write the row as it is kept: what is empty is nothing, several specialities stand in one form."""
    values = record.values
    if "also_accepts" in values:
        values["also_accepts"] = joined(parted(values["also_accepts"] or ""))
    if "priority" in values and not values["priority"]:
        values["priority"] = str(Priority.NORMAL.value)
    for name in ("staff_category", "minimum_title", "reason"):
        if name in values:
            values[name] = values[name] or ""


def _meant(record: Record, lines: Sequence[StaffingRequest]) -> StaffingRequest | None:
    """Return the line that a row changes: the one of its number, else the one that asks for the same."""
    number = record.values.get("line")
    if number is not None and 1 <= number <= len(lines):
        return lines[number - 1]
    said = _known_by(record.values)
    return next((line for line in lines if _known_by(_cells(line)) == said), None)


def _known_by(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells one request of a unit from its others; a list has no two that agree in all of it."""
    return (
        folded(values.get("speciality") or ""),
        values.get("staff_category") or "",
        values.get("minimum_title") or "",
        values.get("starts_on") or None,
        values.get("priority") or str(Priority.NORMAL.value),
    )


def _cells(row: StaffingRequest) -> dict[str, Any]:
    return {
        "speciality": row.speciality,
        "also_accepts": joined(row.also_accepts),
        "staff_category": row.staff_category,
        "minimum_title": row.minimum_title,
        "number": row.number,
        "starts_on": row.starts_on,
        "priority": str(row.priority),
        "reason": row.reason,
    }


def _row(record: Record, there: RequestRow) -> RequestRow:
    """Return the line as the row says it; columns that the table does not have stay as they are."""
    said = {name: value for name, value in record.values.items() if name in COMPARED}
    if "also_accepts" in said:
        said["also_accepts"] = parted(said["also_accepts"])
    if "priority" in said:
        said["priority"] = int(said["priority"])
    return replace(there, **said)


_LINE = Column(
    "line", "行号", "Line number", Type.INTEGER, aliases=("序号", "需求序号"), minimum=1,
    maximum=services_requests.MOST_LINES, width=8,
    help=gettext_lazy("The line of the list that the row changes; empty: as the row says."),
)  # fmt: skip
_COLUMNS = (
    Column(
        "speciality", "专业", "Speciality", required=True, max_length=100, example="儿科",
        aliases=("需求专业", "科室", "专业名称", "岗位", "需求科室", "需求岗位"),
    ),
    Column(
        "number", "人数", "Number", Type.INTEGER, required=True, minimum=1, maximum=services_requests.MOST_PEOPLE,
        unit=("人", "名"), width=8, aliases=("需求人数", "需求数量", "数量", "名额"), example=1,
    ),
    Column(
        "also_accepts", "可接受的其他专业", "Other specialities that would do", max_length=300,
        aliases=("其他专业", "相近专业", "也可"), help=gettext_lazy("Several are parted by “、”."),
    ),
    Column(
        "staff_category", "人员类别", "Staff category", Type.CODE, codes=codes.STAFF_CATEGORIES,
        aliases=("类别", "岗位类别"), width=12,
    ),
    Column(
        "minimum_title", "最低职称", "Title at least", Type.CODE, codes=codes.TITLE_LEVELS,
        aliases=("职称要求", "职称", "职称级别"), width=12, help=gettext_lazy("Empty: any."),
    ),
    Column(
        "starts_on", "最早到岗日期", "Earliest start", Type.DATE, width=13,
        aliases=("到岗日期", "到岗时间", "起始日期"), help=gettext_lazy("Empty: the campaign's first day."),
    ),
    Column(
        "priority", "缓急", "Priority", Type.CODE, codes=PRIORITIES, width=8,
        aliases=("紧急程度", "优先级", "缓急程度"), help=gettext_lazy("Empty: normal."),
    ),
    Column("reason", "需求理由", "Reason", aliases=("理由", "原因", "需求原因"), max_length=500, width=30),
)  # fmt: skip

STAFFING_REQUESTS = register(StaffingRequests())
