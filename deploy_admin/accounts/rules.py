"""Who may look after whose membership and account, and which capacities exist at which institution."""

from __future__ import annotations

from django.db.models import Q

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, SYSTEM, Actor, Permission, Role
from deploy_admin.accounts.models import Membership, User
from deploy_admin.registry.codes import Kind, Tier
from deploy_admin.registry.models import Institution
from deploy_admin.registry.models.institutions import InstitutionQuerySet

SECTIONS = frozenset(
    {
        Role.PERSONNEL_SECTION,
        Role.PRIMARY_HEALTH_SECTION,
        Role.MEDICAL_ADMINISTRATION_SECTION,
        Role.FINANCE_SECTION,
    }
)
OFFICERS = frozenset({Role.CITY_OFFICER, Role.DISTRICT_OFFICER})


def roles_at(kind: str, tier: str) -> frozenset[Role]:
    """Return the capacities that exist at an institution of this kind and tier."""
    if kind != Kind.HEALTH_AUTHORITY:
        return frozenset({Role.SENDER_HR, Role.RECEIVER_CLERK, Role.RECEIVER_HEAD, Role.DEPLOYED_PERSON, Role.AUDITOR})
    officer = Role.CITY_OFFICER if tier == Tier.MUNICIPAL else Role.DISTRICT_OFFICER
    return SECTIONS | {officer, Role.AUDITOR}


def managed_institutions(by: Actor) -> InstitutionQuerySet:
    """Return the units whose people the actor looks after.

    The own unit only as its manager; an officer besides the units in reach, the own one not among them.
    """
    if not by.can(Permission.MEMBERS_MANAGE):
        return Institution.objects.none()
    if by is SYSTEM or by.role is Role.SECURITY_ADMIN:
        return Institution.objects.all()
    own = by.institution_ids
    managed = Q(pk__in=own) if getattr(by, "manages_unit", False) else Q(pk__in=[])
    if by.role in OFFICERS:
        managed |= Q(pk__in=Institution.objects.visible_to(by).exclude(pk__in=own).values("pk"))
    return Institution.objects.filter(managed)


def manages_everyone(by: Actor) -> bool:
    """Whether the actor looks after every account, the administrators' included."""
    return by is SYSTEM or (by.role is Role.SECURITY_ADMIN and by.can(Permission.MEMBERS_MANAGE))


def may_manage(by: Actor, institution_id: int | None) -> bool:
    """Whether the actor looks after the people of this institution (None: the administrators, who have none)."""
    return manages_everyone(by) or (
        institution_id is not None and managed_institutions(by).filter(pk=institution_id).exists()
    )


def may_care_for(by: Actor, user: User) -> bool:
    """Whether the actor looks after this person's account: every capacity of the person lies in its hands.

    Somebody who also acts for another unit is that unit's concern too; only the security administrator stands above.
    """
    if manages_everyone(by):
        return True
    held = Membership.objects.filter(user_id=user.pk)
    places = set(held.valid_on(clock.today()).values_list("institution_id", flat=True))
    if not places:  # a leaver belongs to where the person was last
        places = set(held.order_by("-valid_from", "-pk").values_list("institution_id", flat=True)[:1])
    if not places or None in places:
        return False
    return managed_institutions(by).filter(pk__in=places).count() == len(places)


def may_grant(by: Actor, role: Role, institution_id: int | None, *, manages_unit: bool) -> bool:
    """Whether the actor may give this capacity there. The security administrator opens the door, no more:

    a unit's manager and the three administrators; the rest is the unit's own or its authority's matter.
    """
    if by is SYSTEM:
        return True
    if by.role is Role.SECURITY_ADMIN:
        return role in ADMINISTRATORS or manages_unit
    return role not in ADMINISTRATORS and may_manage(by, institution_id)
