"""The gallery of components, with the parts it shows in the drawer and in progress, and the language switch."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from deploy_admin import access, clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.ui import samples


@require_safe
@requires(Permission.GALLERY_VIEW)
def gallery(request: ActorRequest) -> HttpResponse:
    """Show every component with every state, on invented data."""
    return render(request, "ui/gallery.html", samples.gallery(request, clock.today()))


@require_safe
@requires(Permission.GALLERY_VIEW)
def explained(request: ActorRequest) -> HttpResponse:
    """An explanation as a page of its own, or in the drawer."""
    return render(request, "ui/explained.html", samples.explained())


@require_safe
@requires(Permission.GALLERY_VIEW)
def job(request: ActorRequest, done: int) -> HttpResponse:
    """A job that gets further each time it is asked."""
    return render(request, "ui/job.html", samples.job_at(min(done + 60, 240)))


@require_POST
@access.public
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, and go back to where it was changed."""
    return set_language(request)
