"""Whether an actor may act for the receiving unit, for the sending unit, or decide as their authority."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from django.utils.translation import gettext as _

from assignments.models import Assignment
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.authority import authority_over

Unit = Callable[[Assignment], int]


def may_act_for_receiver(
    assignments: Assignment | Iterable[Assignment], by: Actor, permission: Permission = Permission.POST_MANAGE
) -> bool:
    """Refuse whoever is neither of the receiving unit nor its authority; return whether it is on its behalf."""
    return _for_units(assignments, by, permission, lambda each: each.receiving_unit_id)


def may_act_for_sender(
    assignments: Assignment | Iterable[Assignment], by: Actor, permission: Permission = Permission.SUSPENSIONS_STATE
) -> bool:
    """Refuse whoever is neither of the sending unit nor its authority; return whether it is on its behalf."""
    return _for_units(assignments, by, permission, lambda each: each.sending_unit_id)


def may_decide(
    assignments: Assignment | Iterable[Assignment], by: Actor, permission: Permission = Permission.ASSIGNMENTS_DECIDE
) -> None:
    """Refuse whoever is not the deciding authority: the campaign's, or without one that of the sending unit."""
    rows = _listed(assignments)
    _allow(by, permission)
    if by.reach is Reach.ALL:
        return
    if by.reach is not Reach.DISTRICT:
        raise not_permitted()
    decide = {each.campaign.authority_id for each in rows if each.campaign is not None}
    loose = {each.sending_unit_id for each in rows if each.campaign is None}
    if not decide <= by.institution_ids or not _answer_to(loose, by):
        raise not_permitted()


def may_act_as_authority(assignments: Assignment | Iterable[Assignment], by: Actor, permission: Permission) -> None:
    """Refuse whoever is no authority of theirs: the campaign's, or that of the receiving or of the sending unit."""
    rows = _listed(assignments)
    _allow(by, permission)
    if by.reach is Reach.ALL:
        return
    if by.reach is not Reach.DISTRICT:
        raise not_permitted()
    rest = [each for each in rows if each.campaign is None or each.campaign.authority_id not in by.institution_ids]
    answers = authority_over(
        {unit for each in rest for unit in (each.receiving_unit_id, each.sending_unit_id)}, clock.today()
    )
    theirs = {unit for unit, authority in answers.items() if authority in by.institution_ids}
    if not all({each.receiving_unit_id, each.sending_unit_id} & theirs for each in rest):
        raise not_permitted()


def may_take_on(units: Collection[int], by: Actor) -> bool:
    """Refuse whoever enters the past of neither their own unit's people nor of units that answer to them; as above."""
    _allow(by, Permission.SUSPENSIONS_STATE)
    if by.reach is Reach.ALL:
        return by.user_id is not None
    if by.reach is Reach.UNIT and set(units) <= by.institution_ids:
        return False
    if by.reach is Reach.DISTRICT and _answer_to(units, by):
        return True
    raise not_permitted()


def may_take_leave_on(assignments: Iterable[Assignment], by: Actor) -> None:
    """Refuse whoever does not enter the past of these; what is confirmed only its authority adds leave to."""
    rows = list(assignments)
    may_take_on({each.sending_unit_id for each in rows}, by)
    if by.reach is Reach.UNIT and any(each.confirmed_at is not None for each in rows):
        raise not_permitted()


def not_permitted() -> RuleViolation:
    """Return the refusal for whoever may not do this, or not for this unit."""
    return RuleViolation(_("Your capacity does not allow this."), "not_permitted")


def _for_units(assignments: Assignment | Iterable[Assignment], by: Actor, permission: Permission, unit: Unit) -> bool:
    units = {unit(each) for each in _listed(assignments)}
    _allow(by, permission)
    if by.reach is Reach.ALL:
        return by.user_id is not None  # the machine acts for nobody
    if by.reach is Reach.UNIT and units <= by.institution_ids:
        return False
    if by.reach is Reach.DISTRICT and _answer_to(units, by):
        return True
    raise not_permitted()


def _listed(assignments: Assignment | Iterable[Assignment]) -> list[Assignment]:
    return [assignments] if isinstance(assignments, Assignment) else list(assignments)


def _allow(by: Actor, permission: Permission) -> None:
    if not by.can(permission):
        raise not_permitted()


def _answer_to(units: Collection[int], by: Actor) -> bool:
    """Whether all these units answer to the actor's authority today."""
    if not units:
        return True
    return all(authority in by.institution_ids for authority in authority_over(units, clock.today()).values())
