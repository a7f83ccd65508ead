"""Issued papers: the list, one of them, its number, stamped copy and withdrawal, and whether it still matches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assignments.forms import papers as forms
from assignments.kinds import PaperKind
from assignments.models import Assignment, IssuedPaper
from assignments.papers import contents, printing, reading
from assignments.papers.listing import SHAPES, PaperList
from assignments.services import papers
from assignments.states import AssignmentState, PaperState
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import attachment, exported, is_part, refusals_shown_in
from deploy_admin.people.words import without_ids
from deploy_admin.registry.models import Institution


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def paper_list(request: ActorRequest) -> HttpResponse:
    """Show the papers the actor may know about, narrowed by the address; or hand out exactly these."""
    shown = PaperList(request.GET.dict(), request.actor)
    answer = exported(request, "papers", shown.export, _("Papers"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="papers.exported", by=request.actor, detail=detail)
        return answer
    context = {"shown": shown, "page": shown.page(request.GET.get("page"))}
    template = "assignments/papers.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_GET
@requires(Permission.HOME_VIEW)
def paper(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one paper as far as the actor reads it; a deployed person only the own ones."""
    return render(request, "assignments/paper.html", _context(seen_or_404(request, pk), request))


@require_GET
@requires(Permission.HOME_VIEW)
def paper_extract(request: ActorRequest, pk: int) -> HttpResponse:
    """Answer the own rows of a list as PDF, with the check code of the whole."""
    row = seen_or_404(request, pk)
    found = reading.read(row, request.actor)
    if found.content is None or found.whole:
        raise Http404
    audit.record(act="papers.extract_read", by=request.actor, on=row, label=row.number)
    name = f"{row.number or row.check_code}.pdf"
    return attachment(printing.pdf(found.content, row.sha256), name, "application/pdf")


@require_GET
@requires(Permission.HOME_VIEW)
def paper_check(request: ActorRequest) -> HttpResponse:
    """Find the paper that carries a code, and say whether list and data still match."""
    asked = request.GET.get("code", "").strip()[:40]
    code = contents.code_typed(asked)
    rows: Any = IssuedPaper.objects.none()
    if code:
        rows = IssuedPaper.objects.visible_to(request.actor).filter(sha256__startswith=code).order_by("-pk")
    found = []
    for row in rows.select_related("campaign")[:5]:
        read = reading.read(row, request.actor)
        found.append({"paper": row, "read": read, "changes": read.changes(), "shape": SHAPES[PaperState(row.state)]})
    context = {"asked": asked, "code": code, "found": found}
    return render(request, "assignments/paper_check.html", context)


@require_POST
@requires(Permission.ASSIGNMENTS_VIEW)
def paper_number(request: ActorRequest, pk: int) -> HttpResponse:
    """Write down number and date."""

    def run(row: IssuedPaper, said: dict[str, Any]) -> object:
        return papers.number_paper(
            paper=row, number=said["number"], dated_on=said["dated_on"], version=said["version"], by=request.actor
        )

    return _act(request, pk, "number", forms.NumberForm, run, _("Number and date are written down."))


@require_POST
@requires(Permission.ASSIGNMENTS_VIEW)
def paper_stamped(request: ActorRequest, pk: int) -> HttpResponse:
    """File the scan of the stamped copy."""

    def run(row: IssuedPaper, said: dict[str, Any]) -> object:
        return papers.file_stamped(paper=row, by=request.actor, **said)

    return _act(
        request, pk, "stamped", forms.StampedForm, run, _("The stamped copy is filed; it is the valid version.")
    )


@require_POST
@requires(Permission.ASSIGNMENTS_VIEW)
def paper_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Withdraw a paper."""

    def run(row: IssuedPaper, said: dict[str, Any]) -> object:
        return papers.withdraw_paper(paper=row, reason=said["reason"], version=said["version"], by=request.actor)

    return _act(request, pk, "withdraw", forms.WithdrawForm, run, _("The paper is withdrawn."))


def seen_or_404(request: ActorRequest, pk: int) -> IssuedPaper:
    """Return the paper as the actor may know it: unseen is not there."""
    rows = IssuedPaper.objects.visible_to(request.actor).select_related("campaign", "pdf", "docx", "stamped")
    found: IssuedPaper = get_object_or_404(rows, pk=pk)
    return found


def _act(
    request: ActorRequest,
    pk: int,
    act: str,
    form_class: Callable[..., Any],
    run: Callable[[IssuedPaper, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """Run one act on one paper from its page; a refusal is shown there."""
    row = seen_or_404(request, pk)
    form = form_class(request.POST, request.FILES, actor=request.actor, auto_id=f"{act}_%s")
    if form.is_valid():
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with its paper or not at all
            run(row, form.cleaned_data)
            messages.success(request, done)
            return redirect(row)
    context = _context(seen_or_404(request, pk), request, **{act: form})
    return render(request, "assignments/paper.html", context, status=422)


def _context(row: IssuedPaper, request: ActorRequest, **bound: Any) -> dict[str, Any]:
    actor = request.actor
    found = reading.read(row, actor)
    units = {unit for unit in (row.issuer_id, row.addressee_id) if unit is not None}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    return {
        "paper": row,
        "read": found,
        "shape": SHAPES[PaperState(row.state)],
        "issuer": names.get(row.issuer_id, ""),
        "addressee": names.get(row.addressee_id or 0, ""),
        "printed": printing.context(found.content, row.sha256, row.number) if found.content else None,
        "forms": _forms(row, request) | bound,
        "to_list": actor.can(Permission.ASSIGNMENTS_VIEW),
        "check_url": f"{reverse('assignments:paper_check')}?{urlencode({'code': row.check_code})}",
        "state_url": _state_url(row, request),
    }


def _forms(row: IssuedPaper, request: ActorRequest) -> dict[str, Any]:
    """Return what this actor may do with the paper now, as forms by act."""
    if row.state == PaperState.WITHDRAWN or not papers.may_keep(row, request.actor):
        return {}
    shown = {"version": row.version, "number": row.number, "dated_on": row.dated_on}
    found: dict[str, Any] = {}
    if row.state == PaperState.ISSUED:
        found["number"] = forms.NumberForm(actor=request.actor, initial=shown, auto_id="number_%s")
    found["stamped"] = forms.StampedForm(actor=request.actor, initial=shown, auto_id="stamped_%s")
    if PaperKind(row.kind) not in papers.NOT_WITHDRAWN:
        found["withdraw"] = forms.WithdrawForm(actor=request.actor, initial=shown, auto_id="withdraw_%s")
    return found


def _state_url(row: IssuedPaper, request: ActorRequest) -> str:
    """Return where the suspensions a notice is about are stated with it; nothing once they all are."""
    if row.kind != PaperKind.SUSPENSION_NOTICE or row.state == PaperState.WITHDRAWN:
        return ""
    if not papers.may_keep(row, request.actor):
        return ""
    seen = Assignment.objects.visible_to(request.actor)
    waiting = seen.filter(paper_lines__paper=row.pk, state=AssignmentState.PLANNED).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    query = urlencode([("ids", ids), ("paper", row.pk)], doseq=True)
    return f"{reverse('assignments:assignments_suspend')}?{query}" if ids else ""
