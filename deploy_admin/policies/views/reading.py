"""Reading a policy: as articles, as YAML, against another version; the schema of the written form."""

from __future__ import annotations

import json

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import attachment
from deploy_admin.policies import diffing, presenting
from deploy_admin.policies.language import json_schema
from deploy_admin.policies.models import Policy, PolicyVersion, State
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.drafting import may_write


@require_safe
@requires(Permission.POLICIES_VIEW)
def policy(request: ActorRequest, slug: str) -> HttpResponse:
    """Lead to the adopted version, or to the last one the actor may read."""
    found = get_object_or_404(Policy.objects.visible_to(request.actor), slug=slug)
    versions = list(PolicyVersion.objects.visible_to(request.actor).filter(policy=found).for_list())
    return redirect(next((each for each in versions if each.state == State.ADOPTED), versions[0]))


@require_safe
@requires(Permission.POLICIES_VIEW)
def version(request: ActorRequest, slug: str, revision: int) -> HttpResponse:
    """Show one version as articles, each with the words it rests on."""
    found = visible_version(request, slug, revision)
    context = presenting.version_page(found, request.actor, clock.today())
    place = found.policy.division_id
    context |= {
        "may_draft": may_write(request.actor, place),
        "may_adopt": may_write(request.actor, place, Permission.POLICIES_ADOPT),
    }
    return render(request, "policies/version.html", context)


@require_safe
@requires(Permission.POLICIES_VIEW)
def source(request: ActorRequest, slug: str, revision: int) -> HttpResponse:
    """Show the text as written, or hand it out as a file."""
    found = visible_version(request, slug, revision)
    if "download" in request.GET:
        audit.record(act="policies.downloaded", by=request.actor, on=found)
        return attachment(found.source_text.encode(), found.file_name, "application/yaml; charset=utf-8")
    lines = list(enumerate(found.source_text.splitlines(), 1))
    return render(request, "policies/source.html", {"version": found, "lines": lines})


@require_safe
@requires(Permission.POLICIES_VIEW)
def compare(request: ActorRequest, slug: str, revision: int) -> HttpResponse:
    """Show what one version says otherwise than another, clause by clause."""
    found = visible_version(request, slug, revision)
    asked = request.GET.get("with", "")
    if not asked.isdecimal():
        raise Http404
    other = visible_version(request, slug, int(asked))
    older, newer = sorted((other, found), key=lambda each: each.revision)
    difference = diffing.compare(governing.read_document(older), governing.read_document(newer))
    context = {"older": older, "newer": newer, "difference": difference, "english": presenting.language() == "en"}
    return render(request, "policies/compare.html", context)


@require_safe
@requires(Permission.POLICIES_VIEW)
def schema(request: ActorRequest) -> HttpResponse:
    """Hand out the JSON Schema of the written form, for editors that complete."""
    content = json.dumps(json_schema(), ensure_ascii=False, indent=2).encode()
    return attachment(content, "policy.schema.json", "application/schema+json")


def visible_version(request: ActorRequest, slug: str, revision: int) -> PolicyVersion:
    """Return the version if the actor may read it; 404 otherwise."""
    rows = PolicyVersion.objects.visible_to(request.actor).select_related("policy__division", "adoption")
    return get_object_or_404(rows, policy__slug=slug, revision=revision)
