"""What the policies may ask about an institution on a day, for all of them at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from deploy_admin.registry import succession
from deploy_admin.registry.authority import Competences
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import InstitutionProfile

#: The profile columns that are facts as they stand; an empty string means unknown.
PLAIN = (
    "kind",
    "tier",
    "level",
    "ownership",
    "affiliation",
    "remote",
    "key_township",
    "settlement",
    "population",
    "medical_community",
)


def institution_facts(on: date, ids: Collection[int] | None = None) -> dict[int, dict[str, Any]]:
    """Return the facts of every institution existing on `on` (or of `ids` among them). Six queries at most.

    Unknown is None. `located_in` lists the divisions it stands in, nearest first, as they lie on the day; an
    administrator that has merged into another is named by its heir.
    """
    tree = DivisionTree.read(on)
    competences = Competences(tree)
    profiles = InstitutionProfile.objects.on(on).order_by()
    if ids is not None:
        profiles = profiles.filter(institution_id__in=ids)
    facts: dict[int, dict[str, Any]] = {}
    rows = list(profiles.values_list("institution_id", "division_id", "administered_by_id", "parent_id", *PLAIN))
    named = {unit for row in rows for unit in row[2:4] if unit is not None}
    standing = succession.standing_for(named, on) if named else {}
    for unit, division, administered_by, parent, *plain in rows:
        there = competences.of(division, unit)
        facts[unit] = {name: None if value == "" else value for name, value in zip(PLAIN, plain, strict=True)} | {
            "area_group": tree.area_group(division),
            "located_in": list(tree.path(division)),
            "district": tree.district(division),
            "administered_by": standing.get(administered_by),
            "branch_of": standing.get(parent),
            "competent_authority": there.authority_id if there else None,
        }
    return facts
