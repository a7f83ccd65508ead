"""My months: what my unit has of me, what I say of my work, whether it is right, what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisals.entry import mine, words
from appraisals.entry.forms import AnswerForm
from appraisals.entry.mine import MyMonth
from appraisals.entry.views_saving import entries_of
from appraisals.states import ValueSource
from appraisals.workload.services import save
from assignments.models import AssignmentMonth
from assignments.services import months_answers
from assignments.states import SheetState
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import page_of, refusals_shown_in

PAGE = 24


def _mine(request: ActorRequest, pk: int) -> AssignmentMonth:
    """Return the own month; somebody else's is not there."""
    rows = AssignmentMonth.objects.visible_to(request.actor).select_related("sheet", "assignment__worker")
    found: AssignmentMonth = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@requires(Permission.OWN_SERVICE)
def my_months(request: ActorRequest) -> HttpResponse:
    """Show the own months, the latest first."""
    rows = AssignmentMonth.objects.visible_to(request.actor).select_related("sheet").order_by("-month", "-pk")
    page = page_of(request, rows, PAGE)
    held = list(page.object_list)
    page.object_list = mine.lines(held, clock.today())
    return render(request, "appraisals/entry_my_months.html", {"page": page, "current": _current(held)})


def _current(rows: list[AssignmentMonth]) -> dict[str, str] | None:
    """Return the month whose work is to be said next: the last that is over and still with the unit, or this one."""
    open_ones = [row for row in rows if row.sheet.state in (SheetState.DRAFT, SheetState.RETURNED)]
    if not open_ones:
        return None
    this_month = clock.today().replace(day=1)
    row = next((each for each in open_ones if each.month < this_month), open_ones[0])
    return {"url": reverse("appraisals:my_month", args=[row.pk]), "label": words.month_label(row.month)}


@require_http_methods(["GET", "POST"])
@requires(Permission.OWN_SERVICE)
def my_month(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one own month; take down what the person says of the own work."""
    row = _mine(request, pk)
    form = Form(request.POST) if request.method == "POST" else None
    if form is None:
        return render(request, "appraisals/entry_my_month.html", _context(request, row))
    form.is_valid()
    entries = [each for each in entries_of(request.POST) if each.row_id == row.pk]
    errors: dict[str, str] = {}
    with refusals_shown_in(form):
        try:
            saved = save(entries=entries, source=ValueSource.PERSON, by=request.actor)
        except RuleViolation as refusal:
            code = str(refusal.context.get("indicator", ""))
            if not code:
                raise
            errors[code] = str(refusal)
        else:
            said = (
                _("Your workload is handed in; your unit confirms it.") if saved.applied else _("Nothing was changed.")
            )
            messages.success(request, said)
            return redirect("appraisals:my_month", pk=row.pk)
    context = _context(request, row, form=form, typed=request.POST.dict(), errors=errors)
    return render(request, "appraisals/entry_my_month.html", context, status=422)


@require_POST
@requires(Permission.OWN_SERVICE)
def my_month_answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Take down whether the own month is right."""
    row = _mine(request, pk)
    form = AnswerForm(request.POST, actor=request.actor)
    if form.is_valid():
        said = form.cleaned_data
        with refusals_shown_in(form):
            remark = said["remark"] if said["answer"] == "disputed" else ""
            months_answers.answer(row=row, answer=said["answer"], remark=remark, by=request.actor)
            messages.success(request, _("Your answer was taken down."))
            return redirect("appraisals:my_month", pk=row.pk)
    return render(request, "appraisals/entry_my_month.html", _context(request, row, answer_form=form), status=422)


def _context(
    request: ActorRequest,
    row: AssignmentMonth,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    **forms: Any,
) -> dict[str, Any]:
    month = MyMonth(row, clock.today(), typed)
    month.errors = errors or {}
    weekdays = (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))
    context = {"month": month, "weekdays": weekdays, "form": None}
    return context | {"answer_form": AnswerForm(actor=request.actor)} | forms
