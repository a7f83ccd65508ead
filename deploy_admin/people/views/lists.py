"""The list of people and what its text boxes offer."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from deploy_admin import clock, national_ids, spreadsheets
from deploy_admin.access import ActorRequest, Permission, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import attachment, is_part, page_of
from deploy_admin.people import codes, gaps, tables, words
from deploy_admin.people.filters import NONE, STATES, PersonFilter
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry import choosing
from deploy_admin.registry.models import Institution


@require_GET
@requires(Permission.PEOPLE_VIEW)
def people(request: ActorRequest) -> HttpResponse:
    """The health workers the actor may know about, by pinyin."""
    if (to := _without_id(request)) is not None:
        return to
    asked = request.GET.copy()
    asked.setdefault("state", "employed")
    rows = HealthWorker.objects.visible_to(request.actor).living().with_employment()
    chosen = PersonFilter(asked, rows).qs
    listed = _sorted(chosen.for_list(), asked.get("sort", ""))
    if request.GET.get("export") in ("xlsx", "csv"):
        return _exported(request, listed)
    page: Any = page_of(request, listed)
    shown = tables.rows(page.object_list, clock.today(), request.actor)
    context = {
        "page": page,
        "rows": tables.drawn(shown),
        "heads": tables.heads(),
        "asked": asked,
        "categories": codes.choices(codes.STAFF_CATEGORIES),
        "modes": codes.choices(codes.EMPLOYMENT_MODES),
        "levels": [*codes.choices(codes.TITLE_LEVELS), NONE],
        "licences": [*codes.choices(codes.LICENCES), NONE],
        "gaps": gaps.choices(),
        "states": STATES,
        "unit": _unit_asked(request),
        "many_units": request.actor.reach is not Reach.UNIT,
        "may_edit": request.actor.can(Permission.PEOPLE_EDIT),
        "may_merge": request.actor.can(Permission.PEOPLE_MERGE),
    }
    return render(request, "people/list.html#list" if is_part(request) else "people/list.html", context)


def _without_id(request: ActorRequest) -> HttpResponse | None:
    """Send a search for a whole ID number back without it: addresses stay in histories and logs."""
    try:
        national_ids.parse(request.GET.get("q", ""))
    except national_ids.WrongId:
        return None
    messages.warning(
        request,
        _("ID numbers are not searched for here: search by name, or register the person, which looks them up."),
    )
    return redirect("people:people")


def _sorted(rows: Any, asked: str) -> Any:
    columns = tables.SORTS.get(asked.lstrip("-"))
    if columns is None:
        return rows
    sign = "-" if asked.startswith("-") else ""
    return rows.order_by(*(f"{sign}{column}" for column in columns), "pk")


def _unit_asked(request: ActorRequest) -> Institution | None:
    """Return the unit whose people alone are asked for, by its number."""
    number = request.GET.get("institution", "")
    if not (number.isdecimal() and len(number) < 19):
        return None
    units = Institution.objects.visible_to(request.actor).standing(clock.today()).select_related("profile")
    found: Institution | None = units.filter(pk=int(number)).first()
    return found


def _exported(request: ActorRequest, listed: Any) -> HttpResponse:
    """Answer the whole list as a workbook; ID numbers are masked there as here. Reading so many is an act."""
    kind: Literal["xlsx", "csv"] = "csv" if request.GET["export"] == "csv" else "xlsx"
    rows = tables.rows(listed, clock.today(), request.actor)
    name = _("Health workers")
    table = [[row[column] for column in tables.COLUMNS] for row in rows]
    content = spreadsheets.export(list(tables.heads().values()), table, kind, title=name)
    audit.record(
        act="people.exported",
        by=request.actor,
        detail={"rows": len(rows), "filters": words.without_ids(request.GET.dict())},
    )
    return attachment(content, f"{name}.{kind}", spreadsheets.CONTENT_TYPES[kind])


@require_GET
@requires(Permission.PEOPLE_VIEW)
def unit_offers(request: ActorRequest) -> HttpResponse:
    """What a text box for a unit offers."""
    text = request.GET.get(request.GET.get("name", ""), "").strip()
    offers: list[str] = []
    if text:
        found = choosing.nameable_by(request.actor, clock.today()).search(text).order_by("profile__pinyin", "pk")
        offers = list(found.values_list("profile__name", flat=True)[: choosing.OFFERED])
    return render(request, "registry/offers.html", {"offers": offers})
