"""Finding the division or institution that somebody means by a typed name or code: only what the actor may name."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.codes import HOSPITALS, Kind, State
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution
from deploy_admin.registry.models.institutions import InstitutionQuerySet

OFFERED = 20


def divisions_matching(text: str, tree: DivisionTree, actor: Actor) -> list[tuple[int, str]]:
    """Return the divisions standing on the tree's day whose full name contains `text` or whose code is it."""
    wanted = text.replace(" ", "")
    found = []
    for node in tree.nodes.values():
        if tree.standing(node.id) != node.id or (node.valid_to is not None and node.valid_to < tree.on):
            continue
        if actor.reach != Reach.ALL and node.id not in actor.division_ids:
            continue
        name = tree.full_name(node.id)
        if wanted in name or node.code == wanted:
            found.append((node.id, name))
    return sorted(found, key=lambda pair: (pair[1] != wanted, len(pair[1]), pair[1]))


def division_named(text: str, tree: DivisionTree, actor: Actor) -> int:
    """Return the one division meant; refuse none or several, and say which."""
    found = divisions_matching(text, tree, actor)
    exact = [pair for pair in found if pair[1] == text.replace(" ", "") or tree.nodes[pair[0]].code == text.strip()]
    if len(exact) == 1:
        return exact[0][0]
    by_last_name = [pair for pair in found if tree.nodes[pair[0]].name == text.strip()]
    if len(by_last_name) == 1:
        return by_last_name[0][0]
    if not found:
        raise RuleViolation(_("No division of yours has this name or code."), "division_unknown")
    listed = "、".join(name for _id, name in found[:5])
    raise RuleViolation(_("Which of these is meant: %(names)s?") % {"names": listed}, "division_ambiguous")


def nameable_by(actor: Actor, day: date, *, authorities: bool = False, hospitals: bool = False) -> InstitutionQuerySet:
    """Return what the actor may name: what it sees; as administrator any health authority, as supporter any hospital.

    That these exist is no secret.
    """
    seen = Institution.objects.visible_to(actor)
    rows = Institution.objects.standing(day).in_state(State.OPEN, day)
    condition = Q(pk__in=seen.order_by().values("pk"))
    if authorities:
        condition |= Q(profile__kind=Kind.HEALTH_AUTHORITY)
    if hospitals:
        condition |= Q(profile__kind__in=HOSPITALS)
    return rows.filter(condition)


def institution_named(text: str, rows: InstitutionQuerySet) -> Institution:
    """Return the one institution meant by its name, short name or credit code; refuse none or several."""
    name = text.strip()
    found: list[Institution] = list(
        rows.filter(Q(profile__name=name) | Q(profile__short_name=name) | Q(credit_code=name.upper())).select_related(
            "profile"
        )[:5]
    )
    if len(found) > 1:
        found = [unit for unit in found if unit.profile.name == name] or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise RuleViolation(_("No institution known to you has this name or code."), "institution_unknown")
    raise RuleViolation(
        _("Several institutions have this name: give the unified social credit code."), "institution_ambiguous"
    )
