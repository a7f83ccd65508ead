"""The acts on institutions: each page is a plain form in front of one service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.http import refusals_shown_in
from deploy_admin.registry import forms, services
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Division, Institution, InstitutionProfile, Jurisdiction
from deploy_admin.registry.services import ProfileFacts
from deploy_admin.registry.tables import names_of
from deploy_admin.registry.views.detail import facts_shown, seen_or_404

Run = Callable[[Any], object]


def _page(
    request: ActorRequest, form: forms.ActorForm, run: Run, *, words: dict[str, str], unit: Institution | None
) -> HttpResponse:
    """Show the form, or run the service with it; a refusal stands beside the field it names."""
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            try:
                done = run(form)
            except Conflict as conflict:
                raise _in_words(conflict) from conflict
            messages.success(request, words["done"])
            return redirect("registry:institution_detail", unit.pk if unit else done)
    status = 422 if form.is_bound else 200
    return render(request, "registry/act.html", {"form": form, "unit": unit, "words": words}, status=status)


def _in_words(conflict: Conflict) -> Conflict:
    """Return the conflict with both values as the page says them, not as columns."""
    yours = conflict.context.get("yours") or {}
    profile = (
        InstitutionProfile.objects.standing(clock.today()).filter(institution=conflict.context["institution"]).first()
    )
    if profile is None or not set(yours) <= set(InstitutionProfile.FACTS):
        return conflict
    tree = DivisionTree.read(clock.today())
    mine = InstitutionProfile(**(profile.values() | yours))
    names = names_of(
        {mine.administered_by_id, mine.parent_id, profile.administered_by_id, profile.parent_id}, clock.today()
    )
    theirs, wanted = dict(facts_shown(profile, tree, names)), dict(facts_shown(mine, tree, names))
    differing = [name for name in theirs if theirs[name] != wanted[name]] or list(theirs)
    return Conflict(
        conflict.message,
        conflict.code,
        context={"yours": {n: wanted[n] for n in differing}, "theirs": {n: theirs[n] for n in differing}},
    )


def _asked(
    request: ActorRequest, form: type[forms.ActorForm], unit: Institution | None = None, **initial: Any
) -> forms.ActorForm:
    if unit is not None:
        initial["version"] = unit.version
    return form(request.POST or None, actor=request.actor, initial=initial)


@requires(Permission.INSTITUTIONS_EDIT)
def establish(request: ActorRequest) -> HttpResponse:
    """Register a new institution."""
    form = forms.EstablishForm(request.POST or None, actor=request.actor)

    def run(form: forms.EstablishForm) -> int:
        data = form.cleaned_data
        unit = services.establish(
            facts=ProfileFacts(**form.facts()),
            opened_on=data["opened_on"],
            credit_code=data["credit_code"],
            by=request.actor,
        )
        return unit.pk

    words = {
        "title": _("Establish an institution"),
        "verb": _("Establish"),
        "done": _("The institution is registered."),
        "lead": _("From its first day it appears in lists, figures and quotas."),
    }
    return _page(request, form, run, words=words, unit=None)


@requires(Permission.INSTITUTIONS_EDIT)
def change(request: ActorRequest, pk: int) -> HttpResponse:
    """Change the profile from a day on."""
    unit = seen_or_404(request.actor, pk, clock.today())
    profile = unit.profiles.order_by("-valid_from")[0]
    form = _asked(request, forms.ChangeForm, unit, **forms.initial_facts(profile, clock.today()))

    def run(form: forms.ChangeForm) -> object:
        facts = form.facts()
        if not facts:
            raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
        return services.change_profile(
            institution=unit,
            on=form.cleaned_data["on"],
            facts=facts,
            version=form.cleaned_data["version"],
            by=request.actor,
        )

    words = {
        "title": _("Change from a day on"),
        "verb": _("Change"),
        "done": _("The change is recorded."),
        "lead": _("Something has become different. What was recorded before stays true until the day before."),
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def correct(request: ActorRequest, pk: int, profile_pk: int) -> HttpResponse:
    """Correct what one profile says."""
    unit = seen_or_404(request.actor, pk, clock.today())
    profile = get_object_or_404(unit.profiles, pk=profile_pk)
    initial = forms.initial_facts(profile, clock.today()) | {"credit_code": unit.credit_code or ""}
    form = _asked(request, forms.CorrectForm, unit, **initial)

    def run(form: forms.CorrectForm) -> object:
        version = form.cleaned_data["version"]
        facts = form.facts()
        if not facts and not form.touched("credit_code"):
            raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_correct")
        return services.correct_profile(
            profile=profile,
            facts=facts,
            credit_code=form.cleaned_data["credit_code"] if form.touched("credit_code") else services.KEEP,
            version=version,
            reason=form.cleaned_data["reason"],
            by=request.actor,
        )

    words = {
        "title": _("Correct what was recorded"),
        "verb": _("Correct"),
        "done": _("The correction is recorded; what was there before is kept."),
        "lead": _("Something was recorded wrongly. Runs that are done keep what they were computed from."),
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def rename(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a new name by a document."""
    unit = seen_or_404(request.actor, pk, clock.today())
    form = _asked(request, forms.RenameForm, unit)

    def run(form: forms.RenameForm) -> object:
        data = form.cleaned_data
        return services.rename(
            institution=unit,
            name=data["name"],
            short_name=data["short_name"],
            on=data["on"],
            document=form.document,
            version=data["version"],
            by=request.actor,
        )

    words = {
        "title": _("Rename"),
        "verb": _("Rename"),
        "done": _("The new name is recorded."),
        "lead": _("It stays the same unit; papers already issued keep the old name."),
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def move(request: ActorRequest, pk: int) -> HttpResponse:
    """Move to another division by a document."""
    unit = seen_or_404(request.actor, pk, clock.today())
    form = _asked(request, forms.MoveForm, unit)

    def run(form: forms.MoveForm) -> object:
        data = form.cleaned_data
        return services.move(
            institution=unit,
            division_id=data["division"],
            administered_by_id=data["administered_by"],
            on=data["on"],
            document=form.document,
            version=data["version"],
            by=request.actor,
        )

    words = {
        "title": _("Move"),
        "verb": _("Move"),
        "done": _("The new location is recorded."),
        "lead": _("From the day the authority of the new place is competent, and its schemes hold."),
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def merge(request: ActorRequest, pk: int) -> HttpResponse:
    """Merge into another unit by a document."""
    unit = seen_or_404(request.actor, pk, clock.today())
    form = _asked(request, forms.MergeForm, unit)

    def run(form: forms.MergeForm) -> object:
        data = form.cleaned_data
        return services.merge(
            predecessors={other.pk: other.version for other in data["others"]} | {unit.pk: data["version"]},
            heir=data["heir"],
            heir_version=data["heir"].version,
            on=data["on"],
            document=form.document,
            by=request.actor,
        )

    words = {
        "title": _("Merge into another unit"),
        "verb": _("Merge"),
        "done": _("The merger is recorded."),
        "lead": _("The unit closes; its figures, branches and people pass to its heir, which owes on the sum."),
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def split(request: ActorRequest, pk: int) -> HttpResponse:
    """Split among other units by a document."""
    unit = seen_or_404(request.actor, pk, clock.today())
    form = _asked(request, forms.SplitForm, unit)

    def run(form: forms.SplitForm) -> object:
        data = form.cleaned_data
        return services.split(
            predecessor=unit,
            version=data["version"],
            parts=data["parts"],
            on=data["on"],
            document=form.document,
            continues=data["continues"],
            by=request.actor,
        )

    words = {
        "title": _("Split"),
        "verb": _("Split"),
        "done": _("The split is recorded."),
        "lead": _("Establish the new units first. Without shares the past figures of the unit are undetermined."),
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def close(request: ActorRequest, pk: int) -> HttpResponse:
    """Close without an heir by a document."""
    unit = seen_or_404(request.actor, pk, clock.today())
    form = _asked(request, forms.CloseForm, unit)

    def run(form: forms.CloseForm) -> object:
        data = form.cleaned_data
        return services.close(
            institution=unit,
            last_day=data["last_day"],
            document=form.document,
            version=data["version"],
            by=request.actor,
        )

    words = {
        "title": _("Close"),
        "verb": _("Close the institution"),
        "done": _("The closing is recorded."),
        "lead": _("Nobody inherits from it. Where another unit carries on, merge it instead."),
        "danger": "yes",
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def grant(request: ActorRequest, pk: int) -> HttpResponse:
    """Make an authority competent for a division."""
    unit = seen_or_404(request.actor, pk, clock.today())
    form = _asked(request, forms.JurisdictionForm)

    def run(form: forms.JurisdictionForm) -> object:
        return services.grant_jurisdiction(
            authority=unit,
            division=Division.objects.get(pk=form.cleaned_data["division"]),
            on=form.cleaned_data["on"],
            by=request.actor,
        )

    words = {
        "title": _("Grant a jurisdiction"),
        "verb": _("Grant"),
        "done": _("The jurisdiction is recorded."),
        "lead": _("The authority becomes competent for the division and all below it that has no nearer one."),
    }
    return _page(request, form, run, words=words, unit=unit)


@requires(Permission.INSTITUTIONS_EDIT)
def end_jurisdiction(request: ActorRequest, pk: int, jurisdiction_pk: int) -> HttpResponse:
    """End a jurisdiction after a day."""
    unit = seen_or_404(request.actor, pk, clock.today())
    jurisdiction = Jurisdiction.objects.filter(authority=unit, pk=jurisdiction_pk).select_related("division").first()
    if jurisdiction is None:
        raise Http404
    form = _asked(request, forms.EndJurisdictionForm)

    def run(form: forms.EndJurisdictionForm) -> object:
        return services.end_jurisdiction(
            jurisdiction=jurisdiction, last_day=form.cleaned_data["last_day"], by=request.actor
        )

    words = {
        "title": _("End the jurisdiction over %(division)s") % {"division": jurisdiction.division.name},
        "verb": _("End"),
        "done": _("The jurisdiction ends on that day."),
        "lead": _("After it the next authority above is competent."),
    }
    return _page(request, form, run, words=words, unit=unit)
