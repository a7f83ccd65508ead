"""Which authorities stand above an actor's institution: their campaigns concern it."""

from __future__ import annotations

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.registry.authority import Competences
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import InstitutionProfile


def authorities_above(actor: Actor) -> list[int]:
    """Return the authorities competent where the institution stands, up to the city, and who administers it."""
    if actor.institution_id is None:
        return []
    on = clock.today()
    tree = DivisionTree.read(on)
    competent = Competences(tree).by_division
    found: set[int] = set()
    profiles = InstitutionProfile.objects.standing(on).filter(institution_id=actor.institution_id).order_by()
    for division, administered_by in profiles.values_list("division_id", "administered_by_id"):
        found.update(competent[each] for each in tree.path(division) if each in competent)
        if administered_by is not None:
            found.add(administered_by)
    return sorted(found)
