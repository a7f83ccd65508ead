"""Figures: the list with what is missing, the entry form, sign-off, correction, history."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, Reach, requires
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.months import Period
from deploy_admin.registry.models import Institution
from quotas import counting, reading, services
from quotas import figures as reading_figures
from quotas.filters import FigureFilter
from quotas.forms import AcceptForm, CorrectionForm, FiguresForm, TakeForm, WithdrawalForm
from quotas.models import Figure
from quotas.models.figures import KEY
from quotas.services.measures import known_measures
from quotas.views.lists import list_url, shown_doubts

#: Why a sign-off is refused that the officer may look at and insist on, or wait for.
LOOK_FIRST = frozenset({"figures_differ", "list_unconfirmed", "results_awaited"})


def _period(request: ActorRequest) -> Period:
    """The period asked for; the year before this one, whose figures are this year's bases, if none is."""
    try:
        return Period.parse(request.GET.get("period", "") or request.POST.get("period", ""))
    except ValueError:
        return Period.year(clock.today().year - 1)


def _owing_period(request: ActorRequest) -> Period:
    """The period whose quotas lack figures; this year if none is asked for."""
    asked = request.GET.get("period", "") or request.POST.get("period", "")
    try:
        return Period.parse(asked)
    except ValueError:
        return Period.year(clock.today().year)


@require_GET
@requires(Permission.FIGURES_VIEW)
def figures(request: ActorRequest) -> HttpResponse:
    """List what was reported for a period, what waits for sign-off, and who is missing."""
    actor = request.actor
    period = _period(request)
    data = request.GET.dict() | {"period": period.iso}
    visible = Figure.objects.visible_to(actor)
    found = FigureFilter(data, queryset=visible).qs
    groups = reading_figures.statements(found)
    measures = known_measures()
    title = _("Figures %(period)s") % {"period": period}
    table = partial(_table, lambda: reading_figures.dressed(list(groups), visible, measures))
    if (download := exported(request, f"figures-{period.iso}", table, title)) is not None:
        return download
    page = page_of(request, groups)
    page.object_list = _compared(reading_figures.dressed(list(page.object_list), visible, measures))
    of_period = visible.current().of_period(period)
    counts = of_period.aggregate(
        units=Count("institution", distinct=True),
        expected=Count("pk", filter=Q(state=Figure.State.EXPECTED)),
        signed=Count("pk", filter=Q(state=Figure.State.SIGNED_OFF)),
    )
    missing = services.missing_units(period.next, actor=actor)  # last year's figures are this year's bases
    years = visible.current().dates("period_start", "year", order="DESC")
    context = {
        "period": period,
        "data": data,
        "page": page,
        "counts": counts,
        "missing": len({(m.institution_id, m.measure, m.period) for m in missing}),
        "periods": sorted(
            {(Period.year(y.year).iso, str(y.year)) for y in years} | {(period.iso, str(period))}, reverse=True
        ),
        "measures": [(m.id, reading_figures.measure_label(measures, m.id)) for m in measures.values()],
        "states": Figure.State.choices,
        "chips": [
            {"value": "expected", "label": _("Expected"), "count": counts["expected"], "shape": "warn"},
            {"value": "signed_off", "label": _("Signed off"), "count": counts["signed"], "shape": "ok"},
        ],
        "may_enter": actor.can(Permission.FIGURES_ENTER),
        "many_units": actor.reach is not Reach.UNIT,
        "may_sign_off": actor.can(Permission.FIGURES_SIGN_OFF),
        "may_see_lists": actor.can(Permission.PEOPLE_VIEW),
    }
    return render(request, "quotas/figures.html#list" if is_part(request) else "quotas/figures.html", context)


def _compared(statements: list[reading_figures.Statement]) -> list[reading_figures.Statement]:
    """Give each statement that a list counts the comparison with it. Three queries for any number, none for none."""
    found = counting.comparisons(
        {s.key for s in statements}, figures=[cell for statement in statements for cell in statement.cells]
    )
    for statement in statements:
        statement.comparison = found.get(statement.key)
    return statements


def _table(rows: Callable[[], list[reading_figures.Statement]]) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of the export: one row per number."""
    head = [
        _("Unit"), _("Credit code"), _("Measure"), _("Period"), _("Breakdown"), _("Number"), _("State"), _("Revision"),
    ]  # fmt: skip
    statements = rows()
    codes = Institution.objects.in_bulk({row.institution_id for row in statements})
    return head, [
        [
            row.unit.name if row.unit else "",
            codes[row.institution_id].credit_code,
            row.label,
            str(row.period),
            reading_figures.cell_label(cell),
            cell.value,
            cell.get_state_display(),
            cell.revision,
        ]
        for row in statements
        for cell in row.cells
    ]


@require_GET
@requires(Permission.FIGURES_VIEW)
def missing(request: ActorRequest) -> HttpResponse:
    """List the units whose figures the quotas of a period still lack, with the text to paste into the group chat."""
    period = _owing_period(request)
    found = services.missing_units(period, actor=request.actor)
    measures = known_measures()
    units = reading.profiles({row.institution_id for row in found}, reading.day_of(period))
    rows: dict[int, dict[str, Any]] = {}
    for row in found:
        unit = units.get(row.institution_id)
        line = rows.setdefault(row.institution_id, {"unit": unit, "measures": [], "due_on": row.due_on})
        label = f"{reading_figures.measure_label(measures, row.measure)} {row.period}"
        line["measures"].append({"id": row.measure, "label": label, "period": row.period.iso})
    ordered = sorted(rows.values(), key=lambda line: line["unit"].pinyin if line["unit"] else "")
    chat = "\n".join(
        [
            _("Figures still missing for the quotas of %(period)s (%(n)d units):")
            % {"period": period, "n": len(ordered)},
            *(
                f"{line['unit'].name}：{'、'.join(m['label'] for m in line['measures'])}"
                for line in ordered
                if line["unit"]
            ),
        ]
    )
    context = {
        "period": period,
        "rows": ordered,
        "chat": chat,
        "may_enter": request.actor.can(Permission.FIGURES_ENTER),
        "may_remind": request.actor.can(Permission.FIGURES_SIGN_OFF),
        "today": clock.today(),
    }
    return render(request, "quotas/missing.html", context)


@require_POST
@requires(Permission.FIGURES_SIGN_OFF)
def remind(request: ActorRequest) -> HttpResponse:
    """Put a notice into the inbox of every unit that has still to report."""
    period = _owing_period(request)
    count = services.remind_missing(period, by=request.actor)
    messages.success(request, _("%(n)d units are reminded.") % {"n": count})
    return redirect(f"{reverse('quotas:missing')}?period={period.iso}")


@require_http_methods(["GET", "POST"])
@requires(Permission.FIGURES_ENTER)
def enter(request: ActorRequest, institution: int, measure: str, period: str) -> HttpResponse:
    """Enter or correct one unit's numbers on one measure: a field per cell of its breakdown."""
    unit = get_object_or_404(Institution.objects.visible_to(request.actor), pk=institution)
    known = known_measures().get(measure)
    try:
        of = Period.parse(period)
    except ValueError as error:
        raise Http404 from error
    profile = reading.profiles([unit.pk], reading.day_of(of)).get(unit.pk)
    if known is None or profile is None:
        raise Http404
    standing = list(
        Figure.objects.visible_to(request.actor).current().of_period(of).filter(institution=unit, measure=measure)
    )
    cells = reading_figures.cells_to_fill(known, profile, standing)
    locked = any(cell["locked"] for cell in cells)
    data = request.POST if request.method == "POST" else None
    form = FiguresForm(data, cells=cells)
    correction = CorrectionForm(data) if locked else None
    if data is not None and form.is_valid() and (correction is None or correction.is_valid()):
        rows = [
            services.FigureEntry(unit.pk, measure, of, value, version=version or 0, **cell["place"])
            for cell, value, version in form.numbers()
        ]
        with refusals_shown_in(form):
            if correction is None:
                entered = services.enter_figures(rows, by=request.actor)
            else:
                entered = services.correct_figures(rows, reason=correction.cleaned_data["reason"], by=request.actor)
            messages.success(
                request,
                _("%(n)d numbers saved. They are expected until the commission signs them off.")
                % {"n": entered.written}
                if entered.written
                else _("Nothing was changed."),
            )
            return redirect(f"{reverse('quotas:figures')}?period={of.iso}&institution={unit.pk}")
    context = {
        "form": form,
        "correction": correction,
        "fields": [form[cell["name"]] for cell in cells],
        "unit": profile,
        "period": of,
        "label": reading_figures.measure_label({measure: known}, measure),
        "on_behalf": unit.pk != request.actor.institution_id,
        "comparison": counting.comparisons({(unit.pk, measure, of)}, figures=standing).get((unit.pk, measure, of)),
        "list_url": list_url(measure, unit.pk, of),
        "may_see_names": request.actor.can(Permission.PEOPLE_VIEW),
        "take_form": TakeForm(),
        "total": sum(cell["value"] for cell in cells if cell["value"] is not None),
    }
    refused = form.errors or (correction is not None and correction.errors)
    return render(request, "quotas/enter.html", context, status=422 if refused else 200)


@require_POST
@requires(Permission.FIGURES_SIGN_OFF)
def sign_off(request: ActorRequest) -> HttpResponse:
    """Sign off the chosen statements, each cell in the revision that was shown."""
    period = _period(request)
    versions: dict[int, int] = {}
    for chosen in request.POST.getlist("statement"):
        for pair in chosen.split(","):
            figure_id, _colon, revision = pair.partition(":")
            if all(part.isdecimal() and len(part) < 19 for part in (figure_id, revision)):  # fits a bigint
                versions[int(figure_id)] = int(revision)
    back = f"{reverse('quotas:figures')}?period={period.iso}"
    if not versions:
        messages.warning(request, _("Choose at least one statement to sign off."))
        return redirect(back)
    accept = AcceptForm(request.POST)
    accept.is_valid()
    try:
        count = services.sign_off(versions.keys(), versions=versions, **accept.cleaned_data, by=request.actor)
    except Conflict as conflict:  # both values are whole lists here: the page of figures shows them better
        raise Conflict(conflict.message, conflict.code, context={"url": back}) from conflict
    except RuleViolation as refusal:
        if refusal.code not in LOOK_FIRST:
            raise
        rows = Figure.objects.visible_to(request.actor).filter(pk__in=versions)
        context = {
            "refusal": refusal,
            "doubts": shown_doubts(rows),
            "statements": request.POST.getlist("statement"),
            "form": AcceptForm(initial=accept.cleaned_data),
            "waiting": refusal.code == "results_awaited",
            "period": period,
            "back": back,
            "may_see_names": request.actor.can(Permission.PEOPLE_VIEW),
        }
        return render(request, "quotas/sign_off.html", context, status=409)
    messages.success(
        request, _("%(n)d numbers signed off; the quotas that rest on them are computed again.") % {"n": count}
    )
    return redirect(back)


@require_GET
@requires(Permission.FIGURES_VIEW)
def history(request: ActorRequest, pk: int) -> HttpResponse:
    """Show every revision of one number: who, when, why."""
    figure = get_object_or_404(Figure.objects.visible_to(request.actor), pk=pk)
    key = {name: getattr(figure, name) for name in KEY}
    revisions = list(Figure.objects.visible_to(request.actor).filter(**key).order_by("-revision"))
    measures = known_measures()
    context = {
        "figure": revisions[0],
        "revisions": revisions,
        "unit": reading.profiles([figure.institution_id], reading.day_of(figure.period)).get(figure.institution_id),
        "label": reading_figures.measure_label(measures, figure.measure),
        "cell": reading_figures.cell_label(figure),
        "may_enter": request.actor.can(Permission.FIGURES_ENTER),
        "withdrawal": WithdrawalForm(),
        "list_url": list_url(figure.measure, figure.institution_id, figure.period)
        if request.actor.can(Permission.PEOPLE_VIEW)
        else "",
    }
    return render(request, "quotas/figure.html", context)


@require_POST
@requires(Permission.FIGURES_ENTER)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back an expected number that was entered by mistake: not reported again, and not zero."""
    figure = get_object_or_404(Figure.objects.visible_to(request.actor), pk=pk)
    form = WithdrawalForm(request.POST)
    if form.is_valid():
        services.withdraw_figures([figure.pk], reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The number is taken back; it counts as not reported."))
    else:
        messages.error(request, _("Withdrawing a figure needs a reason."))
    return redirect("quotas:figure_of", pk=figure.pk)
