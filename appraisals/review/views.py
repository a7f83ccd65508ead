"""The review of a month: all units at once, one sheet with the months before, and what is decided about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from appraisals.review import forms, services
from appraisals.review.board import ReviewBoard, month_asked
from appraisals.review.groups import LABELS, ODD, Group
from appraisals.review.sheet_page import SheetReview
from assignments.models import MonthSheet
from assignments.services import month_window, months_moving, months_standing
from assignments.states import SHEET_OPEN, SHEET_SHAPES, SheetState
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.months import Month
from deploy_admin.registry.models import Institution

PAGE = "appraisals/review_sheet.html"


@require_GET
@requires(Permission.MONTHS_REVIEW)
def review(request: ActorRequest) -> HttpResponse:
    """Show a month's units by what is to be looked at: those without anomaly are one button."""
    shown = ReviewBoard(request.GET.dict(), request.actor)
    title = _("Month review %(month)s") % {"month": shown.month}
    answer = exported(request, f"month-review-{shown.month}", shown.export, title)
    if answer is not None:
        detail = {"month": str(shown.month), "rows": len(shown.shown)}
        audit.record(act="appraisals.month_review_exported", by=request.actor, detail=detail)
        return answer
    group = shown.group
    context = {
        "shown": shown,
        "figures": _figures(shown),
        "page": page_of(request, shown.shown) if group is not None else None,
        "label": LABELS[group] if group is not None else "",
        "clean": len(shown.clean),
        "may_release": request.actor.can(Permission.MONTHS_RELEASE),
        "enters": request.actor.can(Permission.MONTHS_ENTER),
        "is_over": shown.month.last < shown.today,
    }
    template = "appraisals/review_board.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


def _figures(shown: ReviewBoard) -> list[dict[str, Any]]:
    """The numbers above the heaps."""
    totals = shown.totals
    return [
        {"label": _("Receiving units"), "value": totals["units"], "note": _people(totals["people"])},
        {
            "label": pgettext("month", "Submitted"),
            "value": totals["handed_in"],
            "note": _("%(n)d missing, %(more)d to come") % {"n": totals["missing"], "more": totals["awaited"]},
        },
        {"label": _("Without anomaly"), "value": len(shown.clean), "css": "ok"},
        {"label": _("To look at"), "value": totals["odd"], "css": "warn" if totals["odd"] else ""},
        {"label": _("Accepted, not released"), "value": totals["accepted"]},
        {
            "label": str(LABELS[Group.RELEASED]),
            "value": totals["released"],
            "note": _("%(n)d people undetermined") % {"n": totals["undetermined"]} if totals["undetermined"] else "",
        },
    ]


def _people(count: int) -> str:
    return ngettext("%(n)d person", "%(n)d people", count) % {"n": count}


@require_POST
@requires(Permission.MONTHS_REVIEW)
def accept_all(request: ActorRequest) -> HttpResponse:
    """Accept what was shown without anomaly, and say what was done."""
    form = forms.ShownForm(request.POST, actor=request.actor)
    if not form.is_valid():
        raise RuleViolation(_("Look at the list again and accept from there."), "shown_unreadable")
    month = month_asked(form.cleaned_data["month"], clock.today())
    done = services.accept_all(month=month, shown=form.cleaned_data["shown"], by=request.actor)
    count = len(done.accepted)
    messages.success(request, ngettext("%(n)d month accepted.", "%(n)d months accepted.", count) % {"n": count})
    if done.changed:
        text = ngettext(
            "%(n)d has changed since you looked and waits for a look of its own.",
            "%(n)d have changed since you looked and wait for a look of their own.",
            len(done.changed),
        )
        messages.warning(request, text % {"n": len(done.changed)})
    return redirect(f"{reverse('appraisals:review')}?month={month}")


@require_POST
@requires(Permission.MONTHS_REVIEW)
def begin(request: ActorRequest) -> HttpResponse:
    """Open the sheet of a unit that has none, and show it."""
    form = forms.BeginForm(request.POST, actor=request.actor)
    if not form.is_valid():
        raise RuleViolation(_("Choose them anew from the list."), "chosen_unreadable")
    month = month_asked(form.cleaned_data["month"], clock.today())
    sheet = services.begin_for(institution_id=form.cleaned_data["institution"], month=month, by=request.actor)
    return redirect("appraisals:review_sheet", pk=sheet.pk)


# ------------------------------------------------------------ one sheet


def seen(request: ActorRequest, pk: int) -> MonthSheet:
    """Return the sheet as the actor may know it; unseen is not there."""
    found: MonthSheet = get_object_or_404(MonthSheet.objects.visible_to(request.actor), pk=pk)
    return found


@require_GET
@requires(Permission.MONTHS_REVIEW)
def review_sheet(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one unit's month beside the months before; whoever reviews it opens it by looking."""
    sheet = seen(request, pk)
    if sheet.state == SheetState.SUBMITTED and months_standing.reviews(sheet, request.actor):
        sheet = months_moving.open_review(sheet=sheet, by=request.actor)
        services.look_again([sheet.pk])
    return render(request, PAGE, _context(sheet, request.actor))


def _context(sheet: MonthSheet, actor: Actor, **bound: Any) -> dict[str, Any]:
    today = clock.today()
    names = Institution.objects.filter(pk=sheet.institution_id).named(today)
    state = SheetState(sheet.state)
    may = months_standing.reviews(sheet, actor)
    handed_in = state in (SheetState.SUBMITTED, SheetState.IN_REVIEW)
    own = sheet.on_behalf and sheet.submitted_by_id is not None and sheet.submitted_by_id == actor.user_id
    shown = {
        "accept": may and handed_in and not own,
        "own_entry": may and handed_in and own,
        "send_back": may and (handed_in or state is SheetState.ACCEPTED),
        "more_time": may and state in SHEET_OPEN,
        "enter": state in SHEET_OPEN and months_standing.enters(sheet, actor),
        "release": may and state is SheetState.ACCEPTED and actor.can(Permission.MONTHS_RELEASE),
    }
    return {
        "sheet": sheet,
        "unit": names.get(sheet.institution_id, ""),
        "shown": SheetReview(sheet, actor, today),
        "shape": SHEET_SHAPES[state],
        "window": month_window.window_of(sheet, today),
        "today": today,
        "steps": _steps(sheet),
        "may": shown,
        "back": f"{reverse('appraisals:review')}?month={Month(sheet.month)}",
        "send_back_form": bound.get("send_back")
        or forms.SendBackForm(actor=actor, initial={"version": sheet.version}, auto_id="back_%s"),
        "more_time_form": bound.get("more_time") or forms.MoreTimeForm(actor=actor, auto_id="time_%s"),
    }


def _steps(sheet: MonthSheet) -> list[dict[str, Any]]:
    """The steps of the sheet for the timeline, the latest first."""
    return [
        {
            "when": step.at,
            "text": f"{SheetState(step.to_state).label} · {step.by_name}",
            "detail": step.reason,
            "kind": "attn" if step.to_state == SheetState.RETURNED else "done",
        }
        for step in sheet.steps.order_by("-pk")
    ]


def _next(sheet: MonthSheet, actor: Actor) -> str:
    """Return the address of the next sheet of the month to look at; empty where none is left."""
    board = ReviewBoard({"month": f"{sheet.month:%Y-%m}"}, actor)
    odd = [line for line in board.lines if line.group in ODD and line.sheet is not None and line.sheet.pk != sheet.pk]
    return odd[0].url if odd else ""


@require_POST
@requires(Permission.MONTHS_REVIEW)
def accept(request: ActorRequest, pk: int) -> HttpResponse:
    """Accept one month that somebody has looked at."""
    sheet = seen(request, pk)
    services.accept(sheets=[sheet.pk], by=request.actor)
    messages.success(request, _("The month is accepted."))
    return redirect(_onwards(sheet, request.actor))


@require_POST
@requires(Permission.MONTHS_REVIEW)
def send_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Send one month back, or open it again, with the reason."""
    sheet = seen(request, pk)
    form = forms.SendBackForm(request.POST, actor=request.actor, auto_id="back_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            services.send_back(sheet=sheet, **form.cleaned_data, by=request.actor)
            messages.success(request, _("The month is with the unit again; it has been told why."))
            return redirect(_onwards(sheet, request.actor))
    return render(request, PAGE, _context(seen(request, pk), request.actor, send_back=form), status=422)


@require_POST
@requires(Permission.MONTHS_REVIEW)
def more_time(request: ActorRequest, pk: int) -> HttpResponse:
    """Give the unit until a later day."""
    sheet = seen(request, pk)
    form = forms.MoreTimeForm(request.POST, actor=request.actor, auto_id="time_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            services.more_time(sheet=sheet, **form.cleaned_data, by=request.actor)
            day = {"day": form.cleaned_data["until"].isoformat()}
            messages.success(request, _("The unit may enter until %(day)s and has been told.") % day)
            return redirect("appraisals:review_sheet", pk=pk)
    return render(request, PAGE, _context(seen(request, pk), request.actor, more_time=form), status=422)


def _onwards(sheet: MonthSheet, actor: Actor) -> str:
    """Return the next sheet to look at, or the list where none is left."""
    return _next(sheet, actor) or f"{reverse('appraisals:review')}?month={Month(sheet.month)}"
