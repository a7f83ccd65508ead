"""What submitting a month means, before it is submitted: totals, what is missing, what opens, what contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisals.entry import words
from appraisals.models import Workload
from appraisals.workload import services as workload
from assignments import month_words
from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.attendance_codes import DAY_CODES
from assignments.services import month_window, months_findings, months_records
from assignments.services.months_ground import MonthGround
from assignments.services.months_records import Run
from deploy_admin.registry.models import Institution

#: So many lines of one kind are named; the rest is counted.
SHOWN = 12
#: Said as "what will be opened", or not the unit's to settle.
_TOLD_OTHERWISE = frozenset({"leave_without_record", "absence_without_record", "late", "calendar_provisional"})
_MISSING = frozenset({"workload_missing", "judged_without_reason"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing about one person, or about the whole sheet."""

    name: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines under one head."""

    title: str
    shape: str
    lines: tuple[Line, ...]
    more: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Everything the dialog before submitting says."""

    heading: str
    unit: str
    totals: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    after: str
    plain: bool
    #: Why it cannot be submitted now; empty where it can.
    refused: str
    #: Codes of what was found in the workload, for the reviewer.
    codes: frozenset[str]


def check(sheet: MonthSheet, today: date) -> Check:
    """Look the month over: a constant number of queries for any number of people."""
    rows = list(AssignmentMonth.objects.filter(sheet=sheet).for_list())
    names = {row.pk: row.assignment.worker.name for row in rows}
    of_work = workload.findings([sheet.pk]).get(sheet.pk, [])
    of_days = [each for each in months_findings.find([sheet.pk]).get(sheet.pk, []) if each.code not in _TOLD_OTHERWISE]
    missing = [each for each in of_work if each.code in _MISSING]
    odd = [each for each in of_work if each.code not in _MISSING]
    opened = list(_to_open(sheet, rows))
    window = month_window.window_of(sheet, today)
    parts = [
        _part(
            _("Contradictions and gaps"),
            "warn",
            (_line(names, e.row_id, month_words.finding_words(e)) for e in of_days),
        ),
        _part(
            _("Not entered yet"),
            "und",
            (_line(names, each.row_id, workload.sentence(each)) for each in missing),
            _("What is empty counts as unknown, never as 0; a score waits for it."),
        ),
        _part(_("Worth a second look"), "mute", (_line(names, e.row_id, workload.sentence(e)) for e in odd)),
        _part(
            _("Opened when you submit"),
            "run",
            opened,
            _("Leave is asked for and waits for the head of the unit; absence is heard before it counts."),
        ),
        _part("", "run", _said(rows)),
    ]
    unit = Institution.objects.filter(pk=sheet.institution_id).named(today).get(sheet.institution_id, "")
    return Check(
        heading=words.month_label(sheet.month),
        unit=unit,
        totals=_totals(rows),
        parts=tuple(part for part in parts if part is not None),
        after=_after(window),
        plain=not any(row.touched for row in rows),
        refused=_refused(window),
        codes=frozenset(each.code for each in of_work),
    )


def _totals(rows: Iterable[AssignmentMonth]) -> tuple[tuple[str, str], ...]:
    held = list(rows)

    def days(name: str) -> str:
        return words.days(sum(getattr(row, name) for row in held))

    due = sum(row.duty_days for row in held)
    found = [
        (_("People"), str(len(held))),
        (_("Days at the post"), _("%(n)s of %(due)s duty days") % {"n": days("attended_halves"), "due": due}),
    ]
    for label, name in (
        (_("Days of leave"), "leave_halves"),
        (_("Days of unapproved absence"), "absent_halves"),
        (_("Days to be checked"), "unchecked_halves"),
        (_("Night duties"), "night_halves"),
        (_("Duties on rest days"), "extra_halves"),
    ):
        if any(getattr(row, name) for row in held):
            found.append((label, days(name)))
    return tuple(found)


def _to_open(sheet: MonthSheet, rows: Iterable[AssignmentMonth]) -> Iterable[Line]:
    """Yield the leave and the absences that marks on the sheet open, as the service that opens them finds them."""
    ground = MonthGround(sheet.period, institution_ids=[sheet.institution_id])
    spoken = months_records.spoken_of(sheet)
    for row in rows:
        held = ground.prefilled(sheet.institution_id, row.assignment_id)
        for run in months_records.runs(row, held, spoken.get(row.assignment_id, frozenset())):
            yield Line(row.assignment.worker.name, _url(row.pk), _run_words(run))


def _run_words(run: Run) -> str:
    first, last = run.first.isoformat(), run.last.isoformat()
    what = words.code_label(DAY_CODES[run.letter])
    when = first if run.first == run.last else _("%(first)s to %(last)s") % {"first": first, "last": last}
    return ngettext("%(what)s, %(when)s, %(n)d day", "%(what)s, %(when)s, %(n)d days", run.days) % {
        "what": what,
        "when": when,
        "n": run.days,
    }


def _said(rows: Iterable[AssignmentMonth]) -> Iterable[Line]:
    """What people entered themselves and is confirmed by submitting."""
    waiting = Workload.objects.filter(
        row__in=[row.pk for row in rows], is_confirmed=False, value__isnull=False
    ).count()
    if waiting:
        said = ngettext(
            "%(n)d value that a person entered is confirmed with it.",
            "%(n)d values that people entered are confirmed with it.",
            waiting,
        )
        yield Line("", "", said % {"n": waiting})


def _part(title: str, shape: str, lines: Iterable[Line], note: str = "") -> Part | None:
    found = _together(lines)
    if not found:
        return None
    more = ngettext("and %(n)d more", "and %(n)d more", len(found) - SHOWN) % {"n": len(found) - SHOWN}
    return Part(title or _("Workload"), shape, tuple(found[:SHOWN]), more if len(found) > SHOWN else "", note)


def _together(lines: Iterable[Line]) -> list[Line]:
    """Return the lines, people of whom the same is to be said in one of them."""
    by_text: dict[str, list[Line]] = {}
    for line in lines:
        by_text.setdefault(line.text, []).append(line)
    return [
        same[0] if len(same) == 1 else Line("、".join(line.name for line in same), "", text)
        for text, same in by_text.items()
    ]


def _line(names: Mapping[int, str], row_id: int | None, text: str) -> Line:
    return Line("", "", text) if row_id is None else Line(names.get(row_id, ""), _url(row_id), text)


def _url(row_id: int) -> str:
    return reverse("appraisals:sheet_row", args=[row_id])


def _after(window: Any) -> str:
    late = _("It is late and is marked so.") if window.is_late and window.code != "exempt" else ""
    said = _("After that the month is locked; until the district opens it you may take it back.")
    return " ".join(filter(None, (late, said)))


def _refused(window: Any) -> str:
    if not window.may_enter:
        return month_window.sentence_of(window)
    if not window.may_submit:
        day = window.submit_from.isoformat()
        return _("This month may be submitted from %(day)s on, when its last day is over.") % {"day": day}
    return ""
