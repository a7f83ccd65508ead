"""Accepting months, sending them back, opening them again, giving more time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.review import looking, telling
from appraisals.review.groups import Facts, Group, groups_of
from appraisals.states import ScoreState
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import months_moving, months_opening
from assignments.states import MonthAnswer, SheetState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Month

#: With the district, and not accepted yet.
WAITING = (SheetState.SUBMITTED, SheetState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What “accept all” came to: what was accepted now, and what is not any more as it was shown."""

    accepted: tuple[int, ...]
    changed: tuple[int, ...]


@transaction.atomic
def accept_all(*, month: Month, shown: Mapping[int, int], by: Actor) -> Accepted:
    """Accept the sheets shown without anomaly, those that are still the same and still without one.

    `shown` is sheet → revision as it was looked at. What was accepted meanwhile is no change; what was edited, has
    come to contradict something or was sent back stays for a look of its own.
    """
    _allow(by)
    looking.look_again(shown)
    rows = {
        sheet.pk: sheet
        for sheet in MonthSheet.objects.visible_to(by)
        .of(month)
        .filter(pk__in=list(shown))
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    waiting = [sheet for sheet in rows.values() if sheet.state in WAITING]
    clean = {sheet.pk for sheet in _clean(waiting, by)}
    good = [sheet for sheet in waiting if sheet.pk in clean and sheet.revision == shown[sheet.pk]]
    done = {pk for pk, sheet in rows.items() if sheet.state in (SheetState.ACCEPTED, SheetState.RELEASED)}
    accepted = _accept(good, by) if good else []
    return Accepted(tuple(accepted), tuple(sorted(set(shown) - done - set(accepted))))


@transaction.atomic
def accept(*, sheets: Collection[int], by: Actor) -> list[int]:
    """Accept these sheets, whatever was found about them: somebody has looked."""
    _allow(by)
    rows = _seen(sheets, by)
    return _accept(rows, by)


@transaction.atomic
def send_back(*, sheet: MonthSheet, reason: str, version: int | None = None, by: Actor) -> MonthSheet:
    """Send a month back to its unit, or open an accepted one again; the unit is told why."""
    _allow(by)
    (row,) = _seen([sheet.pk], by)
    return months_moving.send_back(sheet=row, reason=reason, version=version, by=by)


@transaction.atomic
def more_time(*, sheet: MonthSheet, until: date, reason: str, by: Actor) -> MonthSheet:
    """Let the unit enter its month until a later day; it is told until when."""
    _allow(by)
    (row,) = _seen([sheet.pk], by)
    return months_moving.exempt(sheet=row, until=until, reason=reason, by=by)


@transaction.atomic
def begin_for(*, institution_id: int, month: Month, by: Actor) -> MonthSheet:
    """Return the sheet of a unit that has begun none, opened now: there is something to give time for or to enter."""
    _allow(by)
    months_opening.open_month(month, institution_ids=[institution_id], by=by)
    found = MonthSheet.objects.visible_to(by).of(month).filter(institution=institution_id).first()
    if found is None:
        raise RuleViolation(_("Nobody serves at this unit in the month."), "nobody_serves")
    return found


def clean(actor: Actor, month: Month) -> list[MonthSheet]:
    """Return the sheets of a month that wait without anomaly, as they are now."""
    return _clean(MonthSheet.objects.visible_to(actor).of(month).filter(state__in=WAITING).order_by("pk"), actor)


def _clean(sheets: Iterable[MonthSheet], actor: Actor) -> list[MonthSheet]:
    rows = list(sheets)
    held = AssignmentMonth.objects.filter(sheet__in=[row.pk for row in rows]).order_by()
    disputed = set(held.filter(answer=MonthAnswer.DISPUTED).values_list("sheet_id", flat=True))
    unknown = set(held.filter(score__state=ScoreState.UNDETERMINED).values_list("sheet_id", flat=True))
    today = clock.today()
    return [
        row
        for row in rows
        if groups_of(
            Facts(
                state=SheetState(row.state),
                is_late=row.is_late,
                findings=row.findings,
                disputed=row.pk in disputed,
                undetermined=row.pk in unknown,
                is_scored=row.scored_revision == row.revision,
                is_own_entry=row.on_behalf
                and row.submitted_by_id is not None
                and row.submitted_by_id == actor.user_id,
            ),
            today,
        )
        == (Group.CLEAN,)
    ]


def _accept(rows: Collection[MonthSheet], by: Actor) -> list[int]:
    moved = months_moving.accept(sheets=list(rows), by=by)
    telling.accepted(moved)
    return sorted(row.pk for row in moved)


def _allow(by: Actor) -> None:
    if not by.can(Permission.MONTHS_REVIEW):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")


def _seen(sheets: Collection[int], by: Actor) -> list[MonthSheet]:
    """Return the sheets as the actor may know them; refuse an empty list and what is unseen."""
    wanted = set(sheets)
    if not wanted:
        raise RuleViolation(_("Choose at least one unit."), "nothing_chosen")
    rows = list(MonthSheet.objects.visible_to(by).filter(pk__in=wanted).order_by("pk"))
    if len(rows) != len(wanted):
        raise RuleViolation(_("You see no such month sheet."), "sheet_unknown")
    return rows
