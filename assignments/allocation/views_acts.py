"""What the board's buttons do: place, take off, pin, ban; each answers with the page it was pressed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assignments.allocation import services
from assignments.allocation.forms import ActForm, NameForm, PairForm, number
from assignments.allocation.views_frame import run
from assignments.models import AllocationPlan
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_act(request: ActorRequest, pk: int) -> HttpResponse:
    """Pin, ban, or take off the pairing whose button was pressed."""
    held = run(request.actor, pk)
    form = ActForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _refused(request, held, _("Look at the plan again and act from there."))
    act, wanted, nomination = form.cleaned_data["act"]
    pair = {"request_id": wanted, "nomination_id": nomination}
    own = {"plan": held, "version": form.cleaned_data["version"], "by": request.actor}
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "pin": (lambda: services.pin(**own, **pair), _("Pinned: proposing anew keeps this pairing.")),
        "unpin": (lambda: services.unpin(**own, **pair), _("No longer pinned.")),
        "ban": (
            lambda: services.ban(**own, **pair, reason=form.cleaned_data["reason"]),
            _("Banned: these two are not paired again when proposing anew."),
        ),
        "unban": (lambda: services.unban(**own, **pair), _("No longer banned.")),
        "unplace": (lambda: services.unplace(**own, nomination_id=nomination), _("The place is open again.")),
    }
    return _done(request, held, *acts[act])


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_place(request: ActorRequest, pk: int) -> HttpResponse:
    """Place one person on one request; instead of somebody who sits there, where that was asked for."""
    held = run(request.actor, pk)
    form = PairForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _refused(request, held, _("Choose a request and a person, then place."))
    said = form.cleaned_data
    instead = number(request.POST.get("instead"))

    def place() -> None:
        with transaction.atomic():
            version = said["version"]
            if instead and instead != said["nomination"]:
                version = services.unplace(plan=held, nomination_id=instead, version=version, by=request.actor).version
            services.place(
                plan=held, request_id=said["request"], nomination_id=said["nomination"], version=version,
                by=request.actor,
            )  # fmt: skip

    return _done(request, held, place, _("Placed by hand, and pinned: proposing anew keeps it."))


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_rename(request: ActorRequest, pk: int) -> HttpResponse:
    """Call the plan something else."""
    held = run(request.actor, pk)
    form = NameForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _refused(request, held, _("A name of up to 100 characters is expected."))
    name, version = form.cleaned_data["name"], number(request.POST.get("version"))
    return _done(
        request,
        held,
        lambda: services.rename(plan=held, name=name, version=version, by=request.actor),
        _("The plan has its new name."),
    )


def _done(request: ActorRequest, held: AllocationPlan, act: Callable[[], Any], sentence: str) -> HttpResponse:
    """Act, and go back to where the button was; a refusal is told there, beside the plan as it stands now."""
    try:
        act()
    except RuleViolation as refusal:
        return _refused(request, held, refusal.message)
    messages.success(request, sentence)
    return redirect(_back(request, held))


def _refused(request: ActorRequest, held: AllocationPlan, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect(_back(request, held))


def _back(request: ActorRequest, held: AllocationPlan) -> str:
    """Return the page the button stood on; never one outside this plan's campaign."""
    back = str(request.POST.get("back", ""))
    plans = (held.get_absolute_url(), f"/campaigns/{held.campaign_id}/allocation/")
    is_own = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith(plans)
    return back if is_own else held.get_absolute_url()
