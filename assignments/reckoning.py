"""Reckoning people's service on a day: rows and clauses in, credit and obligations out. Writes nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple, cast

from assignments import facts, records
from assignments.asking import Asking
from assignments.facts import Seen
from assignments.records import Record
from assignments.rules.credit import Credit, Equivalents, Life, Recognised, life, reckoned
from assignments.rules.crediting import FIRST_DAY
from assignments.rules.duty import Duty
from assignments.rules.eligibility import Parts
from assignments.rules.requirements import Outcome, Requiring, Since, together
from assignments.rules.service import Line, Service, Stretch
from assignments.service_facts import (
    EVER_ASKED,
    SEGMENT_FACTS,
    UNASKED,
    Clauses,
    Places,
    days_between,
    first_and_last,
)
from assignments.service_facts import Segment as Between
from assignments.serving import Lived, Rows, Served
from assignments.states import AssignmentState
from deploy_admin.people import rules as people_rules
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import EVER, Sheet
from deploy_admin.policies.language.requirements import Requirement
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.policies.layering import SERVICE, GoverningClause, not_overridden
from deploy_admin.policies.services import governing
from deploy_admin.registry.calendar import work_calendar

#: So many people are read at once: what bounds the memory.
CHUNK = 5_000
#: So many combinations of facts are remembered with their answers before the oldest are forgotten.
REMEMBERED = 50_000

Asked = GoverningClause[Requirement]
#: A requirement that speaks of somebody, compiled, with what its conditions answer.
Speaking = tuple[Asked, Requiring, Parts]
#: What has to be asked of both units.
SEGMENT_ASKED = frozenset(SEGMENT_FACTS[1:])


class Owed(NamedTuple):
    """How one person stands to one requirement."""

    worker_id: int
    institution_id: int
    clause: Asked
    outcome: Outcome
    sort_key: str


class Reckoned(NamedTuple):
    """Everything that was reckoned about one person, with what it was read from."""

    record: Record
    credits: tuple[Credit, ...]
    life: Life
    recognised: Sequence[Recognised]
    owed: tuple[Owed, ...]
    #: The latest change of the person and of their assignments.
    changed_at: datetime


class Reckoning:
    """What governs service on one day, compiled, and asked of any number of people chunk by chunk."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.clauses = Clauses(governing.at_post())
        self.requirements = governing.requirements_on(day)
        self.calendar = work_calendar()
        self.requiring = {
            (each.version_id, each.clause_id): Requiring(each.clause, self.document(each), day)
            for each in self.requirements.clauses
        }
        held = list(self.requiring.values())
        self.asking = Asking([each.judge for each in held], day)
        asks = [ask for each in held for ask in each.asks]
        places = self.clauses.place_facts.union(*(ask.facts for ask in asks))
        self._first_day_asked = self.clauses.asks_first_day or any(ask.asks_first_day for ask in asks)
        ever = self.clauses.asks_ever or any(ask.asks_ever for ask in asks)
        self._between = bool(SEGMENT_ASKED & (places | self.clauses.person_facts))
        self.places = Places(
            places | self.clauses.person_facts | ({EVER_ASKED} if ever else frozenset()),
            self.clauses.days.union(*(ask.days for ask in asks)),
        )
        self._record_asked = self.asking.asked | self.clauses.person_facts
        self._duties: dict[str, Duty] = {}
        self._benches: dict[int, list[list[list[Asked]]]] = {}
        self._remembered: OrderedDict[Any, tuple[Speaking, ...]] = OrderedDict()
        self._equivalents: dict[tuple[str, int], Equivalents] = {}

    def document(self, clause: Asked) -> PolicyDocument:
        """Return the whole text in which a requirement stands."""
        return self.requirements.versions[clause.version_id].document

    def chunk(self, worker_ids: Collection[int]) -> Iterator[Reckoned]:
        """Yield what follows for some thousand people, for those of them who have a record of their own."""
        held = records.read(worker_ids, self._record_asked)
        own = [record for record in held.values() if record.merged is None]
        rows = Rows([record.id for record in own], self.day, duty=self._asks_duty, filing=self.clauses.asks_filing)
        self.places.learn(first_and_last(self._units(rows)))
        homes = {record.id: record.post_on(self.day) for record in own}
        senders = self.asking.senders({post.institution_id for post in homes.values() if post})
        for record in own:
            services = [self._service(row, rows, record) for row in rows.served.get(record.id, ())]
            credits_ = reckoned(services, self.day)
            recognised = rows.recognised.get(record.id, ())
            post = homes[record.id]
            owed: tuple[Owed, ...] = ()
            plain = life(credits_, recognised)
            if post is not None:
                unit = senders.unit(post.institution_id)
                owed = tuple(self._owed(record, post, unit, senders, plain, credits_, recognised))
            yield Reckoned(
                record,
                credits_,
                plain,
                recognised,
                owed,
                max(record.updated_at, rows.changed.get(record.id, record.updated_at)),
            )

    @property
    def _asks_duty(self) -> bool:
        return self.clauses.by_duty or any(ask.by_duty for each in self.requiring.values() for ask in each.asks)

    # ------------------------------------------------------------ what credit is reckoned from

    def _units(self, rows: Rows) -> Iterator[tuple[int, date, date]]:
        """Yield the units that are asked about, with the days of which."""
        sending = self._between or self.clauses.is_conditional
        for mine in rows.served.values():
            for row in mine:
                for piece in rows.lived.get(row.pk, ()):
                    yield piece.unit, piece.first, min(piece.last or row.ends_on, row.ends_on)
                if sending:
                    yield row.sending_unit_id, row.starts_on, row.ends_on

    def _service(self, row: Served, rows: Rows, record: Record) -> Service:
        stretches = tuple(self._stretches(row, rows.lived.get(row.pk, ())))
        return Service(
            id=row.pk,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            through=row.through(self.day),
            lines=self._lines(row, stretches, record),
            stretches=stretches,
            duty=self._duty(row.roster_pattern),
            extensions=rows.extensions.get(row.pk, ()),
            absences=rows.absences.get(row.pk, ()) if rows.absences else (),
            result=row.result,
            void=row.state == AssignmentState.VOID,
            ended_early=row.state == AssignmentState.ENDED_EARLY,
            unconfirmed=row.is_unconfirmed,
            filed=row.pk in rows.filed,
        )

    def _duty(self, pattern: str) -> Duty:
        if pattern not in self._duties:
            self._duties[pattern] = Duty(pattern, self.calendar)
        return self._duties[pattern]

    def _stretches(self, row: Served, pieces: Iterable[Lived]) -> Iterator[Stretch]:
        """Yield the days of an assignment, divided where a place or a rule begins to be otherwise."""
        begun: Any = None
        for piece in pieces:
            last = row.ends_on if piece.last is None else min(piece.last, row.ends_on)
            if last < piece.first:
                continue
            cuts = (*self.places.cuts(piece.unit, piece.first, last), *self.clauses.cuts(piece.first, last))
            if self._between:
                cuts = (*cuts, *self.places.cuts(row.sending_unit_id, piece.first, last))
            for first, until in days_between(cuts, piece.first, last) if cuts else ((piece.first, last),):
                segment = self._segment(row, piece, first)
                if self._first_day_asked and begun is None:
                    begun = piece.unit, first, segment
                sheet = self.places.sheet(piece.unit, first, segment, begun)
                yield Stretch(first, until, piece.unit, piece.full_time, sheet)

    def _segment(self, row: Served, piece: Lived, day: date) -> Between:
        if not self._between:
            return (piece.full_time, *UNASKED)
        return (piece.full_time, *self.places.between(row.sending_unit_id, piece.unit, day, row.speciality))

    def _lines(self, row: Served, stretches: tuple[Stretch, ...], record: Record) -> tuple[Line, ...]:
        if not stretches:
            return ()
        begins = [(self.places.division(each.unit, each.first), each.first) for each in stretches]
        person = self._first_day(row, stretches[0], record) if self.clauses.is_conditional else None
        return self.clauses.lines(row.scheme, row.starts_on, begins, person)

    def _first_day(self, row: Served, stretch: Stretch, record: Record) -> Sheet:
        """Return the facts of person, sending unit and piece on the first day, as clauses ask whom they speak of."""
        names = facts.fed_by_people(self.clauses.person_facts)
        seen = Seen(record, row.starts_on, primary_care=False)
        sheet: dict[date, Mapping[str, Any]] = {}
        segment = dict(zip(SEGMENT_FACTS, self._segment_of(row, stretch), strict=True))
        for key, day in ((FIRST_DAY, row.starts_on), *((day, day) for day in self.clauses.days)):
            values = facts.person_facts(seen.on(day), names)
            known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            sheet[key] = {**self.places.facts(row.sending_unit_id, day), **known, **segment}
        sheet[EVER] = facts.ever(record)
        return sheet

    def _segment_of(self, row: Served, stretch: Stretch) -> Between:
        if not self._between:
            return (stretch.full_time, *UNASKED)
        between = self.places.between(row.sending_unit_id, stretch.unit, stretch.first, row.speciality)
        return (stretch.full_time, *between)

    # ------------------------------------------------------------ what is owed

    def _owed(
        self, record: Record, post: Any, unit: int, senders: Any, plain: Life, credits_: Any, recognised: Any
    ) -> Iterator[Owed]:
        division = senders.division(unit)
        if division is None:
            return
        if not self._bench(division):
            return
        seen = Seen(record, self.day, primary_care=senders.is_primary_care(unit))
        found: list[tuple[Asked, Outcome]] = []
        lives: dict[str, Life] = {}
        for each, asked, parts in self._speaking(seen, unit, senders, division):
            held = plain
            if recognised:
                if each.scheme not in lives:
                    lives[each.scheme] = life(credits_, recognised, self.equivalents(each.scheme, division))
                held = lives[each.scheme]
            outcome = asked.stand(parts, held, clock_of(each.clause, record, post), self.calendar)
            if outcome is not None:
                found.append((each, outcome))
        for each, outcome in _settled(found):
            yield Owed(record.id, post.institution_id, each, outcome, record.sort_key)

    def before(self, found: Reckoned, clause: Asked) -> tuple[Requiring, Sheet, Life, int]:
        """Return what one person brings before one requirement: the facts asked, their service, their unit."""
        post = found.record.post_on(self.day)
        assert post is not None  # noqa: S101 -- nobody else owes anything
        senders = self.asking.senders({post.institution_id})
        unit = senders.unit(post.institution_id)
        division = senders.division(unit)
        held = found.life
        if found.recognised and division is not None:
            held = life(found.credits, found.recognised, self.equivalents(clause.scheme, division))
        return self._requiring(clause), self.asking.sheet(found.record, unit, senders), held, unit

    def _bench(self, division: int) -> list[list[list[Asked]]]:
        """Return, for each topic and target on which anything is said in the division, the clauses, nearest first."""
        if division not in self._benches:
            speaking = [each for each in self.requirements.clauses if division in each.division_ids]
            speaking.sort(key=lambda each: (each.topic, each.clause.target or "", -each.nearness))
            self._benches[division] = [
                [list(rung) for _nearness, rung in groupby(held, key=lambda each: each.nearness)]
                for _topic, held in groupby(speaking, key=lambda each: (each.topic, each.clause.target or ""))
            ]
        return self._benches[division]

    def _speaking(self, seen: Seen, unit: int, senders: Any, division: int) -> tuple[Speaking, ...]:
        """Return the requirements that speak of the person with what their conditions answer.

        Of each topic and target the nearest level speaks; people whom no condition tells apart are asked once.
        """
        key = division, self.asking.key(seen, unit, senders)
        found = self._remembered.get(key)
        if found is None:
            sheet = self.asking.sheet(seen.record, unit, senders)
            found = self._remembered[key] = tuple(self._asked(self._bench(division), sheet))
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return found

    def _asked(self, bench: Iterable[list[list[Asked]]], sheet: Sheet) -> Iterator[Speaking]:
        for rungs in bench:
            for rung in rungs:
                answers = {each.key: self._requiring(each).judge.parts(sheet) for each in rung}
                speaking = [each for each in rung if answers[each.key].applies is not Truth.NO]
                for each in not_overridden(speaking):
                    yield each, self._requiring(each), answers[each.key]
                if speaking:
                    break

    def _requiring(self, each: Asked) -> Requiring:
        return self.requiring[each.version_id, each.clause_id]

    def equivalents(self, scheme: str, division: int) -> Equivalents:
        """Return what the scheme's service clauses there count as much as service."""
        key = scheme, division
        if key not in self._equivalents:
            rules = self.clauses.held.rules(SERVICE, scheme, division, self.day, self.day)
            clauses = [rule for rule in rules if isinstance(rule, GoverningClause)]
            self._equivalents[key] = [(rule, each) for rule in clauses for each in rule.clause.equivalents]
        return self._equivalents[key]


def clock_of(clause: Requirement, record: Record, post: Any) -> Since:
    """Return when the clock of a requirement began: with the first hire, whatever transfers came after (AMB-54)."""
    due = clause.due
    if due is None:
        return None
    posts = record.posts
    if len(posts) == 1 and due.since == "hire_date":
        return cast("date | None", post.hired_on)
    if clause.transfer_restarts:
        chain = people_rules.chain(posts, post)
        begun = next((each for each in reversed(chain) if each.began_as != "changed"), chain[0])
        posts = [each for each in posts if each.valid_from >= begun.valid_from]
        if begun is not chain[0]:
            return begun.valid_from
    if due.since == "hire_date":
        return people_rules.hired_on(posts, post)
    if not post.employment_mode:
        return None
    if post.employment_mode != people_rules.ESTABLISHMENT:
        return ()
    return people_rules.establishment_since(posts, post)


def _settled(found: Sequence[tuple[Asked, Outcome]]) -> Iterable[tuple[Asked, Outcome]]:
    """Return the outcomes, those of one document that are satisfied together settled together."""
    if not any(each.clause.satisfied_with for each, _outcome in found):
        return found
    by_version: dict[int, list[tuple[Asked, Outcome]]] = {}
    for each, outcome in found:
        by_version.setdefault(each.version_id, []).append((each, outcome))
    settled: list[tuple[Asked, Outcome]] = []
    for held in by_version.values():
        outcomes = together(
            {each.clause_id: outcome for each, outcome in held}, {each.clause_id: each.clause for each, _ in held}
        )
        settled += [(each, outcomes[each.clause_id]) for each, _outcome in held]
    return settled
