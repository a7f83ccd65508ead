"""One page for every act on a person: a plain form in front of one service; the acts themselves are told as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.errors import Conflict
from deploy_admin.http import refusals_shown_in
from deploy_admin.people import words
from deploy_admin.people.forms.fields import WorkerForm
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.views.seen import person_or_404, row_or_404

Words = str | Promise


@dataclass(frozen=True)
class Act:
    """One act: what its page says, what its form asks, which service it runs."""

    form: Callable[..., WorkerForm]
    run: Callable[[Any, Any, Actor], object]  # form, the person or the row it is about, by
    title: Words
    verb: Words
    done: Words
    lead: Words = ""
    model: type[models.Model] | None = None  # of the row the act is about; None: the person
    shown: Callable[[Any], dict[str, Any]] | None = None  # what the form begins with
    danger: bool = False


def page_for(act: Act) -> Callable[..., HttpResponse]:
    """Return the view of an act."""

    @require_http_methods(["GET", "POST"])
    @requires(Permission.PEOPLE_EDIT)
    def view(request: ActorRequest, pk: int, row: int | None = None) -> HttpResponse:
        worker = person_or_404(request.actor, pk)
        about: Any = worker
        if act.model is not None:
            about = row_or_404(request.actor, act.model, pk, row or 0)
            about.worker = worker
        initial = {"version": worker.version} | (act.shown(about) if act.shown else {})
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = act.form(data, files=files, actor=request.actor, initial=initial)
        if form.is_bound and form.is_valid():
            with refusals_shown_in(form):
                try:
                    with transaction.atomic():  # a scan is stored with its entry or not at all
                        act.run(form, about, request.actor)
                except Conflict as conflict:
                    stored = person_or_404(request.actor, pk)
                    if act.model is not None:
                        stored = row_or_404(request.actor, act.model, pk, row or 0)
                    raise told(conflict, form, worker, act.shown(stored) if act.shown else {}) from conflict
                messages.success(request, str(act.done))
                return redirect(worker)
        context = {"form": form, "person": worker, "act": act, "about": about if act.model else None}
        return render(request, "people/act.html", context, status=422 if form.is_bound else 200)

    return view


def told(conflict: Conflict, form: WorkerForm, worker: HealthWorker, stored: dict[str, Any]) -> Conflict:
    """Return the conflict with both values as the form says them, not as columns."""
    yours = form.changed()
    theirs = {**dict(conflict.context.get("theirs") or {}), **stored}
    context: dict[str, Any] = {"url": worker.get_absolute_url()}
    for side, values in (("yours", yours), ("theirs", theirs)):
        context[side] = {
            str(field.label): in_words(field, values.get(name))
            for name in yours
            if name in theirs and (field := form.fields[name])
        }
    if not context["theirs"]:  # what was entered is new: there is nothing to put beside it
        del context["yours"], context["theirs"]
    return Conflict(conflict.message, conflict.code, context=context)


def in_words(field: forms.Field, value: Any) -> str:
    """Return a value as its field shows it."""
    if isinstance(value, bool) or value is None:
        return words.yes_no(value) if isinstance(value, bool) else ""
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]  # plain pairs here
    return value.isoformat() if isinstance(value, date) else str(value)
