"""Releases: a period's quotas as published, what has changed since, and the act of releasing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.accounts.reauth import confirm_identity
from deploy_admin.http import exported, page_of, refusals_shown_in
from deploy_admin.months import Period
from quotas import reading, services
from quotas.forms import ReleaseForm
from quotas.models import Quota, Release, ReleasedQuota, Run
from quotas.models.quotas import QuotaState


@require_GET
@requires(Permission.RELEASES_VIEW)
def releases(request: ActorRequest) -> HttpResponse:
    """List the releases, newest first."""
    page = page_of(request, Release.objects.visible_to(request.actor).for_list())
    names = reading.scheme_names()
    for release in page.object_list:
        release.scheme_name = names.get(release.scheme, release.scheme)
    return render(
        request, "quotas/releases.html", {"page": page, "may_release": request.actor.can(Permission.QUOTAS_RELEASE)}
    )


@require_GET
@requires(Permission.RELEASES_VIEW)
def release(request: ActorRequest, pk: int) -> HttpResponse:
    """Show what was released, and beside it what a later run would say."""
    found = get_object_or_404(Release.objects.visible_to(request.actor).for_list(), pk=pk)
    rows = ReleasedQuota.objects.filter(release=found).visible_to(request.actor).for_list()
    table = partial(_table, lambda: _dressed(list(rows), found))
    if (download := exported(request, f"release-{found.pk}", table, found.number)) is not None:
        return download
    page = page_of(request, rows)
    page.object_list = _dressed(list(page.object_list), found)
    since = list(services.differences_since(found, rows=Quota.objects.visible_to(request.actor)))
    context = {
        "release": found,
        "scheme_name": reading.scheme_names().get(found.scheme, found.scheme),
        "page": page,
        "differences": reading.dressed_differences(since, reading.day_of(found.period)),
        "supplements": found.supplements.order_by("released_on", "pk"),
        "may_release": request.actor.can(Permission.QUOTAS_RELEASE),
    }
    return render(request, "quotas/release.html", context)


def _dressed(rows: list[Any], of: Release) -> list[Any]:
    """Give each row the words beside its numbers, as they were on the day of the release. Two queries."""
    units = reading.profiles({r.institution_id for r in rows}, of.released_on)
    documents = reading.documents({r.version_id for r in rows})
    for row in rows:
        row.unit = units.get(row.institution_id)
        row.label = reading.clause_label(documents[row.version_id], row.clause_id)
    return rows


def _table(rows: Callable[[], list[Any]]) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of the export."""
    head = [_("Unit"), _("Rule"), _("Binding"), _("Base"), _("Ratio"), _("Required"), _("State")]
    return head, [
        [r.unit.name, r.label, r.get_binding_display(), r.base_shown, r.ratio_shown, r.required, r.get_state_display()]
        for r in rows()
    ]


@require_GET
@requires(Permission.RELEASES_VIEW)
def released_quota(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one released quota with its frozen explanation."""
    row = get_object_or_404(ReleasedQuota.objects.visible_to(request.actor).select_related("release"), pk=pk)
    _dressed([row], row.release)
    document = reading.documents([row.version_id])[row.version_id]
    context = {"row": row, "release": row.release, "document": document, "clause": document.clause(row.clause_id)}
    context["explained"] = reading.with_cells(row.explanation)
    return render(request, "quotas/released_quota.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.QUOTAS_RELEASE)
@confirm_identity
def release_new(request: ActorRequest) -> HttpResponse:
    """Release a scheme's quotas for a period, or add a supplement to a release."""
    asked = request.POST if request.method == "POST" else request.GET
    try:
        period = Period.parse(asked.get("period", ""))
    except ValueError:
        period = Period.year(clock.today().year)
    names = reading.scheme_names()
    scheme = asked.get("scheme", "")
    if scheme not in names:
        scheme = next(iter(names), "")
    quotas = Quota.objects.visible_to(request.actor).current().of_period(period).filter(scheme=scheme)
    counts = quotas.aggregate(
        known=Count("pk", filter=Q(state=QuotaState.KNOWN)),
        undetermined=Count("pk", filter=Q(state=QuotaState.UNDETERMINED)),
        not_computed=Count("pk", filter=Q(state=QuotaState.NOT_COMPUTED)),
        provisional=Count("pk", filter=Q(provisional=True)),
    )
    run = Run.objects.published().of_period(period).order_by("-id").first()
    before = Release.objects.filter(scheme=scheme, supplement_to=None).of_period(period).first()
    initial = {
        "period": period.iso,
        "scheme": scheme,
        "released_on": clock.today(),
        "expected_run": run.pk if run else None,
    }
    form = ReleaseForm(request.POST if request.method == "POST" else None, initial=initial, schemes=names)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            data = form.cleaned_data
            made = services.release(
                data["period"],
                scheme=data["scheme"],
                number=data["number"],
                released_on=data["released_on"],
                deciding_body=data["deciding_body"],
                meeting_on=data["meeting_on"],
                remark=data["remark"],
                supplement_to=before,
                expected_run_id=data["expected_run"],
                by=request.actor,
            )
            messages.success(
                request, _("Released: %(n)d quotas under %(number)s.") % {"n": made.quota_count, "number": made.number}
            )
            return redirect("quotas:release", pk=made.pk)
    context = {
        "form": form,
        "period": period,
        "scheme": scheme,
        "names": names,
        "counts": counts,
        "run": run,
        "before": before,
    }
    return render(request, "quotas/release_new.html", context, status=422 if form.errors else 200)
