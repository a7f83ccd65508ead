"""What is released and not fed back: per sending unit, what is told first, afterwards, or put right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from appraisals.models import FeedbackLetter, ReleasedScore
from appraisals.states import ReleaseKind
from assignments.models import MonthSheet
from assignments.services import month_window
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.months import Month
from deploy_admin.registry.models import InstitutionProfile

ORDER = (ReleaseKind.FIRST, ReleaseKind.SUPPLEMENT, ReleaseKind.CORRECTION)


@dataclass(frozen=True)
class Owed:
    """One letter that is owed: to whom, of which kind, about which results."""

    authority_id: int
    sending_unit_id: int
    month: Month
    kind: ReleaseKind
    scores: tuple[ReleasedScore, ...]
    #: By the id of a score, what the unit was told of this person's month before.
    before: Mapping[int, ReleasedScore] = field(default_factory=dict)
    #: The first letter to the unit about the month, which supplements and corrections name.
    first: FeedbackLetter | None = None


@dataclass(frozen=True)
class Waiting:
    """One month of one authority with results that nobody was told yet."""

    authority_id: int
    month: Month
    people: int
    units: int
    feed_back_by: date | None


def untold(rows: Any = None) -> Any:
    """Return the released scores that stand and are in no letter."""
    scores = ReleasedScore.objects.all() if rows is None else rows
    return scores.standing().filter(letter_line__isnull=True)


def owed(authority_id: int, month: Month, units: Collection[int] | None = None) -> list[Owed]:
    """Return the letters that the authority owes of the month, units by pinyin. Five queries at most."""
    rows = untold().filter(month=month.first, release__authority=authority_id)
    if units is not None:
        rows = rows.filter(sending_unit__in=units)
    scores = list(rows.for_list())
    if not scores:
        return []
    before = _told_before(scores)
    first = _first_letters(authority_id, month, {score.sending_unit_id for score in scores})
    found: dict[tuple[int, ReleaseKind], list[ReleasedScore]] = defaultdict(list)
    for score in scores:
        told = before.get(score.row_id)
        late = score.sending_unit_id in first
        kind = ReleaseKind.CORRECTION if told else ReleaseKind.SUPPLEMENT if late else ReleaseKind.FIRST
        found[score.sending_unit_id, kind].append(score)
    order = {unit: place for place, unit in enumerate(_by_pinyin({unit for unit, _kind in found}, month.last))}
    return [
        Owed(
            authority_id=authority_id,
            sending_unit_id=unit,
            month=month,
            kind=kind,
            scores=tuple(held),
            before={score.pk: before[score.row_id] for score in held if score.row_id in before},
            first=first.get(unit) or _letter_of(held, before),
        )
        for (unit, kind), held in sorted(found.items(), key=lambda each: (order[each[0][0]], ORDER.index(each[0][1])))
    ]


def waiting(actor: Actor) -> list[Waiting]:
    """Return the months in which the actor's authority, for the city every one, owes letters; the oldest first."""
    rows = untold()
    if actor.reach is Reach.DISTRICT:
        rows = rows.filter(release__authority__in=actor.institution_ids)
    elif actor.reach is not Reach.ALL:
        return []
    counted = (
        rows.order_by()
        .values_list("release__authority", "month")
        .annotate(people=Count("row", distinct=True), units=Count("sending_unit", distinct=True))
    )
    found = sorted(counted, key=lambda each: (each[1], each[0]))
    deadlines = _deadlines({(authority, month) for authority, month, _people, _units in found})
    return [
        Waiting(authority, Month(month), people, units, deadlines.get((authority, month)))
        for authority, month, people, units in found
    ]


def feed_back_by(authority_id: int, month: Month) -> date | None:
    """Return until when the results of the month are fed back; nothing where none were released."""
    return _deadlines({(authority_id, month.first)}).get((authority_id, month.first))


def may_issue(authority_id: int, actor: Actor) -> bool:
    """Whether the actor issues letters for this authority: its own people, and the city's for any."""
    if not actor.can(Permission.MONTHS_RELEASE):
        return False
    return actor.reach is Reach.ALL or (actor.reach is Reach.DISTRICT and authority_id in actor.institution_ids)


def _told_before(scores: Collection[ReleasedScore]) -> dict[int, ReleasedScore]:
    """Return by row what was told of it last."""
    rows = ReleasedScore.objects.filter(row__in={score.row_id for score in scores}, letter_line__isnull=False)
    rows = rows.select_related("letter_line__letter__paper").defer(
        "explanation", "letter_line__letter__paper__content"
    )
    return {score.row_id: score for score in rows.order_by("pk")}


def _first_letters(authority_id: int, month: Month, units: Collection[int]) -> dict[int, FeedbackLetter]:
    rows = FeedbackLetter.objects.filter(authority=authority_id, month=month.first, sending_unit__in=units)
    letters = rows.select_related("paper").defer("paper__content").order_by("-sequence")
    return {letter.sending_unit_id: letter for letter in letters}


def _letter_of(scores: Collection[ReleasedScore], before: Mapping[int, Any]) -> FeedbackLetter | None:
    """Return the letter in which another authority told of these before."""
    told = [before[score.row_id].letter_line.letter for score in scores if score.row_id in before]
    return min(told, key=lambda letter: (letter.sequence, letter.pk)) if told else None


def _by_pinyin(units: Collection[int], on: date) -> list[int]:
    rows = InstitutionProfile.objects.standing(on).filter(institution__in=units).order_by("pinyin", "institution_id")
    known = list(rows.values_list("institution_id", flat=True))
    return [*known, *sorted(set(units) - set(known))]


def _deadlines(asked: Collection[tuple[int, date]]) -> dict[tuple[int, date], date]:
    """Return the last day for feeding back: the earliest that the released sheets of the month have."""
    if not asked:
        return {}
    of_months = Q()
    for authority, month in asked:
        of_months |= Q(releases__authority=authority, month=month)
    held = list(MonthSheet.objects.filter(of_months).values_list("pk", "month", "releases__authority").distinct())
    windows = month_window.windows_of(MonthSheet.objects.filter(pk__in={sheet for sheet, _month, _by in held}))
    found: dict[tuple[int, date], date] = {}
    for sheet, month, authority in held:
        if (authority, month) in asked:
            day = windows[sheet].feed_back_by
            found[authority, month] = min(found.get((authority, month), day), day)
    return found
