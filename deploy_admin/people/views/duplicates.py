"""Records that may be of one person: the list, two side by side, the merge, or the word that they are two people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires, sensitive
from deploy_admin.errors import Conflict
from deploy_admin.http import page_of, refusals_shown_in
from deploy_admin.people import presenting, services
from deploy_admin.people.forms.people import MergeForm, OtherRecordForm, ReasonForm
from deploy_admin.people.models import HealthWorker, ToldApart
from deploy_admin.people.standing import standing
from deploy_admin.people.views.seen import person_or_404
from deploy_admin.registry.tables import names_of

#: What the page shows beside the pairs that look alike: those an officer told apart.
APART = "told_apart"


@require_GET
@requires(Permission.PEOPLE_MERGE)
def duplicates(request: ActorRequest) -> HttpResponse:
    """Pairs of records that look like one person; under a filter those that were told apart."""
    apart = ToldApart.objects.visible_to(request.actor).living()
    shown = request.GET.get("show") == APART
    page: Any = page_of(request, _told_apart(apart) if shown else services.possible_duplicates(request.actor))
    _name_both(page)
    chips = [{"value": APART, "label": _("Told apart"), "count": apart.count(), "shape": "ok"}]
    context = {"page": page, "may_merge": True, "chips": chips, "told_apart": shown, "data": request.GET}
    return render(request, "people/duplicates.html", context)


def _told_apart(pairs: QuerySet[ToldApart]) -> QuerySet[ToldApart]:
    people = HealthWorker.objects.with_employment().for_list()
    return pairs.prefetch_related(Prefetch("first", people), Prefetch("second", people)).order_by("-pk")


def _name_both(page: Any) -> None:
    """Make each pair of the page what the template shows: both people with unit and department, and why."""
    reasons = {"birth_month": _("same name and month of birth"), "unit": _("same name at the same unit")}
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
            "why": pair.reason
            if isinstance(pair, ToldApart)
            else _(", ").join(reasons.get(reason, reason) for reason in pair.reasons),
            "said": pair if isinstance(pair, ToldApart) else None,
        }
        for pair in page.object_list
    ]


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_MERGE)
def tell_apart(request: ActorRequest, pk: int, other: int) -> HttpResponse:
    """Say that two records are of two people, with the reason."""
    first, second = person_or_404(request.actor, pk), person_or_404(request.actor, other)
    if first.pk == second.pk:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            services.tell_apart(first=first, second=second, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("The two records are kept apart and are not offered any more."))
            return redirect("people:duplicates")
    context = {"form": form, "first": first, "second": second, "compared": compared(first, second)}
    return render(request, "people/tell_apart.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PEOPLE_MERGE)
def take_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back that two records are of two people: they may be offered again."""
    pair = get_object_or_404(ToldApart.objects.visible_to(request.actor).select_related("first", "second"), pk=pk)
    services.take_back(pair=pair, by=request.actor)
    messages.success(request, _("Taken back; the two records may be offered again."))
    return redirect(f"{reverse('people:duplicates')}?show={APART}")


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
