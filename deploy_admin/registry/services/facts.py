"""What the services take: facts of a profile, registrations, changes, the document behind an act; their checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberInvalid

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.registry import pinyin
from deploy_admin.registry.codes import Kind
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import InstitutionProfile


@dataclass(frozen=True, kw_only=True)
class ProfileFacts:
    """Everything a profile says, the period apart."""

    name: str
    kind: str
    tier: str
    ownership: str
    affiliation: str
    division_id: int
    short_name: str = ""
    level: int | None = None
    administered_by_id: int | None = None
    parent_id: int | None = None
    remote: bool | None = None
    key_township: bool | None = None
    settlement: str = ""
    medical_community: str = ""
    population: int | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None

    def values(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One institution to register. `key` names it for others of the same batch, which refer to it by `…_key`."""

    facts: ProfileFacts
    opened_on: date
    credit_code: str | None = None
    key: str | None = None
    parent_key: str | None = None
    administered_by_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes different for one institution from a day on."""

    institution_id: int
    on: date
    facts: Mapping[str, Any]
    version: int


class Keep:
    """Stands for a credit code that is left as it is; None would empty it."""


KEEP = Keep()


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What was recorded wrongly in one profile, or in the code of its institution."""

    profile_id: int
    facts: Mapping[str, Any]
    version: int
    credit_code: str | Keep | None = KEEP


@dataclass(frozen=True)
class Grant:
    """One authority competent for one division from a day."""

    authority_id: int
    division_id: int
    on: date


@dataclass(frozen=True, kw_only=True)
class Document:
    """The document that orders a change of units."""

    title: str
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One heir of a split with its share of the past figures; none where the document does not say."""

    heir_id: int
    version: int
    share: Decimal | None = None


@dataclass
class Bounds:
    """Which divisions the actor may write in. The city writes everywhere, an authority where it is competent."""

    by: Actor
    everywhere: bool = field(init=False)

    def __post_init__(self) -> None:
        self.everywhere = self.by.reach == Reach.ALL

    def check(self, division_ids: Collection[int]) -> None:
        """Refuse a division outside."""
        if not self.everywhere and not set(division_ids) <= set(self.by.division_ids):
            raise RuleViolation(
                _("You may register institutions only where your authority is competent."),
                "outside_your_divisions",
                fields={"division": _("This division is not one of yours.")},
            )

    def check_kinds(self, kinds: Collection[str]) -> None:
        """Refuse authorities to all but the city: whoever makes one decides who sees what."""
        if not self.everywhere and Kind.HEALTH_AUTHORITY in set(kinds):
            raise RuleViolation(
                _("Health authorities are registered by the city."),
                "authority_by_city_only",
                fields={"kind": _("Health authorities are registered by the city.")},
            )


def checked_credit_code(code: str | None) -> str | None:
    """Return the code in capitals without spaces, None for none; refuse one whose check digit is wrong."""
    if not code or not code.strip():
        return None
    try:
        return str(uscc.validate(code))
    except NumberInvalid as fault:
        sentence = _("This is not a valid unified social credit code.")
        raise RuleViolation(sentence, "credit_code_invalid", fields={"credit_code": sentence}) from fault


def check_facts(values: Mapping[str, Any]) -> None:
    """Refuse facts that no profile can have; the rest is the database's to judge."""
    if "name" in values and not str(values["name"]).strip():
        sentence = _("An institution needs a name.")
        raise RuleViolation(sentence, "name_missing", fields={"name": sentence})
    if {"latitude", "longitude"} <= set(values) and (values["latitude"] is None) != (values["longitude"] is None):
        sentence = _("Latitude and longitude go together: give both or neither.")
        lacking = "latitude" if values["latitude"] is None else "longitude"
        raise RuleViolation(sentence, "place_unknown", fields={lacking: sentence})
    unknown = set(values) - set(InstitutionProfile.FACTS)
    if unknown:
        raise ValueError(f"not facts of a profile: {sorted(unknown)}")


def check_divisions(places: Collection[tuple[int, date]]) -> None:
    """Refuse a division that has ended before the day, or begins only after it."""
    if not places:
        return
    for day in {day for _place, day in places}:
        tree = DivisionTree.read(day)
        for place, on in places:
            if on != day:
                continue
            node = tree.nodes[place]
            if node.valid_to is not None and node.valid_to < day:
                heir = tree.nodes[tree.standing(place)].name
                sentence = _("%(name)s ended on %(day)s; the division is now %(heir)s.") % {
                    "name": node.name,
                    "day": node.valid_to.isoformat(),
                    "heir": heir,
                }
                raise RuleViolation(sentence, "division_ended", fields={"division": sentence})


def check_day(on: date, furthest_years: int = 5) -> None:
    """Refuse a day so far ahead that it must be a slip."""
    if on.year > clock.today().year + furthest_years:
        sentence = _("%(day)s lies too far ahead.") % {"day": on.isoformat()}
        raise RuleViolation(sentence, "day_too_far", fields={"on": sentence, "opened_on": sentence})


def with_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the pinyin keys that go with their name."""
    done = dict(values)
    if "name" in done:
        done |= {"pinyin": pinyin.key(done["name"]), "initials": pinyin.initials(done["name"])}
    return done
