"""Renewal: a term served on at the same unit, from the day after; the renewed one closes when the renewal begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import Assignment, Campaign, Segment, Slot, Transition
from assignments.rules.terms import term_end
from assignments.services import following, moving, telling
from assignments.services.clashes import Stay, naming_the_other_place
from assignments.services.moving import NO_BASIS, Basis, Step
from assignments.services.standing_of import may_decide
from assignments.states import RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.db import update_rows
from deploy_admin.errors import RuleViolation

_S = AssignmentState
_DAY = timedelta(days=1)
#: What a renewal takes over from the term that it renews.
KEPT = (
    "kind", "scheme", "worker_id", "sending_unit_id", "receiving_unit_id", "speciality", "department", "supervisor",
    "full_time", "roster_pattern", "filing_basis", "filed_on", "filing_number", "sort_key",
)  # fmt: skip


@transaction.atomic
def renew(
    *,
    assignments: Iterable[Assignment | int],
    months: int,
    by: Actor,
    days: int = 0,
    basis: Basis = NO_BASIS,
    campaign: Campaign | None = None,
    versions: Mapping[int, int] | None = None,
) -> list[Assignment]:
    """Plan a further term at the same unit from the day after each one's last; the sending unit still has to agree.

    Without a campaign it counts in the year of its first day. A constant number of statements.
    """
    rows = moving.hold_all(assignments, by, versions)
    may_decide(rows, by)
    moving.check_state(rows, RUNNING)
    if not 0 <= months <= 120 or not 0 <= days <= 366 or not months + days:
        sentence = _("Say for how many months or days the person is sent.")
        raise RuleViolation(sentence, "term_missing", fields={"months": sentence})
    _check_not_renewed(rows)
    slots = Slot.objects.bulk_create(
        [
            Slot(
                campaign=campaign,
                sending_unit_id=row.sending_unit_id,
                receiving_unit_id=row.receiving_unit_id,
                speciality=row.speciality,
            )
            for row in rows
        ]
    )
    made = [_renewal(row, slot, months, days, by) for row, slot in zip(rows, slots, strict=True)]
    stays = {-n: Stay(one.worker_id, one.starts_on, one.ends_on) for n, one in enumerate(made, start=1)}
    with naming_the_other_place(stays, by):
        made = Assignment.objects.bulk_create(made)
    _first_rows(made, basis, by)
    moving.touched([row.pk for row in rows])
    moving.record("renewal_planned", rows, by=by, detail={"months": months, "days": days} | basis.told())
    telling.refresh(made)
    following.follow([row.pk for row in [*rows, *made]])
    return made


def make_room(ends: Mapping[int, date]) -> set[int]:
    """Move renewals that have not begun behind the last days that their terms are about to have; return whose.

    Called before a later last day is written: nobody is in two places on one day, not even on paper. As many
    statements as a chain of renewals has steps.
    """
    rows = Assignment.objects.coming().filter(renews__in=list(ends)).order_by("pk")
    late = [
        (row, ends[row.renews_id] + _DAY)
        for row in rows.select_for_update(of=("self",), no_key=True)
        if row.renews_id is not None and row.starts_on <= ends[row.renews_id]
    ]
    if not late:
        return set()
    last = {row.pk: term_end(first, row.term_months, row.term_days) for row, first in late}
    moved = make_room(last)  # whoever renews the renewal goes first
    update_rows(
        Assignment,
        ["starts_on", "term_ends_on", "ends_on"],
        [(row.pk, first, last[row.pk], last[row.pk]) for row, first in late],
    )
    firsts = {row.pk: first for row, first in late}
    pieces = Segment.objects.filter(assignment__in=firsts).order_by("assignment_id", "valid_from")
    held = pieces.distinct("assignment_id").values_list("pk", "assignment_id")
    update_rows(Segment, ["valid_from"], [(pk, firsts[owner]) for pk, owner in held])
    moving.touched(firsts)
    return moved | set(firsts)


def close_renewed(assignment_ids: Collection[int], *, by: Actor) -> list[Assignment]:
    """Close as renewed those of these whose term is over and whose renewal is on post; return them."""
    today = clock.today()
    over = Assignment.objects.filter(pk__in=list(assignment_ids), state__in=RUNNING, ends_on__lt=today)
    over = over.filter(renewed_by__state__in=RUNNING).select_related("worker", "campaign")
    rows = list(over.select_for_update(of=("self",), no_key=True).order_by("pk"))
    still = [row for row in rows if row.state == _S.ON_POST]
    moving.move_all([Step(row, _S.TERM_REACHED, row.ends_on + _DAY) for row in still], act="term_reached", by=SYSTEM)
    moving.move_all([Step(row, _S.RENEWED, row.ends_on + _DAY) for row in rows], act="closed", by=by)
    return rows


def _check_not_renewed(rows: Iterable[Assignment]) -> None:
    """Refuse a second renewal; one that was withdrawn gives its place free."""
    held = {each.renews_id: each for each in Assignment.objects.filter(renews__in=[row.pk for row in rows])}
    if taken := [row for row in rows if row.pk in held and held[row.pk].state != _S.WITHDRAWN]:
        sentence = _("This term is renewed already: %(names)s") % {"names": moving.names_of(taken)}
        raise RuleViolation(sentence, "renewed_already")
    Assignment.objects.filter(pk__in=[each.pk for each in held.values()]).update(renews=None, updated_at=clock.now())


def _renewal(row: Assignment, slot: Slot, months: int, days: int, by: Actor) -> Assignment:
    first = row.ends_on + _DAY
    last = term_end(first, months, days)
    kept: dict[str, Any] = {name: getattr(row, name) for name in KEPT}
    return Assignment(
        **kept,
        campaign_id=slot.campaign_id,
        slot=slot,
        renews=row,
        state=_S.PLANNED,
        starts_on=first,
        term_months=months,
        term_days=days,
        term_ends_on=last,
        ends_on=last,
        **moving.recorded_by(by),
    )


def _first_rows(made: Iterable[Assignment], basis: Basis, by: Actor) -> None:
    """Write each one's piece and first step."""
    rows = list(made)
    Segment.objects.bulk_create(
        [
            Segment(
                assignment=row,
                receiving_unit_id=row.receiving_unit_id,
                valid_from=row.starts_on,
                full_time=row.full_time,
            )
            for row in rows
        ]
    )
    columns = basis.columns() | moving.recorded_by(by)
    Transition.objects.bulk_create(
        [
            Transition(
                assignment=row,
                act="renewal_planned",
                to_state=_S.PLANNED,
                on=clock.today(),
                detail={"renews": row.renews_id},
                **columns,
            )
            for row in rows
        ]
    )
