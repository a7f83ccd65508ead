"""Situation reports as people meet them: the list, who still owes one, writing, submitting, answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisals.feedback import report_numbers, services, services_reports
from appraisals.feedback.forms import BeginReportForm, NoteForm, ReportForm, SendBackForm
from appraisals.feedback.report_listing import SHAPES, ReportList, asked_months, period, reminder, unreported
from appraisals.models import SituationReport
from appraisals.states import ReportState
from assignments.papers import printing
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, Reach, requires
from deploy_admin.http import refusals_shown_in
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.registry.models import Institution


@require_GET
@requires(Permission.MONTHS_VIEW)
def reports(request: ActorRequest) -> HttpResponse:
    """Show the reports the actor may read, and to an authority who has not sent one in."""
    shown = ReportList(request.GET.dict(), request.actor)
    first, last = asked_months(request.GET, shown.today)
    context: dict[str, Any] = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "first": first,
        "last": last,
        "writes": _own_unit(request.actor) is not None,
        "period": period(first.first, last.first),
        "oversees": request.actor.reach in (Reach.ALL, Reach.DISTRICT),
    }
    if context["oversees"]:
        owing = unreported(first, last, request.actor)
        names = Institution.objects.filter(pk__in=owing).named(shown.today)
        context |= {
            "owing": [names[pk] for pk in owing],
            "reminder": reminder(first, last, [names[pk] for pk in owing]),
        }
    return render(request, "appraisals/feedback_reports.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_ENTER)
def report_new(request: ActorRequest) -> HttpResponse:
    """Ask on which months a report is written, with the numbers they give; then begin it."""
    unit = _own_unit(request.actor)
    if unit is None:
        messages.info(request, _("Situation reports are written by the receiving units themselves."))
        return redirect("appraisals:reports")
    if request.method == "POST":
        form = BeginReportForm(request.POST, actor=request.actor)
        if form.is_valid():
            with refusals_shown_in(form):
                said = form.cleaned_data
                begun = services.begin_report(
                    institution_id=unit, first=said["first"], last=said["last"], by=request.actor
                )
                return redirect(begun)
        return render(request, "appraisals/feedback_report_new.html", {"form": form}, status=422)
    first, last = asked_months(request.GET, clock.today())
    held = SituationReport.objects.filter(institution=unit, first_month=first.first, last_month=last.first).first()
    if held is not None and "first" in request.GET:
        return redirect(held)
    form = BeginReportForm(actor=request.actor, initial={"first": str(first), "last": str(last)})
    context = {"form": form, "table": _table(report_numbers.numbers(unit, first.first, last.first)),
               "period": period(first.first, last.first)}  # fmt: skip
    return render(request, "appraisals/feedback_report_new.html", context)


@require_GET
@requires(Permission.MONTHS_VIEW)
def report(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one report: to the unit that writes it with the words to fill in, to everybody else as it was submitted."""
    return render(request, "appraisals/feedback_report.html", _context(_seen(request, pk), request))


@require_POST
@requires(Permission.MONTHS_ENTER)
def report_save(request: ActorRequest, pk: int) -> HttpResponse:
    """Write down the words; with `submit` the report is submitted as well."""
    row = _seen(request, pk)
    form = ReportForm(request.POST, actor=request.actor, auto_id="write_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            saved = services.save_report(
                report=row, texts=form.texts(), version=form.cleaned_data["version"], by=request.actor
            )
            if "submit" in request.POST:
                services.submit_report(report=saved, version=saved.version, by=request.actor)
                messages.success(request, _("The report is submitted; its numbers are frozen."))
            else:
                messages.success(request, _("The report is saved."))
            return redirect(row)
    again = _seen(request, pk)
    if again.version != row.version:  # the words were saved, only submitting was refused
        form.data = {**request.POST.dict(), "version": str(again.version)}
    return render(request, "appraisals/feedback_report.html", _context(again, request, write=form), status=422)


@require_POST
@requires(Permission.MONTHS_ENTER)
def report_take_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a submitted report back."""
    row = _seen(request, pk)
    version = request.POST.get("version", "")
    services.take_back_report(report=row, version=int(version) if version.isdecimal() else None, by=request.actor)
    messages.success(request, _("The report is with you again; its paper is withdrawn."))
    return redirect(row)


@require_POST
@requires(Permission.MONTHS_REVIEW)
def report_send_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Send a report back with the reason."""

    def run(row: SituationReport, said: dict[str, Any]) -> object:
        return services.send_back_report(report=row, reason=said["reason"], version=said["version"], by=request.actor)

    return _answered(request, pk, "send_back", SendBackForm, run, _("The report is sent back."))


@require_POST
@requires(Permission.MONTHS_REVIEW)
def report_note(request: ActorRequest, pk: int) -> HttpResponse:
    """Take note of a report."""

    def run(row: SituationReport, said: dict[str, Any]) -> object:
        return services.take_note_of_report(
            report=row, answer=said["answer"], version=said["version"], by=request.actor
        )

    return _answered(request, pk, "note", NoteForm, run, _("The report is taken note of."))


def _answered(
    request: ActorRequest,
    pk: int,
    act: str,
    form_class: Callable[..., Any],
    run: Callable[[SituationReport, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    row = _seen(request, pk)
    form = form_class(request.POST, actor=request.actor, auto_id=f"{act}_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            run(row, form.cleaned_data)
            messages.success(request, done)
            return redirect(row)
    context = _context(_seen(request, pk), request, **{act: form})
    return render(request, "appraisals/feedback_report.html", context, status=422)


def _seen(request: ActorRequest, pk: int) -> SituationReport:
    """Return the report as the actor may know it; unseen is not there."""
    rows = SituationReport.objects.visible_to(request.actor).select_related("paper__pdf", "paper__docx")
    found: SituationReport = get_object_or_404(rows, pk=pk)
    return found


def _context(row: SituationReport, request: ActorRequest, **bound: Any) -> dict[str, Any]:
    state, actor = ReportState(row.state), request.actor
    is_open = state in (ReportState.DRAFT, ReportState.RETURNED)
    numbers = report_numbers.numbers(row.institution_id, row.first_month, row.last_month) if is_open else row.numbers
    names = Institution.objects.filter(pk=row.institution_id).named(clock.today())
    return {
        "report": row,
        "unit": names.get(row.institution_id, ""),
        "period": period(row.first_month, row.last_month),
        "shape": SHAPES[state],
        "is_open": is_open,
        "table": _table(numbers),
        "forms": _forms(row, actor) | bound,
        "takes_back": state is ReportState.SUBMITTED and services_reports.writes(row.institution_id, actor),
        "printed": printing.context(row.paper.content, row.paper.sha256, row.paper.number)
        if row.paper is not None and not is_open
        else None,
    }


def _forms(row: SituationReport, actor: Actor) -> dict[str, Any]:
    """Return what this actor may do with the report now, as forms by act."""
    state, shown = ReportState(row.state), {"version": row.version}
    found: dict[str, Any] = {}
    if state in (ReportState.DRAFT, ReportState.RETURNED) and services_reports.writes(row.institution_id, actor):
        texts = {name: getattr(row, name) for name in services_reports.TEXTS}
        found["write"] = ReportForm(actor=actor, initial=shown | texts, auto_id="write_%s")
    if state is ReportState.SUBMITTED and services_reports.answers(row.institution_id, actor):
        found["note"] = NoteForm(actor=actor, initial=shown, auto_id="note_%s")
        found["send_back"] = SendBackForm(actor=actor, initial=shown, auto_id="send_back_%s")
    return found


def _table(numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers in the reader's language."""
    zh = speaks_chinese()
    lines = [
        {
            "label": line["zh"] if zh else line["en"],
            "unit": line["unit_zh"] if zh else line["unit_en"],
            **{key: line[key] for key in ("value", "before", "change")},
        }
        for line in numbers.get("lines", ())
    ]
    first, last = numbers.get("before") or ("", "")
    return {
        "lines": lines,
        "missing": numbers.get("missing", []),
        "before": first if first == last else f"{first} – {last}",
    }


def _own_unit(actor: Actor) -> int | None:
    """Return the unit the actor writes reports for."""
    unit = actor.institution_id
    return unit if unit is not None and services_reports.writes(unit, actor) else None
