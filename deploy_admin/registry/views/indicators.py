"""The indicators: what workload is counted in, as a list; added, changed, taken out of use."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict
from deploy_admin.http import exported, is_part, refusals_shown_in
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.registry.forms_indicators import STAFF, AddIndicatorForm, ChangeIndicatorForm
from deploy_admin.registry.models import Indicator
from deploy_admin.registry.services import indicators as services


def _plain(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _listed(words: Iterable[str]) -> str:
    return ("、" if speaks_chinese() else ", ").join(words)


def _shown(row: Indicator, request: ActorRequest) -> dict[str, Any]:
    """Return one row as the list shows it."""
    words = {code.value: code.label for code in STAFF}
    usual = [_plain(row.usual_low), _plain(row.usual_high)]
    return {
        "row": row,
        "bounds": f"{_plain(row.lowest)}–{_plain(row.highest)}",
        "usual": "–".join(usual) if all(usual) else "",
        "asked_of": _listed(words.get(each, each) for each in row.staff_categories) or _("of everybody"),
        "whose": row.division.name if row.division is not None else pgettext("indicator", "everybody"),
        "mine": services.may_keep(row.division_id, request.actor),
    }


@require_GET
@requires(Permission.HOME_VIEW)
def indicators(request: ActorRequest) -> HttpResponse:
    """Every indicator one may know about; those out of use where they are asked for."""
    rows = Indicator.objects.visible_to(request.actor).for_list()
    retired = request.GET.get("retired") == "yes"
    shown = [_shown(row, request) for row in (rows if retired else rows.in_use())]
    answer = exported(request, "indicators", lambda: _table(shown), _("Indicators"))
    if answer is not None:
        audit.record(act="indicators.exported", by=request.actor, detail={"rows": len(shown)})
        return answer
    context = {"rows": shown, "retired": retired, "may_edit": request.actor.can(Permission.INDICATORS_EDIT)}
    return render(request, "registry/indicators.html" + ("#list" if is_part(request) else ""), context)


def _table(shown: list[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    heads = [
        pgettext("indicator", "Code"), pgettext("indicator", "Name"), pgettext("indicator", "Unit"), _("Lowest value"),
        _("Highest value"), _("Usual from"), _("Usual to"), _("Asked of"), pgettext("indicator", "For"),
        pgettext("indicator", "On every sheet"), pgettext("indicator", "In use"),
    ]  # fmt: skip
    rows = []
    for each in shown:
        row = each["row"]
        bounds = [_plain(value) for value in (row.lowest, row.highest, row.usual_low, row.usual_high)]
        yes_no = [_("yes") if value else _("no") for value in (row.is_core, row.is_active)]
        rows.append([row.code, row.label, row.unit, *bounds, each["asked_of"], each["whose"], *yes_no])
    return heads, rows


@require_http_methods(["GET", "POST"])
@requires(Permission.INDICATORS_EDIT)
def indicator_add(request: ActorRequest) -> HttpResponse:
    """Add an indicator."""
    form = AddIndicatorForm(request.POST or None, actor=request.actor)
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            row = services.add_indicator(
                code=form.cleaned_data["code"],
                facts=form.facts(),
                division_id=form.cleaned_data["division"],
                by=request.actor,
            )
            messages.success(request, _("“%(name)s” is added.") % {"name": row.label})
            return redirect("registry:indicators")
    context = {"form": form, "row": None}
    return render(request, "registry/indicator.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.INDICATORS_EDIT)
def indicator_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change what an indicator says."""
    row = get_object_or_404(Indicator.objects.visible_to(request.actor), pk=pk)
    form = ChangeIndicatorForm(request.POST or None, initial=ChangeIndicatorForm.of(row))
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            try:
                services.change_indicator(
                    indicator=row, facts=form.facts(), version=form.cleaned_data["version"], by=request.actor
                )
            except Conflict as conflict:
                raise _in_words(conflict, form) from conflict
            messages.success(request, _("“%(name)s” is changed.") % {"name": form.cleaned_data["label_zh"]})
            return redirect("registry:indicators")
    context = {"form": form, "row": row, "mine": services.may_keep(row.division_id, request.actor)}
    return render(request, "registry/indicator.html", context, status=422 if form.is_bound else 200)


def _in_words(conflict: Conflict, form: ChangeIndicatorForm) -> Conflict:
    """Return the conflict with the fields named as the page names them, only those that differ."""
    yours, theirs = conflict.context["yours"], conflict.context["theirs"]
    differing = [name for name in yours if yours[name] != theirs[name]]
    labels = {name: str(form.fields[name].label) for name in differing}
    return Conflict(
        conflict.message,
        conflict.code,
        context={
            "yours": {labels[name]: yours[name] for name in differing},
            "theirs": {labels[name]: theirs[name] for name in differing},
        },
    )


@require_POST
@requires(Permission.INDICATORS_EDIT)
def indicator_use(request: ActorRequest, pk: int) -> HttpResponse:
    """Take an indicator out of use, or put it back."""
    row = get_object_or_404(Indicator.objects.visible_to(request.actor), pk=pk)
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() else row.version
    if row.is_active:
        services.retire_indicator(indicator=row, version=version, by=request.actor)
        messages.success(request, _("“%(name)s” is out of use.") % {"name": row.label})
    else:
        services.restore_indicator(indicator=row, version=version, by=request.actor)
        messages.success(request, _("“%(name)s” is in use again.") % {"name": row.label})
    return redirect("registry:indicators")
