"""Who is announced to a receiving unit: “all have come” in one tap, with the exceptions beside each name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assignments import posting_rows, sides
from assignments.forms.arrivals import ArrivalsForm
from assignments.forms.assignments_batch import chosen_text
from assignments.models import Assignment
from assignments.services import arriving
from assignments.sides import Side
from assignments.states import COMING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import refusals_shown_in

#: People are announced so many days ahead, and so many are shown; the list of assignments has them all.
AHEAD = 120
SHOWN = 300


@require_http_methods(["GET", "POST"])
@requires(Permission.POST_MANAGE)
def arrivals(request: ActorRequest) -> HttpResponse:
    """Show everyone announced by first day and unit; confirm one such group at a time."""
    form = ArrivalsForm(request.POST, actor=request.actor, auto_id=False) if request.method == "POST" else None
    if form is not None and form.is_valid():
        with refusals_shown_in(form):
            done = arriving.confirm_arrivals(
                assignments=sorted(form.cleaned_data["chosen"]),
                on=form.cleaned_data["on"],
                exceptions=form.exceptions,
                versions=form.cleaned_data["chosen"],
                by=request.actor,
            )
            _tell(request, done)
            return redirect("assignments:arrivals")
    groups, more = _groups(request, form)
    context = {"groups": groups, "more": more, "today": clock.today(), "lost": _lost(form, groups)}
    return render(request, "assignments/arrivals.html", context, status=422 if form is not None else 200)


def _tell(request: ActorRequest, done: arriving.Arrivals) -> None:
    came, away = len(done.arrived), len(done.not_come)
    if came:
        text = ngettext("%(n)d person is on post.", "%(n)d people are on post.", came)
        messages.success(request, text % {"n": came})
    if away:
        text = ngettext(
            "%(n)d person has not come; the authority is told.",
            "%(n)d people have not come; the authority is told.",
            away,
        )
        messages.warning(request, text % {"n": away})


def _announced(request: ActorRequest) -> tuple[list[Assignment], bool]:
    """Return those who are announced to the units the actor acts for, and whether there are more than are shown."""
    today = clock.today()
    rows = Assignment.objects.visible_to(request.actor).filter(state__in=COMING)
    rows = posting_rows.dressed(rows.filter(starts_on__lte=today + timedelta(days=AHEAD)), today)
    found = list(rows.order_by("starts_on", "receiving_unit", "sort_key", "pk")[: SHOWN + 1])
    return sides.of(found[:SHOWN], Side.RECEIVER, request.actor, today), len(found) > SHOWN


def _groups(request: ActorRequest, form: ArrivalsForm | None) -> tuple[list[dict[str, Any]], bool]:
    announced, more = _announced(request)
    today = clock.today()
    words = {row["pk"]: row for row in posting_rows.rows(announced, today)}
    groups: dict[tuple[date, int], list[Assignment]] = {}
    for row in announced:
        groups.setdefault((row.starts_on, row.receiving_unit_id), []).append(row)
    groups_shown = [_group(first, rows, words, form, request, today) for (first, _unit), rows in groups.items()]
    return groups_shown, more


def _group(
    first: date,
    rows: Sequence[Assignment],
    words: dict[int, Any],
    form: ArrivalsForm | None,
    request: Any,
    today: date,
) -> dict[str, Any]:
    """Return one form: those whose statement is there can be confirmed, the others are waited for."""
    ready = [row for row in rows if row.state == AssignmentState.FILED]
    initial = {"on": min(first, today), "chosen": chosen_text({row.pk: row.version for row in ready})}
    mine = form is not None and _is_about(form, ready)
    shown = form if mine else ArrivalsForm(actor=request.actor, initial=initial, auto_id=False)
    return {
        "first_day": first,
        "unit": words[rows[0].pk]["receiving"],
        "form": shown,
        "rows": [words[row.pk] | (form.said(row.pk) if mine and form else {}) for row in ready],
        "waiting": [words[row.pk] for row in rows if row.state == AssignmentState.PLANNED],
        "due": first <= today,
    }


def _is_about(form: ArrivalsForm, rows: Iterable[Assignment]) -> bool:
    """Whether the form that came back is about these."""
    return bool({row.pk for row in rows} & set(form.chosen_ids))


def _lost(form: ArrivalsForm | None, groups: Sequence[dict[str, Any]]) -> ArrivalsForm | None:
    """Return a refused form whose people stand in no group any more: its sentences are shown above."""
    return form if form is not None and all(group["form"] is not form for group in groups) else None
