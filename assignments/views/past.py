"""Pages of past service: what was taken on, confirmed or sent back by the list, corrected one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from assignments import past_list
from assignments.forms import past as forms
from assignments.forms.assignments_batch import MOST, chosen_text, too_many
from assignments.importing import past_standing
from assignments.models import Assignment
from assignments.past_list import CONFIRMED, OPEN, PastList
from assignments.services import past as services
from assignments.services import standing_of
from deploy_admin.access import Actor, ActorRequest, Permission, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import exported, is_part, refusals_shown_in
from deploy_admin.people.words import without_ids
from deploy_admin.registry.models import Institution

#: So many of those concerned are named; of the others the number is told.
NAMED = 100


@dataclass(frozen=True)
class BatchAct:
    """One act on many entries: who may do it, where they have to stand, what is asked, which service it runs."""

    permission: Permission
    standing: str
    form: Callable[..., Any]
    run: Callable[[Any, Sequence[int], Actor], object]
    title: Any
    verb: Any
    danger: bool = False


def _confirm(form: Any, ids: Sequence[int], by: Actor) -> object:
    return services.confirm(assignments=ids, versions=form.cleaned_data["chosen"], by=by)


def _return(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return services.return_entries(assignments=ids, reason=said["reason"], versions=said["chosen"], by=by)


def _reopen(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return services.reopen(assignments=ids, reason=said["reason"], versions=said["chosen"], by=by)


def _scan(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return services.attach_scan(assignments=ids, file=said["scan"], versions=said["chosen"], by=by)


BATCH: dict[str, BatchAct] = {
    "confirm": BatchAct(
        Permission.ASSIGNMENTS_DECIDE, OPEN, forms.ConfirmForm, _confirm,
        gettext_lazy("Confirm past service"), gettext_lazy("Confirm"),
    ),
    "scan": BatchAct(
        Permission.SUSPENSIONS_STATE, OPEN, forms.ScanBatchForm, _scan,
        gettext_lazy("Put one scan beside these entries"), gettext_lazy("Attach a scan"),
    ),
    "return": BatchAct(
        Permission.SUSPENSIONS_STATE, OPEN, forms.ReasonBatchForm, _return,
        gettext_lazy("Send entries back"), gettext_lazy("Send back"), danger=True,
    ),
    "reopen": BatchAct(
        Permission.ASSIGNMENTS_DECIDE, CONFIRMED, forms.ReasonBatchForm, _reopen,
        gettext_lazy("Take confirmations back"), gettext_lazy("Take the confirmation back"), danger=True,
    ),
}  # fmt: skip


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def past(request: ActorRequest) -> HttpResponse:
    """Show what was taken on from the past, what is to be confirmed first; or hand out exactly these rows."""
    shown = PastList(request.GET.dict(), request.actor)
    answer = exported(request, "past-service", shown.export, _("Past service"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="assignments.past_exported", by=request.actor, detail=detail)
        return answer
    may_enter = services.may_enter(request.actor)
    context = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "batch": [
            {"verb": act.verb, "url": reverse(f"assignments:past_{name}")}
            for name, act in BATCH.items()
            if request.actor.can(act.permission) and act.standing == shown.state
        ],
        "number": request.actor.can(Permission.PEOPLE_VIEW),
        "may_enter": may_enter,
        "collects": may_enter and request.actor.reach in (Reach.ALL, Reach.DISTRICT),
    }
    template = "assignments/past.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


def page_for(act: BatchAct) -> Callable[..., HttpResponse]:
    """Return the view of an act on many: first who is concerned and what is asked, then what was done."""

    @require_http_methods(["GET", "POST"])
    @requires(act.permission)
    def view(request: ActorRequest) -> HttpResponse:
        return _done(act, request) if request.method == "POST" else _asked(act, request)

    return view


def _asked(act: BatchAct, request: ActorRequest) -> HttpResponse:
    shown = PastList(request.GET.dict(), request.actor)
    back = f"{reverse('assignments:past')}?{urlencode(shown.asked)}"
    rows = shown.chosen if request.GET.get("all") else _ticked(request)
    found = list(rows.select_related("worker", "campaign").order_by("sort_key", "pk")[: MOST + 1])
    if not found or len(found) > MOST:
        sentence = too_many(shown.count) if found else _("Nobody is chosen: tick rows, or choose all that are shown.")
        messages.warning(request, sentence)
        return redirect(back)
    lines = [line for line in past_list.lines(found, request.actor) if line.standing == act.standing]
    if act.run is _confirm:
        lines = [line for line in lines if not line.own]
    if not lines:
        messages.warning(
            request,
            _("“%(act)s” fits none of those chosen: they stand elsewhere, or you entered them yourself.")
            % {"act": act.title},
        )
        return redirect(back)
    versions = {line.row.pk: line.row.version for line in lines}
    form = act.form(actor=request.actor, initial={"chosen": chosen_text(versions)})
    return _page(act, request, form, lines, left_out=len(found) - len(lines), back=back)


def _done(act: BatchAct, request: ActorRequest) -> HttpResponse:
    form = act.form(request.POST, files=request.FILES, actor=request.actor)
    back = _back(request.POST.get("back", ""))
    if form.is_valid():
        ids = sorted(form.cleaned_data["chosen"])
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with its entries or not at all
            act.run(form, ids, request.actor)
            text = ngettext("%(act)s: done for %(n)d entry.", "%(act)s: done for %(n)d entries.", len(ids))
            messages.success(request, text % {"act": act.title, "n": len(ids)})
            return redirect(back)
    ids = list(form.cleaned_data.get("chosen") or ())
    rows = Assignment.objects.visible_to(request.actor).filter(pk__in=ids).select_related("worker")
    return _page(act, request, form, past_list.lines(list(rows), request.actor), left_out=0, back=back)


def _page(
    act: BatchAct, request: ActorRequest, form: Any, lines: list[past_list.Line], *, left_out: int, back: str
) -> HttpResponse:
    context = {
        "act": act,
        "form": form,
        "lines": lines[:NAMED],
        "count": len(lines),
        "others": max(len(lines) - NAMED, 0),
        "left_out": left_out,
        "back": back,
    }
    return render(request, "assignments/past_batch.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.SUSPENSIONS_STATE)
def entry(request: ActorRequest, pk: int) -> HttpResponse:
    """Correct one entry that nobody confirmed yet; what the table says of it stays the source of the rest."""
    rows = Assignment.objects.visible_to(request.actor).filter(origin="imported")
    own = get_object_or_404(rows.select_related("worker", "campaign"), pk=pk)
    standing_of.may_take_on({own.sending_unit_id}, request.actor)
    if own.confirmed_at is not None or own.state == "withdrawn":
        raise RuleViolation(_("Only an entry that is to be confirmed is corrected."), "not_open")
    names = Institution.objects.filter(pk__in=[own.sending_unit_id, own.receiving_unit_id]).named(own.starts_on)
    row = past_standing.as_rows([own], names)[own.pk]
    initial = forms.shown(row) | {"version": own.version}
    form = forms.EntryForm(request.POST or None, files=request.FILES or None, actor=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form), transaction.atomic():
            services.correct(
                {own.pk: _said(form, own, row, request.actor)},
                versions={own.pk: form.cleaned_data["version"]},
                by=request.actor,
            )
            messages.success(request, _("The entry is corrected."))
            return redirect("assignments:past")
    line = past_list.lines([own], request.actor)[0]
    context = {"form": form, "line": line, "own": own}
    return render(request, "assignments/past_entry.html", context, status=422 if form.is_bound else 200)


def _said(form: Any, own: Assignment, row: dict[str, Any], by: Actor) -> Any:
    """Return the entry as the form says it; amounts and certificate stay as they were recorded."""
    said = form.cleaned_data
    there = past_standing.entry_of(
        {}, row, worker=own.worker_id, sender=own.sending_unit_id, receiver=own.receiving_unit_id
    )
    plain = (
        "term_months", "term_days", "last_day", "running", "outcome", "end_reason", "result", "result_on", "full_time",
        "roster_pattern", "evidence", "remark",
    )  # fmt: skip
    basis = replace(form.basis(by), deciding_body=said["decided_by"])
    outcome = said["outcome"]
    if outcome in past_standing.FOLLOWING and {"last_day", "term_months", "term_days"} & set(form.changed_data):
        outcome = ""  # it follows from the days, which say something else now
    return replace(there, **{name: said[name] for name in plain} | {"basis": basis, "outcome": outcome})


def _ticked(request: ActorRequest) -> Any:
    ids = [int(pk) for pk in request.GET.getlist("ids") if pk.isdecimal() and len(pk) < 19]
    return Assignment.objects.visible_to(request.actor).filter(origin="imported", pk__in=ids)


def _back(address: str) -> str:
    """Return the list's address that was sent along: nobody is sent anywhere else."""
    own = reverse("assignments:past")
    return address if address.startswith(f"{own}?") else own
