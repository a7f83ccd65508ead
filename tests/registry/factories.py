"""Institutions, divisions and actors for tests, as short as a sentence."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deploy_admin.access import GRANTS, Permission, Reach, Role
from deploy_admin.registry import pinyin, reach
from deploy_admin.registry.codes import DivisionLevel
from deploy_admin.registry.models import (
    Division,
    Institution,
    InstitutionProfile,
    Jurisdiction,
    PairingSupport,
    SpecialityProgramme,
)

LONG_AGO = date(2015, 1, 1)
_numbers = itertools.count(1)


def a_division(
    name: str | None = None, *, level: str = DivisionLevel.COUNTY, parent: Division | None = None, **more: Any
) -> Division:
    """Return a district, or whatever `level` says."""
    name = name or f"示范{next(_numbers)}区"
    more.setdefault("valid_from", LONG_AGO)
    return Division.objects.create(
        name=name, level=level, parent=parent, pinyin=pinyin.key(name), initials=pinyin.initials(name), **more
    )


def an_institution(
    name: str | None = None,
    *,
    division: Division | None = None,
    opened_on: date = LONG_AGO,
    closed_on: date | None = None,
    credit_code: str | None = None,
    **facts: Any,
) -> Institution:
    """Return a public district general hospital, or whatever the facts say, with one profile; `.profile` is set."""
    name = name or f"示范医院{next(_numbers)}"
    facts = {
        "kind": "general_hospital",
        "tier": "county",
        "level": 2,
        "ownership": "public",
        "affiliation": "district",
    } | facts
    institution = Institution.objects.create(opened_on=opened_on, closed_on=closed_on, credit_code=credit_code)
    institution.profile = InstitutionProfile.objects.create(
        institution=institution,
        valid_from=opened_on,
        valid_to=closed_on,
        name=name,
        pinyin=pinyin.key(name),
        initials=pinyin.initials(name),
        division=division or a_division(),
        **facts,
    )
    return institution


def an_authority(
    division: Division, name: str | None = None, *, competent_from: date | None = None, **facts: Any
) -> Institution:
    """Return the health authority competent for `division`."""
    facts = {"kind": "health_authority", "level": None} | facts
    authority = an_institution(name or f"{division.name}卫生健康委员会（示范）", division=division, **facts)
    Jurisdiction.objects.create(
        authority=authority, division=division, valid_from=competent_from or authority.opened_on
    )
    return authority


def a_pairing(supporting: Institution, supported: Institution, first: date = LONG_AGO, **more: Any) -> PairingSupport:
    """Return the support of one unit by another since long ago, or as `more` says."""
    return PairingSupport.objects.create(
        supporting_unit=supporting, supported_unit=supported, valid_from=first, **more
    )


def a_programme(
    unit: Institution, speciality: str = "儿科", first: date = LONG_AGO, **more: Any
) -> SpecialityProgramme:
    """Return a speciality that the unit builds up since long ago, or as `more` says."""
    return SpecialityProgramme.objects.create(institution=unit, speciality=speciality, valid_from=first, **more)


@dataclass(frozen=True)
class FakeActor:
    """Somebody with a role and a reach, without an account."""

    role: Role | None = Role.CITY_OFFICER
    reach: Reach = Reach.ALL
    institution_id: int | None = None
    institution_ids: frozenset[int] = frozenset()
    division_ids: frozenset[int] = frozenset()
    worker_id: int | None = None
    name: str = "测试经办"
    user_id: int | None = None
    membership_id: int | None = None
    permissions: frozenset[Permission] | None = field(default=None)

    def can(self, permission: Permission) -> bool:
        granted = self.permissions if self.permissions is not None else GRANTS[self.role] if self.role else frozenset()
        return permission in granted


CITY = FakeActor()


def district_officer(authority: Institution, on: date) -> FakeActor:
    """Return an officer of `authority` with the reach it has on `on`."""
    return FakeActor(
        role=Role.DISTRICT_OFFICER,
        reach=Reach.DISTRICT,
        institution_id=authority.pk,
        institution_ids=reach.unit_and_relatives(authority.pk, on),
        division_ids=reach.covered_division_ids({authority.pk}, on),
    )


def unit_hr(institution: Institution, on: date) -> FakeActor:
    """Return somebody of the personnel office of `institution`."""
    return FakeActor(
        role=Role.SENDER_HR,
        reach=Reach.UNIT,
        institution_id=institution.pk,
        institution_ids=reach.unit_and_relatives(institution.pk, on),
    )
