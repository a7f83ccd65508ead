"""Scores: the list, why one is as it is, computing a month anew, what a draft would change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from appraisals.models import Score
from appraisals.scoring import explaining, working
from appraisals.scoring.effect_page import EffectPage
from appraisals.scoring.listing import ScoreList
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import exported, is_part
from deploy_admin.months import Month
from deploy_admin.people.words import without_ids
from deploy_admin.policies.models import PolicyVersion


@require_GET
@requires(Permission.MONTHS_VIEW)
def scores(request: ActorRequest) -> HttpResponse:
    """Show what the months are worth at the moment, the last one first; or hand out exactly this."""
    shown = ScoreList(request.GET.dict(), request.actor)
    answer = exported(request, "scores", shown.export, _("Monthly scores"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="scores.exported", by=request.actor, detail=detail)
        return answer
    context = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "may_compute": request.actor.can(Permission.SCORES_RECOMPUTE),
    }
    template = "appraisals/scoring_list.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_GET
@requires(Permission.MONTHS_VIEW)
def score(request: ActorRequest, pk: int) -> HttpResponse:
    """Show why a month is worth what it is; the same address opens in the list's drawer."""
    rows = Score.objects.visible_to(request.actor).select_related("row__sheet", "row__assignment__worker")
    found = get_object_or_404(rows, pk=pk)
    return render(request, "appraisals/scoring_score.html", explaining.context(found))


@require_POST
@requires(Permission.SCORES_RECOMPUTE)
def scores_compute(request: ActorRequest) -> HttpResponse:
    """Have a month scored anew in the background, and lead to its progress."""
    try:
        month = Month.parse(request.POST.get("month", ""))
    except ValueError:
        raise RuleViolation(_("Say which month is to be scored anew."), "month_missing") from None
    job = working.start_month(month=month, by=request.actor)
    messages.success(request, _("The scores of %(month)s are being computed again.") % {"month": str(month)})
    return redirect(job)


@require_GET
@requires(Permission.POLICIES_DRAFT)
def draft_effect(request: ActorRequest, pk: int) -> HttpResponse:
    """Show what a draft would give for the last month beside what stands; nothing live changes."""
    rows = PolicyVersion.objects.visible_to(request.actor).drafts().select_related("policy")
    shown = EffectPage(get_object_or_404(rows, pk=pk), request.GET.dict(), request.actor)
    if shown.month is not None:
        answer = exported(request, "effect", shown.export, _("Effect of the draft"))
        if answer is not None:
            detail = {"draft": shown.version.pk, "month": str(shown.month), "rows": len(shown.effect.people)}
            audit.record(act="scores.exported", by=request.actor, detail=detail)
            return answer
    page = shown.page(request.GET.get("page")) if shown.month is not None else None
    return render(request, "appraisals/scoring_effect.html", {"shown": shown, "page": page})
