"""One row of a list: who put the person down, what the unit answered, and what may be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import refusals_shown_in
from quotas import reading, services
from quotas.forms import DecideObjectionForm, WithdrawalForm
from quotas.models import ListedPerson, ListKind
from quotas.services.lists import is_officer, speaks_for
from quotas.views.lists import may_write, url_of, worded


def _row(request: ActorRequest, pk: int) -> ListedPerson:
    return get_object_or_404(ListedPerson.objects.visible_to(request.actor).select_related("worker", "title"), pk=pk)


@require_GET
@requires(Permission.PEOPLE_VIEW)
def list_row(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one row: the person, who put it down, what was answered, and what may be done."""
    return render(request, "quotas/list_row.html", _row_context(request, _row(request, pk)))


def _row_context(request: ActorRequest, row: ListedPerson, form: Any = None, acting: str = "") -> dict[str, Any]:
    actor = request.actor
    may, own = may_write(request), speaks_for(actor, row.institution_id)
    acts: Mapping[str, Any] = defaultdict(lambda: None, {acting: form} if form is not None else {})
    allowed = {
        "object": may and own and row.is_unanswered,
        "decide": may and is_officer(actor) and not own and row.state == ListedPerson.State.OBJECTED,
        "withdraw": may
        and ListedPerson.State(row.state).may_become(ListedPerson.State.WITHDRAWN)
        and row.state != ListedPerson.State.OBJECTED
        and (is_officer(actor) or not row.on_behalf_of),
    }
    return {
        "row": worded(row),
        "kind_label": ListKind(row.kind).label,
        "unit": reading.profiles([row.institution_id], reading.day_of(row.period)).get(row.institution_id),
        "back": url_of(row.kind, row.institution_id, row.period),
        "object_form": (acts["object"] or WithdrawalForm(auto_id="object-%s")) if allowed["object"] else None,
        "decide_form": (acts["decide"] or DecideObjectionForm()) if allowed["decide"] else None,
        "withdraw_form": (acts["withdraw"] or WithdrawalForm(auto_id="withdraw-%s")) if allowed["withdraw"] else None,
    }


def _act(request: ActorRequest, pk: int, acting: str, form: Any, act: Callable[..., Any], said: str) -> HttpResponse:
    """Run one act on a row; what refuses is shown beside its form."""
    row = _row(request, pk)
    if form.is_valid():
        with refusals_shown_in(form):
            act(row=row, by=request.actor, **form.cleaned_data)
            messages.success(request, said)
            return redirect(url_of(row.kind, row.institution_id, row.period))
    return render(request, "quotas/list_row.html", _row_context(request, row, form, acting), status=422)


@require_POST
@requires(Permission.FIGURES_ENTER)
def list_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a person off the list."""
    form = WithdrawalForm(request.POST, auto_id="withdraw-%s")
    said = _("The person is taken off the list; the record keeps what it holds.")
    return _act(request, pk, "withdraw", form, services.withdraw_person, said)


@require_POST
@requires(Permission.FIGURES_ENTER)
def list_object(request: ActorRequest, pk: int) -> HttpResponse:
    """Object to a row that the commission put down."""
    form = WithdrawalForm(request.POST, auto_id="object-%s")
    said = _("Your objection is noted; the row does not count until an officer decides.")
    return _act(request, pk, "object", form, services.object_to, said)


@require_POST
@requires(Permission.FIGURES_SIGN_OFF)
def list_decide(request: ActorRequest, pk: int) -> HttpResponse:
    """Decide on an objection."""
    form = DecideObjectionForm(request.POST)
    return _act(request, pk, "decide", form, services.decide_objection, _("The objection is decided on."))
