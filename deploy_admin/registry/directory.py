"""What the rows of a table mean: places, institutions and relations, in a few queries for any file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.importing.columns import folded
from deploy_admin.jobs.importing.records import Record
from deploy_admin.registry.choosing import nameable_by
from deploy_admin.registry.codes import Kind
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution, InstitutionProfile, Jurisdiction

SEPARATORS = re.compile(r"[、，,;；\n]+")


class Directory:
    """Divisions, institutions the actor sees, authorities it may name, jurisdictions: six queries."""

    def __init__(self, actor: Actor, today: date) -> None:
        self.actor, self.today = actor, today
        self.tree = DivisionTree.read(today)
        self._read_places()
        self._read_institutions()
        self.held: dict[int, dict[int, date]] = defaultdict(dict)  # authority → its divisions
        self.holder: dict[int, int] = {}
        rows = Jurisdiction.objects.filter(valid_to__isnull=True)
        for authority, division, first in rows.values_list("authority_id", "division_id", "valid_from"):
            self.held[authority][division] = first
            self.holder[division] = authority
        self.new: dict[str, list[Record]] = {}

    def _read_places(self) -> None:
        self.places: dict[str, set[int]] = defaultdict(set)
        tree = self.tree
        everywhere = self.actor.reach == Reach.ALL
        for node in tree.nodes.values():
            if tree.standing(node.id) != node.id or (node.valid_to and node.valid_to < self.today):
                continue
            if not everywhere and node.id not in self.actor.division_ids:
                continue
            for name in {node.name, tree.full_name(node.id), node.code}:
                if name:
                    self.places[folded(name)].add(node.id)

    def _read_institutions(self) -> None:
        self.profiles: dict[int, InstitutionProfile] = {}
        self.versions: dict[int, int] = {}
        self.codes: dict[int, str] = {}
        self.by_code: dict[str, int] = {}
        self.by_name: dict[tuple[str, int | None], set[int]] = defaultdict(set)
        self.nameable: dict[str, set[int]] = defaultdict(set)
        self.names: dict[int, str] = {}
        seen = Institution.objects.visible_to(self.actor).filter(closed_on__isnull=True)
        for unit, version, code in seen.values_list("pk", "version", "credit_code"):
            self.versions[unit], self.codes[unit] = version, code or ""
            if code:
                self.by_code[code] = unit
        for profile in InstitutionProfile.objects.filter(
            institution__in=seen.order_by().values("pk"), valid_to__isnull=True
        ):
            self.profiles[profile.institution_id] = profile
            district = self.tree.district(profile.division_id)
            self.by_name[folded(profile.name), district].add(profile.institution_id)
        named = nameable_by(self.actor, self.today, authorities=True)
        for unit, name, short, code in named.values_list("pk", "profile__name", "profile__short_name", "credit_code"):
            self.names[unit] = name
            for each in filter(None, (name, short, code)):
                self.nameable[folded(each)].add(unit)

    def find_place(self, record: Record) -> None:
        """Write the finest division into the record, and its full name as the value that is compared."""
        district, town = record.values.get("division"), record.values.get("township")
        if not district:
            return
        found = self._place(record, "division", district)
        if found is not None and town:
            found = self._place(record, "township", town, within=found)
        if found is None:
            return
        record.refs["division"] = found
        record.refs["district"] = self.tree.district(found)
        record.values["division"] = self.tree.full_name(found)

    def _place(self, record: Record, column: str, text: str, within: int | None = None) -> int | None:
        found = self.places.get(folded(text), set())
        if within is not None:
            found = {place for place in found if within in self.tree.path(place)}
            found = found or self.places.get(folded(self.tree.full_name(within) + text), set())
        if len(found) == 1:
            return next(iter(found))
        if not found:
            record.refuse(column, "division_unknown")
        else:
            record.refuse(column, "division_ambiguous", names="、".join(sorted(map(self.tree.full_name, found))[:5]))
        return None

    def meet(self, records: Sequence[Record]) -> None:
        """Remember the rows of this file by name and code, so that rows may refer to each other."""
        self.new = defaultdict(list)
        for number, record in enumerate(records):
            record.refs["key"] = f"row {number}"
            for name in {record.values.get("name"), record.values.get("credit_code")}:
                if name:
                    self.new[folded(name)].append(record)

    def find_institution(self, record: Record) -> None:
        """Write the existing institution's id into the record, if it is one."""
        name, code = record.values.get("name"), record.values.get("credit_code")
        unit = self.by_code.get(code or "")
        if unit is None and name and "district" in record.refs:
            found = self.by_name.get((folded(name), record.refs["district"]), set())
            if code:
                # Somebody of the same name with another code is somebody else; without a code it may be this one.
                found = {other for other in found if not self.codes[other]}
            if len(found) > 1:
                record.refuse("name", "row_ambiguous")
                return
            unit = next(iter(found), None)
        if unit is not None and unit in self.profiles:
            record.refs["unit"] = unit

    def find_relation(self, record: Record, column: str) -> None:
        """Write the administering or parent institution into the record: one that exists, or a row of this file."""
        text = record.values.get(column)
        if not text:
            return
        found = self.nameable.get(folded(text), set())
        if column == "parent":
            found = {unit for unit in found if unit in self.profiles}
        if len(found) == 1:
            unit = next(iter(found))
            record.refs[f"{column}_id"] = unit
            record.values[column] = self.names[unit]
            return
        rows = [row for row in self.new.get(folded(text), []) if row is not record and "unit" not in row.refs]
        if not found and len(rows) == 1:
            record.refs[f"{column}_key"] = rows[0].refs["key"]
            if rows[0].refused:
                record.refuse(column, "institution_unknown")
        else:
            record.refuse(column, "institution_ambiguous" if found or rows else "institution_unknown")

    def find_jurisdiction(self, record: Record) -> None:
        """Write the divisions of an authority into the record."""
        text = record.values.get("jurisdiction")
        if not text:
            return
        unit = record.refs.get("unit")
        places = set()
        for part in filter(None, (part.strip() for part in SEPARATORS.split(text))):
            place = self._place(record, "jurisdiction", part)
            if place is None:
                continue
            if self.holder.get(place, unit) != unit:
                record.refuse("jurisdiction", "jurisdiction_taken", name=self.tree.full_name(place))
            places.add(place)
        record.refs["jurisdiction"] = sorted(places)
        record.values["jurisdiction"] = self._listed(places)

    def dropped(self, record: Record) -> list[str]:
        """Return the names of divisions that the authority has and the row does not name."""
        gone = set(self.held.get(record.refs["unit"], {})) - set(record.refs.get("jurisdiction", ()))
        return sorted(self.tree.full_name(place) for place in gone)

    def to_grant(self, record: Record) -> Iterable[tuple[int, date]]:
        """Yield the divisions that the row adds, with the day."""
        held = self.held.get(record.refs.get("unit", 0), {})
        for place in record.refs.get("jurisdiction", ()):
            if place not in held:
                yield place, record.values["from_day"]

    def _listed(self, places: Iterable[int]) -> str:
        return "、".join(sorted(self.tree.full_name(place) for place in places))

    def as_row(self, unit: int) -> dict[str, Any]:
        """Return an institution by column key, as the file would write it."""
        profile = self.profiles[unit]
        plain = ("name", "short_name", "kind", "tier", "ownership", "affiliation", "settlement", "medical_community")
        row = {key: getattr(profile, key) or None for key in plain}
        row |= {
            key: getattr(profile, key) for key in ("remote", "key_township", "population", "latitude", "longitude")
        }
        is_authority = profile.kind == Kind.HEALTH_AUTHORITY
        return row | {
            "credit_code": self.codes[unit] or None,
            "level": str(profile.level) if profile.level else None,
            "division": self.tree.full_name(profile.division_id),
            "administered_by": self.names.get(profile.administered_by_id or 0),
            "parent": self.names.get(profile.parent_id or 0),
            "jurisdiction": (self._listed(self.held.get(unit, ())) or None) if is_authority else None,
        }
