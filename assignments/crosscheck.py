"""The cross-check page's rows: what inspections and absences say of both ends, as far as the actor sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.kinds import Presence
from assignments.models import Absence, Inspection, PracticeSuspension, PresenceCheck
from assignments.rules.both_ends import Clash, Contradiction, Seen, Sighting, clashes
from assignments.states import AssignmentState
from deploy_admin.access import Actor, Permission
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution

_SEEN = {
    Presence.ABSENT: Seen.MISSING,
    Presence.NOT_THERE: Seen.NOT_THERE,
    Presence.PRACTISING: Seen.PRACTISING,
    Presence.PRESENT: Seen.PRESENT,
}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """One sighting in words, with the way to it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownClash:
    """One contradiction as the page says it."""

    day: date
    worker: HealthWorker
    kind: Contradiction
    label: str
    sources: tuple[Source, ...]


def labels() -> dict[Contradiction, str]:
    """Return what each contradiction is called."""
    return {
        Contradiction.BOTH_ENDS_EMPTY: _("absent at both ends"),
        Contradiction.PRACTISING_SUSPENDED: _("practising while suspended"),
        Contradiction.TWO_PLACES: _("in two places on one day"),
    }


def shown(first: date, last: date, actor: Actor, kind: str = "") -> list[ShownClash]:
    """Return the contradictions of some days, the latest first. Eight queries at most, whatever is found."""
    found = [each for each in contradictions(first, last, actor) if not kind or each.kind == kind]
    people = HealthWorker.objects.in_bulk({clash.worker_id for clash in found})
    units = Institution.objects.filter(pk__in={s.unit_id for clash in found for s in clash.sightings}).named(last)
    named = labels()
    return [
        ShownClash(
            clash.day,
            people[clash.worker_id],
            clash.kind,
            named[clash.kind],
            tuple(_source(each, units, actor) for each in clash.sightings),
        )
        for clash in found
    ]


def contradictions(first: date, last: date, actor: Actor) -> list[Clash]:
    """Return what two ends say against each other, from closed inspections and confirmed absences the actor sees."""
    checks = PresenceCheck.objects.filter(
        inspection__in=Inspection.objects.visible_to(actor).order_by().values("pk"),
        inspection__closed_at__isnull=False,
        inspection__on__range=(first, last),
        result__in=list(_SEEN),
    )
    columns = ("assignment__worker_id", "inspection__on", "result", "inspection__institution_id", "inspection_id")
    sightings = [
        Sighting(worker, day, _SEEN[Presence(result)], unit, inspection)
        for worker, day, result, unit, inspection in checks.order_by().values_list(*columns)
    ]
    # An absence matters only on a day on which somebody looked at the other end.
    looked = {(each.worker_id, each.day) for each in sightings if each.seen is Seen.NOT_THERE}
    sightings += _missing(looked, actor)
    practising = {(each.worker_id, each.day) for each in sightings if each.seen is Seen.PRACTISING}
    return clashes(sightings, _resting(practising))


def _missing(looked: set[tuple[int, date]], actor: Actor) -> Iterator[Sighting]:
    """The confirmed absences of these people on these days."""
    if not looked:
        return
    rows = (
        Absence.objects.visible_to(actor)
        .unapproved()
        .filter(
            assignment__worker__in={worker for worker, _day in looked},
            first_day__lte=max(day for _worker, day in looked),
            last_day__gte=min(day for _worker, day in looked),
        )
    )
    columns = ("pk", "assignment__worker_id", "assignment__receiving_unit_id", "first_day", "last_day")
    for pk, worker, unit, first, last in rows.order_by().values_list(*columns):
        for day in _days(first, last):
            if (worker, day) in looked:
                yield Sighting(worker, day, Seen.MISSING, unit, pk, is_absence=True)


def _resting(practising: Iterable[tuple[int, date]]) -> Iterator[tuple[int, date]]:
    """Of these people and days, those on which practice at the sending unit is suspended."""
    asked = set(practising)
    if not asked:
        return
    rows = PracticeSuspension.objects.filter(
        withdrawn_at__isnull=True, assignment__worker__in={worker for worker, _day in asked}
    ).annotate(until=Coalesce(F("valid_to"), F("assignment__ends_on")))
    held: dict[int, list[tuple[date, date]]] = defaultdict(list)
    living = rows.exclude(assignment__state=AssignmentState.WITHDRAWN)
    for worker, first, last in living.values_list("assignment__worker_id", "valid_from", "until"):
        held[worker].append((first, last))
    for worker, day in asked:
        if any(first <= day <= last for first, last in held[worker]):
            yield worker, day


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _ONE_DAY


def _source(each: Sighting, units: dict[int, str], actor: Actor) -> Source:
    words: dict[Any, str] = {
        Seen.MISSING: _("absent at %(unit)s"),
        Seen.NOT_THERE: _("not found at %(unit)s"),
        Seen.PRACTISING: _("practising at %(unit)s"),
        Seen.PRESENT: _("present at %(unit)s"),
    }
    text = words[each.seen] % {"unit": units.get(each.unit_id, "")}
    if each.is_absence:
        may_open = actor.can(Permission.ASSIGNMENTS_VIEW)
        return Source(
            _("%(what)s (absence)") % {"what": text},
            reverse("assignments:absence", args=[each.source_id]) if may_open else "",
        )
    return Source(
        _("%(what)s (inspection)") % {"what": text}, reverse("assignments:inspection", args=[each.source_id])
    )
