"""What the acts on people's records are given: facts of the person, of the post, of a title, and the paper behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final

from deploy_admin.jobs.models import StoredFile


class Keep(Enum):
    """Says that a value stays as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is true of the person whoever employs them. With an ID number, it says the sex and the date of birth."""

    name: str
    national_id: str = ""
    sex: str = "0"
    ethnicity: str = ""
    born_on: date | None = None
    education: str = ""
    degree: str = ""
    major: str = ""
    speciality: str = ""
    clinical_since: date | None = None
    management_experience: bool | None = None


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What may change while a person stays with a unit."""

    department: str = ""
    staff_category: str = ""
    employment_mode: str = ""
    military: bool | None = None


@dataclass(frozen=True, slots=True)
class EmploymentFacts:
    """Where a person works and since when."""

    institution_id: int
    valid_from: date
    hired_on: date | None = None
    began_as: str = "unknown"
    post: PostFacts = field(default_factory=PostFacts)


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """One professional title by its code (GB/T 8561)."""

    code: str
    qualified_on: date
    scope: str = "general"
    appointed_on: date | None = None
    review_year: int | None = None
    document_number: str = ""


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """One licence to practise."""

    kind: str
    number: str = ""
    practice_category: str = ""
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """The document on which an entry rests, and its scan where there is one."""

    document: str = ""
    document_number: str = ""
    document_date: date | None = None
    scan: StoredFile | None = None
