"""Lists of promotions and recruits: putting people on, taking them off, saying that nobody or more is to come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.months import Period
from deploy_admin.people.models import Employment, Title
from deploy_admin.people.services.bulk import LicenceRow, PersonRow, TitleRow, save_all
from deploy_admin.registry.models import Institution
from quotas.countings import countings_of
from quotas.models import Figure, ListedPerson, ListKind, UnitList
from quotas.services import counted, guard, inbox
from quotas.services.listing import PHYSICIAN_TITLES, Listing, Records, all_faults, filled_in

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


@transaction.atomic
def list_people(kind: str, period: Period, rows: Sequence[Listing], *, job_id: int | None = None, by: Actor) -> Listed:
    """Put these people on their units' lists, all or none: persons, titles or employments, rows and counted figures.

    Nobody is ever taken off by this: a late result comes by a list that names it alone.
    """
    allow(by)
    if not rows:
        return Listed()
    units = {row.institution_id for row in rows}
    refuse_unreachable(units, by)
    heads = take_hold(kind, period, units)
    records = Records.of({row.worker_id for row in rows if row.worker_id is not None}, units, kind, period)
    for row in rows:
        filled_in(kind, row, records)
    _refuse_faults(kind, period, rows, records)
    ids = _people(kind, rows, records, job_id=job_id, by=by)
    listed = _rows(kind, period, rows, ids, records, job_id=job_id, by=by)
    touch([head.pk for head in heads], nobody_at=None, nobody_by_name="")
    audit.record(
        act="lists.entered",
        by=by,
        label=label(kind, period),
        detail={
            "kind": kind,
            "period": period.iso,
            "added": listed.added,
            "changed": listed.changed,
            "unchanged": listed.unchanged,
            "units": sorted(units)[:1000],
            "job": job_id,
        },
    )
    _after(kind, period, units, job_id=job_id, by=by)
    return listed


@transaction.atomic
def withdraw_person(*, row: ListedPerson, reason: str, by: Actor) -> ListedPerson:
    """Take one person off a list. Title and employment stay on the person's record."""
    allow(by)
    text = reason_given(reason)
    if row.on_behalf_of and not is_officer(by):
        raise RuleViolation(
            _("The commission listed this person. Object to the row instead, with a reason."), "not_permitted"
        )
    take_hold(row.kind, row.period, {row.institution_id})
    move(
        ListedPerson.objects.visible_to(by).filter(
            pk=row.pk, state__in=[s for s in ListedPerson.State if s.may_become(ListedPerson.State.WITHDRAWN)]
        ),
        1,
        state=ListedPerson.State.WITHDRAWN,
        reason=text,
        decided_by_name=by.name,
        decided_at=clock.now(),
    )
    row.refresh_from_db()
    audit.record(act="lists.withdrawn", by=by, on=row, label=label(row.kind, row.period), detail={"reason": text})
    _after(row.kind, row.period, {row.institution_id}, by=by)
    return row


@transaction.atomic
def declare_nobody(*, kind: str, period: Period, institution_id: int, by: Actor) -> None:
    """Say that nobody was promoted or recruited, so that the figure is nought and not missing."""
    allow(by)
    refuse_unreachable({institution_id}, by)
    heads = take_hold(kind, period, {institution_id})
    if ListedPerson.objects.standing().of_period(period).filter(kind=kind, institution_id=institution_id).exists():
        raise RuleViolation(_("This list names people: it cannot be declared empty."), "list_not_empty")
    touch([head.pk for head in heads], nobody_at=clock.now(), nobody_by_name=by.name)
    audit.record(act="lists.nobody", by=by, on=heads[0], label=label(kind, period))
    _after(kind, period, {institution_id}, by=by)


@transaction.atomic
def await_results(*, kind: str, period: Period, institution_id: int, remark: str, by: Actor) -> None:
    """Say that results of this period are still to come: what rests on the list stays provisional until then."""
    allow(by)
    refuse_unreachable({institution_id}, by)
    text = scrubbed(remark.strip())
    if not text:
        sentence = _("Say which results are still awaited.")
        raise RuleViolation(sentence, "remark_missing", fields={"remark": sentence})
    heads = take_hold(kind, period, {institution_id})
    measures = [counting.measure for counting in countings_of(kind)]
    figures = Figure.objects.current().signed_off().of_period(period)
    if figures.filter(institution_id=institution_id, measure__in=measures).exists():
        raise RuleViolation(
            _("Figures of this list are signed off: what comes later is a correction of them."), "figure_signed"
        )
    touch([head.pk for head in heads], awaited_at=clock.now(), awaited_by_name=by.name, awaited_remark=text)
    audit.record(act="lists.awaited", by=by, on=heads[0], label=label(kind, period), detail={"remark": text})
    counted.ask_again(period, {institution_id}, by=by)


@transaction.atomic
def results_are_in(*, kind: str, period: Period, institution_id: int, by: Actor) -> None:
    """Say that nothing is awaited any more: the figures may be signed off."""
    allow(by)
    refuse_unreachable({institution_id}, by)
    heads = take_hold(kind, period, {institution_id})
    if heads[0].awaited_at is None:
        raise Conflict(_("Nothing is awaited for this list."), "changed_meanwhile")
    touch([heads[0].pk], awaited_at=None, awaited_by_name="", awaited_remark="")
    audit.record(act="lists.results_in", by=by, on=heads[0], label=label(kind, period))
    counted.ask_again(period, {institution_id}, by=by)


# ---------------------------------------------------------------- shared with answering


def allow(by: Actor) -> None:
    """Refuse whoever may not both report figures and keep people's records: a list is both."""
    if not (by.can(Permission.FIGURES_ENTER) and by.can(Permission.PEOPLE_EDIT)):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")


def is_officer(by: Actor) -> bool:
    """Whether the actor decides for others: an authority's officer, or the machine."""
    return by.reach in (Reach.ALL, Reach.DISTRICT) and by.can(Permission.FIGURES_SIGN_OFF)


def speaks_for(by: Actor, institution_id: int) -> bool:
    """Whether the actor acts for the unit itself."""
    return institution_id == by.institution_id or (by.reach is Reach.UNIT and institution_id in by.institution_ids)


def refuse_unreachable(institution_ids: set[int], by: Actor) -> None:
    """Refuse units that the actor does not see."""
    seen = Institution.objects.visible_to(by).filter(pk__in=institution_ids).values_list("pk", flat=True)
    if set(seen) != institution_ids:
        raise RuleViolation(_("One of these institutions is not there."), "institution_unknown")


def take_hold(kind: str, period: Period, institution_ids: Collection[int]) -> list[UnitList]:
    """Return these lists' headers, made where there is none and locked until the transaction ends."""
    guard.inputs_change()
    guard.lists_change()
    key = {"kind": kind, "period_start": period.first, "period_end": period.last}
    UnitList.objects.bulk_create(
        [UnitList(institution_id=pk, **key) for pk in sorted(institution_ids)], ignore_conflicts=True
    )
    rows = UnitList.objects.filter(institution_id__in=institution_ids, **key)
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("institution_id"))


def touch(ids: Collection[int], **columns: Any) -> None:
    """Write these columns of headers."""
    with refusals():
        UnitList.objects.filter(pk__in=ids).update(updated_at=clock.now(), **columns)


def move(rows: Any, expected: int, **columns: Any) -> None:
    """Write these columns of rows by one conditional UPDATE; a Conflict where fewer stood as expected."""
    with refusals():
        moved = rows.update(updated_at=clock.now(), **columns)
    if moved != expected:
        raise Conflict(_("These rows were changed meanwhile. Look at the list again."), "changed_meanwhile")


def reason_given(reason: str) -> str:
    """Return the reason, without whole ID numbers in it; refuse where there is none."""
    if not (text := scrubbed(reason.strip())):
        sentence = _("Write the reason.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return text


def label(kind: str, period: Period) -> str:
    """Name a list for the record."""
    return f"{ListKind(kind).label} {period}"


def after_change(kind: str, period: Period, institution_ids: Collection[int], *, by: Actor) -> None:
    """Bring counted figures and notices into line with what the lists say now."""
    _after(kind, period, institution_ids, by=by)


def _after(
    kind: str, period: Period, institution_ids: Collection[int], *, job_id: int | None = None, by: Actor
) -> None:
    counted.follow(kind, period, institution_ids, job_id=job_id, by=by)
    inbox.lists_to_confirm(kind, period)
    inbox.lists_objected(kind, period)


# ---------------------------------------------------------------- writing people and rows


def _refuse_faults(kind: str, period: Period, rows: Sequence[Listing], records: Records) -> None:
    for found in all_faults(kind, period, rows, records):
        refusing = [fault for fault in found if fault.refuses]
        if refusing:
            first = refusing[0]
            fields = {fault.column: fault.sentence for fault in reversed(refusing)}
            raise RuleViolation(first.sentence, first.code, fields=fields)


def _people(kind: str, rows: Sequence[Listing], records: Records, *, job_id: int | None, by: Actor) -> list[int]:
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


def _rows(
    kind: str,
    period: Period,
    rows: Sequence[Listing],
    ids: Sequence[int],
    records: Records,
    *,
    job_id: int | None,
    by: Actor,
) -> Listed:
    """Write the rows of the lists beside the people: one INSERT and one UPDATE for any number."""
    now = clock.now()
    made = _titles(ids) if kind == ListKind.PROMOTIONS else _hires(ids)
    standing = {
        row.worker_id: row
        for row in ListedPerson.objects.standing().of_period(period).filter(kind=kind, worker__in=ids)
    }
    for_others = by.reach in (Reach.ALL, Reach.DISTRICT) and by.user_id is not None
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
