"""What a table, a list or a form says of one person; KEEP where it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from deploy_admin.national_ids import NationalId
from deploy_admin.people.services.facts import KEEP, Keep


class TitleRow(NamedTuple):
    """A title the person holds: added, or, where it is held already, brought up to date."""

    code: str
    qualified_on: date | Keep = KEEP
    scope: str = "general"
    appointed_on: date | Keep | None = KEEP
    review_year: int | Keep | None = KEEP
    document_number: str | Keep = KEEP


class LicenceRow(NamedTuple):
    """A licence the person holds, likewise."""

    kind: str
    number: str | Keep = KEEP
    practice_category: str | Keep = KEEP
    issued_on: date | Keep | None = KEEP


class DocumentRow(NamedTuple):
    """Another paper the person holds, likewise."""

    name: str
    number: str = ""
    issued_on: date | Keep | None = KEEP
    valid_to: date | Keep | None = KEEP


class UnavailabilityRow(NamedTuple):
    """What keeps the person away; where the reason stands for some of these days already, its days are corrected."""

    kind: str
    valid_from: date
    valid_to: date | None = None


@dataclass(slots=True)
class PersonRow:
    """One person at one unit. `worker_id` names a known one; without it a new one is registered."""

    institution_id: int
    worker_id: int | None = None
    version: int | None = None
    national_id: NationalId | None = None
    name: str | Keep = KEEP
    sex: str | Keep = KEEP
    born_on: date | Keep | None = KEEP
    ethnicity: str | Keep = KEEP
    education: str | Keep = KEEP
    degree: str | Keep = KEEP
    major: str | Keep = KEEP
    speciality: str | Keep = KEEP
    clinical_since: date | Keep | None = KEEP
    management_experience: bool | Keep | None = KEEP
    department: str | Keep = KEEP
    staff_category: str | Keep = KEEP
    employment_mode: str | Keep = KEEP
    military: bool | Keep | None = KEEP
    hired_on: date | Keep | None = KEEP
    began_as: str | Keep = KEEP
    changed_on: date | None = None
    left_on: date | None = None
    ended_as: str = ""
    titles: tuple[TitleRow, ...] = ()
    licences: tuple[LicenceRow, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    unavailabilities: tuple[UnavailabilityRow, ...] = ()


class Saved(NamedTuple):
    """How many people were registered, changed and found as said, and their ids in the order of the rows."""

    created: int
    changed: int
    unchanged: int
    ids: list[int]
