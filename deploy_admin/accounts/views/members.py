"""People of one's unit, of the units in reach, or everybody: list, one capacity, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, Role, requires
from deploy_admin.accounts import lockout, rules, stages
from deploy_admin.accounts.actors import with_profiles
from deploy_admin.accounts.filters import MemberFilter
from deploy_admin.accounts.forms import (
    CapacityForm,
    EndForm,
    MemberForm,
    ReasonForm,
    ReplaceForm,
    SubstituteForm,
    WorkerForm,
    roles_for,
)
from deploy_admin.accounts.models import Membership, User
from deploy_admin.accounts.reauth import confirm_identity
from deploy_admin.accounts.services import factors, members, people, workers
from deploy_admin.accounts.views.door import posted
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.workers import HealthWorkerQuerySet
from deploy_admin.registry.models import Institution

#: A larger export is a job's work; nobody prints more people than this.
EXPORT_ROWS = 20_000


def state_of(membership: Membership) -> tuple[str, str]:
    """Return the shape and the word of a capacity's state."""
    today = clock.today()
    if not membership.user.is_active:
        return "warn", _("Account closed")
    if membership.valid_from > today:
        return "run", _("Not yet begun")
    if membership.valid_to is not None and membership.valid_to < today:
        return "mute", _("Ended")
    return "ok", _("Active")


def _rows(memberships: Any) -> list[dict[str, Any]]:
    known = with_profiles(memberships, clock.today())
    return [{"membership": each, "state": state_of(each)} for each in known]


@requires(Permission.MEMBERS_VIEW)
def member_list(request: ActorRequest) -> HttpResponse:
    """List capacities by unit; export exactly what is shown."""
    visible = Membership.objects.visible_to(request.actor)
    filtered = MemberFilter(request.GET or {"state": "active"}, queryset=visible)
    rows = filtered.qs.for_list() if filtered.is_valid() else visible.none()
    if (file := exported(request, "members", lambda: _table(request, rows), title=_("Members"))) is not None:
        return file
    page = page_of(request, rows)
    context = {
        "filter": filtered,
        "page": page,
        "rows": _rows(page.object_list),
        "may_add": _may_add(request),
        "manages_everyone": rules.manages_everyone(request.actor),
    }
    template = "accounts/members.html#member_list" if is_part(request) else "accounts/members.html"
    return render(request, template, context)


def _may_add(request: ActorRequest) -> bool:
    return rules.manages_everyone(request.actor) or rules.managed_institutions(request.actor).exists()


def _table(request: ActorRequest, rows: QuerySet[Membership]) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of the export; taking people's names out is on record."""
    found = _rows(rows[:EXPORT_ROWS])
    who = [_("Institution"), _("Full name"), _("Username")]
    head = [*who, _("Capacity"), _("Manager"), _("From"), _("Until"), _("State")]
    table = [
        [
            str(row["membership"].institution or ""),
            row["membership"].user.name,
            row["membership"].user.username,
            row["membership"].role_label,
            _("yes") if row["membership"].manages_unit else "",
            row["membership"].valid_from,
            row["membership"].valid_to,
            row["state"][1],
        ]
        for row in found
    ]
    audit.record(
        act="members.exported", by=request.actor, detail={"rows": len(table), "format": request.GET.get("export")}
    )
    return head, table


def _choices(request: ActorRequest) -> dict[str, Any]:
    """Return what the actor may choose from: the managed units, and the capacities that exist there."""
    everyone = rules.manages_everyone(request.actor)
    units = rules.managed_institutions(request.actor)
    known = Institution.objects.as_of(clock.today()).filter(pk__in=units.values("pk"))
    kinds = list(known.order_by().values_list("profile__kind", "profile__tier").distinct())
    roles = roles_for(kinds, administrators=everyone)
    if not request.actor.can(Permission.PEOPLE_VIEW):  # whoever sees no people cannot say which one it is
        roles = [role for role in roles if role is not Role.DEPLOYED_PERSON]
    return {"institutions": known.for_list(), "roles": roles, "people": _people_of(request)}


def _people_of(request: ActorRequest) -> Callable[[Institution], HealthWorkerQuerySet]:
    return lambda institution: workers.people_of(institution, request.actor)


@never_cache
@requires(Permission.MEMBERS_MANAGE)
@confirm_identity
def member_add(request: ActorRequest) -> HttpResponse:
    """Take a new person on; the one-time password is shown on the answer and never again."""
    form = MemberForm(posted(request), **_choices(request))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            admitted = members.add_member(**form.cleaned_data, by=request.actor)
            return _show_password(request, admitted)
    return render(request, "accounts/member_add.html", {"form": form}, status=422 if form.is_bound else 200)


def _show_password(request: ActorRequest, admitted: members.Admitted) -> HttpResponse:
    """Show a new account's one-time password with a text to hand on; without one, the capacity's page."""
    if not admitted.password:
        messages.success(request, _("Done."))
        return redirect(admitted.membership)
    return _password_page(request, admitted.membership.user, admitted.password, admitted.membership)


def _password_page(request: ActorRequest, user: User, password: str, membership: Membership) -> HttpResponse:
    text = _(
        "Sign-in for %(name)s\nAddress: %(address)s\nUsername: %(username)s\nOne-time password: %(password)s\n"
        "It must be changed at the first sign-in."
    ) % {
        "name": user.name,
        "address": request.build_absolute_uri("/"),
        "username": user.username,
        "password": password,
    }
    context = {"person": user, "membership": membership, "text": text}
    return render(request, "accounts/one_time_password.html", context)


def _visible(request: ActorRequest, pk: int) -> Membership:
    found = get_object_or_404(Membership.objects.visible_to(request.actor).for_list(), pk=pk)
    return with_profiles([found], clock.today())[0]


@never_cache
@requires(Permission.MEMBERS_VIEW)
def member(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one capacity, the person's other ones in reach, who stands in, and what may be done."""
    found = _visible(request, pk)
    others = Membership.objects.visible_to(request.actor).filter(user_id=found.user_id).exclude(pk=pk)
    substitutes = Membership.objects.visible_to(request.actor).filter(substitute_for=found)
    oneself = found.user_id == request.actor.user_id
    manages = rules.may_manage(request.actor, found.institution_id) and not oneself
    cares = rules.may_care_for(request.actor, found.user) and not oneself
    context = {
        "membership": found,
        "state": state_of(found),
        "others": _rows(others.for_list()),
        "substitutes": _rows(substitutes.for_list()),
        "oneself": oneself,
        "manages": manages,
        "cares": cares,
        "guards": rules.manages_everyone(request.actor) and not oneself,
        "holds": found.holds_on(clock.today()),
        "open": found.valid_to is None or found.valid_to >= clock.today(),
        "administrator": found.institution_id is None,
        "deployed": found.kind is Role.DEPLOYED_PERSON,
        "worker": _shown_worker(request, found),
        "may_link": manages and found.kind is Role.DEPLOYED_PERSON and request.actor.can(Permission.PEOPLE_VIEW),
        "has_factor": stages.has_factor(found.user),
        "locked_minutes": lockout.minutes_left(found.user.username) if cares else 0,
        "reason_form": ReasonForm(prefix="disable"),
    }
    return render(request, "accounts/member.html", context)


def _shown_worker(request: ActorRequest, found: Membership) -> HealthWorker | None:
    """Return the health worker of the capacity where the actor may know that person."""
    seen = HealthWorker.objects.visible_to(request.actor) if request.actor.can(Permission.PEOPLE_VIEW) else None
    if found.worker_id is None or seen is None:
        return None
    return seen.filter(pk=found.worker_id).first()


def _people(request: ActorRequest, found: Membership) -> QuerySet[User]:
    """Return the active colleagues of the capacity's unit, the person aside."""
    colleagues = Membership.objects.visible_to(request.actor).valid_on(clock.today())
    colleagues = colleagues.filter(institution=found.institution)
    known = User.objects.visible_to(request.actor).filter(is_active=True, pk__in=colleagues.values("user_id"))
    return known.exclude(pk=found.user_id).order_by("name", "pk")


@never_cache
@requires(Permission.MEMBERS_MANAGE)
@confirm_identity
def member_replace(request: ActorRequest, pk: int) -> HttpResponse:
    """Put somebody else in this person's place."""
    found = _visible(request, pk)
    form = ReplaceForm(posted(request), people=_people(request, found), initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            admitted = members.replace_member(membership=found, **form.cleaned_data, by=request.actor)
            return _show_password(request, admitted)
    return _form(request, found, form, "replace")


@never_cache
@requires(Permission.MEMBERS_MANAGE)
def member_end(request: ActorRequest, pk: int) -> HttpResponse:
    """End a capacity by date, with a reason."""
    found = _visible(request, pk)
    form = EndForm(posted(request), initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            ended = members.end_membership(membership=found, **form.cleaned_data, by=request.actor)
            messages.success(request, _("The capacity ends on %(day)s.") % {"day": ended.valid_to})
            return redirect(ended)
    return _form(request, found, form, "end")


@never_cache
@requires(Permission.MEMBERS_MANAGE)
@confirm_identity
def member_substitute(request: ActorRequest, pk: int) -> HttpResponse:
    """Let a colleague stand in from one day to another."""
    found = _visible(request, pk)
    form = SubstituteForm(posted(request), people=_people(request, found))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            members.appoint_substitute(membership=found, **form.cleaned_data, by=request.actor)
            messages.success(request, _("The substitute acts in this capacity from the first day on."))
            return redirect(found)
    return _form(request, found, form, "substitute")


@never_cache
@requires(Permission.MEMBERS_MANAGE)
def member_worker(request: ActorRequest, pk: int) -> HttpResponse:
    """Say which health worker a deployed person is."""
    found = _visible(request, pk)
    if found.institution is None or found.kind is not Role.DEPLOYED_PERSON:
        raise Http404
    if not request.actor.can(Permission.PEOPLE_VIEW):
        raise PermissionDenied
    shown = _shown_worker(request, found)
    form = WorkerForm(
        posted(request),
        people=workers.people_of(found.institution, request.actor),
        initial={"version": found.version, "worker": shown.number if shown is not None else ""},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            linked = members.link_worker(membership=found, **form.cleaned_data, by=request.actor)
            messages.success(request, _("Done."))
            return redirect(linked)
    return _form(request, found, form, "worker")


@never_cache
@requires(Permission.MEMBERS_MANAGE)
@confirm_identity
def member_grant(request: ActorRequest, pk: int) -> HttpResponse:
    """Give this person one more capacity."""
    found = _visible(request, pk)
    form = CapacityForm(posted(request), **_choices(request))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            granted = members.grant(user=found.user, **form.cleaned_data, by=request.actor)
            messages.success(request, _("The capacity is given."))
            return redirect(granted)
    return _form(request, found, form, "grant")


def _form(request: ActorRequest, found: Membership, form: Any, act: str) -> HttpResponse:
    context = {"membership": found, "form": form, "act": act}
    return render(request, "accounts/member_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@never_cache
@requires(Permission.MEMBERS_MANAGE)
@confirm_identity
def member_resume(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a person back: the ended capacity begins again today, the closed account opens."""
    return _show_password(request, members.resume_membership(membership=_visible(request, pk), by=request.actor))


@require_POST
@requires(Permission.MEMBERS_MANAGE)
def member_manager(request: ActorRequest, pk: int) -> HttpResponse:
    """Make this person a manager of the unit's people, or no longer."""
    found = _visible(request, pk)
    manages = request.POST.get("manages") == "1"
    version = request.POST.get("version", "")
    members.set_unit_manager(
        membership=found, manages=manages, version=int(version) if version.isdecimal() else None, by=request.actor
    )
    messages.success(request, _("Done."))
    return redirect(found)


@require_POST
@never_cache
@requires(Permission.MEMBERS_MANAGE)
@confirm_identity
def member_password(request: ActorRequest, pk: int) -> HttpResponse:
    """Hand out a one-time password."""
    found = _visible(request, pk)
    return _password_page(request, found.user, people.hand_out_password(user=found.user, by=request.actor), found)


@require_POST
@requires(Permission.MEMBERS_MANAGE)
@confirm_identity
def member_factor(request: ActorRequest, pk: int) -> HttpResponse:
    """Take away a lost second factor; the next sign-in sets up a new one."""
    found = _visible(request, pk)
    factors.reset_factor(user=found.user, by=request.actor)
    messages.success(request, _("The second factor is reset. It is set up anew at the next sign-in."))
    return redirect(found)


@require_POST
@requires(Permission.MEMBERS_MANAGE)
def member_unlock(request: ActorRequest, pk: int) -> HttpResponse:
    """Let a locked-out person try again."""
    found = _visible(request, pk)
    people.unlock(user=found.user, by=request.actor)
    messages.success(request, _("The account is unlocked."))
    return redirect(found)


@require_POST
@requires(Permission.MEMBERS_MANAGE)
def member_disable(request: ActorRequest, pk: int) -> HttpResponse:
    """Close the person's account at once."""
    found = _visible(request, pk)
    form = ReasonForm(request.POST, prefix="disable")
    if form.is_valid():
        people.disable_account(user=found.user, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The account is closed; its sessions have ended."))
    else:
        messages.error(request, _("Say why the account is closed."))
    return redirect(found)
