"""The home page of every desk, and the search over people, institutions and policies."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Notice
from deploy_admin.workbench import desks, finding


@require_safe
@requires(Permission.HOME_VIEW)
def home(request: ActorRequest) -> HttpResponse:
    """What waits for this actor, the few numbers of the desk, and what changed since the last visit."""
    return render(request, "workbench/home.html", desks.home(request.actor, clock.today()))


@require_POST
@requires(Permission.HOME_VIEW)
def noted(request: ActorRequest, pk: int) -> HttpResponse:
    """Take news out of the inbox, of one's own background work or for the unit: to read it was all there was to do."""
    notice = get_object_or_404(Notice.objects.open().visible_to(request.actor), pk=pk)
    if not desks.is_only_news(notice):
        raise Http404
    jobs.settle(key=notice.key)
    return redirect("workbench:home")


@require_safe
@requires(Permission.HOME_VIEW)
def search(request: ActorRequest) -> HttpResponse:
    """Find people, institutions and policies by name, pinyin initials or number."""
    return render(
        request, "workbench/search.html", finding.find(request.actor, request.GET.get("q", ""), clock.today())
    )
