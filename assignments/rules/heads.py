"""How many people count: assignments gathered into heads, and what each head is worth at which time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from assignments.rules.counting import MAIN
from assignments.rules.duty import Duty
from assignments.rules.lengths import Amount, Length, Limit, span, total
from assignments.states import COMING, RUNNING, SERVED
from deploy_admin.months import Period
from deploy_admin.policies.language.nodes import DurationUnit, TermThreshold
from deploy_admin.policies.language.quota import Counting


class Life(NamedTuple):
    """One assignment that counts, as far as numbers go. `confirmed` says that an officer did."""

    id: int
    worker_id: int
    slot_id: int
    state: str
    starts_on: date
    ends_on: date
    term_months: int
    term_days: int
    term_ends_on: date
    duty: Duty
    #: Calendar days by which leave has lengthened it: days on post, but not served towards a minimum.
    extended_days: int = 0
    part_time_days: int = 0
    end_reason: str = ""
    confirmed: bool = False
    batch: int | None = None
    ways: tuple[str, ...] = (MAIN,)
    parts: tuple[str, ...] = ()

    @property
    def has_begun(self) -> bool:
        return self.state in RUNNING or self.state in SERVED

    @property
    def is_open(self) -> bool:
        """Whether it may still come to something else: coming, or on post."""
        return self.state in COMING or self.state in RUNNING

    @property
    def ended_early(self) -> bool:
        return self.state == "ended_early"


Head = tuple[Life, ...]


def heads(lives: Iterable[Life], counting: Counting) -> list[Head]:
    """Gather what counts as one: a person in a period; where there is relay, a slot with its successive people.

    Several slots that the same person filled alone are that one person.
    """
    by_slot: dict[int, set[int]] = {}
    held = list(lives)
    for life in held:
        by_slot.setdefault(life.slot_id, set()).add(life.worker_id)
    gathered: dict[tuple[str, int], list[Life]] = {}
    for life in held:
        shared = counting.relay and len(by_slot[life.slot_id]) > 1
        key = ("slot", life.slot_id) if shared else ("worker", life.worker_id)
        gathered.setdefault(key, []).append(life)
    return [tuple(sorted(group, key=lambda each: (each.starts_on, each.id))) for group in gathered.values()]


def planned(life: Life, counting: Counting) -> Amount:
    """Return the term as it was planned."""
    duty_days = None
    if _asks_duty_days(counting):
        duty_days = life.duty.count(life.starts_on, life.term_ends_on)
    days = (life.term_ends_on - life.starts_on).days + 1
    return Amount(Length(life.term_months, life.term_days), days, duty_days)


def served(life: Life, counting: Counting, by: date) -> Amount:
    """Return what was served up to a day, by corresponding day; what leave lengthened, or part-time, is not in it."""
    if not life.has_begun:
        return Amount()
    lost = life.extended_days + (life.part_time_days if counting.full_time else 0)
    last = min(life.ends_on, by) - timedelta(days=lost)
    days = max((last - life.starts_on).days + 1, 0)
    duty_days = life.duty.count(life.starts_on, last) if _asks_duty_days(counting) else None
    return Amount(span(life.starts_on, last), days, duty_days)


def _asks_duty_days(counting: Counting) -> bool:
    return counting.term is not None and counting.term.value.unit is DurationUnit.DUTY_DAYS


def _together(amounts: Sequence[Amount]) -> Amount:
    if len(amounts) == 1:
        return amounts[0]
    return Amount(
        total(each.length for each in amounts),
        sum(each.days for each in amounts),
        sum(each.duty_days or 0 for each in amounts),
    )


def long_enough(head: Head, counting: Counting, amount: Callable[[Life], Amount]) -> bool:
    """Whether some run of the head reaches the term asked for: one term, a slot's relay, or pieces where allowed."""
    term = counting.term
    if term is None:
        return True
    runs: list[list[Life]] = [[life] for life in head]
    if len(head) > 1 and counting.relay:
        by_slot: dict[int, list[Life]] = {}
        for life in head:
            by_slot.setdefault(life.slot_id, []).append(life)
        runs += by_slot.values()
    if len(head) > 1 and counting.continuous is False:
        runs.append(list(head))
    limit = _limit(term)
    return any(limit.reached(_together([amount(life) for life in run])) for run in runs)


@cache
def _limit(term: TermThreshold) -> Limit:
    """Return the term taken apart; a document has few, and they never change."""
    return Limit(term)


def fits(head: Head, counting: Counting) -> bool:
    """Whether the term planned is long enough; of who was followed in the slot, what was served."""

    def counted(life: Life) -> Amount:
        return served(life, counting, date.max) if life.ended_early else planned(life, counting)

    if any(long_enough((life,), counting, lambda each: planned(each, counting)) for life in head):
        return True
    return len(head) > 1 and long_enough(head, counting, counted)


class _Worth(NamedTuple):
    """What one head is worth under one way."""

    coming: bool
    on_post: bool
    at_end: bool
    finally_: bool
    forecast: bool


def _worth(head: Head, counting: Counting, period: Period) -> _Worth:
    last = period.last

    def held_against(life: Life) -> bool:
        return life.ended_early and life.end_reason not in counting.excused

    def served_by(day: date) -> bool:
        if counting.term is None:
            return any(life.has_begun and life.starts_on <= day and not held_against(life) for life in head)
        return long_enough(head, counting, lambda life: served(life, counting, day))

    def excused_by(day: date) -> bool:
        return any(life.ended_early and not held_against(life) and life.ends_on <= day for life in head)

    begun = [life for life in head if life.has_begun]
    stands = any(not held_against(life) for life in begun) or (bool(begun) and served_by(date.max))
    at_end = any(life.starts_on <= last <= life.ends_on for life in begun) or served_by(last) or excused_by(last)
    going_on = [life for life in head if life.is_open]

    def planned_by_end(life: Life) -> Amount:
        """Return what will be served by the period's end if everybody begins and stays as planned."""
        return served(life._replace(state="on_post") if life.is_open else life, counting, last)

    forecast = (
        any(life.starts_on <= last <= life.ends_on for life in (*begun, *going_on))
        or excused_by(last)
        or (
            long_enough(head, counting, planned_by_end)
            if counting.term is not None
            else any(life.starts_on <= last and not held_against(life) for life in head)
        )
    )
    finished = bool(begun) and not going_on
    return _Worth(
        bool(going_on) and not stands,
        stands,
        at_end,
        finished and (served_by(date.max) or excused_by(date.max)),
        forecast,
    )


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a tally says. The numbers of the period's end and the final one are None before their time."""

    nominated: int = 0
    on_post: int = 0
    year_end: int | None = None
    final: int | None = None
    forecast: int = 0
    unconfirmed: int = 0
    highest: int | None = None
    batches: tuple[int, ...] = ()
    by_alternative: Mapping[str, int] = field(default_factory=dict)
    composition: Mapping[str, int] = field(default_factory=dict)


def numbers(
    lives: Collection[Life], ways: Mapping[str, Counting], parts: Collection[str], period: Period, today: date
) -> Numbers:
    """Return what these assignments are worth to one quota of the period as things stand `today`.

    `ways` are the clause's own counting under MAIN and its alternatives'. A head counts under a way if one of its
    assignments does; in the columns it counts once, whichever way.
    """
    own = ways[MAIN]
    everyone = heads(lives, own)
    if own.measured == "stock":
        return _stock(everyone, parts, period, today)
    worth: dict[str, dict[int, _Worth]] = {}
    for way, counting in ways.items():
        worth[way] = {}
        for number, head in enumerate(everyone):
            under = tuple(life for life in head if way in life.ways or (way == MAIN and not life.ways))
            if under:
                worth[way][number] = _worth(under, counting, period)

    def those(which: Callable[[_Worth], bool], way: str | None = None) -> set[int]:
        asked = worth.values() if way is None else (worth[way],)
        return {number for held in asked for number, each in held.items() if which(each)}

    ended = period.last < today
    on_post = those(lambda each: each.on_post)
    nominated = those(lambda each: each.coming) - on_post
    at_end = those(lambda each: each.at_end)
    finally_ = those(lambda each: each.finally_)
    confirmed = {n for n, head in enumerate(everyone) if all(life.confirmed for life in head)}
    settled = ended and not any(life.is_open for life in lives) and finally_ <= confirmed
    decides: Callable[[_Worth], bool] = (
        (lambda each: each.finally_) if settled else (lambda each: each.at_end) if ended else lambda each: each.on_post
    )
    deciding = those(decides)
    counted = on_post | nominated | (at_end if ended else set())
    return Numbers(
        nominated=len(nominated),
        on_post=len(on_post),
        year_end=len(at_end) if ended else None,
        final=len(finally_) if settled else None,
        forecast=len(at_end) if ended else len(those(lambda each: each.forecast)),
        unconfirmed=len(counted - confirmed),
        batches=_batches(everyone, counted),
        by_alternative={way: len(those(decides, way)) for way in ways} if len(ways) > 1 else {},
        composition=_composition(everyone, deciding, parts),
    )


def _batches(everyone: Sequence[Head], counted: Collection[int]) -> tuple[int, ...]:
    found = {life.batch for number in counted for life in everyone[number]}
    return tuple(sorted(batch for batch in found if batch is not None))


def _composition(everyone: Sequence[Head], deciding: Collection[int], parts: Collection[str]) -> dict[str, int]:
    return {part: sum(any(part in life.parts for life in everyone[number]) for number in deciding) for part in parts}


def _stock(everyone: Sequence[Head], parts: Collection[str], period: Period, today: date) -> Numbers:
    """Return what is on post on the days of the period: the lowest day decides, the highest may be too many."""
    ended = period.last < today
    at = min(max(today, period.first), period.last)
    begun = [life for head in everyone for life in head if life.has_begun]
    expected = [life for head in everyone for life in head if life.has_begun or life.is_open]
    on_post = {life.id for life in begun if life.starts_on <= at <= life.ends_on}
    low, high = _lowest_and_highest(begun, period.first, at) if period.first <= today else (0, 0)
    through = _lowest_and_highest(expected, period.first, period.last)[0]
    standing = [head for head in everyone if any(life.is_open or life.has_begun for life in head)]
    deciding = {number for number, head in enumerate(everyone) if any(life.id in on_post for life in head)}
    return Numbers(
        nominated=sum(all(life.state in COMING for life in head) for head in everyone),
        on_post=len(on_post),
        year_end=low if ended else None,
        final=low if ended and all(life.confirmed for head in standing for life in head) else None,
        forecast=low if ended else through,
        unconfirmed=sum(not all(life.confirmed for life in head) for head in standing),
        highest=high,
        batches=_batches(everyone, range(len(everyone))),
        composition=_composition(everyone, deciding, parts),
    )


def _lowest_and_highest(lives: Iterable[Life], first: date, last: date) -> tuple[int, int]:
    """Return the fewest and the most that are on post on any one day from `first` to `last`."""
    one = timedelta(days=1)
    steps: dict[date, int] = {first: 0}
    for life in lives:
        begin, end = max(life.starts_on, first), min(life.ends_on, last)
        if begin <= end:
            steps[begin] = steps.get(begin, 0) + 1
            if end < last:
                steps[end + one] = steps.get(end + one, 0) - 1
    count, seen = 0, []
    for day in sorted(steps):
        count += steps[day]
        seen.append(count)
    return min(seen), max(seen)
