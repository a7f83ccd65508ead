"""Nominating people: each checked, all or none; changed, taken off the list again, or the whole list at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.filing import checks, services_moving
from assignments.filing.nomination_checks import check_rows
from assignments.filing.nomination_rows import NominationRow, NotNominable, still_open
from assignments.models import FiledList, Nomination, NominationWish, PlanGap, PlanLine, PlanMark
from assignments.services.moving import recorded_by
from assignments.services.placements import Finding
from assignments.states import LineState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.models import HealthWorker

__all__ = [
    "NominationRow", "NotNominable", "change_nomination", "check_rows", "enter_people", "nominate",
    "save_nominations", "withdraw_nominations",
]  # fmt: skip

#: So many people stand on one list.
MOST_PEOPLE = 500
COLUMNS = ("speciality", "possible_from", "possible_to", "remark", "accepted")


@transaction.atomic
def nominate(
    *, filed: FiledList, rows: Sequence[NominationRow], version: int | None = None, by: Actor
) -> list[Nomination]:
    """Put everybody of the rows on the list, or nobody. `NotNominable` carries the findings of every row.

    Whoever nominates somebody has not said that it is nobody this time.
    """
    held = services_moving.take_to_enter(filed=filed, version=version, by=by)
    there = Nomination.objects.filter(filed_list=held, state=LineState.STANDING).count()
    _check_size(there + len(rows))
    found = _checked(rows, held, by)
    new = _create(held, rows, found, by)
    _told(held, "nominated", rows, found, nothing=False, by=by)
    return new


@transaction.atomic
def change_nomination(
    *, nomination: Nomination, row: NominationRow, version: int | None = None, by: Actor
) -> Nomination:
    """Change what a nomination says, as it was read; the person stays the same."""
    held = services_moving.take_to_enter(filed=nomination.filed_list, version=None, by=by)
    line = _standing(held, [nomination.pk])[0]
    if row.worker_id != line.worker_id:
        raise RuleViolation(_("A nomination stays with its person."), "another_person")
    if version is not None and version != line.version:
        raise _conflict(held, line, version, row)
    if line.pk in checks.settled(held):
        raise checks.refuse_settled(line.worker.name)
    asked = [_of(row, line)]
    found = _checked(asked, held, by)
    if _change(line, asked[0], found[0]):
        _told(held, "nomination_changed", asked, found, nothing=held.nothing, by=by)
    return line


@transaction.atomic
def enter_people(
    *, filed: FiledList, rows: Sequence[NominationRow], versions: Mapping[int, int | None], by: Actor
) -> int:
    """Nominate whoever is new among the rows and change whoever is not, all or none; return how many that are.

    `versions` says by person which version of a nomination was read.
    """
    held = services_moving.take_to_enter(filed=filed, version=None, by=by)
    there, settled = {line.worker_id: line for line in _lines(held)}, checks.settled(held)
    for row in rows:
        line, read = there.get(row.worker_id), versions.get(row.worker_id)
        if read is None:
            continue
        if line is None:
            raise _line_unknown()
        if read != line.version:
            raise _conflict(held, line, read, row)
        if line.pk in settled:
            raise checks.refuse_settled(line.worker.name)
    # Who was read as new and stands there by now was nominated by somebody else meanwhile: the check says so.
    known = {worker: line for worker, line in there.items() if versions.get(worker) is not None}
    asked = [_of(row, known.get(row.worker_id)) for row in rows]
    new = [n for n, row in enumerate(asked) if row.nomination_id is None]
    _check_size(len(there) + len(new))
    found = _checked(asked, held, by)
    for n, row in enumerate(asked):
        if row.nomination_id is not None:
            _change(known[row.worker_id], row, found[n])
    _create(held, [asked[n] for n in new], [found[n] for n in new], by)
    act = "nominated" if new else "nomination_changed"
    _told(held, act, asked, found, nothing=False, by=by)
    return len(asked)


@transaction.atomic
def withdraw_nominations(
    *, filed: FiledList, nomination_ids: Collection[int], version: int | None = None, by: Actor
) -> FiledList:
    """Take people off the list again, all or none; whom a decision placed stays."""
    held = services_moving.take_to_enter(filed=filed, version=version, by=by)
    lines = _standing(held, nomination_ids)
    _remove(held, lines)
    gone = {"workers": sorted(line.worker_id for line in lines)}
    return services_moving.write_head(
        held, nothing=held.nothing, remark=held.remark, step="nominations_withdrawn", detail=gone, by=by
    )


@transaction.atomic
def save_nominations(
    *,
    filed: FiledList,
    rows: Sequence[NominationRow],
    nothing: bool = False,
    remark: str | None = None,
    version: int | None = None,
    by: Actor,
) -> FiledList:
    """Write the whole list as it is given: who is missing is taken off. All or none."""
    yours = {"nothing": nothing} if remark is None else {"nothing": nothing, "remark": remark}
    held = services_moving.take_to_enter(filed=filed, version=version, yours=yours, by=by)
    _check_size(len(rows))
    there = {line.worker_id: line for line in _lines(held)}
    asked = [_of(row, there.get(row.worker_id)) for row in rows]
    # Lines that stay as they are and were decided on are not asked again.
    settled = checks.settled(held)
    wanted = [row for row in asked if row.nomination_id not in settled]
    found = _checked(wanted, held, by)
    by_row = dict(zip(map(id, wanted), found, strict=True))
    _remove(held, [line for worker, line in there.items() if worker not in {row.worker_id for row in asked}])
    for row in asked:
        if row.nomination_id is None:
            continue
        line = there[row.worker_id]
        if line.pk in settled:
            if _says_other(line, row):
                raise checks.refuse_settled(line.worker.name)
        else:
            _change(line, row, by_row[id(row)])
    new = [row for row in wanted if row.nomination_id is None]
    _create(held, new, [by_row[id(row)] for row in new], by)
    return _told(held, "saved", wanted, found, nothing=nothing, remark=remark, by=by)


# ------------------------------------------------------------ checking


def _checked(rows: Sequence[NominationRow], held: FiledList, by: Actor) -> list[list[Finding]]:
    """Return the warnings of each row that were accepted; refuse the rows where anything else speaks against one.

    Whoever nominates the same people at the same moment waits here, and then sees these nominations.
    """
    ids = {row.worker_id for row in rows}
    list(HealthWorker.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    found = check_rows(rows, held, by)
    if any(each.refuses for row in found for each in row) or any(still_open(rows, found)):
        raise NotNominable(rows, found)
    return found


def _check_size(count: int) -> None:
    if count > MOST_PEOPLE:
        raise RuleViolation(_("A list has at most %(n)d people.") % {"n": MOST_PEOPLE}, "list_too_long")


def _standing(held: FiledList, ids: Collection[int]) -> list[Nomination]:
    """Return these lines of the list; refuse where one of them is not there any more."""
    wanted = set(ids)
    found = [line for line in _lines(held) if line.pk in wanted]
    if not wanted or len(found) != len(wanted):
        raise _line_unknown()
    return found


def _line_unknown() -> RuleViolation:
    return RuleViolation(_("A line of this list was changed meanwhile: open it again."), "line_unknown")


def _lines(held: FiledList) -> list[Nomination]:
    rows = Nomination.objects.filter(filed_list=held, state=LineState.STANDING)
    return list(rows.select_related("worker").order_by("pk"))


def _of(row: NominationRow, line: Nomination | None) -> NominationRow:
    """Return the row as the change of the line that the person stands in, or as a new nomination."""
    return replace(row, nomination_id=line.pk if line is not None else None)


# ------------------------------------------------------------ writing


def _create(
    held: FiledList, rows: Sequence[NominationRow], found: Sequence[Sequence[Finding]], by: Actor
) -> list[Nomination]:
    if not rows:
        return []
    people = HealthWorker.objects.in_bulk([row.worker_id for row in rows])
    now = clock.now()
    new = [
        Nomination(
            filed_list=held,
            campaign_id=held.campaign_id,
            institution_id=held.institution_id,
            worker_id=row.worker_id,
            updated_at=now,
            **_said(row, people[row.worker_id], findings),
            **recorded_by(by),
        )
        for row, findings in zip(rows, found, strict=True)
    ]
    with refusals():
        Nomination.objects.bulk_create(new)
        _wish(new, rows)
    return new


def _change(line: Nomination, row: NominationRow, found: Sequence[Finding]) -> bool:
    """Write what the row says otherwise; return whether anything is."""
    values = _said(row, line.worker, found)
    other = {name for name, value in values.items() if getattr(line, name) != value}
    wishes = tuple(line.wishes.order_by("rank").values_list("institution_id", flat=True))
    if not other and wishes == row.wishes:
        return False
    for name in other:
        setattr(line, name, values[name])
    line.version, line.updated_at = line.version + 1, clock.now()
    with refusals():
        line.save(update_fields=[*other, "version", "updated_at"])
        if wishes != row.wishes:
            NominationWish.objects.filter(nomination=line).delete()
            _wish([line], [row])
    return True


def _says_other(line: Nomination, row: NominationRow) -> bool:
    said = _said(row, line.worker, ())
    return any(getattr(line, name) != said[name] for name in COLUMNS if name != "accepted")


def _said(row: NominationRow, worker: HealthWorker, found: Sequence[Finding]) -> dict[str, Any]:
    """Return the columns; accepted warnings stay with the sentence as it stood."""
    return {
        "speciality": scrubbed((row.speciality.strip() or worker.speciality).strip())[:100],
        "possible_from": row.possible_from,
        "possible_to": row.possible_to,
        "remark": scrubbed(row.remark.strip())[:300],
        "accepted": {each.code: each.message for each in found if not each.refuses},
    }


def _wish(lines: Sequence[Nomination], rows: Sequence[NominationRow]) -> None:
    NominationWish.objects.bulk_create(
        NominationWish(nomination=line, institution_id=unit, rank=rank)
        for line, row in zip(lines, rows, strict=True)
        for rank, unit in enumerate(row.wishes, start=1)
    )


def _remove(held: FiledList, lines: Sequence[Nomination]) -> None:
    """Delete lines; one that a plan mentions is struck, so that the plan can still say whom it was about."""
    settled = checks.settled(held)
    for line in lines:
        if line.pk in settled:
            raise checks.refuse_settled(line.worker.name)
    ids = {line.pk for line in lines}
    if not ids:
        return
    planned: set[int] = set()
    for model in (PlanLine, PlanMark, PlanGap):
        rows = model._default_manager.filter(nomination__in=ids).order_by()
        planned |= set(rows.values_list("nomination_id", flat=True))
    kept = Nomination.objects.filter(pk__in=planned)
    kept.update(state=LineState.STRUCK, struck_reason=str(_("removed by the unit")), updated_at=clock.now())
    Nomination.objects.filter(pk__in=ids - planned).delete()


def _told(
    held: FiledList,
    act: str,
    rows: Sequence[NominationRow],
    found: Sequence[Sequence[Finding]],
    *,
    nothing: bool,
    remark: str | None = None,
    by: Actor,
) -> FiledList:
    accepted = Counter(each.code for findings in found for each in findings)
    detail = {"workers": sorted(row.worker_id for row in rows), "accepted": dict(accepted)}
    said = held.remark if remark is None else remark
    return services_moving.write_head(held, nothing=nothing, remark=said, step=act, detail=detail, by=by)


def _conflict(held: FiledList, line: Nomination, version: int, row: NominationRow) -> Conflict:
    """Return the refusal of a version that was not read, with both values."""
    names = [name for name in COLUMNS if name != "accepted"]
    yours = {name: _json(getattr(row, name)) for name in names if getattr(row, name) != getattr(line, name)}
    theirs: Mapping[str, Any] = {name: _json(getattr(line, name)) for name in yours}
    refusal = services_moving.conflict(held, version, {})
    told = {**refusal.context, "yours": yours, "theirs": {**theirs, "version": line.version}}
    return Conflict(_("Somebody else has changed this nomination since you opened it."), refusal.code, context=told)


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
