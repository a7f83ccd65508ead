"""Entering one person by hand; whoever is on another unit's roster is asked for there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import refusals_shown_in
from deploy_admin.people import services
from deploy_admin.people.forms.people import PersonalFacts, PostFields, RegisterForm
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.services import EmploymentFacts, LicenceFacts, PersonFacts, PostFacts, TitleFacts

#: What the page that asks for a transfer takes over.
CARRIED = frozenset({"name", "id_kept", "unit", "valid_from", *PostFields.base_fields})


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def register(request: ActorRequest) -> HttpResponse:
    """Enter a person who is new to the system."""
    form = RegisterForm(request.POST if request.method == "POST" else None, actor=request.actor)
    context: dict[str, Any] = {"form": form, "carried": CARRIED}
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            try:
                worker = _registered(form, request)
            except RuleViolation as refusal:
                context |= _way_out(refusal, request)
                raise
            messages.success(request, _("%(name)s is registered.") % {"name": worker.name})
            return redirect(worker)
    return render(request, "people/register.html", context, status=422 if form.is_bound else 200)


def _registered(form: RegisterForm, request: ActorRequest) -> HealthWorker:
    data = form.cleaned_data
    titles, licences = [], []
    if data["title_code"]:
        titles = [
            TitleFacts(
                code=data["title_code"],
                qualified_on=data["qualified_on"],
                scope=data["title_scope"] or "general",
                appointed_on=data["appointed_on"],
            )
        ]
    if data["licence_kind"]:
        licences = [
            LicenceFacts(
                kind=data["licence_kind"],
                number=data["licence_number"],
                practice_category=data["practice_category"],
                issued_on=data["licence_issued_on"],
            )
        ]
    return services.register_worker(
        person=PersonFacts(
            name=data["name"],
            national_id=data["national_id"],
            **{name: data[name] for name in PersonalFacts.base_fields},
        ),
        employment=EmploymentFacts(
            institution_id=form.institution.pk,
            valid_from=data["valid_from"],
            hired_on=data["hired_on"],
            began_as=data["began_as"] or "unknown",
            post=PostFacts(**{name: data[name] for name in PostFields.base_fields}),
        ),
        titles=titles,
        licences=licences,
        by=request.actor,
    )


def _way_out(refusal: RuleViolation, request: ActorRequest) -> dict[str, Any]:
    """Return what the page offers where the person is known already."""
    if refusal.code == "elsewhere":
        return {"elsewhere": True}
    if refusal.code == "id_taken":
        seen = HealthWorker.objects.visible_to(request.actor)
        return {"known": seen.filter(pk=refusal.context.get("worker")).first()}
    return {}
