"""Rosters by unit: when the last one came in, how many people, what they lack, who is missing; the whole with IDs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from deploy_admin import clock, spreadsheets
from deploy_admin.access import ActorRequest, Permission, requires, sensitive
from deploy_admin.http import attachment, is_part, page_of, refusals_shown_in
from deploy_admin.jobs.importing.columns import ColumnSet, Context, Unit, column_set_of
from deploy_admin.jobs.models import Upload, UploadState
from deploy_admin.people import gaps
from deploy_admin.people.forms.people import WholeRosterForm
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.rosters.whole import whole_roster


@require_GET
@requires(Permission.PEOPLE_VIEW)
def rosters(request: ActorRequest) -> HttpResponse:
    """The units that keep a roster, with what came in and what is missing."""
    today = clock.today()
    column_set = column_set_of("roster")
    context = Context(request.actor, {}, today)
    units = list(column_set.units(context))
    sent = _last_uploads(units, column_set, context)
    missing = [unit for unit in units if not _this_year(sent.get(unit.id), today)]
    text = request.GET.get("q", "").strip()
    listed = missing if request.GET.get("show") == "missing" else units
    if text:
        listed = [unit for unit in listed if any(text in name for name in (unit.name, unit.code, *unit.names))]
    page: Any = page_of(request, listed)
    counted = _counted([unit.id for unit in page.object_list], today)
    page.object_list = [_line(unit, sent.get(unit.id), counted.get(unit.id, {}), today) for unit in page.object_list]
    context_shown = {
        "page": page,
        "q": text,
        "year": today.year,
        "gaps": gaps.GAPS,
        "chips": [
            {"value": "missing", "label": _("Not this year yet"), "count": len(missing), "shape": "warn"},
        ],
        "chat": _chat(missing, today),
        "missing": len(missing),
        "may_edit": request.actor.can(Permission.PEOPLE_EDIT),
        "may_reveal": request.actor.can(Permission.PEOPLE_IDS),
        "may_merge": request.actor.can(Permission.PEOPLE_MERGE),
        "many_units": len(units) > 1,
    }
    return render(request, "people/rosters.html#list" if is_part(request) else "people/rosters.html", context_shown)


def _last_uploads(units: Collection[Unit], column_set: ColumnSet, context: Context) -> dict[int, Upload]:
    """Return the upload applied last for each of these units, whoever sent it in. One query."""
    scopes = {column_set.scope(column_set.context_for_unit(context, unit.id)): unit.id for unit in units}
    applied = (
        Upload.objects.filter(column_set=column_set.key, scope__in=list(scopes), state=UploadState.APPLIED)
        .order_by("scope", "-applied_at")
        .distinct("scope")
        .only("scope", "applied_at", "applied_by_name")
    )
    return {scopes[upload.scope]: upload for upload in applied}


def _this_year(upload: Upload | None, today: date) -> bool:
    return upload is not None and upload.applied_at is not None and upload.applied_at.year == today.year


def _counted(units: Collection[int], today: date) -> dict[int, dict[str, int]]:
    """Return by unit how many people work there and how many of them lack what. One query."""
    here = HealthWorker.objects.living().with_employment().filter(employment__institution__in=list(units))
    working = here.exclude(employment__valid_to__lt=today)
    flagged = working.annotate(**{f"lacks_{code}": gaps.flag(q) for code, q in gaps.conditions(today).items()})
    grouped = (
        flagged.order_by()
        .values("employment__institution")
        .annotate(
            people=Count("pk"),
            **{gap.code: Count("pk", filter=gaps.is_set(f"lacks_{gap.code}")) for gap in gaps.GAPS},
        )
    )
    return {row["employment__institution"]: row for row in grouped}


def _line(unit: Unit, upload: Upload | None, counted: dict[str, int], today: date) -> dict[str, Any]:
    return {
        "unit": unit,
        "upload": upload,
        "in_time": _this_year(upload, today),
        "people": counted.get("people", 0),
        "gaps": [
            {"code": gap.code, "label": gap.label, "count": counted[gap.code]}
            for gap in gaps.GAPS
            if counted.get(gap.code)
        ],
    }


def _chat(missing: Collection[Unit], today: date) -> str:
    """Return the text for the group chat that names exactly those who still owe their roster."""
    if not missing:
        return ""
    head = _("Rosters of %(year)d still missing (%(n)d units):") % {"year": today.year, "n": len(missing)}
    return "\n".join([head, *(unit.name for unit in missing)])


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_IDS)
@sensitive
def whole(request: ActorRequest) -> HttpResponse:
    """Hand out the roster with whole ID numbers to whoever gives a reason."""
    form = WholeRosterForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        unit = data.get("unit")
        with refusals_shown_in(form):
            content = whole_roster(
                unit_id=unit.pk if unit else None, format=data["format"], reason=data["reason"], by=request.actor
            )
            name = _("Roster with ID numbers")
            return attachment(content, f"{name}.{data['format']}", spreadsheets.CONTENT_TYPES[data["format"]])
    return render(request, "people/roster_whole.html", {"form": form}, status=422 if form.is_bound else 200)
