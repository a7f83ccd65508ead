"""Everything that is known about a list of placements, read at once: people, posts, units, other stays, rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assignments.destinations import Destinations, Receivers
from assignments.facts import Sheet, person_sheets
from assignments.judging import Answer
from assignments.models import Assignment, Slot
from assignments.posting import Asked, Posted, asked_of
from assignments.rules import EVER
from assignments.services.answering import judge_live
from assignments.services.person_checks import Stay
from assignments.services.placements import Frame, Placement, Term
from assignments.states import COMING, RUNNING
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.policies.language import Target
from deploy_admin.policies.language.conditions import AsOf, ConditionNode, OnDay
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import compile_condition
from deploy_admin.policies.language.quota import Quota, UnitScope
from deploy_admin.policies.language.service import MinimumSegment
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.policies.layering import SERVICE, GoverningClause
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import Choice
from deploy_admin.registry import succession
from deploy_admin.registry.models import Institution


class Ground:
    """What the checks ask. A constant number of queries for each first day that differs."""

    def __init__(self, rows: Sequence[Placement], frame: Frame, by: Actor) -> None:
        self.rows, self.frame, self.by = list(rows), frame, by
        self.terms = [Term.of(row, frame) for row in rows]
        ids = {row.worker_id for row in rows}
        self.people = HealthWorker.objects.living().visible_to(by).filter(pk__in=ids).in_bulk()
        self.posts: dict[int, list[Employment]] = defaultdict(list)
        for post in Employment.objects.filter(worker__in=ids).order_by("worker_id", "valid_from"):
            self.posts[post.worker_id].append(post)
        wanted = {row.receiving_unit_id for row in rows}
        self.receivers = Institution.objects.visible_to(by).filter(pk__in=wanted).in_bulk()
        self.stays: dict[int, list[Stay]] = defaultdict(list)
        others = Assignment.objects.living().filter(worker__in=ids).order_by("worker_id", "starts_on")
        columns = others.values_list("pk", "worker_id", "receiving_unit_id", "starts_on", "ends_on")
        for stay in map(Stay._make, columns):
            self.stays[stay.worker].append(stay)
        self.slots = Slot.objects.filter(pk__in={row.slot_id for row in rows if row.slot_id}).in_bulk()
        self.filled = self._filled()
        units = wanted | {stay.receiver for held in self.stays.values() for stay in held}
        units |= {post.institution_id for held in self.posts.values() for post in held}
        self.names = Institution.objects.filter(pk__in=units).named(clock.today())
        self._by_day: dict[date, Day] = {}
        #: The rows of whom the rules can be asked: a known person with a post on the day, a receiver, a term.
        self.asked = self._asked() if frame.scheme else {}
        self._held = governing.at_post() if self.asked else None
        self._quotas = governing.in_year(frame.year) if self.asked else None

    def post(self, n: int) -> Employment | None:
        """Return the post that the person of the row has on the first day."""
        first = self.terms[n].first
        for post in self.posts[self.rows[n].worker_id]:
            if post.valid_from <= first and (post.valid_to is None or first <= post.valid_to):
                return post
        return None

    def sender(self, n: int) -> int | None:
        """Return the unit on whose account the person goes: the one of the post, or its heir."""
        post = self.post(n)
        return None if post is None else self.day(n).heirs.get(post.institution_id, post.institution_id)

    def settled_sender(self, n: int) -> int:
        """Return the same of a row that was checked: there is one."""
        sender = self.sender(n)
        if sender is None:
            raise LookupError(f"row {n} was placed unchecked")
        return sender

    def day(self, n: int) -> Day:
        """Return what is known of the row's first day."""
        first = self.terms[n].first
        if first not in self._by_day:
            same = [i for i, term in enumerate(self.terms) if term.first == first]
            self._by_day[first] = Day(first, [self.rows[i] for i in same], [self.post(i) for i in same], self.frame)
        return self._by_day[first]

    def known(self, n: int) -> bool:
        """Whether person, post, receiver and term are all there."""
        row = self.rows[n]
        return (
            row.worker_id in self.people
            and row.receiving_unit_id in self.receivers
            and self.terms[n].possible
            and self.post(n) is not None
        )

    def _filled(self) -> set[tuple[int, int]]:
        """Which slots are filled, and by which assignment."""
        held = Assignment.objects.filter(slot__in=list(self.slots), state__in=COMING | RUNNING)
        return set(held.values_list("slot_id", "pk"))

    def _asked(self) -> dict[int, Asked]:
        posted = []
        for n, row in enumerate(self.rows):
            sender = self.sender(n) if self.known(n) else None
            if sender is not None:
                first, unit = self.terms[n].first, row.receiving_unit_id
                scheme, said = self.frame.scheme, (row.full_time, row.speciality)
                posted.append(Posted(n, row.worker_id, sender, unit, scheme, first, first, *said))
        return asked_of(posted)

    # ------------------------------------------------------------ what the clauses ask of one row

    def quotas(self, n: int) -> list[GoverningClause[Quota]]:
        """Return the quota clauses of the scheme for which the person may count at the receiver."""
        if self._quotas is None or n not in self.asked:
            return []
        day, row, sender = self.day(n), self.rows[n], self.sender(n) or 0
        division = day.units.division(sender)
        receiver = {day.day: day.units.facts(row.receiving_unit_id)}
        person = day.sheets.get(row.worker_id, {})
        found = []
        for clause in self._quotas.clauses:
            if clause.scheme != self.frame.scheme or division not in clause.division_ids:
                continue
            document = self._quotas.versions[clause.version_id].document
            counts = clause.clause.counts
            owed_by = clause.clause.owed_by if isinstance(clause.clause.scope, UnitScope) else None
            asked = ((owed_by, person), (counts.who, person), (counts.where, receiver))
            if all(self._holds(node, document, day.day, sheet) is not Truth.NO for node, sheet in asked):
                found.append(clause)
        return found

    def minimum_segments(self, n: int) -> list[MinimumSegment]:
        """Return the shortest pieces that the service clauses of the scheme ask for at the receiver."""
        if self._held is None or n not in self.asked:
            return []
        day, row = self.day(n), self.rows[n]
        division = day.units.division(row.receiving_unit_id)
        if division is None:
            return []
        sheet = day.sheets.get(row.worker_id, {})
        held = self._held

        def applies(rule: GoverningClause[Any]) -> bool:
            truth = self._holds(rule.clause.applies_to, held.document(rule), day.day, sheet)
            return truth is not Truth.NO

        rules = held.rules(SERVICE, self.frame.scheme, division, day.day, day.day, applies)
        clauses = [each for rule in rules for each in (rule.new if isinstance(rule, Choice) else (rule,))]
        return [each.clause.minimum_segment for each in clauses if each.clause.minimum_segment is not None]

    def document(self, version_id: int) -> PolicyDocument | None:
        """Return the text of a version that governs."""
        for held in (self._quotas, self._held):
            if held is not None and version_id in held.versions:
                return held.versions[version_id].document
        return None

    @staticmethod
    def _holds(node: ConditionNode | None, document: PolicyDocument, day: date, sheet: Sheet) -> Truth:
        def resolve(as_of: AsOf | None) -> date:
            if isinstance(as_of, OnDay):
                return as_of.day
            return EVER if as_of == "ever" else day

        return compile_condition(node, document, resolve)(sheet)


class Day:
    """One first day: the answers about who may go, the units with their facts, the heirs of closed ones."""

    def __init__(self, day: date, rows: Sequence[Placement], posts: Sequence[Employment | None], frame: Frame) -> None:
        self.day = day
        people = {row.worker_id for row in rows}
        employers = {post.institution_id for post in posts if post is not None}
        self.heirs = succession.standing_for(employers, day)
        self.units = Receivers({row.receiving_unit_id for row in rows} | set(self.heirs.values()), day)
        self.answers: Mapping[int, list[Answer]] = judge_live(people, day, [Target.DISPATCH])
        self.sheets: Mapping[int, Sheet] = person_sheets(people, {day}, day) if frame.scheme else {}
        self.destinations: Destinations = frame.destinations.standing(day)
