"""Before the first day: the sending unit states that its people go, and practice at the receiving unit is filed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.kinds import FilingBasis
from assignments.models import Assignment, PracticeSuspension, Transition
from assignments.posting import Posted, asked_of
from assignments.services import following, moving, telling
from assignments.services.moving import NO_BASIS, Basis, Step
from assignments.services.standing_of import may_act_as_authority, may_act_for_sender
from assignments.states import COMING, RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.services.rows import check_not_future, reason_given

_S = AssignmentState


@transaction.atomic
def state_suspensions(
    *,
    assignments: Iterable[Assignment | int],
    on: date,
    by: Actor,
    valid_from: date | None = None,
    basis: Basis = NO_BASIS,
    versions: Mapping[int, int] | None = None,
) -> list[Transition]:
    """State for a whole list that its people go, and that practice is suspended of those who need it.

    Who needs it is what the posting rules say; without a first day it begins with each one's own. A constant number
    of statements for each first day that differs.
    """
    check_not_future(on, "on")
    rows = moving.hold_all(assignments, by, versions)
    on_behalf = may_act_for_sender(rows, by)
    moving.check_state(rows, COMING | {_S.ON_POST})
    asked = asked_of(Posted.of(row) for row in rows)
    held = suspended_days(row.pk for row in rows)
    needing = [row for row in rows if asked[row.pk].suspension and not held[row.pk]]
    if stated := [row for row in rows if row.state != _S.PLANNED and row not in needing]:
        sentence = _("This is stated already: %(names)s") % {"names": moving.names_of(stated)}
        raise RuleViolation(sentence, "stated_already")
    _check_begins(needing, valid_from)
    made = _suspend(needing, valid_from, basis, on_behalf, by)
    steps = [
        Step(
            row, _S.FILED if row.state == _S.PLANNED else _S(row.state), on, detail=_told(made.get(row.pk), on_behalf)
        )
        for row in rows
    ]
    moves = moving.move_all(
        steps, act="stated", by=by, basis=basis, detail={"suspended": len(made), "on_behalf": on_behalf}
    )
    telling.refresh(rows)
    following.follow([row.pk for row in rows])
    return moves


@transaction.atomic
def withdraw_statements(
    *,
    assignments: Iterable[Assignment | int],
    reason: str,
    on: date,
    by: Actor,
    versions: Mapping[int, int] | None = None,
) -> list[Transition]:
    """Take back for a list that its people go, suspensions included; nobody goes before it is stated again.

    Whoever is on post was let go by it: there the arrival is taken back first, or the assignment ended.
    """
    check_not_future(on, "on")
    text = reason_given(reason)
    rows = moving.hold_all(assignments, by, versions)
    on_behalf = may_act_for_sender(rows, by)
    moving.check_state(rows, {_S.FILED}, "suspension_in_use")
    standing = PracticeSuspension.objects.filter(assignment__in=[row.pk for row in rows], withdrawn_at__isnull=True)
    standing.update(withdrawn_at=clock.now(), withdrawn_by_name=by.name[:150])
    steps = [Step(row, _S.PLANNED, on, text, {"on_behalf": True} if on_behalf else {}) for row in rows]
    moves = moving.move_all(steps, act="statement_withdrawn", by=by)
    telling.refresh(rows)
    following.follow([row.pk for row in rows])
    return moves


def withdraw_suspension(
    *, suspension: PracticeSuspension, reason: str, on: date, version: int | None, by: Actor
) -> Assignment:
    """Take back the statement that practice is suspended, and with it that the person goes."""
    suspension.refresh_from_db()
    if suspension.withdrawn_at is not None:
        raise RuleViolation(_("This entry was withdrawn."), "withdrawn_already")
    owner: Assignment = suspension.assignment
    versions = {owner.pk: version} if version is not None else None
    withdraw_statements(assignments=[owner], reason=reason, on=on, by=by, versions=versions)
    owner.refresh_from_db()
    return owner


@transaction.atomic
def record_filings(
    *,
    assignments: Iterable[Assignment | int],
    filing: FilingBasis,
    on: date,
    by: Actor,
    numbers: str | Mapping[int, str] = "",
    basis: Basis = NO_BASIS,
    versions: Mapping[int, int] | None = None,
) -> list[Transition]:
    """Record that practice at the receiving unit is filed (with its number), or that the law asks for no filing."""
    check_not_future(on, "on")
    rows = moving.hold_all(assignments, by, versions)
    may_act_as_authority(rows, by, Permission.FILINGS_RECORD)
    moving.check_state(rows, COMING | RUNNING)
    if filing == FilingBasis.NONE:
        raise RuleViolation(_("Say whether it is filed or exempt by law."), "filing_unknown")
    filed = filing == FilingBasis.FILING
    number_of = numbers if isinstance(numbers, Mapping) else dict.fromkeys((row.pk for row in rows), numbers)
    steps = [
        Step(
            row,
            _S(row.state),
            on,
            values={
                "filing_basis": filing.value,
                "filed_on": on if filed else None,
                "filing_number": scrubbed(number_of.get(row.pk, "").strip())[:100] if filed else "",
                "filing_due_on": row.filing_due_on if filed else None,
            },
        )
        for row in rows
    ]
    return moving.move_all(steps, act="practice_filed" if filed else "filing_exempted", by=by, basis=basis)


def suspended_days(assignment_ids: Iterable[int]) -> dict[int, list[tuple[date, date | None]]]:
    """Return, by assignment, the days for which practice at the sending unit stands suspended. One query."""
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = PracticeSuspension.objects.filter(assignment__in=list(assignment_ids), withdrawn_at__isnull=True)
    for pk, first, last in rows.order_by("valid_from").values_list("assignment_id", "valid_from", "valid_to"):
        found[pk].append((first, last))
    return found


def _check_begins(rows: Iterable[Assignment], valid_from: date | None) -> None:
    """Refuse a suspension that begins after the first day on post, or absurdly long before it."""
    for row in rows:
        if valid_from is not None and not row.starts_on - timedelta(days=366) <= valid_from <= row.starts_on:
            sentence = _("%(name)s begins on %(day)s: practice is suspended from then at the latest.") % {
                "name": row.worker.name,
                "day": row.starts_on.isoformat(),
            }
            raise RuleViolation(sentence, "suspended_too_late", fields={"valid_from": sentence})


def _suspend(
    rows: Iterable[Assignment], valid_from: date | None, basis: Basis, on_behalf: bool, by: Actor
) -> dict[int, PracticeSuspension]:
    with refusals():
        made = PracticeSuspension.objects.bulk_create(
            [
                PracticeSuspension(
                    assignment=row,
                    valid_from=valid_from or row.starts_on,
                    on_behalf=on_behalf,
                    **basis.paper(),
                    **moving.recorded_by(by),
                )
                for row in rows
            ]
        )
    return {each.assignment_id: each for each in made}


def _told(suspension: PracticeSuspension | None, on_behalf: bool) -> dict[str, object]:
    told: dict[str, object] = {"suspension": suspension.pk if suspension else None, "on_behalf": on_behalf}
    return {name: value for name, value in told.items() if value}
