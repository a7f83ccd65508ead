"""Who files, who enters on behalf, who decides: the unit's own people, its authority, the campaign's."""

from __future__ import annotations

from assignments.kinds import ListKind
from assignments.models import Campaign
from assignments.services import campaigns
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.registry.authority import authority_over

ENTER = {ListKind.REQUESTS: Permission.REQUESTS_ENTER, ListKind.NOMINATIONS: Permission.NOMINATIONS_ENTER}
VIEW = {ListKind.REQUESTS: Permission.REQUESTS_VIEW, ListKind.NOMINATIONS: Permission.NOMINATIONS_VIEW}


def is_the_unit(institution_id: int, kind: str, by: Actor) -> bool:
    """Whether the actor enters this kind of list as the unit itself."""
    return by.reach is Reach.UNIT and institution_id in by.institution_ids and by.can(ENTER[ListKind(kind)])


def is_over(campaign: Campaign, institution_id: int, kind: str, by: Actor) -> bool:
    """Whether the actor enters and checks on behalf of the unit: the campaign's authority, or the unit's own."""
    if not (by.can(Permission.LISTS_DECIDE) and by.can(ENTER[ListKind(kind)])):
        return False
    if decides(campaign, by):
        return True
    if by.reach is not Reach.DISTRICT:
        return False
    return authority_over([institution_id], clock.today()).get(institution_id) in by.institution_ids


def decides(campaign: Campaign, by: Actor) -> bool:
    """Whether the actor decides on the campaign's lists: its authority, and the city."""
    return campaigns.may_run(campaign.authority_id, by, Permission.LISTS_DECIDE)
