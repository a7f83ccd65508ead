"""Judging people on a day: records and units in, one answer per clause that speaks of them out. Writes nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from assignments import records
from assignments.asking import Asking
from assignments.codes import State, state_of
from assignments.facts import Seen, Senders
from assignments.records import Record
from assignments.refusing import Refusals, refusals
from assignments.rules import Bench, Code, Ruling, Standing, compiled
from deploy_admin.policies.language import Target
from deploy_admin.policies.language.eligibility import Eligibility as Clause
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.policies.layering import GoverningClause
from deploy_admin.policies.services import governing

#: So many people are read at once: what bounds the memory.
CHUNK = 5_000
#: So many combinations of facts are remembered with their answers before the oldest are forgotten.
REMEMBERED = 50_000

Governs = GoverningClause[Clause]


class Answer(NamedTuple):
    """How one person stands under one clause; without a clause: none speaks of the person."""

    worker_id: int
    institution_id: int
    target: str
    clause: Governs | None
    standing: Standing
    unmet: tuple[str, ...]
    state: State
    unavailable: str
    unavailable_until: date | None
    staff_category: str
    title_level: str
    sort_key: str

    @property
    def key(self) -> tuple[int, str, str]:
        """What makes it one and the same row from day to day: person, policy, clause."""
        if self.clause is None:
            return self.worker_id, "", ""
        return self.worker_id, self.clause.policy, self.clause.clause_id

    @property
    def until(self) -> date | None:
        """The last day of the bar or of the exemption."""
        return self.standing.until if self.standing.code is Code.BARRED else self.standing.exempt_until


SILENT = Standing(Code.NOT_APPLICABLE)


class Judging:
    """What governs on one day, compiled, and asked of any number of people chunk by chunk."""

    def __init__(self, day: date, targets: Collection[str] | None = None) -> None:
        self.day = day
        self.targets = tuple(target for target in Target if targets is None or target in targets)
        self.governing = governing.eligibility_on(day)
        judges = [
            compiled(each.clause, self.document(each), day)
            for each in self.governing.clauses
            if each.clause.target in self.targets
        ]
        self.asking = Asking(judges, day)
        self._refusals: dict[tuple[str, str], Refusals] = {}
        self._benches: dict[int, tuple[tuple[Target, Bench], ...]] = {}
        self._remembered: OrderedDict[Any, tuple[tuple[str, Ruling, tuple[str, ...]], ...]] = OrderedDict()

    def document(self, clause: Governs) -> PolicyDocument:
        """Return the whole text in which the clause stands."""
        return self.governing.versions[clause.version_id].document

    def benches(self, division_id: int) -> tuple[tuple[Target, Bench], ...]:
        """Return, for each target on which anything is said in the division, the clauses together; made once."""
        if division_id not in self._benches:
            said = {each.clause.target for each in self.governing.clauses if division_id in each.division_ids}
            self._benches[division_id] = tuple(
                (target, Bench(self.governing, division_id, target, self.day))
                for target in self.targets
                if target in said
            )
        return self._benches[division_id]

    def chunk(self, worker_ids: Collection[int]) -> tuple[dict[int, Record], list[Answer]]:
        """Return the records of some thousand people and the answers about those employed on the day."""
        held = records.read(worker_ids, self.asking.asked)
        return held, list(self._answers(held.values()))

    def senders(self, unit_ids: Collection[int]) -> Senders:
        """Return the units of some people; those met before in this judging are not read again."""
        return self.asking.senders(unit_ids)

    def _answers(self, people: Iterable[Record]) -> Iterator[Answer]:
        here = [
            (record, post)
            for record in people
            if record.merged is None and (post := record.post_on(self.day)) is not None
        ]
        senders = self.senders({post.institution_id for _record, post in here})
        for record, post in here:
            unit = senders.unit(post.institution_id)
            seen = Seen(record, self.day, primary_care=senders.is_primary_care(unit))
            away = record.away_on(self.day)
            level = seen.level or ""
            said = False
            for target, ruling, unmet in self._rulings(seen, unit, senders):
                said = said or target == Target.DISPATCH
                code = ruling.standing.code
                yield Answer(
                    record.id,
                    post.institution_id,
                    target,
                    ruling.clause,
                    ruling.standing,
                    unmet,
                    state_of(code, target, away.kind if away else ""),
                    away.kind if away else "",
                    away.valid_to if away else None,
                    post.staff_category,
                    level,
                    record.sort_key,
                )
            if not said and Target.DISPATCH in self.targets:
                yield Answer(
                    record.id,
                    post.institution_id,
                    Target.DISPATCH.value,
                    None,
                    SILENT,
                    (),
                    State.NOT_APPLICABLE,
                    away.kind if away else "",
                    away.valid_to if away else None,
                    post.staff_category,
                    level,
                    record.sort_key,
                )

    def _rulings(self, seen: Seen, unit: int, senders: Senders) -> tuple[tuple[str, Ruling, tuple[str, ...]], ...]:
        """Return what each target's clauses answer of the person; those whom no clause tells apart are judged once."""
        division = senders.division(unit)
        if division is None:
            return ()
        benches = self.benches(division)
        if not benches:
            return ()
        record = seen.record
        key: Any = division, self.asking.key(seen, unit, senders)
        found = self._remembered.get(key)
        if found is None:
            found = self._remembered[key] = tuple(self._judged(benches, record, unit, senders))
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return found

    def _judged(
        self, benches: Iterable[tuple[Target, Bench]], record: Record, unit: int, senders: Senders
    ) -> Iterator[tuple[str, Ruling, tuple[str, ...]]]:
        sheet = self.sheet(record, unit, senders)
        for target, bench in benches:
            for ruling in bench(sheet).rulings:
                unmet = self._unmet(ruling, sheet) if ruling.standing.code is Code.MAY_NOT else ()
                yield target.value, ruling, unmet

    def sheet(self, record: Record, unit: int, senders: Senders) -> dict[date, Mapping[str, Any]]:
        """Return the facts that are asked of the person and the unit, by day and ever."""
        return self.asking.sheet(record, unit, senders)

    def _unmet(self, ruling: Ruling, sheet: Mapping[date, Mapping[str, Any]]) -> tuple[str, ...]:
        """Return which facts refuse."""
        key = ruling.clause.key
        if key not in self._refusals:
            clause = ruling.clause.clause
            self._refusals[key] = refusals(compiled(clause, self.document(ruling.clause), self.day))
        return tuple(self._refusals[key](sheet))
