"""What a reviewer should look at in a month: contradictions, gaps, things nobody has decided. It blocks nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from assignments.kinds import Presence
from assignments.models import Absence, Assignment, AssignmentMonth, Leave, MonthSheet, PresenceCheck
from assignments.rules.attendance import ABSENT, ON_DUTY, TO_BE_CHECKED, Prefilled
from assignments.rules.attendance_codes import CLOSED, DAY_CODES, CountsAs
from assignments.services.months_ground import MonthGround
from assignments.states import SHEET_HANDED_IN, AbsenceState, LeaveState, MonthAnswer
from deploy_admin.db import listed
from deploy_admin.months import Month

#: More duties on rest days than this in a month are worth a look.
EXTRA_AT_MOST = 6
#: So many exceptions, the same on the same days as last month, are worth a look.
SAME_AT_LEAST = 2
#: Everything that is found here; apps above find more and leave these alone.
CODES = frozenset(
    {
        "late",
        "calendar_provisional",
        "person_missing",
        "unchecked",
        "absence_undecided",
        "absence_without_record",
        "leave_without_record",
        "leave_after_submission",
        "contradicts_leave",
        "contradicts_absence",
        "contradicts_inspection",
        "practising_at_sender",
        "two_sheets",
        "outside_stay",
        "duty_days_moved",
        "unchanged",
        "disputed",
        "no_attendance",
        "extra_duties",
    }
)


#: Not at the post, whatever the reason.
_AWAY = frozenset({CountsAs.LEAVE, CountsAs.ABSENT, CountsAs.UNCHECKED})


_KEEP = """
UPDATE assignments_monthsheet AS held SET findings = string_to_array(new.codes, ',')::varchar(40)[]
FROM unnest(%s::bigint[], %s::text[]) AS new(id, codes) WHERE held.id = new.id
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at, of one row or of the whole sheet; the words are in `assignments.month_words`."""

    code: str
    row_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Records:
    """What is recorded around the rows, read once for all of them."""

    leave: Mapping[int, list[tuple[date, date, str, Any]]]
    absence: Mapping[int, list[tuple[date, date, str]]]
    seen: Mapping[int, list[tuple[date, str]]]
    elsewhere: Mapping[int, list[AssignmentMonth]]
    before: Mapping[int, AssignmentMonth]


def find(sheet_ids: Collection[int]) -> dict[int, list[Finding]]:
    """Return what there is to look at by sheet, those with nothing left out. Constant queries for each month."""
    found: dict[int, list[Finding]] = defaultdict(list)
    together: dict[date, list[MonthSheet]] = defaultdict(list)
    for sheet in MonthSheet.objects.filter(pk__in=listed(sheet_ids)).order_by("month", "pk"):
        together[sheet.month].append(sheet)
    for first, sheets in together.items():
        for sheet_id, finding in _of_month(Month(first), sheets):
            found[sheet_id].append(finding)
    return dict(found)


@transaction.atomic
def keep(found: Mapping[int, Collection[str]]) -> None:
    """Write down the codes that were found by sheet, in one statement; neither version nor revision move."""
    if not found:
        return
    rows = [(pk, ",".join(sorted(set(codes)))) for pk, codes in sorted(found.items())]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [[pk for pk, _codes in rows], [codes for _pk, codes in rows]])


def _of_month(month: Month, sheets: list[MonthSheet]) -> Iterator[tuple[int, Finding]]:
    rows = list(AssignmentMonth.objects.filter(sheet__in=listed([sheet.pk for sheet in sheets])).order_by("pk"))
    owners = Assignment.objects.filter(pk__in=listed({row.assignment_id for row in rows})).order_by("sort_key", "pk")
    workers = dict(owners.values_list("pk", "worker_id"))
    in_order = {assignment: n for n, assignment in enumerate(workers)}
    rows.sort(key=lambda row: (in_order[row.assignment_id], row.pk))
    ground = MonthGround(month, institution_ids={sheet.institution_id for sheet in sheets})
    records = _read(month, rows, workers)
    by_sheet: dict[int, list[AssignmentMonth]] = defaultdict(list)
    for row in rows:
        by_sheet[row.sheet_id].append(row)
    names = _names(ground, sheets, rows)
    for sheet in sheets:
        held = by_sheet[sheet.pk]
        yield from ((sheet.pk, finding) for finding in _of_sheet(sheet, held, ground, names))
        for row in held:
            right = ground.prefilled(sheet.institution_id, row.assignment_id)
            yield from ((sheet.pk, finding) for finding in _of_row(sheet, row, right, records))


def _of_sheet(
    sheet: MonthSheet, rows: list[AssignmentMonth], ground: MonthGround, names: Mapping[int, str]
) -> Iterator[Finding]:
    if sheet.is_late:
        yield Finding("late")
    if ground.calendar.is_provisional(sheet.month.year):
        yield Finding("calendar_provisional")
    on_it = {row.assignment_id for row in rows}
    for assignment in ground.at(sheet.institution_id):
        if assignment not in on_it:
            yield Finding("person_missing", None, {"name": names.get(assignment, ""), "assignment": assignment})


def _of_row(sheet: MonthSheet, row: AssignmentMonth, right: Prefilled, records: _Records) -> Iterator[Finding]:
    yield from _contradictions(sheet, row, right, records)
    yield from _unsettled(row, records)
    open_now = [cell != CLOSED for cell in row.days]
    if open_now != [cell != CLOSED for cell in right.days]:
        yield _about(row, "outside_stay", ())
    elif sheet.state in SHEET_HANDED_IN and right.duty_days != row.duty_days:
        yield Finding("duty_days_moved", row.pk, {"was": row.duty_days, "now": right.duty_days})
    if twice := _on_another_sheet(row, records):
        yield _about(row, "two_sheets", twice)
    if row.answer == MonthAnswer.DISPUTED:
        yield Finding("disputed", row.pk, {"remark": row.answer_remark})
    if row.duty_days and not row.attended_halves and row.leave_halves < 2 * row.duty_days:
        yield Finding("no_attendance", row.pk)
    if row.extra_halves > 2 * EXTRA_AT_MOST:
        yield Finding("extra_duties", row.pk, {"n": _days(row.extra_halves)})
    before = records.before.get(row.assignment_id)
    if before is not None and _is_same(row, before):
        yield Finding("unchanged", row.pk)


def _on_another_sheet(row: AssignmentMonth, records: _Records) -> list[int]:
    held = records.elsewhere.get(row.pk, ())
    others = [other.days for other in held if other.sheet_id != row.sheet_id]
    if not others:
        return []
    return [
        n for n, cell in enumerate(row.days, 1) if cell != CLOSED and any(days[n - 1] != CLOSED for days in others)
    ]


def _contradictions(sheet: MonthSheet, row: AssignmentMonth, right: Prefilled, records: _Records) -> Iterator[Finding]:
    """What approved leave, a confirmed absence or an inspection says otherwise than the sheet."""
    against: dict[str, list[int]] = defaultdict(list)
    approved = [each for each in records.leave.get(row.assignment_id, ()) if each[2] == LeaveState.APPROVED]
    for n, cell in enumerate(row.days, 1) if right.locks else ():
        ref = right.locks.get(n, "")
        if cell == CLOSED or right.days[n - 1] == right.roster[n - 1] or cell[0] == right.days[n - 1][0]:
            continue
        if ref.startswith("leave:"):
            day = row.month + timedelta(days=n - 1)
            decided = max((each[3] for each in approved if each[0] <= day <= each[1]), default=None)
            later = sheet.submitted_at is not None and decided is not None and decided > sheet.submitted_at
            against["leave_after_submission" if later else "contradicts_leave"].append(n)
        elif ref.startswith("absence:") and _attended(cell):
            against["contradicts_absence"].append(n)
    for day, seen in records.seen.get(row.assignment_id, ()):
        if code := _against_inspection(row.days[day.day - 1], seen):
            against[code].append(day.day)
    for code, days in against.items():
        yield _about(row, code, days)


def _against_inspection(cell: str, seen: str) -> str:
    """Return which contradiction an inspection makes with a whole day of the sheet; half a day may be either half."""
    if len(cell) == 2:
        return ""
    if seen == Presence.PRESENT:
        return "contradicts_inspection" if DAY_CODES[cell].counts_as in _AWAY else ""
    if not _attended(cell):
        return ""
    return {Presence.ABSENT.value: "contradicts_inspection", Presence.PRACTISING.value: "practising_at_sender"}.get(
        seen, ""
    )


def _unsettled(row: AssignmentMonth, records: _Records) -> Iterator[Finding]:
    """Marks that no record stands behind, and records nobody has decided."""
    without: dict[str, list[int]] = defaultdict(list)
    leave, absence = records.leave.get(row.assignment_id, ()), records.absence.get(row.assignment_id, ())
    for n, cell in enumerate(row.days, 1):
        counts_as = DAY_CODES[cell[0]].counts_as
        if counts_as not in _AWAY:
            continue
        day = row.month + timedelta(days=n - 1)
        if counts_as is CountsAs.LEAVE and len(cell) == 1:
            spoken = {state for first, last, state, _at in leave if first <= day <= last}
            if not spoken & {LeaveState.ASKED, LeaveState.APPROVED}:
                without["leave_without_record"].append(n)
        elif cell[0] in (TO_BE_CHECKED, ABSENT):
            states = {state for first, last, state in absence if first <= day <= last}
            if not states:
                without["absence_without_record"].append(n)
            elif cell[0] == TO_BE_CHECKED:
                without["unchecked"].append(n)
            elif AbsenceState.CONFIRMED not in states:
                without["absence_undecided"].append(n)
    for code, days in without.items():
        yield _about(row, code, days)


def _read(month: Month, rows: list[AssignmentMonth], workers: Mapping[int, int]) -> _Records:
    ids = listed(sorted({row.assignment_id for row in rows}))
    within = {"assignment__in": ids, "first_day__lte": month.last, "last_day__gte": month.first}
    leave: dict[int, list[tuple[date, date, str, Any]]] = defaultdict(list)
    held = Leave.objects.filter(**within).exclude(state=LeaveState.WITHDRAWN).order_by("first_day")
    for owner, *values in held.values_list("assignment_id", "first_day", "last_day", "state", "decided_at"):
        leave[owner].append((values[0], values[1], values[2], values[3]))
    absence: dict[int, list[tuple[date, date, str]]] = defaultdict(list)
    missed = Absence.objects.filter(**within).exclude(state=AbsenceState.WITHDRAWN).order_by("first_day")
    for owner, *days in missed.values_list("assignment_id", "first_day", "last_day", "state"):
        absence[owner].append((days[0], days[1], days[2]))
    seen: dict[int, list[tuple[date, str]]] = defaultdict(list)
    looked = PresenceCheck.objects.filter(
        assignment__in=ids,
        inspection__on__range=(month.first, month.last),
        inspection__closed_at__isnull=False,  # until then its unit is told nothing of it
    )
    for owner, day, result in looked.order_by("inspection__on").values_list(
        "assignment_id", "inspection__on", "result"
    ):
        seen[owner].append((day, result))
    # Assignments follow each other: somebody may stand on two sheets under two of them.
    theirs = dict(Assignment.objects.filter(worker__in=listed(set(workers.values()))).values_list("pk", "worker_id"))
    others = AssignmentMonth.objects.of(month).filter(assignment__in=listed(theirs))
    elsewhere: dict[int, list[AssignmentMonth]] = defaultdict(list)
    for other in [*rows, *others.exclude(pk__in=listed([row.pk for row in rows])).order_by("pk")]:
        elsewhere[theirs[other.assignment_id]].append(other)
    before: dict[int, AssignmentMonth] = {}
    earlier = AssignmentMonth.objects.of(month.previous).filter(assignment__in=ids).order_by("pk")
    for each in earlier:
        before[each.assignment_id] = each
    return _Records(leave, absence, seen, {row.pk: elsewhere[workers[row.assignment_id]] for row in rows}, before)


def _names(ground: MonthGround, sheets: list[MonthSheet], rows: Iterable[AssignmentMonth]) -> Mapping[int, str]:
    """Return the names of whoever serves and stands on no sheet; no query where everybody does."""
    on_it = {(row.sheet_id, row.assignment_id) for row in rows}
    missing = {each for sheet in sheets for each in ground.at(sheet.institution_id) if (sheet.pk, each) not in on_it}
    if not missing:
        return {}
    return dict(Assignment.objects.filter(pk__in=missing).values_list("pk", "worker__name"))


def _is_same(row: AssignmentMonth, before: AssignmentMonth) -> bool:
    """Whether the exceptions somebody set are those of last month, day for day."""

    def exceptions(of: AssignmentMonth) -> dict[int, str]:
        return {
            n: cell
            for n, cell in enumerate(of.days, 1)
            if of.touched >> (n - 1) & 1 and cell not in ON_DUTY and cell != CLOSED
        }

    now = exceptions(row)
    return len(now) >= SAME_AT_LEAST and now == exceptions(before)


def _about(row: AssignmentMonth, code: str, days: Collection[int]) -> Finding:
    """A finding about days: how many, and which, as a page lists them."""
    return Finding(code, row.pk, {"n": len(days), "days": ", ".join(str(day) for day in days)})


def _attended(cell: str) -> bool:
    return len(cell) == 2 or DAY_CODES[cell].counts_as is CountsAs.ATTENDED


def _days(halves: int) -> str:
    return str(halves // 2) + (".5" if halves % 2 else "")
