"""The list of policies, and the page that says which of them governs where."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from deploy_admin import clock, spreadsheets
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import attachment, is_part, page_of
from deploy_admin.policies import presenting
from deploy_admin.policies.filters import VersionFilter
from deploy_admin.policies.models import Level, Policy, PolicyVersion, Scheme, State
from deploy_admin.registry.codes import DISTRICT_LEVELS
from deploy_admin.registry.models import Division

EXPORTS: dict[str, Literal["xlsx", "csv"]] = {"xlsx": "xlsx", "csv": "csv"}


@require_safe
@requires(Permission.POLICIES_VIEW)
def version_list(request: ActorRequest) -> HttpResponse:
    """List every version that the actor may read."""
    visible = PolicyVersion.objects.visible_to(request.actor)
    filters = VersionFilter(request.GET, queryset=visible)
    rows = filters.qs
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    rows = rows.for_list()
    if kind := EXPORTS.get(request.GET.get("export", "")):
        content = spreadsheets.export(presenting.columns(), presenting.as_rows(rows), kind, title=_("Policies"))
        return attachment(content, f"policies.{kind}", spreadsheets.CONTENT_TYPES[kind])
    page = page_of(request, rows)
    schemes = Policy.objects.visible_to(request.actor).order_by("scheme").values_list("scheme", flat=True).distinct()
    context = {
        "page": page,
        "rows": [
            {
                "version": row,
                "jurisdiction": presenting.jurisdiction(row.policy),
                "shape": presenting.SHAPES[State(row.state)],
            }
            for row in page
        ],
        "filters": filters.form.data,
        "schemes": [(scheme, Scheme.label_of(scheme)) for scheme in schemes],
        "levels": Level.choices,
        "states": presenting.counts_by_state(counts),
        "may_draft": request.actor.can(Permission.POLICIES_DRAFT),
    }
    return render(request, "policies/list.html" + ("#list" if is_part(request) else ""), context)


class DivisionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A division, called by its name in the active language."""

    def label_from_instance(self, obj: Division) -> str:
        return presenting.division_name(obj)


class WhereForm(forms.Form):
    """A place and the first day of a period."""

    division = DivisionField(
        label=gettext_lazy("District"), queryset=Division.objects.filter(level__in=DISTRICT_LEVELS).order_by("pinyin")
    )
    day = forms.DateField(label=gettext_lazy("Period that begins on"), widget=forms.DateInput(attrs={"type": "date"}))


@require_safe
@requires(Permission.POLICIES_VIEW)
def governing_where(request: ActorRequest) -> HttpResponse:
    """Say per topic which clause governs in a district, and what became of every other one."""
    day = date(clock.today().year, 1, 1)
    form = WhereForm(request.GET if "division" in request.GET else None, initial={"day": day})
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        context |= presenting.governing_page(form.cleaned_data["division"], form.cleaned_data["day"])
    return render(request, "policies/governing.html", context)
