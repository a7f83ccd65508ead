"""Service credit and obligations: the lists, and why each is as it is, as page, drawer and paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from assignments import standing_explaining
from assignments.forms.assignments import today_in
from assignments.forms.standing import FileShortForm
from assignments.models import Assignment
from assignments.services import crediting, short_service
from assignments.standing_list import CreditList, ObligationList
from assignments.standing_reading import standing_of_worker
from assignments.views.assignments_acting import Act, page_for
from deploy_admin import clock, documents
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import attachment, exported, is_part
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.words import without_ids


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def obligations(request: ActorRequest) -> HttpResponse:
    """Show whose clock runs out, the most pressing first; or hand out exactly this."""
    shown = ObligationList(request.GET.dict(), request.actor)
    return _listed(request, shown, "assignments/standing_obligations.html", _("Obligations"))


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def credits_list(request: ActorRequest) -> HttpResponse:
    """Show how much of each assignment is credited; or hand out exactly this."""
    shown = CreditList(request.GET.dict(), request.actor)
    return _listed(request, shown, "assignments/standing_credits.html", _("Service credit"))


def _listed(request: ActorRequest, shown: Any, template: str, title: str) -> HttpResponse:
    name = template.removeprefix("assignments/standing_").removesuffix(".html")
    answer = exported(request, name, shown.export, title)
    if answer is not None:
        detail = {"list": name, "filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="service.exported", by=request.actor, detail=detail)
        return answer
    context = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "may_refresh": request.actor.can(Permission.QUOTAS_RECOMPUTE),
    }
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_POST
@requires(Permission.QUOTAS_RECOMPUTE)
def reckon(request: ActorRequest) -> HttpResponse:
    """Have everybody's service reckoned again in the background."""
    job = crediting.start_refresh(on=clock.today(), by=request.actor, trigger="hand")
    messages.success(request, _("Everybody's service is being reckoned again."))
    return redirect(job)


def _person(request: ActorRequest, pk: int) -> HealthWorker:
    person: HealthWorker = get_object_or_404(HealthWorker.objects.visible_to(request.actor), pk=pk)
    return person


def _assignment(request: ActorRequest, pk: int) -> Assignment:
    rows = Assignment.objects.visible_to(request.actor).living().select_related("worker", "campaign")
    found: Assignment = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def obligation(request: ActorRequest, pk: int, policy: str, clause: str) -> HttpResponse:
    """Show why somebody stands so to a requirement; the same address opens in the list's drawer."""
    context = standing_explaining.obligation_context(_person(request, pk), policy, clause, request.actor, own=False)
    return render(request, "assignments/standing_obligation.html", context)


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def obligation_paper(request: ActorRequest, pk: int, policy: str, clause: str) -> HttpResponse:
    """Show the same as one sheet to print."""
    context = standing_explaining.obligation_context(_person(request, pk), policy, clause, request.actor, own=False)
    return render(request, "print/assignments/obligation.html", context)


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def obligation_pdf(request: ActorRequest, pk: int, policy: str, clause: str) -> HttpResponse:
    """Answer that sheet as PDF."""
    person = _person(request, pk)
    context = standing_explaining.obligation_context(person, policy, clause, request.actor, own=False)
    content = documents.pdf("print/assignments/obligation.html", context)
    return attachment(content, f"obligation-{person.number}-{clock.today().isoformat()}.pdf", "application/pdf")


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def credit(request: ActorRequest, pk: int) -> HttpResponse:
    """Show why an assignment is credited as it is; the same address opens in a drawer."""
    assignment = _assignment(request, pk)
    context = standing_explaining.credit_context(assignment, own=False)
    context["file_url"] = short_service.file_address(assignment, request.actor)
    return render(request, "assignments/standing_credit.html", context)


def _file(form: Any, assignment: Assignment, by: Actor) -> None:
    said = form.cleaned_data
    short_service.file_short_service(
        assignment=assignment, on=said["on"], basis=form.basis(by), version=said["version"], by=by
    )


credit_file = page_for(
    Act(
        permission=Permission.ASSIGNMENTS_DECIDE,
        form=FileShortForm,
        run=_file,
        title=gettext_lazy("File that the short piece counts"),
        verb=gettext_lazy("File it"),
        done=gettext_lazy("The short piece counts."),
        when=lambda sight, _about: bool(short_service.waiting(sight.assignment)),
        shown=lambda _about: today_in("on"),
        lead=gettext_lazy("the rule lets a piece this short count once the authority has filed it"),
    )
)


@require_GET
@requires(Permission.ELIGIBILITY_VIEW)
def service_of(request: ActorRequest, pk: int) -> HttpResponse:
    """Show where one person stands: service credited, requirements; the person's page takes the part."""
    person = _person(request, pk)
    context = {"person": person, "standing": standing_of_worker(person.pk)}
    template = "assignments/standing_person.html"
    part = is_part(request) and request.headers.get("HX-Target") != "drawer"
    return render(request, f"{template}#panel" if part else template, context)


@require_GET
@requires(Permission.OWN_SERVICE)
def my_credit(request: ActorRequest, pk: int) -> HttpResponse:
    """Show why one's own assignment is credited as it is."""
    rows = Assignment.objects.visible_to(request.actor).living().filter(worker=request.actor.worker_id)
    assignment = get_object_or_404(rows.select_related("worker", "campaign"), pk=pk)
    context = standing_explaining.credit_context(assignment, own=True)
    return render(request, "assignments/standing_credit.html", context)


@require_GET
@requires(Permission.OWN_SERVICE)
def my_obligation(request: ActorRequest, policy: str, clause: str) -> HttpResponse:
    """Show why one stands so to a requirement oneself."""
    if request.actor.worker_id is None:
        raise Http404
    me = _person(request, request.actor.worker_id)
    context = standing_explaining.obligation_context(me, policy, clause, request.actor, own=True)
    return render(request, "assignments/standing_obligation.html", context)
