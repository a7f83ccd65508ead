"""Leave and absence of the past as a table, for assignments taken on: approved and confirmed as they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.importing import people, words
from assignments.importing.past_leave_columns import COLUMNS, LONGEST
from assignments.importing.units import Units, not_theirs
from assignments.kinds import RosterPattern
from assignments.leave_words import PRIVATE_KINDS, knows_kinds
from assignments.models import Absence, Assignment, Leave
from assignments.rules.duty import Duty
from assignments.services import absences, ending, leaves, past_leave
from assignments.services.absences import PastAbsence
from assignments.services.leaves import PastLeave
from assignments.services.moving import Basis
from assignments.states import AbsenceState, LeaveState
from deploy_admin.access import Permission, Reach
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, Unit, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.policies.language.leave import LeaveKind
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.codes import HOSPITALS
from deploy_admin.registry.models import Institution
from deploy_admin.workdays import WorkCalendar
from quotas.named_units import expected

COMPARED = ("kind", "last_day", "duty_days", "filed_on", "filing_number", "document", "document_number", "remark")


@dataclass(slots=True)
class Stay:
    """An assignment with the leave and absence that stand with it, each as a table writes it, by first day."""

    row: Assignment
    there: dict[date, dict[str, Any]] = field(default_factory=dict)
    #: What stands with it and is not of the past: no table touches it.
    others: list[tuple[date, date]] = field(default_factory=list)


class PastLeaves(ColumnSet):
    """Leave since 2021, with absence without leave beside it: after it last days and credit follow at once."""

    key = "past_leave"
    namespace = "assignments"
    permission = Permission.SUSPENSIONS_STATE
    title = gettext_lazy("Leave of the past")
    lead = gettext_lazy(
        "One row for each leave, or absence without leave (旷工), of assignments taken on. Of people who "
        "work shifts say how many duty days lie in it. What is known only as a number of days has no place here."
    )
    compared = COMPARED
    applies_from_rows = True
    per_unit = True
    unit_columns = ("sending_unit",)

    def columns(self, context: Context) -> Sequence[Column]:
        return COLUMNS

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        return ((*people.WHO, "assignment"),)

    def scope(self, context: Context) -> str:
        return f"{self.key}:{context.params.get('unit') or context.actor.institution_id}"

    def label(self, record: Record) -> str:
        first = record.values.get("first_day") or ""
        day = first.isoformat() if hasattr(first, "isoformat") else ""
        name = record.refs.get("person") or record.values.get("name") or record.values.get("number") or ""
        return " · ".join(filter(None, (str(name), day)))

    def units(self, context: Context) -> Sequence[Unit]:
        rows = Institution.objects.visible_to(context.actor).standing(context.today)
        return expected(rows.filter(profile__kind__in=HOSPITALS))

    # -------------------------------------------------------- reading

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        read = Units(context)
        for record in records:
            record.values = {key: value for key, value in record.values.items() if value is not None and value != ""}
            unit = read.find(record, "sending_unit", record.values.get("first_day"))
            own = context.params.get("unit") or (
                context.actor.institution_id if context.actor.reach is Reach.UNIT else None
            )
            if (unit := unit or (int(own) if own else None)) is not None:
                record.refs["sender"] = unit
        meant = people.Meant([record for record in records if "assignment" not in record.values], context)
        for record in records:
            if "assignment" not in record.values:
                meant.find(record)
        stays = _stays(records, context)
        by_worker: dict[int, list[Stay]] = defaultdict(list)
        for stay in stays.values():
            by_worker[stay.row.worker_id].append(stay)
        senders = {stay.row.sending_unit_id for stay in stays.values()}
        foreign = {unit: read.names.get(unit, "") for unit in not_theirs(senders, context.actor, context.today)}
        context.store["calendar"] = work_calendar()  # asked once: it looks whether it is still the same
        for record in records:
            self._belong(record, stays, by_worker, foreign, context)
        self._days(records, stays)
        context.store["stays"] = stays

    def _belong(
        self,
        record: Record,
        stays: Mapping[int, Stay],
        by_worker: Mapping[int, Sequence[Stay]],
        foreign: Mapping[int, str],
        context: Context,
    ) -> None:
        """Find the assignment that the row speaks of: by its number, by its first day, by the days of the leave."""
        values, first = record.values, record.values.get("first_day")
        if record.refused or first is None:
            return
        if "assignment" in values:
            stay = stays.get(values["assignment"])
        else:
            begun = values.get("starts_on")
            own = by_worker.get(record.refs.get("worker", 0), ())
            held = [each for each in own if begun in (None, each.row.starts_on) and each.row.starts_on <= first]
            stay = max(held, key=lambda each: each.row.starts_on, default=None)
        column = "assignment" if "assignment" in values else "starts_on" if "starts_on" in values else "first_day"
        if stay is None:
            record.refuse(column, "past_leave_nowhere")
        elif not stay.row.is_imported:
            record.refuse(column, "past_leave_not_imported")
        elif stay.row.sending_unit_id in foreign:
            record.refuse(column, "post_unit_not_yours", name=foreign[stay.row.sending_unit_id])
        elif stay.row.confirmed_at is not None and context.actor.reach is Reach.UNIT:
            record.refuse(column, "past_leave_confirmed")
        else:
            record.refs |= {"own": stay.row.pk, "person": stay.row.worker.name}
            self._row(record, stay, context)

    def _row(self, record: Record, stay: Stay, context: Context) -> None:
        """Refuse what the row says wrongly by itself."""
        values = record.values
        first, last = values["first_day"], values.setdefault("last_day", values["first_day"])
        days = (last - first).days + 1
        absent = values.get("kind") == words.ABSENCE
        there = stay.there.get(first)
        if days < 1:
            record.refuse("last_day", "past_days_reversed", first=first.isoformat())
        elif days > LONGEST:
            record.refuse("last_day", "past_leave_too_long", n=LONGEST)
        elif first > context.today or (absent and last > context.today):
            record.refuse("first_day", "past_leave_future")
        elif there is not None and (there["kind"] == words.ABSENCE) != absent:
            record.refuse("kind", "past_leave_other_kind")
        elif absent and ("filed_on" in values or "filing_number" in values):
            record.refuse("filed_on" if "filed_on" in values else "filing_number", "past_leave_absence_filed")
        elif "filing_number" in values and "filed_on" not in values and not (there or {}).get("filed_on"):
            record.refuse("filing_number", "past_leave_number_alone")
        else:
            self._duty(record, stay, days, context.store["calendar"])

    def _duty(self, record: Record, stay: Stay, days: int, calendar: WorkCalendar) -> None:
        """Refuse days none of which is a duty day; of shifts the number is said, for others it is counted."""
        values, pattern = record.values, stay.row.roster_pattern
        if pattern != RosterPattern.SHIFT:
            values.pop("duty_days", None)
            duty = Duty(RosterPattern(pattern), calendar)
            if values["kind"] != LeaveKind.MATERNITY and not duty.count(values["first_day"], values["last_day"]):
                record.refuse("first_day", "past_leave_no_duty_day")
        elif "duty_days" not in values:
            record.warn("duty_days", "past_leave_duty_unknown")
        elif not 0 < values["duty_days"] <= days:
            record.refuse("duty_days", "past_leave_duty_days", n=days)

    def _days(self, records: Sequence[Record], stays: Mapping[int, Stay]) -> None:
        """Refuse days outside the assignment, all its leave counted in, and days that two rows cover."""
        said: dict[int, list[Record]] = defaultdict(list)
        for record in records:
            if "own" in record.refs and not record.refused:
                said[record.refs["own"]].append(record)
        kept = {pk: [record for record in rows if record.values["kind"] != words.ABSENCE] for pk, rows in said.items()}
        new = {
            pk: [
                (r.values["kind"], r.values["first_day"], r.values["last_day"], r.values.get("duty_days"))
                for r in rows
                if r.values["first_day"] not in stays[pk].there
            ]
            for pk, rows in kept.items()
        }
        endings = ending.supposing(new)
        for pk, rows in said.items():
            own, stay = stays[pk].row, stays[pk]
            spoken = {record.values["first_day"] for record in rows}
            taken = [(first, row["last_day"]) for first, row in stay.there.items() if first not in spoken]
            taken += stay.others
            for record in sorted(rows, key=lambda each: each.values["first_day"]):
                first, last = record.values["first_day"], record.values["last_day"]
                if first < own.starts_on or last > endings[pk].ends_on:
                    days = {"first": own.starts_on.isoformat(), "last": endings[pk].ends_on.isoformat()}
                    record.refuse("first_day", "past_leave_outside", **days)
                clash = next((pair for pair in taken if pair[0] <= last and first <= pair[1]), None)
                if clash is not None:
                    days = {"first": clash[0].isoformat(), "last": clash[1].isoformat()}
                    record.refuse("first_day", "past_leave_overlaps", **days)
                taken.append((first, last))

    def identity(self, record: Record) -> Hashable | None:
        if "own" not in record.refs or "first_day" not in record.values:
            return None
        return record.refs["own"], record.values["first_day"]

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        stays: Mapping[int, Stay] = context.store["stays"]
        return {(pk, first): row for pk, stay in stays.items() for first, row in stay.there.items()}

    # -------------------------------------------------------- writing

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        stays: Mapping[int, Stay] = context.store["stays"]
        leave: list[PastLeave] = []
        absent: list[PastAbsence] = []
        corrections: list[past_leave.Correction] = []
        for entry in entries:
            values, own = entry.record.values, entry.record.refs["own"]
            if entry.kind is RowKind.CHANGED:
                corrections.append(_correction(values, stays[own].there[values["first_day"]]))
                continue
            said: dict[str, Any] = {
                "assignment_id": own,
                "stated_duty_days": values.get("duty_days"),
                "basis": _basis(values),
            }
            said |= {name: values[name] for name in ("first_day", "last_day")} | {"remark": values.get("remark") or ""}
            if values["kind"] == words.ABSENCE:
                absent.append(PastAbsence(**said))
            else:
                filed: dict[str, Any] = {
                    "filed_on": values.get("filed_on"),
                    "filing_number": values.get("filing_number") or "",
                }
                leave.append(PastLeave(kind=values["kind"], **filed, **said))
        if leave:
            leaves.record_past_leave(leave, by=context.actor)
        if absent:
            absences.record_past_absences(absent, by=context.actor)
        if corrections:
            past_leave.correct(corrections, by=context.actor)
        return {"leave": len(leave), "absences": len(absent), "corrected": len(corrections)}

    # -------------------------------------------------------- giving out

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        rows = Assignment.objects.visible_to(context.actor).living().filter(origin="imported")
        if context.params.get("unit"):
            rows = rows.filter(sending_unit=context.params["unit"])
        elif context.actor.reach is Reach.UNIT:
            rows = rows.filter(sending_unit__in=context.actor.institution_ids)
        held = _read(rows.order_by("sort_key", "starts_on", "pk"))
        private = knows_kinds(context.actor)
        for stay in held.values():
            who = {"number": stay.row.worker.number, "name": stay.row.worker.name, "starts_on": stay.row.starts_on}
            for first, row in sorted(stay.there.items()):
                if private or row["kind"] not in PRIVATE_KINDS:
                    yield {**who, **row, "first_day": first}

    def next_step(self, context: Context) -> tuple[str, str] | None:
        return _("See past service"), reverse("assignments:past")

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Past service"), reverse("assignments:past")


def _stays(records: Sequence[Record], context: Context) -> dict[int, Stay]:
    """Return the assignments that the rows may mean, the actor's or the people's."""
    ids = {number for record in records if (number := record.values.get("assignment"))}
    workers = {record.refs["worker"] for record in records if "worker" in record.refs}
    seen = Assignment.objects.visible_to(context.actor).living()
    return _read(seen.filter(pk__in=ids) | seen.filter(worker__in=workers))


def _read(rows: Any) -> dict[int, Stay]:
    """Return these assignments with what stands with them. Three queries."""
    stays = {row.pk: Stay(row) for row in rows.select_related("worker")}
    for leave in Leave.objects.filter(assignment__in=stays, state__in=[LeaveState.APPROVED, LeaveState.ASKED]):
        stay = stays[leave.assignment_id]
        if leave.imported:
            stay.there[leave.first_day] = _written(leave, leave.kind) | {
                "filed_on": leave.filed_on,
                "filing_number": leave.filing_number or None,
            }
        else:
            stay.others.append((leave.first_day, leave.last_day))
    for absence in Absence.objects.filter(assignment__in=stays).exclude(
        state__in=[AbsenceState.WITHDRAWN, AbsenceState.EXCUSED]
    ):
        stay = stays[absence.assignment_id]
        if absence.imported:
            stay.there[absence.first_day] = _written(absence, words.ABSENCE)
        else:
            stay.others.append((absence.first_day, absence.last_day))
    return stays


def _written(row: Any, kind: str) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "kind": kind,
        "last_day": row.last_day,
        "duty_days": row.stated_duty_days,
        "document": row.document or None,
        "document_number": row.document_number or None,
        "remark": row.remark or None,
    }


def _correction(values: Mapping[str, Any], there: Mapping[str, Any]) -> past_leave.Correction:
    said = {name: values.get(name, there.get(name)) for name in (*COMPARED, "document_date")}
    return past_leave.Correction(
        pk=there["pk"],
        absence=said["kind"] == words.ABSENCE,
        kind=said["kind"],
        last_day=said["last_day"],
        stated_duty_days=said["duty_days"],
        filed_on=said["filed_on"],
        filing_number=said["filing_number"] or "",
        remark=said["remark"] or "",
        basis=_basis(said),
    )


def _basis(values: Mapping[str, Any]) -> Basis:
    return Basis(
        document=values.get("document") or "",
        document_number=values.get("document_number") or "",
        document_date=values.get("document_date"),
    )


PAST_LEAVE = register(PastLeaves())
