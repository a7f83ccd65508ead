"""Writing what a list says: people through the roster's own writer, and the rows of the list beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Period
from deploy_admin.people.models import Employment, Title
from deploy_admin.people.services.bulk import LicenceRow, PersonRow, TitleRow, save_all
from quotas.models import ListedPerson, ListKind
from quotas.services.listing import PHYSICIAN_TITLES, Listing, Records, all_faults, standing_rows

#: What of a row may be brought up to date by listing the person again.
KEPT = (
    "happened_on", "title_code", "review_year", "practice_category", "military_status", "employment_mode",
    "staff_category",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """What listing did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def refuse_faults(kind: str, period: Period, rows: Sequence[Listing], records: Records) -> None:
    """Refuse the first row with which something is wrong, beside the fields it concerns."""
    for found in all_faults(kind, period, rows, records):
        refusing = [fault for fault in found if fault.refuses]
        if refusing:
            first = refusing[0]
            fields = {fault.column: fault.sentence for fault in reversed(refusing)}
            raise RuleViolation(first.sentence, first.code, fields=fields)


def save_people(kind: str, rows: Sequence[Listing], records: Records, *, job_id: int | None, by: Actor) -> list[int]:
    """Save whoever is new or has something new; return the workers' ids in the order of the rows."""
    make = _promoted if kind == ListKind.PROMOTIONS else _recruited
    made = [make(row, records) for row in rows]
    saved = iter(save_all([row for row in made if row is not None], job_id=job_id, by=by).ids if any(made) else ())
    ids = []
    for row, person in zip(rows, made, strict=True):
        worker_id = next(saved) if person is not None else row.worker_id
        assert worker_id is not None  # noqa: S101 -- who is not saved is known
        ids.append(worker_id)
    if len(set(ids)) != len(ids):
        raise RuleViolation(_("The same person stands on the list twice."), "listed_twice")
    return ids


def _person(row: Listing) -> PersonRow:
    person = PersonRow(institution_id=row.institution_id, worker_id=row.worker_id, version=row.version)
    if row.worker_id is None:
        person.national_id, person.name = row.national_id, row.name
    if row.department:
        person.department = row.department
    if row.military is not None:
        person.military = row.military
    if row.education:
        person.education = row.education
    return person


def _promoted(row: Listing, records: Records) -> PersonRow | None:
    """Return what the promotion adds to the person's record; None where all of it is recorded."""
    assert row.happened_on is not None  # noqa: S101 -- a row without a day is refused
    held = records.title_of(row)
    given: dict[str, Any] = {
        "appointed_on": row.appointed_on,
        "review_year": row.review_year,
        "document_number": row.document_number or None,
    }
    new = {name: value for name, value in given.items() if value is not None}
    if held is not None and all(getattr(held, name) == value for name, value in new.items()):
        return None
    if held is not None and not records.is_theirs(row):
        return None  # moved on since: the list counts the title as it is recorded
    person = _person(row)
    person.titles = (TitleRow(code=row.title_code, qualified_on=row.happened_on, scope=row.title_scope, **new),)
    if row.worker_id is None:
        person.staff_category = "physician" if row.title_code in PHYSICIAN_TITLES else ""
    if row.title_code in PHYSICIAN_TITLES and row.worker_id not in records.licences:
        person.licences = (LicenceRow(kind="physician", practice_category=row.practice_category),)
    return person


def _recruited(row: Listing, records: Records) -> PersonRow | None:
    """Return what the hire adds to the person's record; None where it is recorded as a recruit's."""
    hire = records.hire_of(row)
    if hire is not None and (not hire.is_current or hire.ended_as):
        return None  # changed post or left since: the list counts the hire as it is recorded
    if hire is not None and hire.began_as == "recruited" and hire.hired_on == row.happened_on:
        return None
    person = _person(row)
    person.hired_on, person.began_as = row.happened_on, "recruited"
    if hire is None or not hire.staff_category:  # what was changed after the hire stays
        person.staff_category = row.staff_category
    if hire is None or not hire.employment_mode:
        person.employment_mode = row.employment_mode
    return person


def save_rows(
    kind: str,
    period: Period,
    rows: Sequence[Listing],
    ids: Sequence[int],
    *,
    job_id: int | None,
    from_unit: bool,
    by: Actor,
) -> Listed:
    """Write the rows of the lists beside the people: one INSERT and one UPDATE for any number."""
    now = clock.now()
    made = _titles(ids) if kind == ListKind.PROMOTIONS else _hires(ids)
    standing = standing_rows(kind, period, ids)
    for_others = by.reach in (Reach.ALL, Reach.DISTRICT) and by.user_id is not None and not from_unit
    new: list[ListedPerson] = []
    changed: list[ListedPerson] = []
    for row, worker_id in zip(rows, ids, strict=True):
        wanted = {
            "happened_on": row.happened_on,
            "title_code": row.title_code,
            "review_year": row.review_year,
            "practice_category": row.practice_category,
            "military_status": row.military_status,
            "employment_mode": row.employment_mode,
            "staff_category": row.staff_category,
        }
        there = standing.get(worker_id)
        behind = made.get(
            (worker_id, row.title_code, row.title_scope)
            if row.title_code
            else (worker_id, row.institution_id, row.happened_on)
        )
        if there is None:
            new.append(
                ListedPerson(
                    institution_id=row.institution_id,
                    kind=kind,
                    period_start=period.first,
                    period_end=period.last,
                    worker_id=worker_id,
                    title_id=behind if kind == ListKind.PROMOTIONS else None,
                    employment_id=behind if kind == ListKind.RECRUITS else None,
                    on_behalf_of=for_others and row.institution_id != by.institution_id,
                    entered_by_id=by.user_id,
                    entered_by_name=by.name,
                    entered_at=now,
                    updated_at=now,
                    job_id=job_id,
                    **wanted,
                )
            )
        elif any(getattr(there, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(there, name, value)
            there.updated_at = now
            changed.append(there)
    with refusals():
        ListedPerson.objects.bulk_create(new, batch_size=2000)
        if changed:
            ListedPerson.objects.bulk_update(changed, [*KEPT, "updated_at"], batch_size=1000)
    return Listed(len(new), len(changed), len(rows) - len(new) - len(changed))


def _titles(ids: Collection[int]) -> dict[tuple[Any, ...], int]:
    held = Title.objects.filter(worker__in=ids, revoked_on__isnull=True)
    return {
        (worker, code, scope): pk for pk, worker, code, scope in held.values_list("pk", "worker_id", "code", "scope")
    }


def _hires(ids: Collection[int]) -> dict[tuple[Any, ...], int]:
    found: dict[tuple[Any, ...], int] = {}
    held = Employment.objects.filter(worker__in=ids).order_by("valid_from")
    for pk, worker, unit, hired, first in held.values_list(
        "pk", "worker_id", "institution_id", "hired_on", "valid_from"
    ):
        found[worker, unit, first] = pk
        if hired is not None:
            found[worker, unit, hired] = pk
    return found
