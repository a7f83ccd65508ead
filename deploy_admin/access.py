"""Who acts, in which capacity, seeing what: Permission, Role, their grants, the Actor protocol, @requires."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, runtime_checkable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One act or page each; roles are granted these in GRANTS and nowhere else."""

    HOME_VIEW = "home.view"
    INSTITUTIONS_VIEW = "institutions.view"
    INSTITUTIONS_EDIT = "institutions.edit"
    POLICIES_VIEW = "policies.view"
    POLICIES_DRAFT = "policies.draft"
    POLICIES_ADOPT = "policies.adopt"
    FIGURES_VIEW = "figures.view"
    FIGURES_ENTER = "figures.enter"
    FIGURES_SIGN_OFF = "figures.sign_off"
    QUOTAS_VIEW = "quotas.view"
    QUOTAS_EXPLAIN = "quotas.explain"  # give the written reason for a shortfall that binds in principle only
    QUOTAS_RECOMPUTE = "quotas.recompute"
    RUNS_VIEW = "runs.view"
    RELEASES_VIEW = "releases.view"
    QUOTAS_RELEASE = "quotas.release"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"  # rosters, employments, titles, transfers, what keeps somebody away
    PEOPLE_MERGE = "people.merge"  # two records of one person become one
    PEOPLE_RECOGNISE = "people.recognise"  # decide that earlier service, or something equal to it, counts
    PEOPLE_IDS = "people.ids"  # see a whole ID number, with a reason; as a token's scope: REST carries it
    ELIGIBILITY_VIEW = "eligibility.view"
    OWN_RECORD_VIEW = "own_record.view"
    CALENDAR_EDIT = "calendar.edit"  # the work calendar everybody's deadlines and duty days rest on
    CAMPAIGNS_EDIT = "campaigns.edit"
    REQUESTS_VIEW = "requests.view"
    REQUESTS_ENTER = "requests.enter"  # the receiving unit's staffing requests; an authority on behalf of a unit
    NOMINATIONS_VIEW = "nominations.view"
    NOMINATIONS_ENTER = "nominations.enter"  # whom the sending unit nominates; an authority on behalf of a unit
    LISTS_DECIDE = (
        "lists.decide"  # send back, approve, strike a line, give more time, check what was entered on behalf
    )
    ALLOCATION_VIEW = "allocation.view"
    ALLOCATION_PLAN = "allocation.plan"  # place by hand, pin, ban, have a plan proposed
    ALLOCATION_DECIDE = "allocation.decide"  # turn a plan into planned assignments
    ASSIGNMENTS_VIEW = "assignments.view"
    ASSIGNMENTS_PLAN = "assignments.plan"  # place people, one by one, by list or by workbook; take plans back
    ASSIGNMENTS_DECIDE = "assignments.decide"  # recall, void, early end, extension, renewal, what counts, the past
    SUSPENSIONS_STATE = "suspensions.state"  # the sending unit: practice there is suspended, its people may go
    FILINGS_RECORD = "filings.record"  # multi-site practice filing
    POST_MANAGE = "post.manage"  # the receiving unit: arrivals, leave on behalf, absences reported, tasks, checklist
    POST_DECIDE = "post.decide"  # its head: leave approved, unapproved absence confirmed
    LEAVE_FILE = "leave.file"  # the scheme's office takes down a filed leave
    INSPECTIONS_VIEW = "inspections.view"
    INSPECTIONS_RECORD = "inspections.record"
    INDICATORS_EDIT = "indicators.edit"  # what workload is counted in
    MONTHS_VIEW = "months.view"  # sheets, reviews, released scores, trends, situation reports
    MONTHS_ENTER = "months.enter"  # the receiving unit's month; an authority on behalf of a unit without an account
    MONTHS_REVIEW = "months.review"  # accept, send back, reopen, give more time, decide on corrections
    MONTHS_RELEASE = "months.release"  # release scores and issue the feedback letters
    SCORES_RECOMPUTE = "scores.recompute"
    FEEDBACK_VIEW = "feedback.view"
    FEEDBACK_RECEIVE = "feedback.receive"  # the sending unit confirms that a letter has arrived
    OWN_SERVICE = "own_service"  # a deployed person: where I stand, leave asked for, answers given
    MEMBERS_VIEW = "members.view"
    MEMBERS_MANAGE = "members.manage"
    TOKENS_MANAGE = "tokens.manage"
    AUDIT_VIEW = "audit.view"
    SYSTEM_VIEW = "system.view"  # jobs of everyone, queues, the admin site
    GALLERY_VIEW = "gallery.view"


class Role(StrEnum):
    """The capacities of the schemes. A membership gives one person one role at one institution for a while."""

    CITY_OFFICER = "city_officer"
    DISTRICT_OFFICER = "district_officer"
    PERSONNEL_SECTION = "personnel_section"
    PRIMARY_HEALTH_SECTION = "primary_health_section"
    MEDICAL_ADMINISTRATION_SECTION = "medical_administration_section"
    FINANCE_SECTION = "finance_section"
    SENDER_HR = "sender_hr"
    RECEIVER_CLERK = "receiver_clerk"
    RECEIVER_HEAD = "receiver_head"
    DEPLOYED_PERSON = "deployed_person"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    @property
    def label(self) -> str:
        return str(ROLE_LABELS[self])


ROLE_LABELS = {
    Role.CITY_OFFICER: _("City scheme officer"),
    Role.DISTRICT_OFFICER: _("District scheme officer"),
    Role.PERSONNEL_SECTION: _("Personnel section"),
    Role.PRIMARY_HEALTH_SECTION: _("Primary health section"),
    Role.MEDICAL_ADMINISTRATION_SECTION: _("Medical administration section"),
    Role.FINANCE_SECTION: _("Finance section"),
    Role.SENDER_HR: _("Hospital HR"),
    Role.RECEIVER_CLERK: _("Receiving unit's clerk"),
    Role.RECEIVER_HEAD: _("Head of a receiving unit"),
    Role.DEPLOYED_PERSON: _("Deployed person"),
    Role.AUDITOR: _("Read-only auditor"),
    Role.SYSTEM_ADMIN: _("System administrator"),
    Role.SECURITY_ADMIN: _("Security administrator"),
    Role.AUDIT_ADMIN: _("Audit administrator"),
}

#: The three management users whom nobody may combine with anything else (security level 3, 8.1.4.2 d).
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
#: Whoever approves signs in with a second factor, as administrators do (8.1.4.1 d).
APPROVERS = frozenset({Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION})
SECOND_FACTOR_ROLES = ADMINISTRATORS | APPROVERS

_P = Permission
_READ = frozenset(
    {
        _P.HOME_VIEW,
        _P.INSTITUTIONS_VIEW,
        _P.POLICIES_VIEW,
        _P.FIGURES_VIEW,
        _P.QUOTAS_VIEW,
        _P.RELEASES_VIEW,
    }
)
_PEOPLE_READ = frozenset({_P.PEOPLE_VIEW, _P.ELIGIBILITY_VIEW})
_PEOPLE = _PEOPLE_READ | {_P.PEOPLE_EDIT, _P.PEOPLE_IDS}
_PEOPLE_DECIDE = _PEOPLE | {_P.PEOPLE_MERGE, _P.PEOPLE_RECOGNISE}
_AT_POST_READ = frozenset({_P.ASSIGNMENTS_VIEW, _P.INSPECTIONS_VIEW, _P.MONTHS_VIEW})
_MONTHS_DECIDE = frozenset({_P.MONTHS_REVIEW, _P.MONTHS_RELEASE, _P.FEEDBACK_VIEW})
#: What an authority may do; it also acts on behalf of a unit without an account, marked as such.
_AT_POST = _AT_POST_READ | {
    _P.CAMPAIGNS_EDIT,
    _P.ASSIGNMENTS_PLAN,
    _P.ASSIGNMENTS_DECIDE,
    _P.SUSPENSIONS_STATE,
    _P.FILINGS_RECORD,
    _P.POST_MANAGE,
    _P.POST_DECIDE,
    _P.LEAVE_FILE,
    _P.INSPECTIONS_RECORD,
}
_LISTS_READ = frozenset({_P.REQUESTS_VIEW, _P.NOMINATIONS_VIEW, _P.ALLOCATION_VIEW})
_LISTS_DECIDE = _LISTS_READ | {
    _P.REQUESTS_ENTER,
    _P.NOMINATIONS_ENTER,
    _P.LISTS_DECIDE,
    _P.ALLOCATION_PLAN,
    _P.ALLOCATION_DECIDE,
}
_RECEIVER = frozenset(
    {
        _P.HOME_VIEW,
        _P.INSTITUTIONS_VIEW,
        _P.POLICIES_VIEW,
        _P.MEMBERS_VIEW,
        _P.MEMBERS_MANAGE,
        _P.POST_MANAGE,
        _P.MONTHS_ENTER,
        _P.REQUESTS_VIEW,
        _P.REQUESTS_ENTER,
        _P.TOKENS_MANAGE,
    }
    | _AT_POST_READ
)
_OFFICER = (_READ | _PEOPLE_DECIDE | _AT_POST | _MONTHS_DECIDE | _LISTS_DECIDE) | {
    _P.INDICATORS_EDIT,
    _P.SCORES_RECOMPUTE,
    _P.FIGURES_ENTER,
    _P.FIGURES_SIGN_OFF,
    _P.QUOTAS_EXPLAIN,
    _P.QUOTAS_RECOMPUTE,
    _P.RUNS_VIEW,
    _P.POLICIES_DRAFT,
    _P.INSTITUTIONS_EDIT,
    _P.MEMBERS_VIEW,
    _P.MEMBERS_MANAGE,
    _P.TOKENS_MANAGE,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CITY_OFFICER: _OFFICER | {_P.POLICIES_ADOPT, _P.QUOTAS_RELEASE, _P.CALENDAR_EDIT},
    # Of its own district only: the services check. The city never enters attendance, not even on behalf.
    Role.DISTRICT_OFFICER: _OFFICER | {_P.POLICIES_ADOPT, _P.MONTHS_ENTER},
    Role.PERSONNEL_SECTION: _READ
    | _PEOPLE_DECIDE
    | _AT_POST
    | _MONTHS_DECIDE
    | _LISTS_DECIDE
    | {_P.FIGURES_ENTER, _P.FIGURES_SIGN_OFF, _P.QUOTAS_EXPLAIN, _P.RUNS_VIEW},
    Role.PRIMARY_HEALTH_SECTION: _READ
    | _PEOPLE_READ
    | _AT_POST_READ
    | _LISTS_READ
    | {_P.RUNS_VIEW, _P.INSPECTIONS_RECORD, _P.MONTHS_REVIEW, _P.FEEDBACK_VIEW},
    Role.MEDICAL_ADMINISTRATION_SECTION: _READ | _PEOPLE_READ | _AT_POST_READ | _LISTS_READ | {_P.FILINGS_RECORD},
    Role.FINANCE_SECTION: _READ | {_P.ASSIGNMENTS_VIEW, _P.MONTHS_VIEW, _P.FEEDBACK_VIEW},
    Role.SENDER_HR: _READ
    | _PEOPLE
    | _AT_POST_READ
    | {_P.SUSPENSIONS_STATE, _P.FEEDBACK_VIEW, _P.FEEDBACK_RECEIVE}
    | {_P.REQUESTS_VIEW, _P.NOMINATIONS_VIEW, _P.NOMINATIONS_ENTER}
    | {_P.FIGURES_ENTER, _P.QUOTAS_EXPLAIN, _P.MEMBERS_VIEW, _P.MEMBERS_MANAGE, _P.TOKENS_MANAGE},
    Role.RECEIVER_CLERK: _RECEIVER,
    Role.RECEIVER_HEAD: _RECEIVER | {_P.POST_DECIDE},
    Role.DEPLOYED_PERSON: frozenset({_P.HOME_VIEW, _P.POLICIES_VIEW, _P.OWN_RECORD_VIEW, _P.OWN_SERVICE}),
    Role.AUDITOR: _READ | _PEOPLE_READ | _AT_POST_READ | _LISTS_READ | {_P.RUNS_VIEW, _P.AUDIT_VIEW, _P.FEEDBACK_VIEW},
    Role.SYSTEM_ADMIN: frozenset({_P.HOME_VIEW, _P.SYSTEM_VIEW, _P.RUNS_VIEW, _P.GALLERY_VIEW}),
    Role.SECURITY_ADMIN: frozenset({_P.HOME_VIEW, _P.MEMBERS_VIEW, _P.MEMBERS_MANAGE, _P.TOKENS_MANAGE}),
    Role.AUDIT_ADMIN: frozenset({_P.HOME_VIEW, _P.AUDIT_VIEW}),
}


class Reach(StrEnum):
    """How far an actor sees, before any object is asked for."""

    ALL = "all"  # the city
    DISTRICT = "district"  # the institutions whose competent authority it is
    UNIT = "unit"  # its own institution, its branches, and what they succeeded
    SELF = "self"  # one person
    NONE = "none"  # no business rows


@runtime_checkable
class Actor(Protocol):
    """Who acts, as low apps know them. Accounts implements it; SYSTEM below is the machine itself."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def membership_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role | None: ...
    @property
    def reach(self) -> Reach: ...
    @property
    def institution_id(self) -> int | None:
        """The institution in whose name the actor acts."""

    @property
    def institution_ids(self) -> frozenset[int]:
        """That institution, its branches, and every predecessor of these: what UNIT reaches."""

    @property
    def division_ids(self) -> frozenset[int]:
        """The divisions for which the institution is competent, less those of nearer authorities: DISTRICT's reach."""

    @property
    def worker_id(self) -> int | None:
        """The health worker that a deployed person is: what SELF reaches."""

    def can(self, permission: Permission) -> bool: ...


class SystemActor:
    """The machine: schedules, recovery, set-up. It may do what no rule reserves for a person."""

    user_id = None
    membership_id = None
    name = "system"
    role = None
    reach = Reach.ALL
    institution_id = None
    institution_ids: frozenset[int] = frozenset()
    division_ids: frozenset[int] = frozenset()
    worker_id = None

    def can(self, permission: Permission) -> bool:
        return True


SYSTEM = SystemActor()

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class ActorRequest(HttpRequest):
    """A request that the accounts middleware has met: `actor` is None for the signed-out."""

    actor: Actor  # None only where no permission is asked for
    htmx: Any


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the person to sign in and back here afterwards; htmx is told to leave the whole page."""
    back = request.get_full_path() if request.method == "GET" else "/"
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let only actors with `permission` into the view; the signed-out are sent to sign in, others get 403."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if getattr(request, "actor", None) is None:
                return to_sign_in(request)
            if not request.actor.can(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to everyone: sign-in, health, language. The permission test lists them by name."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let every signed-in actor into the view: one's own password, second factor, capacity."""

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.permission = "signed_in"  # type: ignore[attr-defined]
    return guarded


#: How a person confirms who they are before a sensitive act. Accounts, which knows, lies above the apps that ask.
_confirmations: list[Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]] = []


def confirm_through(decorator: Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]) -> None:
    """Use `decorator` for every view marked as sensitive; accounts calls this when it is ready."""
    _confirmations[:] = [decorator]


def sensitive(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Have whoever acts confirm who they are, unless they did so a moment ago. Goes below @requires."""

    @wraps(view)
    def confirmed(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _confirmations:
            raise ImproperlyConfigured("No app has said how a person confirms who they are.")
        return _confirmations[0](view)(request, *args, **kwargs)

    return confirmed
