"""Pairing support and speciality programmes: the lists, recording one, changing its days, removing a slip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.registry import forms_support as forms
from deploy_admin.registry import tables_support as tables
from deploy_admin.registry.models import PairingSupport, SpecialityProgramme
from deploy_admin.registry.services import support as services


@dataclass(frozen=True)
class Noun:
    """What differs between the two: the table, its heads, its form, its addresses and its words."""

    key: str
    model: Any
    heads: Callable[[], list[str]]
    form: Any
    record: Callable[..., Sequence[Any]]
    #: The columns that hold a unit.
    units: tuple[str, ...]
    title: Any
    lead: Any
    add: Any
    none: Any

    @property
    def list_url(self) -> str:
        return f"registry:{self.key}s"


PAIRINGS = Noun(
    "pairing",
    PairingSupport,
    tables.pairing_heads,
    forms.PairingForm,
    services.record_pairings,
    ("supporting_unit", "supported_unit"),
    gettext_lazy("Pairing support"),
    gettext_lazy("Which hospital supports which unit, and for how long; rules of allocation may ask for it."),
    gettext_lazy("Record a pairing support"),
    gettext_lazy("No pairing support answers to this"),
)
PROGRAMMES = Noun(
    "programme",
    SpecialityProgramme,
    tables.programme_heads,
    forms.ProgrammeForm,
    services.record_programmes,
    ("institution",),
    gettext_lazy("Speciality programmes"),
    gettext_lazy("Which specialities a unit builds up, and for how long; rules of allocation may ask for it."),
    gettext_lazy("Record a speciality programme"),
    gettext_lazy("No speciality programme answers to this"),
)


@require_GET
@requires(Permission.INSTITUTIONS_VIEW)
def pairings(request: ActorRequest) -> HttpResponse:
    """Who supports whom today; what is over or to come where it is asked for."""
    return _list(request, PAIRINGS)


@require_GET
@requires(Permission.INSTITUTIONS_VIEW)
def programmes(request: ActorRequest) -> HttpResponse:
    """Which specialities units build up today; what is over or to come where it is asked for."""
    return _list(request, PROGRAMMES)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSTITUTIONS_EDIT)
def pairing_add(request: ActorRequest) -> HttpResponse:
    """Record that one unit supports another."""
    return _add(request, PAIRINGS)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSTITUTIONS_EDIT)
def programme_add(request: ActorRequest) -> HttpResponse:
    """Record that a unit builds up a speciality."""
    return _add(request, PROGRAMMES)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSTITUTIONS_EDIT)
def pairing_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """End a pairing support, or correct its days."""
    return _edit(request, PAIRINGS, pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSTITUTIONS_EDIT)
def programme_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """End a speciality programme, or correct its days."""
    return _edit(request, PROGRAMMES, pk)


@require_POST
@requires(Permission.INSTITUTIONS_EDIT)
def pairing_remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Remove a pairing support that was recorded by mistake."""
    return _remove(request, PAIRINGS, pk)


@require_POST
@requires(Permission.INSTITUTIONS_EDIT)
def programme_remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Remove a speciality programme that was recorded by mistake."""
    return _remove(request, PROGRAMMES, pk)


def _list(request: ActorRequest, noun: Noun) -> HttpResponse:
    today, text = clock.today(), request.GET.get("q", "").strip()
    everything = request.GET.get("ended") == "yes"
    rows = noun.model.objects.visible_to(request.actor)
    rows = rows if everything else rows.on(today)
    if text:
        named = Q(pk__in=[]) if noun is PAIRINGS else Q(speciality__contains=text)
        for column in noun.units:
            named |= Q(**{f"{column}__in": tables.named_like(text, today)})
        rows = rows.filter(named)
    rows = rows.for_list()
    answer = exported(
        request,
        f"{noun.key}s",
        lambda: (noun.heads(), [row.texts() for row in tables.tie_rows(rows, request.actor, today)]),
        str(noun.title),
    )
    if answer is not None:
        audit.record(act=f"{noun.key}s.exported", by=request.actor, detail={"rows": len(rows)})
        return answer
    page = page_of(request, rows)
    context = {
        "noun": noun,
        "heads": noun.heads(),
        "page": page,
        "rows": tables.tie_rows(page.object_list, request.actor, today),
        "q": text,
        "everything": everything,
        "may_edit": request.actor.can(Permission.INSTITUTIONS_EDIT),
        "urls": {
            "add": f"registry:{noun.key}_add",
            "edit": f"registry:{noun.key}_edit",
            "s_import": f"registry:{noun.key}s_import",
        },
    }
    return render(request, "registry/ties.html" + ("#list" if is_part(request) else ""), context)


def _add(request: ActorRequest, noun: Noun) -> HttpResponse:
    asked = {name: request.GET[name] for name in noun.units if name in request.GET}
    form = noun.form(request.POST or None, actor=request.actor, initial=asked)
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            noun.record(rows=[form.row()], by=request.actor)
            messages.success(request, _("It is recorded."))
            return redirect(noun.list_url)
    return _form(request, noun, form, None)


def _edit(request: ActorRequest, noun: Noun, pk: int) -> HttpResponse:
    row = get_object_or_404(noun.model.objects.kept_by(request.actor), pk=pk)
    form = forms.ChangeDaysForm(request.POST or None, actor=request.actor, initial=forms.ChangeDaysForm.of(row))
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            try:
                services.change(
                    row=row, days=form.changed_days(), version=form.cleaned_data["version"], by=request.actor
                )
            except Conflict as conflict:
                raise _in_words(conflict, form) from conflict
            messages.success(request, _("The change is recorded."))
            return redirect(noun.list_url)
    return _form(request, noun, form, row)


def _remove(request: ActorRequest, noun: Noun, pk: int) -> HttpResponse:
    row = get_object_or_404(noun.model.objects.kept_by(request.actor), pk=pk)
    form = forms.RemoveForm(request.POST, actor=request.actor)
    if form.is_valid():
        with refusals_shown_in(form):
            data = form.cleaned_data
            services.remove(row=row, reason=data["reason"], version=data["version"], by=request.actor)
            messages.success(request, _("It is removed; what it said stays in the audit record."))
            return redirect(noun.list_url)
    days = forms.ChangeDaysForm(actor=request.actor, initial=forms.ChangeDaysForm.of(row))
    return _form(request, noun, days, row, form)


def _form(request: ActorRequest, noun: Noun, form: Any, row: Any, removing: Any = None) -> HttpResponse:
    context: dict[str, Any] = {"noun": noun, "form": form, "row": row, "list_url": noun.list_url}
    if row is not None:
        context["shown"] = tables.tie_rows([row], request.actor, clock.today())[0]
        context["removing"] = removing or forms.RemoveForm(actor=request.actor, initial={"version": row.version})
        context |= {"edit_url": f"registry:{noun.key}_edit", "remove_url": f"registry:{noun.key}_remove"}
    bound = form.is_bound or (removing is not None and removing.is_bound)
    return render(request, "registry/tie.html", context, status=422 if bound else 200)


def _in_words(conflict: Conflict, form: forms.ChangeDaysForm) -> Conflict:
    """Return the conflict with the fields named as the page names them, only those that differ."""
    yours, theirs = conflict.context["yours"], conflict.context["theirs"]
    labels = {name: str(form.fields[name].label) for name in yours if yours[name] != theirs[name]}
    return Conflict(
        conflict.message,
        conflict.code,
        context={
            "yours": {label: str(yours[name] or "") for name, label in labels.items()},
            "theirs": {label: str(theirs[name] or "") for name, label in labels.items()},
        },
    )
