"""What a draft would give for a month beside what stands: computed in memory, written nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from appraisals.models import Score
from appraisals.scoring.choosing import Choosing
from appraisals.scoring.computing import CHUNK
from appraisals.scoring.reading import Months
from appraisals.scoring.results import results
from appraisals.states import ScoreState
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.access import Actor
from deploy_admin.months import Month
from deploy_admin.policies.geography import Places
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import AtPost

#: Points are shown in tens; the last step has no end.
STEP, STEPS = 10, 11


@dataclass(frozen=True, slots=True)
class Changed:
    """One person's month with what it is worth now and with the draft."""

    row_id: int
    now_state: str
    now: Decimal | None
    then_state: str
    then: Decimal | None
    missing: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """By how many points it moves; None where one of the two is not determined."""
        return None if self.now is None or self.then is None else self.then - self.now


@dataclass
class Effect:
    """What a draft does to a month: person by person, how points are spread, what is missing of whom."""

    month: Month
    people: list[Changed] = field(default_factory=list)
    #: Whom another clause than the draft's scores is not shown; they are counted.
    others: int = 0

    @property
    def states(self) -> Counter[str]:
        """How many people have each state with the draft."""
        return Counter(each.then_state for each in self.people)

    @property
    def missing(self) -> list[tuple[str, int]]:
        """What is missing, the most frequent first."""
        return Counter(code for each in self.people for code in each.missing).most_common()

    @property
    def spread(self) -> list[tuple[int, int, int]]:
        """Points in tens: the lower end, how many people now, how many with the draft."""
        now = _tens(each.now for each in self.people)
        then = _tens(each.then for each in self.people)
        return [(n * STEP, now[n], then[n]) for n in range(STEPS) if now[n] or then[n]]


def last_month(by: Actor) -> Month | None:
    """Return the last month of which any sheet the actor sees is handed in."""
    sheets = MonthSheet.objects.visible_to(by).handed_in().order_by("-month").values_list("month", flat=True)
    first = sheets.first()
    return None if first is None else Month(first)


def effect_of(version: PolicyVersion, month: Month, by: Actor) -> Effect:
    """Return what the version would give for everybody's month whom it would score and the actor may see.

    It is laid over what is adopted as if it had been adopted for this month.
    """
    choosing = Choosing(_with(version, month))
    effect = Effect(month)
    rows = AssignmentMonth.objects.visible_to(by).of(month).handed_in().order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        stand = {
            row: (state, points)
            for row, state, points in Score.objects.filter(row__in=part).values_list("row_id", "state", "points")
        }
        for result in results(choosing, Months.of_rows(part)):
            if result.version_id != version.pk:
                effect.others += 1
                continue
            state, points = stand.get(result.row.id, (ScoreState.NO_RULE.value, None))
            found = result.scored
            missing = found.missing if result.state == ScoreState.UNDETERMINED else ()
            effect.people.append(Changed(result.row.id, state, points, str(result.state), found.points, missing))
    return effect


def _with(version: PolicyVersion, month: Month) -> AtPost:
    """Return everything adopted with the version over it, from the month's first day on."""
    places = Places.load()
    held = governing.adopted_versions(places, besides=[version.pk])
    order = max((each.order for each in held), default=0) + 1
    draft = governing.as_adopted(version, None, places, assignments_from=month.first, order=order)
    return AtPost.of([*held, draft], places.covered_by_keys)


def _tens(points: Iterable[Decimal | None]) -> Counter[int]:
    return Counter(min(max(int(each // STEP), 0), STEPS - 1) for each in points if each is not None)
