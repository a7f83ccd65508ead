"""One person's month: every day a plain field, for readers and for those without script; and the shift roster."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisals.entry import words
from appraisals.entry.forms import CycleForm
from appraisals.entry.row import RowPage
from appraisals.entry.views_saving import entries_of, not_saved
from appraisals.states import ValueSource
from appraisals.workload.services import save
from assignments import month_words
from assignments.models import AssignmentMonth, RosterCycle
from assignments.rules.attendance_codes import CELLS
from assignments.services import months_entry, months_opening
from assignments.services.months_entry import Cell
from deploy_admin import clock
from deploy_admin.access import SYSTEM, ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import refusals_shown_in


def seen_row(request: ActorRequest, pk: int) -> AssignmentMonth:
    """Return the row as the actor may know it; unseen is not there."""
    rows = AssignmentMonth.objects.visible_to(request.actor).select_related("sheet", "assignment__worker")
    found: AssignmentMonth = get_object_or_404(rows, pk=pk)
    return found


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_VIEW)
def sheet_row(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one person's month; save its days and counts together."""
    row = seen_row(request, pk)
    form = Form(request.POST) if request.method == "POST" else None
    if form is None:
        months_opening.refresh_if_stale(row.sheet, by=SYSTEM)
        row = seen_row(request, pk)
    elif form.is_valid():
        with refusals_shown_in(form):
            problems = _save(request, row)
            for sentence in problems:
                messages.warning(request, sentence)
            if not problems:
                messages.success(request, _("Saved."))
            return redirect(_next(request, row))
    page = RowPage.read(row, request.actor, clock.today())
    context = {"sheet": page.page, "row": page, "form": form, "may_see_sheet": page.may_see_sheet}
    return render(request, "appraisals/entry_row.html", context, status=422 if form else 200)


@transaction.atomic
def _save(request: ActorRequest, row: AssignmentMonth) -> list[str]:
    """Save what the form says otherwise than it was shown; return what somebody else, or a record, says otherwise."""
    changes = []
    for n in range(1, len(row.days) + 1):
        cell, was = request.POST.get(f"d{n}"), request.POST.get(f"was{n}")
        if cell is None or was is None or cell == was:
            continue
        if cell and cell not in CELLS:
            raise RuleViolation(
                _("“%(cell)s” is not a code of the attendance list.") % {"cell": cell[:20]}, "code_unknown"
            )
        changes.append(Cell(row.pk, n, cell or None, request.POST.get(f"now{n}") or None))
    said: list[str] = []
    if changes:
        saved = months_entry.save_cells(sheet=row.sheet, changes=changes, by=request.actor)
        said += [each.message for each in saved.refused]
        said += [
            _("Day %(day)s: %(by)s entered “%(theirs)s” meanwhile; your “%(yours)s” was not saved.")
            % {
                "day": each.day,
                "by": each.by_name,
                "theirs": month_words.cell_words(each.theirs),
                "yours": month_words.cell_words(each.yours),
            }
            for each in saved.conflicts
        ]
    entries = [each for each in entries_of(request.POST) if each.row_id == row.pk]
    if entries:
        kept = save(entries=entries, source=ValueSource.CLERK, partly=True, by=request.actor)
        said += not_saved(row.sheet, kept)
    return said


def _next(request: ActorRequest, row: AssignmentMonth) -> str:
    if request.POST.get("then") == "next":
        order = list(AssignmentMonth.objects.filter(sheet=row.sheet_id).for_list().values_list("pk", flat=True))
        place = order.index(row.pk) + 1
        if place < len(order):
            return reverse("appraisals:sheet_row", args=[order[place]])
    return reverse("appraisals:sheet_row", args=[row.pk])


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_ENTER)
def sheet_cycle(request: ActorRequest, pk: int) -> HttpResponse:
    """Enter how somebody's shifts repeat."""
    row = seen_row(request, pk)
    first = max(row.month, row.assignment.starts_on)
    form = CycleForm(request.POST or None, actor=request.actor, initial={"valid_from": first})
    if form.is_valid():
        said = form.cleaned_data
        with refusals_shown_in(form):
            months_entry.set_cycle(
                assignment=row.assignment, valid_from=said["valid_from"], cells=said["cells"], by=request.actor
            )
            messages.success(request, _("The shift roster is saved; open months follow it."))
            return redirect("appraisals:sheet_row", pk=row.pk)
    held = RosterCycle.objects.filter(assignment=row.assignment_id).order_by("-valid_from")[:5]
    context = {
        "form": form,
        "row": row,
        "sheet": row.sheet,
        "name": row.assignment.worker.name,
        "heading": words.month_label(row.month),
        "held": [{"valid_from": each.valid_from, "said": "".join(map(words.cell_sign, each.cells))} for each in held],
    }
    return render(request, "appraisals/entry_cycle.html", context, status=422 if form.is_bound else 200)
