"""Nominating people: what is said of each, checked as it is entered, saved together; and taken off the list again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments.filing import services_nominations as services
from assignments.filing.forms_nominations import PersonForm
from assignments.filing.nomination_page import NominationPage
from assignments.filing.views_acts import list_or_404, version_of
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination, NominationWish
from assignments.states import LineState
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution

#: So many people are entered on one page.
AT_ONCE = 50


@require_http_methods(["GET", "POST"])
@requires(Permission.NOMINATIONS_ENTER)
def nomination_people(request: ActorRequest, pk: int) -> HttpResponse:
    """Say of each chosen person as what, when and where to; checked, then nominated all together or nobody."""
    filed = list_or_404(request.actor, pk, ListKind.NOMINATIONS)
    shown = NominationPage(filed, request.actor)
    if not shown.may["enter"] and request.method == "GET":
        return _closed(request, filed)
    data = request.POST if request.method == "POST" else None
    forms = _forms(request, shown, data)
    if not forms:
        messages.error(request, _("Choose whom to nominate."))
        return redirect(filed)
    context: dict[str, Any] = {"shown": shown, "filed": filed, "forms": forms, "refusal": None}
    wrong = [form for form in forms if data is not None and not form.is_valid()]
    if not wrong:
        refusal = _saved(request, filed, forms) if data is not None and "save" in data else None
        if data is not None and "save" in data and refusal is None:
            return redirect(filed)
        context["refusal"] = refusal
        _tell(request, filed, forms, refusal)
    context |= _of_all(forms)
    status = 422 if data is not None and (context["refusal"] is not None or wrong) else 200
    return render(request, "assignments/nomination_people.html", context, status=status)


def _closed(request: ActorRequest, filed: FiledList) -> HttpResponse:
    messages.warning(request, _("This list cannot be written on now."))
    return redirect(filed)


def _forms(request: ActorRequest, shown: NominationPage, data: QueryDict | None) -> list[PersonForm]:
    """Return a form for each chosen person, in the order chosen; who stands on the list already is changed."""
    chosen = _numbers((data or request.GET).getlist("worker"))[:AT_ONCE]
    people = HealthWorker.objects.living().visible_to(request.actor).in_bulk(chosen)
    rows = Nomination.objects.filter(filed_list=shown.filed, worker__in=chosen, state=LineState.STANDING)
    held = {row.worker_id: row for row in rows}
    wished: dict[int, list[int]] = {row.pk: [] for row in held.values()}
    wishes = NominationWish.objects.filter(nomination__in=list(wished)).order_by("nomination", "rank")
    for nomination, unit in wishes.values_list("nomination_id", "institution_id"):
        wished[nomination].append(unit)
    units = {unit for each in wished.values() for unit in each}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    return [
        PersonForm(
            data,
            worker=people[pk],
            filed=shown.filed,
            wishable=shown.wishable,
            nomination=row,
            wishes=[names.get(unit, "") for unit in wished[row.pk]] if row is not None else (),
        )
        for pk in chosen
        if pk in people
        for row in [held.get(pk)]
    ]


def _saved(request: ActorRequest, filed: FiledList, forms: Sequence[PersonForm]) -> RuleViolation | None:
    """Nominate the new ones and change the others, all or none; return what refuses."""
    try:
        done = services.enter_people(
            filed=filed,
            rows=[form.row() for form in forms],
            versions={form.worker.pk: form.cleaned_data["version"] for form in forms},
            by=request.actor,
        )
    except Conflict:
        raise
    except RuleViolation as refusal:
        if refusal.code == "not_permitted":
            raise PermissionDenied from refusal
        return refusal
    said = ngettext("%(n)d person is on the list.", "%(n)d people are on the list.", done)
    messages.success(request, said % {"n": done})
    return None


def _tell(request: ActorRequest, filed: FiledList, forms: Sequence[PersonForm], refusal: RuleViolation | None) -> None:
    """Put beside each person what speaks against it."""
    if isinstance(refusal, services.NotNominable):
        found = refusal.findings
    else:
        found = services.check_rows([form.row() for form in forms], filed, request.actor)
    for form, findings in zip(forms, found, strict=True):
        form.findings = findings


def _of_all(forms: Sequence[PersonForm]) -> dict[str, Any]:
    refused = sum(any(each.refuses for each in form.findings) for form in forms)
    return {"refused": refused, "count": len(forms), "is_change": all(form.nomination for form in forms)}


@require_GET
@requires(Permission.NOMINATIONS_ENTER)
def nomination_wishes(request: ActorRequest, pk: int) -> HttpResponse:
    """What a box for a wish offers: the units that ask in the campaign first."""
    filed = list_or_404(request.actor, pk, ListKind.NOMINATIONS)
    text = request.GET.get(request.GET.get("name", ""), "").strip()
    offers = NominationPage(filed, request.actor).wishable.offers(text) if text else []
    return render(request, "registry/offers.html", {"offers": offers})


@require_POST
@requires(Permission.NOMINATIONS_ENTER)
def nomination_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take people off a list that is being entered."""
    filed = list_or_404(request.actor, pk, ListKind.NOMINATIONS)
    ids = _numbers(request.POST.getlist("nomination"))
    services.withdraw_nominations(filed=filed, nomination_ids=ids, version=version_of(request), by=request.actor)
    said = ngettext("%(n)d person is taken off the list.", "%(n)d people are taken off the list.", len(ids))
    messages.success(request, said % {"n": len(ids)})
    return redirect(filed)


def _numbers(said: Sequence[str]) -> list[int]:
    """Return the ids that an address or a page names, each once."""
    return list(dict.fromkeys(int(each) for each in said if each.isdecimal() and len(each) < 19))
