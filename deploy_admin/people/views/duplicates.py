"""Records that may be of one person: the list, two side by side, the merge."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires, sensitive
from deploy_admin.errors import Conflict
from deploy_admin.http import page_of, refusals_shown_in
from deploy_admin.people import presenting, services
from deploy_admin.people.forms.people import MergeForm, OtherRecordForm
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.standing import standing
from deploy_admin.people.views.seen import person_or_404
from deploy_admin.registry.tables import names_of


@require_GET
@requires(Permission.PEOPLE_MERGE)
def duplicates(request: ActorRequest) -> HttpResponse:
    """Pairs of records that look like one person."""
    reasons = {"birth_month": _("same name and month of birth"), "unit": _("same name at the same unit")}
    pairs = services.possible_duplicates(request.actor)
    page: Any = page_of(request, pairs)
    units = {one.employment.institution_id for p in page.object_list for one in (p.first, p.second) if one.employment}
    named = names_of(units, clock.today())

    def told(worker: HealthWorker) -> dict[str, Any]:
        post = worker.employment
        return {
            "person": worker,
            "unit": named.get(post.institution_id, "") if post else "",
            "department": post.department if post else "",
        }

    page.object_list = [
        {
            "first": (first := told(pair.first)),
            "second": (second := told(pair.second)),
            "sides": (first, second),
            "why": _(", ").join(reasons.get(reason, reason) for reason in pair.reasons),
        }
        for pair in page.object_list
    ]
    return render(request, "people/duplicates.html", {"page": page, "may_merge": True})


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_MERGE)
def merge_with(request: ActorRequest, pk: int) -> HttpResponse:
    """Ask which other record is of the same person."""
    worker = person_or_404(request.actor, pk)
    form = OtherRecordForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if form.is_bound and form.is_valid():
        return redirect("people:merge", worker.pk, form.cleaned_data["number"].pk)
    context = {"form": form, "person": worker}
    return render(request, "people/merge_with.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_MERGE)
@sensitive
def merge(request: ActorRequest, pk: int, other: int) -> HttpResponse:
    """Compare two records side by side and make them one; everything of the dropped one is kept."""
    keep, drop = person_or_404(request.actor, pk), person_or_404(request.actor, other)
    if keep.pk == drop.pk:
        raise Http404
    form = MergeForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial={"version": keep.version, "other_version": drop.version},
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with refusals_shown_in(form):
            try:
                services.merge(
                    keep=keep,
                    drop=drop,
                    reason=data["reason"],
                    keep_version=data["version"],
                    drop_version=data["other_version"],
                    by=request.actor,
                )
            except Conflict as conflict:  # the page with both records shows better what has changed
                raise Conflict(conflict.message, conflict.code, context={"url": request.path}) from conflict
            messages.success(request, _("The records are one now; what the other held is kept below."))
            return redirect(keep)
    context = {"form": form, "keep": keep, "drop": drop, "compared": compared(keep, drop)}
    return render(request, "people/merge.html", context, status=422 if form.is_bound else 200)


def compared(keep: HealthWorker, drop: HealthWorker) -> list[dict[str, Any]]:
    """Return the facts of both and what is dated of both, label by label."""
    today = clock.today()
    held = standing([keep.pk, drop.pk], today)
    units = {row.institution_id for one in (keep, drop) for row in one.employments.all()}
    named = names_of(units, today)
    sides = []
    for worker in (keep, drop):
        doing = presenting.Doing(worker, allowed=False)
        rows: list[tuple[str, Any]] = [
            (_("Person number"), worker.number),
            (_("ID number"), worker.id_masked),
            *presenting.facts(worker, held[worker.pk], named),
        ]
        for label, listed in (
            (_("Employments"), presenting.employments(worker, named, doing)),
            (_("Titles"), presenting.titles(worker, doing)),
            (_("Licences"), presenting.licences(worker, doing)),
            (_("Documents held"), presenting.documents(worker, doing)),
        ):
            rows.append((label, "\n".join(f"{row['what']} {row['when']}".strip() for row in listed)))
        sides.append(rows)
    return [
        {"label": label, "keep": mine, "drop": theirs, "differs": mine != theirs}
        for (label, mine), (_label, theirs) in zip(*sides, strict=True)
    ]
