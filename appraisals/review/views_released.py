"""Releasing accepted months, and one person's month as it was released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from appraisals.models import ReleasedScore
from appraisals.review import forms, services
from appraisals.review.board import ReviewBoard
from appraisals.review.released_page import ReleasedPage
from appraisals.states import ScoreState
from assignments.models import AssignmentMonth
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.http import refusals_shown_in

#: So many people without a determined score are named.
NAMED = 50


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_RELEASE)
def release(request: ActorRequest) -> HttpResponse:
    """Choose accepted months, say on what the release rests, release them all at once."""
    board = ReviewBoard({"month": request.GET.get("month", "")}, request.actor)
    ticked = set(forms.chosen(request.POST.getlist("sheets") or request.GET.getlist("sheets")))
    lines = board.accepted
    keys = {line.sheet.pk for line in lines if line.sheet is not None}
    ticked = ticked & keys if request.method == "GET" else ticked
    # Whoever comes without a choice means all of them.
    chosen = sorted(ticked or (keys if request.method == "GET" else set()))
    unknown = _unknown(keys, request.actor)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.ReleaseForm(data, files=files, actor=request.actor, unknown=len(unknown))
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with the release or not at all
            done = services.release(
                sheets=chosen,
                basis=form.basis(request.actor),
                undetermined=form.cleaned_data.get("undetermined", False),
                by=request.actor,
            )
            count = len(done)
            text = ngettext("%(n)d month released.", "%(n)d months released.", count) % {"n": count}
            messages.success(request, text)
            return redirect(f"{reverse('appraisals:review')}?month={board.month}&group=released")
    context = {
        "month": board.month,
        "lines": lines,
        "chosen": set(chosen),
        "form": form,
        "unknown": unknown[:NAMED],
        "unknown_more": max(0, len(unknown) - NAMED),
        "waiting": [line for line in lines if line.sheet and line.sheet.scored_revision != line.sheet.revision],
        "people": sum(line.tally.people for line in lines),
        "back": f"{reverse('appraisals:review')}?month={board.month}",
    }
    return render(request, "appraisals/review_release.html", context, status=422 if form.is_bound else 200)


def _unknown(sheet_ids: set[int], actor: Actor) -> Sequence[AssignmentMonth]:
    """Return the people on these sheets without a determined score, by unit and pinyin."""
    rows = AssignmentMonth.objects.visible_to(actor).filter(sheet__in=sheet_ids)
    return list(rows.filter(score__state=ScoreState.UNDETERMINED).for_list())


@require_GET
@requires(Permission.MONTHS_VIEW)
def released(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one person's month as it was released."""
    return _released(request, pk, own=False)


@require_GET
@requires(Permission.OWN_SERVICE)
def my_released(request: ActorRequest, pk: int) -> HttpResponse:
    """Show a deployed person the own month as it was released."""
    return _released(request, pk, own=True)


def _released(request: ActorRequest, pk: int, *, own: bool) -> HttpResponse:
    rows = ReleasedScore.objects.visible_to(request.actor).select_related(
        "release", "row__sheet", "assignment__worker", "policy_version__policy", "corrects__release"
    )
    found: Any = get_object_or_404(rows, pk=pk)
    page = ReleasedPage(found, request.actor)
    context = {
        "released": found,
        "page": page,
        "own": own,
        "address": "appraisals:my_released" if own else "appraisals:released",
        "may_correct": not own and page.after is None and services.may_ask(found.row, request.actor),
    }
    return render(request, "appraisals/review_released.html", context)
