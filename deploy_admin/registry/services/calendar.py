"""Writing the work calendar: a year proposed, published by its document, corrected with a reason; loaded at set-up."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.registry import holiday_library
from deploy_admin.registry.holiday_library import Day, KnownYear
from deploy_admin.registry.models import CalendarState, CalendarYear, DayKind, SpecialDay
from deploy_admin.registry.services import calendar_notices
from deploy_admin.workdays import SATURDAY

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """How many years were added, changed and left as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0


@transaction.atomic
def propose_year(*, year: int, by: Actor) -> CalendarYear:
    """Enter what the library knows of a year that is not held yet: most often its statutory days, provisional."""
    _allow(by)
    if CalendarYear.objects.filter(year=year).exists():
        raise RuleViolation(_("The calendar of %(year)s is there already.") % {"year": year}, "calendar_there")
    return _enter(holiday_library.known(year), by)


@transaction.atomic
def publish_year(*, year: int, days: Sequence[Day], document_number: str, version: int, by: Actor) -> CalendarYear:
    """Put the published calendar in the place of a provisional one."""
    _allow(by)
    number = document_number.strip()
    if not number:
        sentence = _("Give the number of the document that publishes the calendar.")
        raise RuleViolation(sentence, "document_missing", fields={"document_number": sentence})
    _check(year, days)
    row = _take(year, version, days)
    if row.state == CalendarState.PUBLISHED:
        sentence = _("The calendar of %(year)s is published: correct it, with a reason.") % {"year": year}
        raise RuleViolation(sentence, "calendar_published")
    row.state, row.document_number, row.source = CalendarState.PUBLISHED, number[:100], ""
    _save(row, by)
    before = _replace(year, days)
    calendar_notices.settle(year)
    _record("calendar.published", row, by, _changes(before, days) | {"document_number": number})
    _announce(year)
    return row


@transaction.atomic
def correct_year(*, year: int, days: Sequence[Day], reason: str, version: int, by: Actor) -> CalendarYear:
    """Correct the days of a published year; what rests on them is computed again."""
    _allow(by)
    text = reason.strip()
    if not text:
        sentence = _("Say why the calendar is corrected.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    _check(year, days)
    row = _take(year, version, days)
    if row.state != CalendarState.PUBLISHED:
        sentence = _("The calendar of %(year)s is provisional: publish it.") % {"year": year}
        raise RuleViolation(sentence, "calendar_provisional")
    before = _replace(year, days)
    if not (changes := _changes(before, days)):
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_correct")
    _save(row, by)
    _record("calendar.corrected", row, by, changes | {"reason": text[:500]})
    _announce(year)
    return row


@transaction.atomic
def load(*, by: Actor) -> Loaded:
    """Bring the years that nobody touched up to what the libraries know, up to next year. Safe to run again."""
    wanted = range(holiday_library.FIRST, max(holiday_library.LAST, clock.today().year) + 2)
    held = {row.year: row for row in CalendarYear.objects.all()}
    days: dict[int, set[Day]] = {year: set() for year in wanted}
    for special in SpecialDay.objects.filter(day__year__in=list(wanted)):
        days[special.day.year].add(Day(special.day, DayKind(special.kind), special.name, special.name_en))
    added = [year for year in wanted if year not in held]
    changed = []
    for year in wanted:
        if year in held and held[year].updated_by_name == SYSTEM.name:
            known = holiday_library.known(year)
            if set(known.days) != days[year] or held[year].state != known.state:
                changed.append(year)
                row = held[year]
                row.state, row.source = known.state, known.source
                _save(row, by)
                _replace(year, known.days)
                _announce(year)
    entered = [holiday_library.known(year) for year in added]
    CalendarYear.objects.bulk_create(_row(known, by) for known in entered)
    SpecialDay.objects.bulk_create(_rows(day for known in entered for day in known.days))
    if added or changed:
        audit.record(act="calendar.loaded", by=by, detail={"added": added, "changed": changed})
    return Loaded(len(added), len(changed), len(wanted) - len(added) - len(changed))


def _allow(by: Actor) -> None:
    if not by.can(Permission.CALENDAR_EDIT):
        raise RuleViolation(_("Only the city keeps the work calendar."), "not_permitted")


def _check(year: int, days: Sequence[Day]) -> None:
    """Refuse days of another year, days said twice, weekdays “made up”, and a year without a single day off."""
    seen: set[date] = set()
    for day in days:
        said = {"day": day.day.isoformat(), "year": year}
        if day.day.year != year:
            raise _refused(_("%(day)s does not lie in %(year)s: it belongs to its own year.") % said, "day_of_another")
        if day.day in seen:
            raise _refused(_("%(day)s stands there twice.") % said, "day_twice")
        if day.kind == DayKind.MAKE_UP and day.day.weekday() < SATURDAY:
            raise _refused(_("%(day)s is a weekday: it is worked anyway.") % said, "weekday_worked_anyway")
        seen.add(day.day)
    if not any(day.kind == DayKind.HOLIDAY for day in days):
        raise _refused(_("A year has at least its statutory days off."), "no_day_off")


def _refused(sentence: str, code: str) -> RuleViolation:
    return RuleViolation(sentence, code, fields={"text": sentence})


def _take(year: int, version: int, days: Sequence[Day]) -> CalendarYear:
    """Raise the year's version, which locks it; another version than the one read is refused with both values."""
    if not CalendarYear.objects.filter(year=year, version=version).update(version=F("version") + 1):
        there = CalendarYear.objects.filter(year=year).first()
        if there is None:
            raise RuleViolation(_("No calendar of %(year)s is held yet.") % {"year": year}, "calendar_unknown")
        theirs = set(SpecialDay.objects.filter(day__year=year).values_list("day", "kind"))
        mine = {(day.day, str(day.kind)) for day in days}
        raise Conflict(
            _("Somebody else has changed this calendar since you opened it."),
            "stale_version",
            context={
                "version": there.version,
                "yours": {_("days"): _in_words(mine - theirs)},
                "theirs": {_("days"): _in_words(theirs - mine)},
            },
        )
    return CalendarYear.objects.get(year=year)


def _in_words(days: set[tuple[date, str]]) -> str:
    return ", ".join(f"{day.isoformat()} {DayKind(kind).label}" for day, kind in sorted(days))


def _enter(known: KnownYear, by: Actor) -> CalendarYear:
    row = _row(known, by)
    with refusals():
        row.save(force_insert=True)
    SpecialDay.objects.bulk_create(_rows(known.days))
    _record("calendar.proposed", row, by, {"days": len(known.days), "source": known.source})
    _announce(known.year)
    return row


def _row(known: KnownYear, by: Actor) -> CalendarYear:
    return CalendarYear(
        year=known.year,
        state=known.state,
        source=known.source,
        updated_by_name=by.name[:150],
        updated_at=clock.now(),
    )


def _rows(days: Iterable[Day]) -> list[SpecialDay]:
    return [SpecialDay(day=d.day, kind=d.kind, name=d.name[:60], name_en=d.name_en[:60]) for d in days]


def _save(row: CalendarYear, by: Actor) -> None:
    row.updated_by_name, row.updated_at = by.name[:150], clock.now()
    with refusals():
        row.save()


def _replace(year: int, days: Sequence[Day]) -> set[tuple[date, str]]:
    """Put `days` in the place of what the year held; return what it held."""
    held = SpecialDay.objects.filter(day__year=year)
    before = set(held.values_list("day", "kind"))
    held.delete()
    with refusals():
        SpecialDay.objects.bulk_create(_rows(days))
    return before


def _changes(before: set[tuple[date, str]], days: Sequence[Day]) -> dict[str, Any]:
    after = {(day.day, str(day.kind)) for day in days}
    return {
        name: [f"{day.isoformat()} {kind}" for day, kind in sorted(found)]
        for name, found in (("added", after - before), ("removed", before - after))
        if found
    }


def _record(act: str, row: CalendarYear, by: Actor, detail: dict[str, Any]) -> None:
    audit.record(act=act, by=by, on=row, label=str(row.year), detail={"year": row.year} | detail)


def _announce(year: int) -> None:
    """Have what rests on the year's days follow after the commit; what that is stands in `deploy_admin.celery`."""
    transaction.on_commit(lambda: _send(year))


def _send(year: int) -> None:
    """Wake a worker. A broker that cannot be reached costs a night, not the calendar."""
    from deploy_admin.registry import tasks

    try:
        tasks.calendar_changed.apply_async((year,), retry=False)
    except Exception:
        log.exception("the calendar of %s was not announced; the nightly check tells what rests on it", year)
