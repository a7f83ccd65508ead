"""Lists of promotions and recruits: whose are there, one with its count, adding, answering, deciding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.months import Period
from deploy_admin.people import codes
from deploy_admin.registry.models import Institution, InstitutionProfile
from quotas import counting, reading, services
from quotas.figures import code_label, measure_label
from quotas.filters import ListFilter
from quotas.forms import AwaitedForm, TakeForm, listing_form
from quotas.models import ListedPerson, ListKind, UnitList
from quotas.services.lists import is_officer, speaks_for
from quotas.services.measures import known_measures
from quotas.typed_listing import typed

#: What a row is broken down by, in the order of the table.
WORDS = ("practice_category", "military_status", "staff_category", "employment_mode")


def _asked(request: ActorRequest) -> tuple[str, Period]:
    """The kind and period asked for; promotions of last year if none is."""
    kind = request.GET.get("kind", "")
    try:
        period = Period.parse(request.GET.get("period", ""))
    except ValueError:
        period = Period.year(clock.today().year - 1)
    return (kind if kind in ListKind.values else ListKind.PROMOTIONS), period


@require_GET
@requires(Permission.PEOPLE_VIEW)
def lists(request: ActorRequest) -> HttpResponse:
    """Show whose lists are there for a year, what they count, and who has not answered the commission's."""
    kind, period = _asked(request)
    data = request.GET.dict() | {"kind": kind, "period": period.iso}
    visible = UnitList.objects.visible_to(request.actor).filter(kind=kind)
    found: QuerySet[Any] = ListFilter(data, queryset=visible.with_counts().for_list()).qs
    title = f"{ListKind(kind).label} {period}"
    table = partial(_table, lambda: _dressed(list(found), kind, period))
    if (download := exported(request, f"{kind}-{period.iso}", table, title)) is not None:
        return download
    page = page_of(request, found)
    page.object_list = _dressed(list(page.object_list), kind, period)
    waiting = _waiting(visible.of_period(period), period)
    years = UnitList.objects.visible_to(request.actor).dates("period_start", "year", order="DESC")
    context = {
        "kind": kind,
        "kinds": ListKind.choices,
        "period": period,
        "data": data,
        "page": page,
        "measures": _measures(kind),
        "periods": sorted({(str(y.year), str(y.year)) for y in years} | {(period.iso, str(period))}, reverse=True),
        "chips": _chips(request, kind, period),
        "chat": _chat(kind, period, waiting) if waiting else "",
        "waiting": len(waiting),
        "may_enter": may_write(request),
        "own": request.actor.institution_id if speaks_for_unit(request) else None,
        "import_url": f"{reverse(f'quotas:{kind}_import')}?year={period.first.year}",
    }
    return render(request, "quotas/lists.html#list" if is_part(request) else "quotas/lists.html", context)


def speaks_for_unit(request: ActorRequest) -> bool:
    """Whether the actor has a list of its own to keep."""
    actor = request.actor
    return not is_officer(actor) and actor.institution_id is not None and may_write(request)


def may_write(request: ActorRequest) -> bool:
    return request.actor.can(Permission.FIGURES_ENTER) and request.actor.can(Permission.PEOPLE_EDIT)


def _chips(request: ActorRequest, kind: str, period: Period) -> list[dict[str, Any]]:
    """Return how many lists are in each state that somebody should look at. Two queries."""
    state = ListedPerson.State
    rows = ListedPerson.objects.visible_to(request.actor).of_period(period).filter(kind=kind)
    heads = UnitList.objects.visible_to(request.actor).of_period(period).filter(kind=kind)
    counted = rows.aggregate(
        unanswered=Count("institution", distinct=True, filter=Q(state=state.LISTED, on_behalf_of=True)),
        objected=Count("institution", distinct=True, filter=Q(state=state.OBJECTED)),
    ) | heads.aggregate(
        awaited=Count("pk", filter=Q(awaited_at__isnull=False)),
        nobody=Count("pk", filter=Q(nobody_at__isnull=False)),
    )
    return [
        {"value": "unanswered", "label": _("To be confirmed"), "count": counted["unanswered"], "shape": "run"},
        {"value": "objected", "label": _("Objections"), "count": counted["objected"], "shape": "bad"},
        {"value": "awaited", "label": _("Results awaited"), "count": counted["awaited"], "shape": "warn"},
        {"value": "nobody", "label": _("Nobody"), "count": counted["nobody"], "shape": "mute"},
    ]


def _waiting(of_period: Any, period: Period) -> list[InstitutionProfile]:
    """Return the units that have not answered for all of their rows, by name. Two queries."""
    ids = of_period.with_counts().filter(unanswered__gt=0).values_list("institution_id", flat=True)
    return sorted(reading.profiles(ids, reading.day_of(period)).values(), key=lambda unit: unit.pinyin)


def _chat(kind: str, period: Period, waiting: Sequence[InstitutionProfile]) -> str:
    said = {
        ListKind.PROMOTIONS: _("The promotion list of %(period)s is still to be confirmed by (%(n)d units):"),
        ListKind.RECRUITS: _("The recruitment list of %(period)s is still to be confirmed by (%(n)d units):"),
    }
    head = said[ListKind(kind)] % {"period": period, "n": len(waiting)}
    return "\n".join([head, *(unit.name for unit in waiting)])


def _measures(kind: str) -> list[str]:
    known = known_measures()
    return [measure_label(known, each.measure) for each in counting.countings_of(kind)]


def _dressed(rows: list[Any], kind: str, period: Period) -> list[Any]:
    """Give each list its unit and the figures beside it. Five queries for any number."""
    units = reading.profiles({row.institution_id for row in rows}, reading.day_of(period))
    measures = [each.measure for each in counting.countings_of(kind)]
    found = counting.comparisons({(row.institution_id, measure, period) for row in rows for measure in measures})
    for row in rows:
        row.unit = units.get(row.institution_id)
        row.comparisons = [found[row.institution_id, measure, period] for measure in measures]
    return rows


def _table(rows: Callable[[], list[Any]]) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of the export: one row for each figure of a unit."""
    known = known_measures()
    head = [_("Unit"), _("People"), _("Measure"), _("Reported"), _("Counted"), _("To be confirmed"), _("Objections")]
    return head, [
        [
            row.unit.name if row.unit else "",
            row.people,
            measure_label(known, each.measure),
            each.stands,
            each.counted,
            row.unanswered,
            row.objections,
        ]
        for row in rows()
        for each in row.comparisons
    ]


# ---------------------------------------------------------------- one list


def _place(request: ActorRequest, kind: str, institution: int, period: str) -> tuple[Institution, Period]:
    """Return the unit and year that the address names; 404 where the actor does not see it or it cannot be."""
    unit = get_object_or_404(Institution.objects.visible_to(request.actor), pk=institution)
    try:
        of = Period.parse(period)
    except ValueError as error:
        raise Http404 from error
    if kind not in ListKind.values or not of.is_calendar_year:
        raise Http404
    return unit, of


def url_of(kind: str, institution: int, period: Period) -> str:
    return reverse("quotas:list", args=[kind, institution, period.iso])


@require_GET
@requires(Permission.PEOPLE_VIEW)
def unit_list(request: ActorRequest, kind: str, institution: int, period: str) -> HttpResponse:
    """Show one unit's list: the people, the figures counted from it beside those that stand, and what may be done."""
    unit, of = _place(request, kind, institution, period)
    return render(request, "quotas/list.html", _list_context(request, kind, unit, of))


def _list_context(request: ActorRequest, kind: str, unit: Institution, period: Period) -> dict[str, Any]:
    actor = request.actor
    rows = ListedPerson.objects.visible_to(actor).of_period(period).filter(kind=kind, institution=unit)
    page = page_of(request, rows.standing().for_list())
    page.object_list = [worded(row) for row in page.object_list]
    measures = [each.measure for each in counting.countings_of(kind)]
    found = counting.comparisons({(unit.pk, measure, period) for measure in measures})
    head = UnitList.objects.visible_to(actor).of_period(period).filter(kind=kind, institution=unit).first()
    unanswered = list(rows.unanswered().values_list("pk", flat=True))
    own = speaks_for(actor, unit.pk)
    known = known_measures()
    return {
        "kind": kind,
        "kind_label": ListKind(kind).label,
        "is_promotions": kind == ListKind.PROMOTIONS,
        "period": period,
        "unit": reading.profiles([unit.pk], reading.day_of(period)).get(unit.pk) or unit,
        "institution": unit,
        "head": head,
        "page": page,
        "comparisons": [
            {"label": measure_label(known, measure), "it": found[unit.pk, measure, period]} for measure in measures
        ],
        "taken_off": rows.filter(state=ListedPerson.State.WITHDRAWN).count(),
        "unanswered": ",".join(map(str, unanswered)),
        "unanswered_count": len(unanswered),
        "may_write": may_write(request),
        "may_answer": own and may_write(request),
        "awaited_form": AwaitedForm(),
        "take_form": TakeForm(),
        "import_url": f"{reverse(f'quotas:{kind}_import')}?year={period.first.year}",
    }


def worded(row: Any) -> Any:
    """Give a row the words of its codes."""
    row.title_label = codes.TITLE_BY_CODE[row.title_code].label if row.title_code in codes.TITLE_BY_CODE else ""
    row.cell = " · ".join(code_label(name, held) for name in WORDS if (held := getattr(row, name)))
    return row


@require_http_methods(["GET", "POST"])
@requires(Permission.FIGURES_ENTER)
def list_add(request: ActorRequest, kind: str, institution: int, period: str) -> HttpResponse:
    """Put one person on the list by hand."""
    unit, of = _place(request, kind, institution, period)
    form = listing_form(kind)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            row = typed(kind, unit.pk, form.cleaned_data, by=request.actor)
            done = services.list_people(kind, of, [row], by=request.actor)
            said = (
                _("%(name)s is on the list.") if done.added or done.changed else _("%(name)s was on the list already.")
            )
            messages.success(request, said % {"name": form.cleaned_data["name"]})
            return redirect(url_of(kind, unit.pk, of))
    context = {
        "form": form,
        "kind": kind,
        "kind_label": ListKind(kind).label,
        "unit": reading.profiles([unit.pk], reading.day_of(of)).get(unit.pk) or unit,
        "period": of,
        "back": url_of(kind, unit.pk, of),
        "on_behalf": not speaks_for(request.actor, unit.pk),
    }
    return render(request, "quotas/list_add.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.FIGURES_ENTER)
def list_nobody(request: ActorRequest, kind: str, institution: int, period: str) -> HttpResponse:
    """Say that there was nobody."""
    unit, of = _place(request, kind, institution, period)
    services.declare_nobody(kind=kind, period=of, institution_id=unit.pk, by=request.actor)
    messages.success(request, _("Nobody in %(period)s: the figures are nought, not missing.") % {"period": of})
    return redirect(url_of(kind, unit.pk, of))


@require_POST
@requires(Permission.FIGURES_ENTER)
def list_awaited(request: ActorRequest, kind: str, institution: int, period: str) -> HttpResponse:
    """Say that results are still to come."""
    unit, of = _place(request, kind, institution, period)
    form = AwaitedForm(request.POST)
    if form.is_valid():
        services.await_results(
            kind=kind, period=of, institution_id=unit.pk, remark=form.cleaned_data["remark"], by=request.actor
        )
        messages.success(request, _("Noted: what rests on this list stays provisional until the results are in."))
    else:
        messages.error(request, _("Say which results are still awaited."))
    return redirect(url_of(kind, unit.pk, of))


@require_POST
@requires(Permission.FIGURES_ENTER)
def list_results_in(request: ActorRequest, kind: str, institution: int, period: str) -> HttpResponse:
    """Say that nothing is awaited any more."""
    unit, of = _place(request, kind, institution, period)
    services.results_are_in(kind=kind, period=of, institution_id=unit.pk, by=request.actor)
    messages.success(request, _("The results are in; the figures may be signed off."))
    return redirect(url_of(kind, unit.pk, of))


@require_POST
@requires(Permission.FIGURES_ENTER)
def list_confirm(request: ActorRequest, kind: str, institution: int, period: str) -> HttpResponse:
    """Confirm the rows that were shown."""
    unit, of = _place(request, kind, institution, period)
    seen = [int(part) for part in request.POST.get("rows", "").split(",") if part.isdecimal() and len(part) < 19]
    count = services.confirm_list(kind=kind, period=of, institution_id=unit.pk, seen=seen, by=request.actor)
    messages.success(request, _("%(n)d people are confirmed.") % {"n": count})
    return redirect(url_of(kind, unit.pk, of))


@require_POST
@requires(Permission.FIGURES_ENTER)
def list_take(request: ActorRequest, kind: str, institution: int, period: str, measure: str) -> HttpResponse:
    """Enter the counted number in the place of the one that stands."""
    unit, of = _place(request, kind, institution, period)
    form = TakeForm(request.POST)
    if measure not in {each.measure for each in counting.countings_of(kind)} or not form.is_valid():
        raise Http404
    entered = services.take_counted(
        institution_id=unit.pk, measure=measure, period=of, reason=form.cleaned_data["reason"], by=request.actor
    )
    messages.success(
        request,
        _("%(n)d numbers saved. They are expected until the commission signs them off.") % {"n": entered.written},
    )
    return redirect(url_of(kind, unit.pk, of))


def shown_doubts(rows: Any) -> list[dict[str, Any]]:
    """Return what an officer should look at before signing these figures, with units and words."""
    known = known_measures()
    found = services.doubts(rows)
    units: dict[int, Any] = {}
    if found:
        units = reading.profiles(
            {each.institution_id for each in found}, reading.day_of(max(each.period for each in found))
        )
    return [
        {
            "it": each,
            "unit": units.get(each.institution_id),
            "label": measure_label(known, each.measure),
            "url": url_of(each.kind, each.institution_id, each.period),
        }
        for each in found
    ]


def list_url(measure: str, institution: int, period: Period) -> str:
    """Return the page of the list that a figure is counted from; empty where none counts it."""
    if measure not in counting.BY_MEASURE or not period.is_calendar_year:
        return ""
    return url_of(counting.BY_MEASURE[measure].kind, institution, period)
