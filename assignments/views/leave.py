"""Leave as the units and the scheme's office see it: the list, one leave with its acts, acts on many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from assignments import leave_listing, leave_words
from assignments.forms import leave as forms
from assignments.kinds import PaperKind
from assignments.leave_listing import LeaveList
from assignments.models import Leave
from assignments.papers import offering
from assignments.services import ending, leaves
from assignments.sight import Sight
from assignments.states import RUNNING, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part, refusals_shown_in
from deploy_admin.people.words import without_ids


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def leave_list(request: ActorRequest) -> HttpResponse:
    """Show the leave the actor may know about, narrowed by the address; or hand out exactly this."""
    shown = LeaveList(request.GET.dict(), request.actor)
    answer = exported(request, "leave", shown.export, _("Leave"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="assignments.leave_exported", by=request.actor, detail=detail)
        return answer
    template = "assignments/leave_list.html"
    return render(request, f"{template}#list" if is_part(request) else template, _list_context(request, shown))


def _list_context(request: ActorRequest, shown: LeaveList, **more: Any) -> dict[str, Any]:
    page = shown.page(request.GET.get("page"))
    lines: Any = page.object_list
    return {
        "shown": shown,
        "page": page,
        "deciding": any(line.decides for line in lines),
        "filing": any(line.files for line in lines),
        "receipt_url": offering.issue_url(PaperKind.LEAVE_RECEIPT) if any(line.receipt for line in lines) else "",
        "file_form": more.get("file_form")
        or forms.ChosenFileForm(actor=request.actor, initial={"on": clock.today()}, auto_id="file_%s"),
    }


def seen(request: ActorRequest, pk: int) -> Leave:
    """Return the leave as the actor may know it; unseen is not there."""
    rows = Leave.objects.visible_to(request.actor).select_related("assignment__worker", "assignment__campaign")
    found: Leave = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def leave(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one leave: what it counts, what it would do or has done to the last day, and what may be done with it."""
    return render(request, "assignments/leave.html", _context(seen(request, pk), request.actor))


def _context(row: Leave, actor: Actor, **bound: Any) -> dict[str, Any]:
    own = row.assignment
    knows = leave_words.knows_kinds(actor)
    names = leave_listing.names_of([row], clock.today())
    outlook = ""
    if row.state == LeaveState.ASKED and own.state in RUNNING:
        supposed = [(row.kind, row.first_day, row.last_day, row.stated_duty_days)]
        outlook = leave_words.outlook(own.ends_on, ending.preview(own, with_leave=supposed))
    return {
        "row": row,
        "assignment": own,
        "what": leave_words.kind_shown(row.kind, private_too=knows),
        "knows": knows,
        "shape": leave_listing.SHAPES[LeaveState(row.state)],
        "sending": names.get(own.sending_unit_id, ""),
        "receiving": names.get(own.receiving_unit_id, ""),
        "note": leave_listing.filing_note(row),
        "outlook": outlook,
        "forms": _forms(row, actor) | bound,
        "receipt_url": offering.receipt_url(row, actor),
    }


def _forms(row: Leave, actor: Actor) -> dict[str, Any]:
    """Return what this actor may do with the leave now, as forms by act."""
    sight, state = Sight(row.assignment, actor, clock.today()), LeaveState(row.state)
    found: dict[str, Any] = {}

    def offer(act: str, form: Callable[..., Any], **initial: Any) -> None:
        found[act] = form(actor=actor, initial={"version": row.version, **initial}, auto_id=f"{act}_%s")

    receives = sight.receives
    if receives and state is LeaveState.ASKED and actor.can(Permission.POST_DECIDE):
        offer("approve", forms.DecisionForm)
        offer("decline", forms.ReasonForm)
    if receives and state is LeaveState.ASKED and actor.can(Permission.POST_MANAGE):
        offer("withdraw", forms.MayTakeBackForm)
    if receives and state is LeaveState.APPROVED and actor.can(Permission.POST_DECIDE):
        offer("withdraw", forms.ReasonForm)
    due = state is LeaveState.APPROVED and row.filing_required and row.filed_on is None
    if due and actor.can(Permission.LEAVE_FILE) and sight.oversees:
        offer("file", forms.OneFileForm, on=clock.today())
    return found


def _act(
    request: ActorRequest,
    pk: int,
    act: str,
    form_class: Callable[..., Any],
    run: Callable[[Leave, Any], object],
    done: str,
) -> HttpResponse:
    """Run one act on one leave from its page; a refusal is shown there."""
    row = seen(request, pk)
    form = form_class(request.POST, actor=request.actor, auto_id=f"{act}_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            run(row, form.cleaned_data)
            messages.success(request, done)
            return redirect("assignments:leave", pk=row.pk)
    row = seen(request, pk)
    return render(request, "assignments/leave.html", _context(row, request.actor, **{act: form}), status=422)


@require_POST
@requires(Permission.POST_DECIDE)
def approve(request: ActorRequest, pk: int) -> HttpResponse:
    """Approve one leave."""

    def run(row: Leave, said: dict[str, Any]) -> object:
        versions = {row.pk: said["version"]}
        return leaves.approve_leave(leave_ids=[row.pk], remark=said["remark"], versions=versions, by=request.actor)

    return _act(request, pk, "approve", forms.DecisionForm, run, _("The leave is approved."))


@require_POST
@requires(Permission.POST_DECIDE)
def decline(request: ActorRequest, pk: int) -> HttpResponse:
    """Decline one leave."""

    def run(row: Leave, said: dict[str, Any]) -> object:
        return leaves.decline_leave(leave=row, reason=said["reason"], version=said["version"], by=request.actor)

    return _act(request, pk, "decline", forms.ReasonForm, run, _("The leave is declined."))


@require_POST
@requires(Permission.POST_MANAGE)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one leave back."""

    def run(row: Leave, said: dict[str, Any]) -> object:
        return leaves.withdraw_leave(leave=row, reason=said["reason"], version=said["version"], by=request.actor)

    return _act(request, pk, "withdraw", forms.MayTakeBackForm, run, _("The leave was taken back."))


@require_POST
@requires(Permission.LEAVE_FILE)
def file_one(request: ActorRequest, pk: int) -> HttpResponse:
    """Take down that one leave was filed."""

    def run(row: Leave, said: dict[str, Any]) -> object:
        versions = {row.pk: said["version"]}
        return leaves.file_leave(
            leave_ids=[row.pk], number=said["number"], on=said["on"], versions=versions, by=request.actor
        )

    return _act(request, pk, "file", forms.OneFileForm, run, _("The filing was taken down."))


# ------------------------------------------------------------ acts on many


@require_POST
@requires(Permission.POST_DECIDE)
def approve_chosen(request: ActorRequest) -> HttpResponse:
    """Approve all that were ticked in the list, or none."""
    form = forms.ChosenForm(request.POST, actor=request.actor)
    if form.is_valid():
        with refusals_shown_in(form):
            versions = form.cleaned_data["versions"]
            found = leaves.approve_leave(leave_ids=versions, versions=versions, by=request.actor)
            said = ngettext("%(n)d leave is approved.", "%(n)d leaves are approved.", len(found)) % {"n": len(found)}
            messages.success(request, said)
            return redirect("assignments:leaves")
    return _refused(request, form)


@require_POST
@requires(Permission.LEAVE_FILE)
def file_chosen(request: ActorRequest) -> HttpResponse:
    """Take down one filing for all that were ticked in the list, or for none."""
    form = forms.ChosenFileForm(request.POST, actor=request.actor, auto_id="file_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            said = form.cleaned_data
            found = leaves.file_leave(
                leave_ids=said["versions"],
                number=said["number"],
                on=said["on"],
                versions=said["versions"],
                by=request.actor,
            )
            words = ngettext("%(n)d leave was filed.", "%(n)d leaves were filed.", len(found)) % {"n": len(found)}
            receipt = offering.next_step(PaperKind.LEAVE_RECEIPT, said["versions"], request.actor)
            messages.success(request, words, extra_tags=receipt)
            return redirect("assignments:leaves")
    return _refused(request, form, file_form=form)


def _refused(request: ActorRequest, form: Any, **more: Any) -> HttpResponse:
    shown = LeaveList({}, request.actor)
    context = _list_context(request, shown, **more) | {"refused": form}
    return render(request, "assignments/leave_list.html", context, status=422)
