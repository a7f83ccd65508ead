"""Who may go: the list, a list to be checked, one person's answers, and why one clause answers as it does."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments import checking, explaining, services
from assignments.forms.eligibility import CheckForm
from assignments.listing import WhoMayGo, lines, live_rows, planned_day
from deploy_admin import clock, documents, spreadsheets
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import attachment, exported, is_part, refusals_shown_in
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.words import without_ids
from deploy_admin.policies.language import Target


def day_of(request: HttpRequest) -> date:
    """Return the planned first day that the address names; today where it names none that can be read."""
    return planned_day(request.GET.get("day", ""), clock.today())


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def eligibility(request: ActorRequest) -> HttpResponse:
    """Show everybody the actor sees with what every rule says of them, today or on a planned first day."""
    shown = WhoMayGo(request.GET.dict(), request.actor)
    if not shown.too_many and request.GET.get("export"):
        answer = exported(request, f"who-may-go-{shown.day.isoformat()}", shown.export, _("Who may go"))
        if answer is not None:
            detail = {"filters": without_ids(request.GET.dict()), "rows": sum(shown.states.values())}
            audit.record(act="eligibility.exported", by=request.actor, label=shown.day.isoformat(), detail=detail)
            return answer
    context = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "may_refresh": request.actor.can(Permission.QUOTAS_RECOMPUTE),
    }
    template = "assignments/eligibility.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_POST
@requires(Permission.QUOTAS_RECOMPUTE)
def refresh(request: ActorRequest) -> HttpResponse:
    """Have everybody judged again in the background."""
    job = services.start_refresh(on=clock.today(), by=request.actor, trigger="hand")
    messages.success(request, _("Everybody is being judged again."))
    return redirect(job)


@require_http_methods(["GET", "POST"])
@requires(Permission.ELIGIBILITY_VIEW)
def check(request: ActorRequest) -> HttpResponse:
    """Answer about a list of people, pasted or uploaded; nothing of it is kept."""
    if request.method != "POST":
        form = CheckForm(initial={"day": clock.today(), "target": Target.DISPATCH.value})
        return render(request, "assignments/check.html", {"form": form})
    form = CheckForm(request.POST, request.FILES)
    entries: list[checking.Entry] = []
    if form.is_valid():
        with refusals_shown_in(form):
            entries = _answered(form.cleaned_data, request)
    if entries and (kind := request.POST.get("export")) in ("xlsx", "csv"):
        head, rows = checking.table(entries)
        content = spreadsheets.export(head, rows, kind, title=_("Who may go"))
        return attachment(content, f"checked-list.{kind}", spreadsheets.CONTENT_TYPES[kind])
    if entries:
        given_back = request.POST.copy()
        given_back["text"] = checking.shown_again(form.cleaned_data["text"], entries)
        form.data = given_back
    context = {"form": form, "entries": entries, "day": form.cleaned_data.get("day") if entries else None}
    return render(request, "assignments/check.html", context, status=200 if entries else 422)


def _answered(said: dict[str, Any], request: ActorRequest) -> list[checking.Entry]:
    if said["file"]:
        try:
            entries = checking.from_file(said["file"].read(), said["file"].name)
        except spreadsheets.Unreadable as refusal:
            raise RuleViolation(str(refusal.message), refusal.code, fields={"file": str(refusal.message)}) from refusal
    else:
        entries = checking.from_text(said["text"])
    checking.answer(entries, on=said["day"], today=clock.today(), targets=[said["target"]], actor=request.actor)
    met = sum(len(entry.people) for entry in entries)
    detail = {"lines": len(entries), "people": met, "day": said["day"].isoformat(), "target": said["target"]}
    audit.record(act="eligibility.list_checked", by=request.actor, detail=detail)
    return entries


def _seen(request: ActorRequest, pk: int) -> HealthWorker:
    person: HealthWorker = get_object_or_404(HealthWorker.objects.visible_to(request.actor), pk=pk)
    return person


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def eligibility_of(request: ActorRequest, pk: int) -> HttpResponse:
    """Show what every rule says of one person on a day; the person's page takes the part."""
    person, day = _seen(request, pk), day_of(request)
    rows = live_rows([person], day, None)
    context = {
        "person": person,
        "day": day,
        "today": clock.today(),
        "lines": lines(rows, request.actor, min(day, clock.today()), day=day if day != clock.today() else None),
    }
    template = "assignments/person.html"
    part = is_part(request) and request.headers.get("HX-Target") != "drawer"
    return render(request, f"{template}#panel" if part else template, context)


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def explained(request: ActorRequest, pk: int, policy: str, clause: str) -> HttpResponse:
    """Show why one clause answers as it does about one person; the same address opens in the list's drawer."""
    person = _seen(request, pk)
    context = explaining.context(person, policy, clause, day_of(request), request.actor, own=False)
    return render(request, "assignments/explained.html", context)


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def explained_paper(request: ActorRequest, pk: int, policy: str, clause: str) -> HttpResponse:
    """Show the same as one sheet to print."""
    person = _seen(request, pk)
    context = explaining.context(person, policy, clause, day_of(request), request.actor, own=False)
    return render(request, "print/assignments/explained.html", context)


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def explained_pdf(request: ActorRequest, pk: int, policy: str, clause: str) -> HttpResponse:
    """Answer that sheet as PDF."""
    person, day = _seen(request, pk), day_of(request)
    context = explaining.context(person, policy, clause, day, request.actor, own=False)
    content = documents.pdf("print/assignments/explained.html", context)
    return attachment(content, f"eligibility-{person.number}-{day.isoformat()}.pdf", "application/pdf")
