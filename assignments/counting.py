"""From rows to what may count: assignments with person, place and year, asked of the quotas that their units owe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from assignments import facts, records, ties
from assignments.counting_rows import Piece, Row
from assignments.facts import Seen
from assignments.records import Record
from assignments.rules.counting import EVENT, Answer, Case, Rule
from assignments.rules.duty import Duty
from assignments.rules.heads import Life, fits, heads
from assignments.unit_days import UnitDays
from deploy_admin.policies.language import Truth
from deploy_admin.policies.language.judging import EVER, SEGMENT_DAYS, Sheet
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import InstitutionProfile
from deploy_admin.registry.support import Ties
from quotas.services.owing import Owed, Owing

#: So many assignments are weighed at once: what bounds the memory.
CHUNK = 5_000
#: So many combinations of person and place are remembered with their answers.
REMEMBERED = 200_000


class Candidate(NamedTuple):
    """One quota for which an assignment counts by the rule: under which ways, and which lines of the team it fills."""

    owed: Owed
    rule: Rule
    ways: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def exclusive_group(self) -> str:
        return self.rule.clause.counts.exclusive_group or ""


class Weighed(NamedTuple):
    """How one assignment stands to one quota: what each way says, and what refuses beside the facts."""

    owed: Owed
    rule: Rule
    answers: tuple[Answer, ...]
    refused: dict[str, str]  # by way: year, full_time, renewal, term
    parts: tuple[str, ...]

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways under which it counts."""
        return tuple(each.way for each in self.answers if each.truth is Truth.YES and each.way not in self.refused)

    @property
    def perhaps(self) -> bool:
        """Whether nothing that is known speaks against it: an officer may choose it."""
        return any(each.truth is not Truth.NO and each.way not in self.refused for each in self.answers)


class Weighing:
    """The quotas of some units, compiled, and asked about assignments chunk by chunk."""

    def __init__(self, unit_ids: Collection[int], schemes: Collection[str], places: Collection[int] = ()) -> None:
        self.owing = Owing(unit_ids, schemes)
        self._rules = {
            (each.version_id, each.clause_id, each.period): Rule(
                self.owing.clause(each), self.owing.document(each), each.period
            )
            for each in self.owing.clauses
        }
        rules = self._rules.values()
        self._asked: frozenset[str] = frozenset().union(*(rule.facts for rule in rules))
        self._names = facts.fed_by_people(self._asked)
        self._days = tuple(sorted({EVENT}.union(*(rule.days for rule in rules))))
        self._asks_ever = any(rule.asks_ever for rule in rules)
        self._place_days = tuple(sorted({EVENT}.union(*(rule.place_days for rule in rules))))
        placed: frozenset[str] = frozenset().union(*(rule.place_facts for rule in rules))
        self._ties = Ties() if placed & ties.TIED else None
        self._asks_neighbours = bool(placed & {"same_district", "same_community", *ties.TIED})
        self._duties: dict[str, Duty] = {}
        self._calendar = work_calendar()
        self._kinds = _kinds(unit_ids)
        self._places = UnitDays({*places, *(unit_ids if self._asks_neighbours else ())})
        self._asking: tuple[int, Any] = (0, None)
        self._asked_plainly: dict[Any, Mapping[str, str]] = {}
        self._answered: dict[Any, tuple[tuple[Answer, ...], tuple[str, ...]]] = {}

    def rule(self, owed: Owed) -> Rule:
        """Return the compiled counting of the clause under which a quota is owed."""
        return self._rules[owed.version_id, owed.clause_id, owed.period]

    def duty(self, pattern: str) -> Duty:
        """Return the duty days of a roster pattern; made once."""
        if pattern not in self._duties:
            self._duties[pattern] = Duty(pattern, self._calendar)
        return self._duties[pattern]

    def candidates(self, rows: Mapping[int, Row]) -> dict[int, list[Candidate]]:
        """Return for each assignment what it counts for by the rule, the first choice first."""
        return {
            pk: [Candidate(each.owed, each.rule, ways, each.parts) for each in weighed if (ways := each.ways)]
            for pk, weighed in self.weigh(rows).items()
        }

    def weigh(self, rows: Mapping[int, Row], *, whole: bool = False) -> dict[int, list[Weighed]]:
        """Return how each assignment stands to each quota of its unit, in the order of preference.

        The rows hold whatever may count together. Unless the `whole` is asked for, what lies in other years is left
        out, which is nearly everything.
        """
        living = {pk: row for pk, row in rows.items() if row.may_count}
        self._asking = 0, None
        people = records.read({row.worker_id for row in living.values()}, self._asked)
        self._learn(living.values())
        found: dict[int, list[Weighed]] = {pk: [] for pk in rows}
        together: dict[Owed, list[tuple[Row, Weighed]]] = defaultdict(list)
        for row in living.values():
            record = people.get(row.worker_id)
            for owed in self.owing.of(row.sending_unit_id, row.scheme):
                weighed = self._weighed(row, rows, record, owed, whole)
                if weighed is not None:
                    found[row.id].append(weighed)
                    if weighed.perhaps:
                        together[owed].append((row, weighed))
        for owed, members in together.items():
            self._weigh_terms(self.rule(owed), members)
        for weighed_ones in found.values():
            weighed_ones.sort(key=lambda each: (each.rule.rank, each.owed.period, each.owed.key))
        return found

    def _weighed(
        self, row: Row, rows: Mapping[int, Row], record: Record | None, owed: Owed, whole: bool
    ) -> Weighed | None:
        rule = self.rule(owed)
        refused = self._refused(rule, self._case(row, rows))
        if not whole and len(refused) == len(rule.ways):
            return None
        answers, parts = self._answers(row, record, rule)
        return Weighed(owed, rule, answers, dict(refused), parts)

    def _refused(self, rule: Rule, case: Case) -> Mapping[str, str]:
        """Return what refuses beside the facts; remembered, for most assignments begin on a few days."""
        key = id(rule), case if rule.asks_last_day else case._replace(ends_on=case.starts_on)
        if key not in self._asked_plainly:
            self._asked_plainly[key] = {
                way.id: reason for way in rule.ways if (reason := way.refused(case)) is not None
            }
        return self._asked_plainly[key]

    def _case(self, row: Row, rows: Mapping[int, Row]) -> Case:
        """Return what is asked beside the facts; a renewal that keeps its campaign counts in its own first year."""
        renewed = rows.get(row.renews_id) if row.renews_id is not None else None
        year = None if renewed is not None and renewed.campaign_id == row.campaign_id else row.year
        return Case(row.starts_on, row.ends_on, year, row.first_piece.full_time, row.renews_id is not None)

    def _weigh_terms(self, rule: Rule, members: Iterable[tuple[Row, Weighed]]) -> None:
        """Refuse those whose term is too short, theirs alone and with what counts together with it."""
        for way in rule.ways:
            if way.counting.term is None:
                continue
            asked = {
                row.id: weighed
                for row, weighed in members
                if way.id not in weighed.refused
                and any(each.way == way.id and each.truth is not Truth.NO for each in weighed.answers)
            }
            lives = [self.life(row) for row, _weighed in members if row.id in asked]
            for head in heads(lives, way.counting):
                if not fits(head, way.counting):
                    for life in head:
                        asked[life.id].refused[way.id] = "term"

    def life(self, row: Row) -> Life:
        """Return the assignment as far as numbers go."""
        return Life(
            row.id, row.worker_id, row.slot_id, row.state, row.starts_on, row.ends_on, row.term_months, row.term_days,
            row.term_ends_on, self.duty(row.roster_pattern), row.extended_days, row.part_time_days, row.end_reason,
            batch=row.batch,
        )  # fmt: skip

    # ------------------------------------------------------------ facts

    def _answers(self, row: Row, record: Record | None, rule: Rule) -> tuple[tuple[Answer, ...], tuple[str, ...]]:
        """Return what the facts say; people and places that no clause tells apart are asked about once."""
        person = self._person_key(row, record)
        pieces = row.pieces if rule.asks_segments and row.pieces else (row.first_piece,)
        places = tuple(self._place_key(row, piece) for piece in pieces)
        key = id(rule), person, places
        if key not in self._answered:
            if len(self._answered) > REMEMBERED:
                self._answered.clear()
            sheet = self._person_sheet(record, person)
            told = [rule.answers(sheet, self._place_sheet(row, piece)) for piece in pieces]
            weakest = tuple(min(of_way, key=lambda each: _WEIGHT[each.truth]) for of_way in zip(*told, strict=True))
            self._answered[key] = weakest, rule.parts(sheet)
        return self._answered[key]

    def _person_key(self, row: Row, record: Record | None) -> Any:
        """Return the facts that are asked of the person, day by day; every rule asks with the same."""
        if record is None:
            return None
        if self._asking[0] == row.id:
            return self._asking[1]
        primary_care = self._is_primary_care(row.sending_unit_id, row.starts_on)
        seen = Seen(record, row.starts_on, primary_care=primary_care)
        told = tuple(facts.person_facts(seen if day == EVENT else seen.on(day), self._names) for day in self._days)
        key = told, tuple(sorted(facts.ever(record).items())) if self._asks_ever else None
        self._asking = row.id, key
        return key

    def _person_sheet(self, record: Record | None, key: Any) -> Sheet:
        if record is None:
            return {}
        sheet: dict[date, Mapping[str, Any]] = {
            day: {name: value for name, value in zip(self._names, values, strict=True) if value is not None}
            for day, values in zip(self._days, key[0], strict=True)
        }
        if self._asks_ever:
            sheet[EVER] = facts.ever(record)
        return sheet

    def _learn(self, rows: Iterable[Row]) -> None:
        """Read further places: where these serve first and, if clauses ask for it, where they come from."""
        wanted = {piece.unit_id for row in rows for piece in (*row.pieces, row.first_piece)}
        if self._asks_neighbours:
            wanted |= {row.sending_unit_id for row in rows}
        if not wanted <= self._places.unit_ids:
            self._places = UnitDays(self._places.unit_ids | wanted)
            self._answered.clear()  # its keys name stretches as they were

    def _place_key(self, row: Row, piece: Piece) -> Any:
        neighbours = (row.sending_unit_id, self._places.stretch(row.starts_on)) if self._asks_neighbours else None
        # What ties two units holds from day to day, and for one speciality.
        tied = (row.speciality, piece.valid_from) if self._ties else None
        return piece.unit_id, self._places.stretch(piece.valid_from), piece.full_time, neighbours, tied

    def _place_sheet(self, row: Row, piece: Piece) -> Sheet:
        """Return the facts of the place on the first day and on the days that clauses name, and of the piece."""
        first = row.first_piece
        sheet: dict[date, Mapping[str, Any]] = {
            day: {
                **self._places.facts(first.unit_id, first.valid_from if day == EVENT else day),
                **self._piece(row, first),
            }
            for day in self._place_days
        }
        sheet[SEGMENT_DAYS] = {**self._places.facts(piece.unit_id, piece.valid_from), **self._piece(row, piece)}
        return sheet

    def _piece(self, row: Row, piece: Piece) -> dict[str, Any]:
        """Return what is true of one piece beside its place."""
        told: dict[str, Any] = {"full_time": piece.full_time}
        if self._asks_neighbours:
            day, here = piece.valid_from, self._places.facts(piece.unit_id, piece.valid_from)
            home = self._places.facts(row.sending_unit_id, day)
            districts = self._places.district(piece.unit_id, day), self._places.district(row.sending_unit_id, day)
            communities = here.get("medical_community"), home.get("medical_community")
            told["same_district"] = None if None in districts else districts[0] == districts[1]
            told["same_community"] = None if None in communities else communities[0] == communities[1]
        if self._ties:
            tied = ties.between(self._ties, row.sending_unit_id, piece.unit_id, row.speciality, piece.valid_from)
            told["paired"], told["in_programme"] = tied
        return told

    def _is_primary_care(self, unit_id: int, day: date) -> bool:
        return any(first <= day and (last is None or day <= last) for first, last in self._kinds.get(unit_id, ()))


_WEIGHT = {Truth.NO: 0, Truth.UNKNOWN: 1, Truth.YES: 2}


def _kinds(unit_ids: Collection[int]) -> dict[int, list[tuple[date, date | None]]]:
    """Return when each of these units is one of primary care. One query."""
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = InstitutionProfile.objects.filter(institution__in=unit_ids, kind__in=PRIMARY_CARE).order_by()
    for unit, first, last in rows.values_list("institution_id", "valid_from", "valid_to"):
        found[unit].append((first, last))
    return found
