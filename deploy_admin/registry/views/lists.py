"""The list of institutions, the list of divisions, and what a text box offers."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from deploy_admin import clock, spreadsheets
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import attachment, is_part, page_of
from deploy_admin.registry import choosing, tables
from deploy_admin.registry.authority import Competences
from deploy_admin.registry.codes import Affiliation, AreaGroup, DivisionLevel, Kind, Level, State, Tier
from deploy_admin.registry.divisions import DivisionTree, districts_to_choose
from deploy_admin.registry.filters import DivisionFilter, InstitutionFilter
from deploy_admin.registry.models import Division, Institution


def day_asked(request: ActorRequest) -> date:
    """Return the day that the address asks about; what cannot be read is today."""
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return clock.today()


def _sorted(rows: Any, asked: str) -> Any:
    columns = tables.SORTS.get(asked.lstrip("-"))
    if columns is None:
        return rows
    sign = "-" if asked.startswith("-") else ""
    return rows.order_by(*(f"{sign}{column}" for column in columns), "pk")


def _exported(request: ActorRequest, heads: list[str], rows: list[tables.Row], name: str) -> HttpResponse:
    kind: Literal["xlsx", "csv"] = "csv" if request.GET["export"] == "csv" else "xlsx"
    content = spreadsheets.export(heads, [[cell.text for cell in row.cells] for row in rows], kind, title=name)
    audit.record(
        act="institutions.exported",
        by=request.actor,
        detail={"rows": len(rows), "filters": {k: v for k, v in request.GET.items() if k != "export"}},
    )
    return attachment(content, f"{name}.{kind}", spreadsheets.CONTENT_TYPES[kind])


@requires(Permission.INSTITUTIONS_VIEW)
def institutions(request: ActorRequest) -> HttpResponse:
    """Every institution the actor may know about, on a day."""
    found = Competences(DivisionTree.read(day_asked(request)))
    asked = request.GET.copy()
    asked.setdefault("state", State.OPEN)
    rows = Institution.objects.visible_to(request.actor).standing(found.tree.on).for_list()
    chosen = InstitutionFilter(asked, rows, tree=found.tree)
    listed = _sorted(chosen.qs, request.GET.get("sort", ""))
    heads = tables.institution_columns()
    if "export" in request.GET:
        return _exported(request, heads, tables.institution_rows(listed, found), _("Institutions"))
    page = page_of(request, listed)
    context = {
        "page": page,
        "rows": tables.institution_rows(page.object_list, found),
        "heads": heads,
        "as_of": found.tree.on,
        "is_today": found.tree.on == clock.today(),
        "asked": asked,
        "states": [{"value": state.value, "label": state.label} for state in State],
        "kinds": Kind.choices,
        "tiers": Tier.choices,
        "levels": Level.choices,
        "affiliations": Affiliation.choices,
        "area_groups": AreaGroup.choices,
        "districts": districts_to_choose(request.actor, found.tree.on),
        "may_edit": request.actor.can(Permission.INSTITUTIONS_EDIT),
    }
    return render(request, "registry/institutions.html" + ("#list" if is_part(request) else ""), context)


@requires(Permission.INSTITUTIONS_VIEW)
def divisions(request: ActorRequest) -> HttpResponse:
    """The divisions of a day, or all that ever were."""
    found = Competences(DivisionTree.read(day_asked(request)))
    ended_too = request.GET.get("ended") == "yes"
    base = Division.objects.all() if ended_too else Division.objects.on(found.tree.on)
    rows = DivisionFilter(request.GET, base).qs
    rows = rows.order_by("code", "pinyin", "pk") if request.GET.get("sort") == "code" else rows
    heads = tables.division_columns()
    if "export" in request.GET:
        return _exported(request, heads, tables.division_rows(rows, found), _("Divisions"))
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": tables.division_rows(page.object_list, found),
        "heads": heads,
        "as_of": found.tree.on,
        "ended_too": ended_too,
        "levels": DivisionLevel.choices,
        "area_groups": AreaGroup.choices,
        "districts": [(node.id, node.name) for node in found.tree.districts_in_order()],
    }
    return render(request, "registry/divisions.html" + ("#list" if is_part(request) else ""), context)


def _typed(request: ActorRequest) -> str:
    return request.GET.get(request.GET.get("name", ""), "").strip()


@requires(Permission.INSTITUTIONS_EDIT)
def division_offers(request: ActorRequest) -> HttpResponse:
    """What a text box for a division offers."""
    text = _typed(request)
    found = choosing.divisions_matching(text, DivisionTree.read(clock.today()), request.actor) if text else []
    offers = [name for _id, name in found[: choosing.OFFERED]]
    return render(request, "registry/offers.html", {"offers": offers})


@requires(Permission.INSTITUTIONS_EDIT)
def institution_offers(request: ActorRequest) -> HttpResponse:
    """What a text box for an institution offers."""
    text = _typed(request)
    offers: list[str] = []
    if text:
        field = request.GET.get("name")
        rows = choosing.nameable_by(
            request.actor,
            clock.today(),
            authorities=field == "administered_by",
            hospitals=field == "supporting_unit",
        ).search(text)
        offers = list(
            rows.order_by("profile__pinyin", "pk").values_list("profile__name", flat=True)[: choosing.OFFERED]
        )
    return render(request, "registry/offers.html", {"offers": offers})
