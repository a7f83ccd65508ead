"""One page for every act on an assignment: a plain form in front of one service; the acts are told as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assignments.forms.assignments import AssignmentForm
from assignments.models import Assignment
from assignments.sight import Sight, seen_or_404
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.http import refusals_shown_in
from deploy_admin.people.views.acting import in_words

Words = str | Promise


@dataclass(frozen=True)
class Act:
    """One act: what its page says, what its form asks, which service it runs, and to whom it is offered when."""

    permission: Permission
    form: Callable[..., AssignmentForm]
    run: Callable[[Any, Any, Actor], object]  # form, the assignment or the row it is about, by
    title: Words
    verb: Words
    done: Words
    when: Callable[[Sight, Any], bool]  # of the assignment, or of the row: whether it is possible now
    lead: Words = ""
    model: type[models.Model] | None = None  # of the row the act is about; None: the assignment
    shown: Callable[[Any], dict[str, Any]] | None = None  # what the form begins with
    danger: bool = False
    offer: Words = ""  # what the link on a row says; empty: the verb

    def is_offered(self, sight: Sight, about: Any = None) -> bool:
        """Whether this actor may do it now."""
        return sight.actor.can(self.permission) and self.when(sight, about)


def page_for(act: Act) -> Callable[..., HttpResponse]:
    """Return the view of an act."""

    @require_http_methods(["GET", "POST"])
    @requires(act.permission)
    def view(request: ActorRequest, pk: int, row: int | None = None) -> HttpResponse:
        assignment = seen_or_404(request.actor, pk)
        about = _about(act, assignment, row)
        if request.method == "GET" and not act.is_offered(Sight(assignment, request.actor, clock.today()), about):
            raise not_now(assignment)
        initial = {"version": assignment.version} | (act.shown(about) if act.shown else {})
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = act.form(data, files=files, actor=request.actor, initial=initial)
        if form.is_bound and form.is_valid():
            with refusals_shown_in(form):
                try:
                    with transaction.atomic():  # a scan is stored with its entry or not at all
                        act.run(form, about, request.actor)
                except Conflict as conflict:
                    stored = _about(act, seen_or_404(request.actor, pk), row)
                    raise told(conflict, form, assignment, act.shown(stored) if act.shown else {}) from conflict
                messages.success(request, str(act.done))
                return redirect(assignment)
        context = {"form": form, "assignment": assignment, "act": act, "about": about if act.model else None}
        return render(request, "assignments/assignment_act.html", context, status=422 if form.is_bound else 200)

    return view


def _about(act: Act, assignment: Assignment, row: int | None) -> Any:
    if act.model is None:
        return assignment
    found = get_object_or_404(act.model._default_manager, pk=row or 0, assignment=assignment.pk)
    found.assignment = assignment  # type: ignore[attr-defined]  # every row here is of an assignment
    return found


def not_now(assignment: Assignment) -> RuleViolation:
    """Return the refusal for an act that is not possible as the assignment stands."""
    sentence = _("This cannot be done now, or not by you: the assignment is “%(state)s”.")
    words = {"state": assignment.get_state_display()}
    return RuleViolation(sentence % words, "not_now", context={"url": assignment.get_absolute_url()})


def told(conflict: Conflict, form: AssignmentForm, assignment: Assignment, stored: dict[str, Any]) -> Conflict:
    """Return the conflict with both values as the form says them, not as columns."""
    now = Assignment.objects.get(pk=assignment.pk)
    yours = form.changed()
    context: dict[str, Any] = {"url": assignment.get_absolute_url()}
    context["yours"] = {
        str(form.fields[name].label): in_words(form.fields[name], value) for name, value in yours.items()
    }
    context["theirs"] = {
        str(form.fields[name].label): in_words(form.fields[name], stored[name]) for name in yours if name in stored
    } | {
        str(_("State")): str(now.get_state_display()),
        str(_("Last day")): now.ends_on.isoformat(),
    }
    return Conflict(conflict.message, conflict.code, context=context)


def link(name: str, act: Act, assignment: Assignment, row: int | None = None) -> dict[str, Any]:
    """Return label and address of an act, for a button."""
    args = [assignment.pk] if row is None else [assignment.pk, row]
    address = reverse(f"assignments:assignment_{name}", args=args)
    return {"name": name, "label": act.title, "offer": act.offer or act.verb, "url": address}
