"""Acts on many assignments: chosen by ticks or by the list's filter, shown once more, then done or refused whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from assignments import posting_rows, sides
from assignments.forms import assignments_batch as forms
from assignments.kinds import FilingBasis, PaperKind
from assignments.models import Assignment
from assignments.papers import offering
from assignments.posting_list import PostingList
from assignments.services import arriving, closing, going, plans, renewing
from assignments.sides import Side
from assignments.states import COMING, RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.http import refusals_shown_in

#: So many of those concerned are named; of the others the number is told.
NAMED = 100
_S = AssignmentState


@dataclass(frozen=True)
class BatchAct:
    """One act on many: to whom it is offered, which rows it can concern, what it asks, which service it runs."""

    permission: Permission
    side: Side
    states: frozenset[AssignmentState]
    form: Callable[..., forms.BatchForm]
    run: Callable[[Any, Sequence[int], Actor], object]
    title: Any
    verb: Any
    shown: Callable[[Sequence[Assignment]], dict[str, Any]] | None = None
    danger: bool = False
    #: The paper that is offered right afterwards.
    paper: PaperKind | None = None


def _suspend(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = {name: form.cleaned_data[name] for name in ("on", "valid_from")}
    return going.state_suspensions(
        assignments=ids, basis=form.basis(by), versions=form.cleaned_data["chosen"], by=by, **said
    )


def _arrive(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return arriving.confirm_arrivals(assignments=ids, on=said["on"], versions=said["chosen"], by=by)


def _file(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return going.record_filings(
        assignments=ids,
        filing=FilingBasis(said["filing"]),
        numbers=said["number"],
        on=said["on"],
        basis=form.basis(by),
        versions=said["chosen"],
        by=by,
    )


def _take_back(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return plans.withdraw_plans(assignments=ids, reason=said["reason"], versions=said["chosen"], by=by)


def _evaluate(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return closing.begin_evaluation(assignments=ids, on=said["on"], versions=said["chosen"], by=by)


def _return(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return closing.close(
        assignments=ids,
        outcome=AssignmentState.RETURNED,
        on=said["on"],
        result=said["result"],
        reason=said["reason"],
        basis=form.basis(by),
        versions=said["chosen"],
        by=by,
    )


def _renew(form: Any, ids: Sequence[int], by: Actor) -> object:
    said = form.cleaned_data
    return renewing.renew(
        assignments=ids,
        months=said["months"],
        days=said["days"],
        basis=form.basis(by),
        versions=said["chosen"],
        by=by,
    )


def _today(rows: Sequence[Assignment]) -> dict[str, Any]:
    return {"on": clock.today()}


def _planned_day(rows: Sequence[Assignment]) -> dict[str, Any]:
    days = {row.starts_on for row in rows}
    return {"on": days.pop() if len(days) == 1 else clock.today()}


def _same_term(rows: Sequence[Assignment]) -> dict[str, Any]:
    terms = {(row.term_months, row.term_days) for row in rows}
    months, days = terms.pop() if len(terms) == 1 else (None, None)
    return {"months": months, "days": days}


BATCH: dict[str, BatchAct] = {
    "suspend": BatchAct(
        Permission.SUSPENSIONS_STATE, Side.SENDER, frozenset({_S.PLANNED}), forms.SuspensionBatchForm, _suspend,
        gettext_lazy("State the suspension of practice"), gettext_lazy("State the suspension"), _today,
        paper=PaperKind.SUSPENSION_NOTICE,
    ),
    "arrive": BatchAct(
        Permission.POST_MANAGE, Side.RECEIVER, frozenset({_S.FILED}), forms.ArrivalBatchForm, _arrive,
        gettext_lazy("Confirm the arrivals"), gettext_lazy("Confirm the arrivals"), _planned_day,
    ),
    "file": BatchAct(
        Permission.FILINGS_RECORD, Side.OVERSEER, COMING | RUNNING, forms.FilingBatchForm, _file,
        gettext_lazy("Record the basis of practice"), gettext_lazy("Record filings"), _today,
    ),
    "evaluate": BatchAct(
        Permission.ASSIGNMENTS_DECIDE, Side.DECIDER, frozenset({_S.TERM_REACHED}), forms.EvaluateBatchForm, _evaluate,
        gettext_lazy("Begin the evaluation"), gettext_lazy("Begin the evaluation"), _today,
    ),
    "return": BatchAct(
        Permission.ASSIGNMENTS_DECIDE, Side.DECIDER, frozenset({_S.TERM_REACHED, _S.UNDER_EVALUATION}),
        forms.CloseBatchForm, _return, gettext_lazy("Close as returned"), gettext_lazy("Close as returned"), _today,
    ),
    "renew": BatchAct(
        Permission.ASSIGNMENTS_DECIDE, Side.DECIDER, RUNNING, forms.RenewBatchForm, _renew,
        gettext_lazy("Renew for a further term"), gettext_lazy("Renew"), _same_term,
    ),
    "take_back": BatchAct(
        Permission.ASSIGNMENTS_PLAN, Side.DECIDER, COMING, forms.TakeBackBatchForm, _take_back,
        gettext_lazy("Take the plans back"), gettext_lazy("Take back"), danger=True,
    ),
}  # fmt: skip


def offered(actor: Actor) -> list[dict[str, Any]]:
    """Return label and address of what the actor may do with many."""
    return [
        {"verb": act.verb, "url": reverse(f"assignments:assignments_{name}")}
        for name, act in BATCH.items()
        if actor.can(act.permission)
    ] + offering.batch(actor)


def page_for(act: BatchAct) -> Callable[..., HttpResponse]:
    """Return the view of an act on many: first who is concerned and what is asked, then what was done."""

    @require_http_methods(["GET", "POST"])
    @requires(act.permission)
    def view(request: ActorRequest) -> HttpResponse:
        return _done(act, request) if request.method == "POST" else _asked(act, request)

    return view


def _asked(act: BatchAct, request: ActorRequest) -> HttpResponse:
    shown = PostingList(request.GET.dict(), request.actor)
    rows = shown.chosen if request.GET.get("all") else _ticked(request)
    back = f"{reverse('assignments:assignments')}?{_query(shown)}"
    rows = posting_rows.dressed(rows, clock.today()).order_by("sort_key", "pk")
    found = list(rows[: forms.MOST + 1])
    if not found:
        messages.warning(request, _("Nobody is chosen: tick rows, or choose all that are shown."))
        return redirect(back)
    if len(found) > forms.MOST:
        messages.warning(request, forms.too_many(shown.count))
        return redirect(back)
    fitting = [row for row in found if row.state in act.states]
    fitting = sides.of(fitting, act.side, request.actor, clock.today())
    if not fitting:
        words = {"act": act.title}
        messages.warning(request, _("“%(act)s” fits none of those chosen: their state, or whose they are.") % words)
        return redirect(back)
    initial = {"chosen": forms.chosen_text({row.pk: row.version for row in fitting})} | offering.named_in(request)
    form = act.form(actor=request.actor, initial=initial | (act.shown(fitting) if act.shown else {}))
    return _page(act, request, form, fitting, left_out=len(found) - len(fitting), back=back)


def _done(act: BatchAct, request: ActorRequest) -> HttpResponse:
    form = act.form(request.POST, files=request.FILES, actor=request.actor)
    back = _back(request.POST.get("back", ""))
    if form.is_valid():
        ids = sorted(form.cleaned_data["chosen"])
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with its entry or not at all
            act.run(form, ids, request.actor)
            text = ngettext("%(act)s: done for %(n)d person.", "%(act)s: done for %(n)d people.", len(ids))
            after = offering.next_step(act.paper, ids, request.actor) if act.paper else ""
            messages.success(request, text % {"act": act.title, "n": len(ids)}, extra_tags=after)
            return redirect(back)
    ids = list(form.cleaned_data.get("chosen") or ())
    rows = posting_rows.dressed(Assignment.objects.visible_to(request.actor).filter(pk__in=ids), clock.today())
    return _page(act, request, form, list(rows.order_by("sort_key", "pk")), left_out=0, back=back)


def _page(
    act: BatchAct, request: ActorRequest, form: Any, rows: list[Assignment], *, left_out: int, back: str
) -> HttpResponse:
    context = {
        "act": act,
        "form": form,
        "rows": posting_rows.rows(rows[:NAMED], clock.today()),
        "count": len(rows),
        "others": max(len(rows) - NAMED, 0),
        "left_out": left_out,
        "back": back,
    }
    return render(request, "assignments/assignments_batch.html", context, status=422 if form.is_bound else 200)


def _ticked(request: ActorRequest) -> Any:
    ids = [int(pk) for pk in request.GET.getlist("ids") if pk.isdecimal() and len(pk) < 19]
    return Assignment.objects.visible_to(request.actor).filter(pk__in=ids)


def _query(shown: PostingList) -> str:
    """Return the list's own part of the address, so that one comes back to the same rows."""
    kept = {name: value for name, value in shown.data.items() if name in shown.asked or name in ("sort", "page")}
    return urlencode(kept)


def _back(address: str) -> str:
    """Return the list's address that was sent along: nobody is sent anywhere else."""
    own = reverse("assignments:assignments")
    return address if address.startswith(f"{own}?") else own
