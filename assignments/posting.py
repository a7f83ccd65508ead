"""Feeds posting rules from rows: what is asked of a posting, by whom it is made and where it goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from assignments import facts, records, ties
from assignments.facts import Senders, Sheet
from assignments.models import Assignment
from assignments.records import Record
from assignments.rules import EVER
from deploy_admin.policies.language import PolicyDocument
from deploy_admin.policies.language.conditions import AsOf, ConditionNode, OnDay
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import Resolve, compile_condition, days_asked
from deploy_admin.policies.language.nodes import TermThreshold
from deploy_admin.policies.language.posting import FilingRule, PostingRule
from deploy_admin.policies.layering import POSTING, GoverningClause
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import AtPost, Choice
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.support import Ties

Rule = GoverningClause[PostingRule]


class Posted(NamedTuple):
    """One posting on one day: whose, from where to where, under which scheme, and since when it lasts."""

    key: int
    worker_id: int
    sending_unit_id: int
    receiving_unit_id: int
    scheme: str
    day: date
    since: date
    full_time: bool
    speciality: str = ""

    @classmethod
    def of(cls, assignment: Assignment, day: date | None = None, *, full_time: bool | None = None) -> Posted:
        """Return the posting of an assignment on its first day, or on the day given as on post since then."""
        return cls(
            assignment.pk,
            assignment.worker_id,
            assignment.sending_unit_id,
            assignment.receiving_unit_id,
            assignment.scheme,
            day or assignment.starts_on,
            min(day or assignment.starts_on, assignment.starts_on),
            assignment.full_time if full_time is None else full_time,
            assignment.speciality,
        )

    def begun_on(self, day: date) -> Posted:
        """Return the same posting as if that day were its first."""
        return self._replace(day=day, since=day)


@dataclass(frozen=True)
class Asked:
    """What the posting rules ask of one posting. `exempt` says whether the law spares it the filing."""

    rules: tuple[Rule, ...] = ()
    filing: FilingRule | None = None
    exempt: Truth = Truth.NO

    @property
    def suspension(self) -> bool:
        """Whether practice at the sending unit has to be suspended."""
        return any(rule.clause.suspension for rule in self.rules)

    @property
    def full_time(self) -> bool:
        """Whether full detachment is asked."""
        return any(rule.clause.full_time for rule in self.rules)

    @property
    def terms(self) -> tuple[TermThreshold, ...]:
        """The lengths that are asked of the planned term."""
        return tuple(rule.clause.term for rule in self.rules if rule.clause.term is not None)


def asked_of(rows: Iterable[Posted]) -> dict[int, Asked]:
    """Return what is asked of each posting by key. A constant number of queries for each day that differs."""
    per_day: dict[date, list[Posted]] = defaultdict(list)
    for row in rows:
        per_day[row.day].append(row)
    if not per_day:
        return {}
    held = governing.at_post()
    people = records.read({row.worker_id for found in per_day.values() for row in found})
    answers: dict[int, Asked] = {}
    for day in sorted(per_day):
        answers |= _Day(held, day, per_day[day], people).answers()
    return answers


def sheet_of(row: Posted) -> tuple[Sheet, Resolve]:
    """Return what is true of one posting, of person and sending unit on the day, and which day an as-of means."""
    day = _Day(governing.at_post(), row.day, [row], records.read({row.worker_id}))
    return day.sheet(row), day.resolve


def segment_facts(
    sender: Mapping[str, Any],
    receiver: Mapping[str, Any],
    *,
    full_time: bool,
    districts: tuple[int | None, int | None],
    tied: tuple[bool | None, bool | None] = (None, None),
) -> dict[str, Any]:
    """Return what is true of the posting itself; a unit of which no community is named leaves that open."""
    told: dict[str, Any] = {"full_time": full_time}
    if None not in districts:
        told["same_district"] = districts[0] == districts[1]
    ours, theirs = sender.get("medical_community"), receiver.get("medical_community")
    if ours and theirs:
        told["same_community"] = ours == theirs
    told |= {name: said for name, said in zip(("paired", "in_programme"), tied, strict=True) if said is not None}
    return told


class _Day:
    """All postings that are asked of one day: the units of that day, read once."""

    def __init__(self, held: AtPost, day: date, rows: Collection[Posted], people: Mapping[int, Record]) -> None:
        self.held = held
        self.day = day
        self.rows = rows
        self.people = people
        units = {unit for row in rows for unit in (row.sending_unit_id, row.receiving_unit_id)}
        self.days = frozenset({day}) | self._other_days()
        self.units = Senders(units, self.days, day)
        self.tree = DivisionTree.read(day)
        self.ties = Ties()
        self._judges: dict[tuple[int, str, str], Callable[[Any], Truth]] = {}

    def _other_days(self) -> frozenset[date]:
        """The fixed days that some rule asks of, whichever speaks in the end."""
        rules = (rule for version in self.held.versions.values() for rule in version.document.posting)
        nodes = [node for rule in rules for node in (rule.applies_to, rule.filing.exempt if rule.filing else None)]
        return frozenset(days_asked(nodes, self.resolve))

    def resolve(self, as_of: AsOf | None) -> date:
        if isinstance(as_of, OnDay):
            return as_of.day
        return EVER if as_of == "ever" else self.day

    def answers(self) -> dict[int, Asked]:
        return {row.key: self._answer(row) for row in self.rows}

    def _answer(self, row: Posted) -> Asked:
        division = self.units.division(self.units.unit(row.receiving_unit_id))
        if division is None:
            return Asked()
        sheet = self.sheet(row)

        def applies(rule: Rule) -> bool:
            return self._judged(rule, "applies_to", rule.clause.applies_to, sheet) is not Truth.NO

        found = self.held.rules(POSTING, row.scheme, division, self.day, row.since, applies)
        rules = tuple(rule for each in found for rule in _mildest(each))
        for rule in rules:
            if (filing := rule.clause.filing) is not None:
                exempt = self._judged(rule, "exempt", filing.exempt, sheet) if filing.exempt else Truth.NO
                return Asked(rules, filing, exempt)
        return Asked(rules)

    def _judged(self, rule: Rule, name: str, node: ConditionNode | None, sheet: Sheet) -> Truth:
        key = rule.version_id, rule.clause_id, name
        if key not in self._judges:
            document: PolicyDocument = self.held.document(rule)
            self._judges[key] = compile_condition(node, document, self.resolve)
        return self._judges[key](sheet)

    def sheet(self, row: Posted) -> Sheet:
        """Return the facts of the person, the sending unit and the posting."""
        sender, receiver = self.units.unit(row.sending_unit_id), self.units.unit(row.receiving_unit_id)
        of_sender = self.units.sheet(sender)
        primary = self.units.is_primary_care(sender)
        person = self.people.get(row.worker_id)
        sheet = facts.whole_sheet(person, self.days, of_sender, primary_care=primary) if person else dict(of_sender)
        of_receiver = self.units.sheet(receiver).get(self.day, {})
        told = segment_facts(
            of_sender.get(self.day, {}),
            of_receiver,
            full_time=row.full_time,
            districts=(self._district(sender), self._district(receiver)),
            tied=ties.between(self.ties, sender, receiver, row.speciality or _speciality(person), self.day),
        )
        sheet[self.day] = {**sheet.get(self.day, {}), **told}
        return sheet

    def _district(self, unit: int) -> int | None:
        division = self.units.division(unit)
        return self.tree.district(division) if division is not None else None


def _speciality(person: Record | None) -> str:
    """Return the person's own speciality, where the posting names none."""
    return person.speciality if person else ""


def _mildest(rule: Rule | Choice[PostingRule]) -> tuple[Rule, ...]:
    """Return, where the more favourable of several ways holds, the one that asks least; of equal ones the newest."""
    if not isinstance(rule, Choice):
        return (rule,)
    return min(reversed(rule.ways), key=lambda way: sum(_demands(each.clause) for each in way))


def _demands(clause: PostingRule) -> int:
    return sum(bool(each) for each in (clause.suspension, clause.full_time, clause.filing, clause.term))
