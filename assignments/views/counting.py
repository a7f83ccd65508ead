"""What counts for which quota: the list with its decisions, who counts for one quota, and why for one assignment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments import counted_people, counted_reading
from assignments.counted_list import CountedList
from assignments.forms.counting import ChooseForm, ChosenForm, DeclineForm
from assignments.models import Assignment, Counted
from assignments.services import deciding
from assignments.services.deciding import AT_ONCE
from assignments.sight import Sight
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import exported, is_part
from deploy_admin.months import Period
from deploy_admin.people.words import without_ids
from quotas.models import Quota


@require_GET
@requires(Permission.QUOTAS_VIEW)
def counted(request: ActorRequest) -> HttpResponse:
    """Show what people count for, first what waits for an officer; or hand out exactly what is shown."""
    shown = CountedList(request.GET.dict(), request.actor)
    if (table := exported(request, "what-counts", shown.export, _("What counts"))) is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.states[shown.state]}
        audit.record(act="counted.exported", by=request.actor, detail=detail)
        return table
    page = shown.page(request.GET.get("page"))
    context = {
        "shown": shown,
        "page": page,
        "may_decide": request.actor.can(Permission.ASSIGNMENTS_DECIDE),
        "decline_form": DeclineForm(auto_id="decline-%s"),
        "here": request.get_full_path(),
    }
    template = "assignments/counted.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_POST
@requires(Permission.ASSIGNMENTS_DECIDE)
def count_confirm(request: ActorRequest) -> HttpResponse:
    """Confirm the chosen lines, or all that are shown and wait."""
    return _decided(request, ChosenForm(request.POST), lambda ids, form: deciding.confirm(ids, by=request.actor))


@require_POST
@requires(Permission.ASSIGNMENTS_DECIDE)
def count_decline(request: ActorRequest) -> HttpResponse:
    """Decide that the chosen lines do not count, and why."""

    def decline(ids: list[int], form: ChosenForm) -> int:
        return deciding.decline(ids, reason=form.cleaned_data["reason"], by=request.actor)

    return _decided(request, DeclineForm(request.POST), decline)


@require_POST
@requires(Permission.ASSIGNMENTS_DECIDE)
def count_reopen(request: ActorRequest) -> HttpResponse:
    """Take decisions back."""
    return _decided(request, ChosenForm(request.POST), lambda ids, form: deciding.reopen(ids, by=request.actor))


def _decided(request: ActorRequest, form: ChosenForm, act: Callable[[list[int], ChosenForm], int]) -> HttpResponse:
    """Do the act on the lines that the form means, say how many it was, and go back to the list."""
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(each) for each in errors))
        return redirect(_back(request))
    ids = form.cleaned_data["ids"]
    if form.cleaned_data["all"]:
        asked = CountedList(request.POST.dict(), request.actor)
        ids = list(asked.waiting.order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    try:
        done = act(ids, form)
    except RuleViolation as refusal:
        messages.error(request, refusal.message)
    else:
        said = ngettext("%(n)d line is decided.", "%(n)d lines are decided.", done) % {"n": done}
        messages.success(request, said)
    return redirect(_back(request))


def _back(request: ActorRequest) -> str:
    """Return the address of the list as it was; an address of elsewhere is not gone to."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/"):
        return back
    return reverse("assignments:counted")


@require_GET
@requires(Permission.QUOTAS_VIEW)
def who_counts(request: ActorRequest, pk: int) -> HttpResponse:
    """Show who counts for one quota, by name and state; the same address opens in the board's drawer."""
    quota = get_object_or_404(
        Quota.objects.visible_to(request.actor).current().with_tallies().select_related("version"), pk=pk
    )
    people = counted_people.of_quota(quota, request.actor)
    context = counted_reading.of_quota(quota) | {"people": people, "others": counted_people.other_staff(quota)}
    return render(request, "assignments/counted_people.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.QUOTAS_VIEW)
def count_choose(request: ActorRequest, pk: int) -> HttpResponse:
    """Show how an assignment stands to every quota of its unit, and let an officer choose another."""
    rows = Assignment.objects.visible_to(request.actor).select_related("worker", "campaign")
    assignment: Assignment = get_object_or_404(rows, pk=pk)
    may_decide = (
        request.actor.can(Permission.ASSIGNMENTS_DECIDE) and Sight(assignment, request.actor, clock.today()).decides
    )
    weighed = deciding.weighed(assignment)
    status = 200
    if request.method == "POST":
        form = ChooseForm(request.POST)
        if form.is_valid() and (owed := _named(form.cleaned_data, weighed)) is not None:
            try:
                deciding.choose(assignment, owed, by=request.actor)
            except RuleViolation as refusal:
                messages.error(request, refusal.message)
            else:
                messages.success(request, _("It counts for this quota from now on."))
            return redirect("assignments:count_choose", pk=pk)
        messages.error(request, _("The assignment cannot count for this quota."))
        status = 422
    context = {
        "assignment": assignment,
        "lines": counted_reading.of_assignment(assignment, weighed, _standing(assignment)),
        "may_decide": may_decide,
    }
    return render(request, "assignments/counted_choose.html", context, status=status)


def _named(said: dict[str, Any], weighed: Any) -> Any:
    try:
        period = Period.parse(said["period"])
    except ValueError:
        return None
    return deciding.owed_of(period, weighed, said["institution"], said["topic"], said["group"])


def _standing(assignment: Assignment) -> list[Counted]:
    return list(Counted.objects.filter(assignment=assignment).order_by("pk"))
