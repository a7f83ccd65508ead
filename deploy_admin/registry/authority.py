"""Which health authority is competent for an institution on a day, why that one, and to which one a unit answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from deploy_admin.registry.codes import Kind, Tier
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution, InstitutionProfile, Jurisdiction


@dataclass(frozen=True, slots=True)
class Competence:
    """The competent authority with its reason: the nearest division, going up, that has an authority."""

    authority_id: int
    division_id: int  # of the jurisdiction that decided
    located_in_id: int  # where the institution stands, as recorded
    steps: int  # how many divisions further up the authority was found


class Competences:
    """The jurisdictions of one day over the divisions of that day."""

    def __init__(self, tree: DivisionTree) -> None:
        self.tree = tree
        # An ended division's authority does not reach over what the division went over to: the heir has its own.
        self.by_division: dict[int, int] = {
            division_id: authority_id
            for division_id, authority_id in Jurisdiction.objects.on(tree.on).values_list(
                "division_id", "authority_id"
            )
            if tree.standing(division_id) == division_id
        }

    def of(self, division_id: int, institution_id: int | None = None) -> Competence | None:
        """Return who is competent there; an authority is never its own."""
        for steps, division in enumerate(self.tree.path(division_id)):
            authority = self.by_division.get(division)
            if authority is not None and authority != institution_id:
                return Competence(authority, division, division_id, steps)
        return None


def competences(institution_ids: Collection[int] | None, on: date) -> dict[int, Competence]:
    """Return the competence for each institution with a profile that speaks for it on `on`. Three queries."""
    found = Competences(DivisionTree.read(on))
    profiles = InstitutionProfile.objects.standing(on).order_by()
    if institution_ids is not None:
        profiles = profiles.filter(institution_id__in=institution_ids)
    rows = profiles.values_list("institution_id", "division_id")
    return {unit: competence for unit, division in rows if (competence := found.of(division, unit)) is not None}


def competent_authority(institution_ids: Collection[int] | None, on: date) -> dict[int, int | None]:
    """Return the competent authority's id per institution; None where nobody is competent."""
    known = competences(institution_ids, on)
    wanted = known if institution_ids is None else institution_ids
    return {unit: known[unit].authority_id if unit in known else None for unit in wanted}


def authority_over(institution_ids: Collection[int], on: date) -> dict[int, int | None]:
    """Return the authority to which each institution answers: who administers it, for municipal ones the city, else
    the one competent where it stands. Five queries for any number.

    It decides what units enter; a municipal hospital answers to the city wherever it stands.
    """
    authorities = Institution.objects.as_of(on).filter(profile__kind=Kind.HEALTH_AUTHORITY).order_by()
    tiers = dict(authorities.values_list("pk", "profile__tier"))
    cities = [pk for pk, tier in tiers.items() if tier == Tier.MUNICIPAL]
    found = competent_authority(institution_ids, on)
    profiles = InstitutionProfile.objects.standing(on).filter(institution_id__in=institution_ids).order_by()
    for unit, administered_by, tier in profiles.values_list("institution_id", "administered_by_id", "tier"):
        if administered_by in tiers:
            found[unit] = administered_by
        elif tier == Tier.MUNICIPAL and len(cities) == 1 and cities != [unit]:
            found[unit] = cities[0]
    return found
