"""Who enters a unit's month, in whose name, and who reviews it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from django.utils.translation import gettext as _

from assignments.models import MonthSheet
from assignments.services.standing_of import not_permitted
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.authority import authority_over


def may_enter(sheet: MonthSheet, by: Actor) -> bool:
    """Refuse whoever is neither of the unit nor its district's authority; return whether it is on its behalf."""
    if not by.can(Permission.MONTHS_ENTER):
        raise not_permitted()
    if by.reach is Reach.UNIT and sheet.institution_id in by.institution_ids:
        return False
    if by.reach is Reach.DISTRICT and _answer_to({sheet.institution_id}, by):
        return True
    if by.reach is Reach.ALL and by.user_id is None:
        return False  # the machine acts for nobody
    raise not_permitted()


def may_review(sheets: MonthSheet | Iterable[MonthSheet], by: Actor) -> None:
    """Refuse whoever is not the authority that all these units answer to; the city is everybody's."""
    rows = [sheets] if isinstance(sheets, MonthSheet) else list(sheets)
    if not by.can(Permission.MONTHS_REVIEW):
        raise not_permitted()
    if by.reach is Reach.ALL:
        return
    if by.reach is Reach.DISTRICT and _answer_to({row.institution_id for row in rows}, by):
        return
    raise not_permitted()


def enters(sheet: MonthSheet, actor: Actor) -> bool:
    """Whether a page offers this actor to enter; the services ask again."""
    return _passes(may_enter, sheet, actor)


def reviews(sheet: MonthSheet, actor: Actor) -> bool:
    """Whether a page offers this actor to review; the services ask again."""
    return _passes(may_review, sheet, actor)


def unknown() -> RuleViolation:
    """Return the refusal for a sheet that the actor does not see."""
    return RuleViolation(_("You see no such month sheet."), "sheet_unknown")


def _passes(asked: Callable[[MonthSheet, Actor], object], sheet: MonthSheet, actor: Actor) -> bool:
    try:
        asked(sheet, actor)
    except RuleViolation:
        return False
    return True


def _answer_to(units: Collection[int], by: Actor) -> bool:
    return all(authority in by.institution_ids for authority in authority_over(units, clock.today()).values())
