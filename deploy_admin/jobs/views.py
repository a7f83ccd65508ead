"""Pages of background work: the list, one job with its progress, taking back what waits, the download of files."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import attachment, is_part, page_of
from deploy_admin.jobs import services
from deploy_admin.jobs.models import Job, JobState, StoredFile


@require_GET
@requires(Permission.HOME_VIEW)
def job_list(request: ActorRequest) -> HttpResponse:
    """The jobs this actor may know about, newest first; the system administrator sees everyone's."""
    jobs = Job.objects.visible_to(request.actor)
    state = request.GET.get("state", "")
    rows = jobs.filter(state=state) if state in JobState.values else jobs
    context = {
        "page": page_of(request, rows.for_list()),
        "states": [{"value": s.value, "label": s.label} for s in JobState],
        "state": state,
        "unfinished": jobs.unfinished().exists(),
        "everyone": request.actor.can(Permission.SYSTEM_VIEW),
    }
    return render(request, "jobs/list.html#list" if is_part(request) else "jobs/list.html", context)


@require_GET
@requires(Permission.HOME_VIEW)
def job_detail(request: ActorRequest, pk: int) -> HttpResponse:
    """One job; its part asks itself again every two seconds until the job has ended."""
    job = get_object_or_404(Job.objects.visible_to(request.actor), pk=pk)
    mine = job.created_by_id == request.actor.user_id
    context = {"job": job, "mine": mine, "may_cancel": mine or request.actor.can(Permission.SYSTEM_VIEW)}
    if is_part(request):
        return render(request, "jobs/_progress.html" if "part" in request.GET else "jobs/job.html#part", context)
    return render(request, "jobs/job.html", context)


@require_POST
@requires(Permission.HOME_VIEW)
def job_cancel(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back work that still waits."""
    job = get_object_or_404(Job.objects.visible_to(request.actor), pk=pk)
    if job.created_by_id != request.actor.user_id and not request.actor.can(Permission.SYSTEM_VIEW):
        raise PermissionDenied
    services.cancel(job=job, by=request.actor)
    return redirect(reverse("jobs:job", args=[pk]))


@require_POST
@requires(Permission.HOME_VIEW)
def job_noted(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the word that the work has ended out of its maker's inbox."""
    job = get_object_or_404(Job.objects.visible_to(request.actor).filter(created_by_id=request.actor.user_id), pk=pk)
    services.settle(key=f"job:{job.pk}")
    return redirect("jobs:list")


@require_GET
@requires(Permission.HOME_VIEW)
def download(request: ActorRequest, pk: int) -> HttpResponse:
    """A stored file, through its owner's rows and never rendered in place; reading it is recorded."""
    file = get_object_or_404(StoredFile.objects.visible_to(request.actor), pk=pk)
    content = file.read()
    audit.record(act="files.read", by=request.actor, on=file, label=file.name, detail={"sha256": file.sha256})
    return attachment(content, file.name, file.content_type)
