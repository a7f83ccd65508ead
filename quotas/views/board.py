"""The board, a quota's explanation on page and paper, and the written reason for a shortfall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin import clock, documents
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import attachment, exported, is_part, refusals_shown_in
from deploy_admin.registry.codes import Affiliation
from quotas import cells, naming, reading, services
from quotas.board import FOLDED, Board
from quotas.forms import DecisionForm, ReasonForm
from quotas.models import Quota, ShortfallReason
from quotas.models.quotas import Binding, Scope, Verdict

#: Chips in the order of urgency, with the shape each verdict wears.
CHIPS = (
    (Verdict.SHORT, "bad"),
    (Verdict.TOO_MANY, "warn"),
    (Verdict.NO_WHOLE_NUMBER, "warn"),
    (Verdict.PENDING, "run"),
    (Verdict.MET, "ok"),
    (Verdict.EXPLAINED, "ok"),
    (Verdict.TARGET_GAP, "mute"),
    (Verdict.UNDETERMINED, "und"),
    (Verdict.NOT_COMPUTED, "und"),
)

#: How many units of a total a sheet names.
SHEET_UNITS = 4
#: How many people a sheet names, and a page.
SHEET_PEOPLE, PAGE_PEOPLE = 12, 100


@require_GET
@requires(Permission.QUOTAS_VIEW)
def board(request: ActorRequest) -> HttpResponse:
    """Show what every unit owes in a period: the table that is read by its gaps."""
    return _board(request, Scope.UNIT, "quotas/board.html")


@require_GET
@requires(Permission.QUOTAS_VIEW)
def districts(request: ActorRequest) -> HttpResponse:
    """Show the totals that districts owe, each with the bases it may be met on."""
    return _board(request, Scope.DISTRICT, "quotas/districts.html")


def _board(request: ActorRequest, scope: str, template: str) -> HttpResponse:
    shown = Board(request.GET.dict(), request.actor, scope)
    title = _("Quotas %(period)s") % {"period": shown.period}
    if (table := exported(request, f"quotas-{shown.period.iso}", shown.export, title)) is not None:
        return table
    shown.choices  # noqa: B018 -- meets every policy's document at once, before the rows ask for theirs
    page: Any = shown.page(request.GET.get("page"))
    page.object_list = cells.draw(page.object_list)
    context = {
        "board": shown,
        "page": page,
        "heads": {
            "base": _("Base"),
            "required": _("Required"),
            "nominated": _("Nominated"),
            "on_post": _("On post"),
            "gap": _("Gap"),
        },
        "chips": [
            {"value": verdict.value, "label": verdict.label, "count": shown.verdicts[verdict], "shape": shape}
            for verdict, shape in CHIPS
            if shown.verdicts[verdict]
        ],
        "figures": _strip(shown),
        "bindings": Binding.choices,
        "affiliations": Affiliation.choices,
        "may_recompute": request.actor.can(Permission.QUOTAS_RECOMPUTE),
        "may_release": request.actor.can(Permission.QUOTAS_RELEASE),
    }
    return render(request, f"{template}#list" if is_part(request) else template, context)


def _strip(shown: Board) -> list[dict[str, Any]]:
    """The numbers above the table, undetermined ones beside and never inside."""
    totals = shown.totals
    sums = totals.sums

    def counted(name: str) -> Any:
        return "—" if sums[name] is None else sums[name]

    def unknown(name: str) -> str:
        return _("not yet counted") if sums[name] is None else ""

    beside = _("+ %(n)d undetermined") % {"n": totals.undetermined} if totals.undetermined else _("all determined")
    return [
        {"label": _("Required"), "value": sums["required"] or 0, "unit": _("people"), "note": beside},
        {
            "label": _("Nominated"),
            "value": counted("nominated"),
            "note": _("not yet counted") if sums["nominated"] is None else "",
        },
        {
            "label": _("On post"),
            "value": counted("on_post"),
            "note": _("not yet counted") if sums["on_post"] is None else "",
        },
        {
            "label": _("Recognised at year end"),
            "value": counted("recognised_year_end"),
            "note": unknown("recognised_year_end"),
        },
        {
            "label": _("Gap"),
            "value": counted("shortfall"),
            "css": "short" if sums["shortfall"] else "",
            "note": _("in %(n)d units") % {"n": totals.short_units} if sums["shortfall"] else "",
        },
        {"label": _("Forecast to year end"), "value": counted("forecast"), "note": ""},
    ]


def _seen(request: ActorRequest, pk: int) -> Quota:
    return get_object_or_404(
        Quota.objects.visible_to(request.actor).with_tallies().select_related("run", "version"), pk=pk
    )


def explained_context(quota: Quota, request: ActorRequest) -> dict[str, Any]:
    """Return what page, drawer and paper show of one quota: numbers, explanation, inputs with links, what to do."""
    document = reading.documents([quota.version_id])[quota.version_id]
    day = reading.day_of(quota.period)
    explained = services.explain(quota)
    reasons = ShortfallReason.objects.visible_to(request.actor).of_period(quota.period)
    contributions = list(quota.contributions.select_related("institution")) if quota.scope == Scope.DISTRICT else []
    units = reading.profiles({quota.institution_id, *(c.institution_id for c in contributions)}, day)
    for contribution in contributions:
        contribution.unit = units.get(contribution.institution_id)  # type: ignore[attr-defined]
    return {
        "quota": quota,
        "unit": units.get(quota.institution_id),
        "contributions": contributions,
        "document": document,
        "clause": document.clause(quota.clause_id),
        "label": reading.clause_label(document, quota.clause_id),
        "scheme_name": reading.scheme_label(document),
        "explained": reading.with_cells(explained.to_json()),
        "inputs": reading.input_links(explained, to_lists=request.actor.can(Permission.PEOPLE_VIEW)),
        "awaited": reading.awaits_results(explained),
        "todo": reading.what_to_do(quota),
        "missing": [reading.missing_label(code) for code in quota.missing],
        "reasons": list(reasons.filter(institution=quota.institution_id, topic=quota.topic).order_by("-id")),
        "released": quota.released.select_related("release").order_by("-id").first(),
        **_people(naming.people(quota, request.actor), PAGE_PEOPLE),
        "today": clock.today(),
        "is_folded": quota.verdict in FOLDED,
    }


def sheet_context(quota: Quota, request: ActorRequest) -> dict[str, Any]:
    """Return what one sheet of A4 holds: of a total, the units that bring most by name and the others in one line."""
    context = explained_context(quota, request)
    shown, others = reading.largest(context["contributions"], SHEET_UNITS)
    explained = reading.without_units(context["explained"])
    people = _people(context["everybody"], SHEET_PEOPLE)
    return context | people | {"explained": explained, "contributions": shown, "others": others}


def _people(everybody: Sequence[naming.Named], limit: int) -> dict[str, Any]:
    """Return who counts, so many by name and the others as a number."""
    return {
        "everybody": everybody,
        "people": everybody[:limit],
        "people_more": max(len(everybody) - limit, 0),
    }


@require_GET
@requires(Permission.QUOTAS_VIEW)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one quota and why it is what it is; the same address opens in the board's drawer."""
    quota = _seen(request, pk)
    actor = request.actor
    context = explained_context(quota, request)
    may_explain = (
        actor.can(Permission.QUOTAS_EXPLAIN)
        and quota.binding == Binding.IN_PRINCIPLE
        and not any(r.state != ShortfallReason.State.DECLINED for r in context["reasons"])
    )
    context |= {
        "reason_form": ReasonForm() if may_explain else None,
        "decision_form": DecisionForm() if actor.can(Permission.FIGURES_SIGN_OFF) else None,
    }
    return render(request, "quotas/detail.html", context)


@require_GET
@requires(Permission.QUOTAS_VIEW)
def why(request: ActorRequest, pk: int) -> HttpResponse:
    """Show the one page for the hospital's director: clause, names, arithmetic, and what to do."""
    return render(request, "print/quotas/why.html", sheet_context(_seen(request, pk), request))


@require_GET
@requires(Permission.QUOTAS_VIEW)
def why_pdf(request: ActorRequest, pk: int) -> HttpResponse:
    """Answer that page as PDF."""
    quota = _seen(request, pk)
    content = documents.pdf("print/quotas/why.html", sheet_context(quota, request))
    return attachment(content, f"why-{quota.period.iso}-{quota.pk}.pdf", "application/pdf")


@require_http_methods(["POST"])
@requires(Permission.QUOTAS_EXPLAIN)
def give_reason(request: ActorRequest, pk: int) -> HttpResponse:
    """Write down why a unit stays below a quota that binds in principle."""
    quota = _seen(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_shown_in(form):
            services.give_reason(quota=quota, text=form.cleaned_data["text"], by=request.actor)
            messages.success(request, _("The reason is written down; an officer decides on it."))
            return redirect("quotas:detail", pk=pk)
    return render(request, "quotas/detail.html", explained_context(quota, request) | {"reason_form": form}, status=422)


@require_POST
@requires(Permission.FIGURES_SIGN_OFF)
def decide_reason(request: ActorRequest, pk: int) -> HttpResponse:
    """Accept or decline a written reason."""
    reason = get_object_or_404(ShortfallReason.objects.visible_to(request.actor), pk=pk)
    form = DecisionForm(request.POST)
    quota = (
        Quota.objects.visible_to(request.actor)
        .current()
        .of_period(reason.period)
        .filter(institution=reason.institution_id, topic=reason.topic)
        .first()
    )
    if form.is_valid():
        accept = form.cleaned_data["decision"] == "accept"
        services.decide_reason(reason=reason, accept=accept, remark=form.cleaned_data["remark"], by=request.actor)
        messages.success(request, _("The reason is accepted.") if accept else _("The reason is declined."))
    else:
        messages.error(request, _("Choose whether to accept or to decline the reason."))
    return redirect("quotas:detail", pk=quota.pk) if quota else redirect("quotas:board")
