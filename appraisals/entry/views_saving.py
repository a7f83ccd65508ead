"""Saving what is entered: cells and workload as JSON while somebody types, pastes, and plain forms without script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from appraisals.entry import words
from appraisals.entry.forms import PasteForm
from appraisals.entry.views import seen
from appraisals.rules.written import plain
from appraisals.states import ValueSource
from appraisals.workload.services import Entry, Saved, save
from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.attendance_codes import DAY_CODES
from assignments.rules.attendance_paste import parse
from assignments.services import months_entry
from assignments.services.months_entry import Cell
from assignments.services.months_ground import MonthGround
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import refusals_shown_in
from deploy_admin.registry.models import Institution

#: More than the largest sheet has; whoever sends more is no page of ours.
MOST = 20_000


@require_POST
@requires(Permission.MONTHS_ENTER)
def sheet_cells(request: ActorRequest, pk: int) -> HttpResponse:
    """Save cells that are still as the page saw them; the others come back with both values."""
    row = seen(request, pk)
    try:
        changes = [_cell(each) for each in _listed(request, "changes")]
        saved = months_entry.save_cells(sheet=row, changes=changes, by=request.actor)
    except RuleViolation as refusal:
        return refused(refusal)
    ground = MonthGround(row.period, institution_ids=[row.institution_id])
    rows = {}
    for each in saved.rows.values():
        prefilled = ground.prefilled(row.institution_id, each.assignment_id)
        rows[each.pk] = {"days": each.days, "base": list(prefilled.days), "due": each.duty_days}
    return JsonResponse(
        {
            "saved_at": _now(),
            "rows": rows,
            "conflicts": [
                {
                    "row": each.row_id,
                    "day": each.day,
                    "theirs": each.theirs,
                    "yours": each.yours,
                    "by": each.by_name or _("System"),
                    "at": _clock(each.at),
                }
                for each in saved.conflicts
            ],
            "refused": [{"row": each.row_id, "day": each.day, "message": each.message} for each in saved.refused],
        }
    )


@require_POST
@requires(Permission.MONTHS_ENTER)
def sheet_workload(request: ActorRequest, pk: int) -> HttpResponse:
    """Save counts of work: as JSON while somebody types, as a form where there is no script."""
    row = seen(request, pk)
    if request.content_type != "application/json":
        return _workload_form(request, row)
    try:
        entries = [_entry(each) for each in _listed(request, "entries")]
        _on_sheet(row, {entry.row_id for entry in entries})
        saved = save(entries=entries, source=ValueSource.CLERK, by=request.actor)
    except RuleViolation as refusal:
        return refused(refusal)
    return JsonResponse(
        {
            "saved_at": _now(),
            "conflicts": [
                {
                    "row": each.row_id,
                    "code": each.code,
                    "theirs": "" if each.theirs is None else plain(each.theirs),
                    "yours": "" if each.yours is None else plain(each.yours),
                    "by": each.by_name or _("System"),
                    "at": _clock(each.at),
                }
                for each in saved.conflicts
            ],
        }
    )


def _workload_form(request: ActorRequest, row: MonthSheet) -> HttpResponse:
    entries = entries_of(request.POST)
    _on_sheet(row, {entry.row_id for entry in entries})
    saved = save(entries=entries, source=ValueSource.CLERK, partly=True, by=request.actor)
    said = ngettext("%(n)d value was saved.", "%(n)d values were saved.", saved.applied)
    messages.success(request, said % {"n": saved.applied})
    for sentence in not_saved(row, saved):
        messages.warning(request, sentence)
    return redirect(row)


def not_saved(sheet: MonthSheet, saved: Saved) -> list[str]:
    """Return what of the counts was not saved and why, each sentence once, with whom it is about."""
    names = dict(AssignmentMonth.objects.filter(sheet=sheet).values_list("pk", "assignment__worker__name"))
    refused = [f"{names.get(each.row_id, '')}：{each.refusal.message}" for each in saved.refused]
    clashes = [
        _("%(name)s: %(by)s entered another value meanwhile; yours was not saved.")
        % {"name": names.get(each.row_id, ""), "by": each.by_name}
        for each in saved.conflicts
    ]
    return list(dict.fromkeys(refused + clashes))[:20]


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_ENTER)
def sheet_paste(request: ActorRequest, pk: int) -> HttpResponse:
    """Read what was copied out of a spreadsheet: for the page as cells, from the form straight onto the sheet."""
    row = seen(request, pk)
    rows = list(AssignmentMonth.objects.filter(sheet=row).for_list())
    if request.content_type == "application/json":
        return _pasted(request, row, rows)
    people = [(each.pk, each.assignment.worker.name) for each in rows]
    form = PasteForm(request.POST or None, actor=request.actor, people=people, last=row.period.last.day)
    if form.is_valid():
        said = form.cleaned_data
        order = [each.pk for each in rows]
        with refusals_shown_in(form):
            saved = months_entry.paste(
                sheet=row,
                text=said["text"],
                row_ids=order[order.index(said["row"]) :],
                first_day=said["day"],
                by=request.actor,
            )
            done = ngettext("%(n)d cell was read.", "%(n)d cells were read.", len(saved.applied))
            messages.success(request, done % {"n": len(saved.applied)})
            for each in saved.refused[:5]:
                messages.warning(request, each.message)
            return redirect(row)
    context = {
        "form": form,
        "sheet": row,
        "heading": words.month_label(row.month),
        "unit": Institution.objects.filter(pk=row.institution_id).named(clock.today()).get(row.institution_id, ""),
    }
    return render(request, "appraisals/entry_paste.html", context, status=422 if form.is_bound else 200)


def _pasted(request: HttpRequest, sheet: MonthSheet, rows: list[AssignmentMonth]) -> HttpResponse:
    """Return the cells that the text stands for from the anchor on; nothing is written: the page saves them."""
    try:
        said = _body(request)
        order = [each.pk for each in rows]
        if said.get("row") not in order or not isinstance(said.get("day"), int):
            raise _unreadable()
        found = parse(str(said.get("text", ""))[: MOST * 10])
        below, first = rows[order.index(said["row"]) :], said["day"]
        if found.unknown:
            raise _unknown(found.unknown, below, first)
        width = max((len(line) for line in found.grid), default=0)
        if len(found.grid) > len(below) or first < 1 or first + width - 1 > sheet.period.last.day:
            raise RuleViolation(_("Nothing was pasted: it reaches beyond the sheet."), "paste_too_large")
    except RuleViolation as refusal:
        return refused(refusal)
    cells = [
        {"row": row.pk, "day": first + n, "cell": cell}
        for row, line in zip(below, found.grid, strict=False)
        for n, cell in enumerate(line)
    ]
    return JsonResponse({"cells": cells, "height": len(found.grid), "width": width})


def _unknown(unknown: Iterable[tuple[int, int, str]], rows: list[AssignmentMonth], first: int) -> RuleViolation:
    places = [
        _("%(name)s day %(day)s “%(text)s”")
        % {
            "name": rows[r].assignment.worker.name if r < len(rows) else r + 1,
            "day": first + c,
            "text": text.strip()[:12],
        }
        for r, c, text in unknown
    ]
    named = ", ".join(places[:3])
    sentence = ngettext(
        "Nothing was pasted: %(places)s is no attendance code.",
        "Nothing was pasted: %(places)s and %(more)d more are no attendance codes.",
        max(len(places) - 3, 1) if len(places) > 3 else 1,
    )
    if len(places) <= 3:
        sentence = _("Nothing was pasted: %(places)s cannot be read as attendance codes.")
    values: Mapping[str, Any] = {"places": named, "more": len(places) - 3}
    return RuleViolation(sentence % values, "cell_unreadable")


def entries_of(data: Any) -> list[Entry]:
    """Return the workload that a plain form carries: fields w:row:code, with o: what was shown and r: the reason."""
    found = []
    for name in data:
        part, _colon, rest = name.partition(":")
        number, _colon, code = rest.partition(":")
        if part == "w" and number.isdecimal() and len(number) < 19:
            was = {"was": data[f"o:{rest}"]} if f"o:{rest}" in data else {}
            found.append(Entry(int(number), code, data[name], data.get(f"r:{rest}", ""), **was))
    return found


def refused(refusal: RuleViolation) -> JsonResponse:
    """Return a refusal as the script reads it."""
    context = {key: value for key, value in refusal.context.items() if isinstance(value, str | int)}
    body = {"code": refusal.code, "message": str(refusal), "context": context}
    return JsonResponse(body, status=409)


def _on_sheet(sheet: MonthSheet, row_ids: set[int]) -> None:
    held = set(AssignmentMonth.objects.filter(sheet=sheet, pk__in=row_ids).values_list("pk", flat=True))
    if held != row_ids:
        raise RuleViolation(_("This person does not stand on the sheet any more; load it again."), "row_unknown")


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(said, dict):
        raise _unreadable()
    return said


def _listed(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    found = _body(request).get(name)
    if not isinstance(found, list) or len(found) > MOST or not all(isinstance(each, dict) for each in found):
        raise _unreadable()
    return found


def _cell(said: Mapping[str, Any]) -> Cell:
    row, day, cell, was = said.get("row"), said.get("day"), said.get("cell"), said.get("was")
    whole = isinstance(row, int) and isinstance(day, int) and not isinstance(row, bool)
    if not whole or not isinstance(cell, str | None) or not isinstance(was, str):
        raise _unreadable()
    if cell is not None and cell[:1] not in DAY_CODES:
        raise RuleViolation(
            _("“%(cell)s” is not a code of the attendance list.") % {"cell": cell[:20]}, "code_unknown"
        )
    return Cell(row, day, cell, was)  # type: ignore[arg-type]


def _entry(said: Mapping[str, Any]) -> Entry:
    row, code, value = said.get("row"), said.get("code"), said.get("value")
    reason, was = said.get("reason", ""), said.get("was")
    if not isinstance(row, int) or not all(isinstance(each, str) for each in (code, value, reason, was)):
        raise _unreadable()
    return Entry(row, str(code), str(value), str(reason), str(was))


def _unreadable() -> RuleViolation:
    return RuleViolation(_("This cannot be read; load the page again."), "unreadable")


def _clock(when: Any) -> str:
    return timezone.localtime(when).strftime("%H:%M")


def _now() -> str:
    return timezone.localtime(clock.now()).strftime("%H:%M:%S")
