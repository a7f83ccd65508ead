"""Who may go: an eligibility clause compiled once for a day, then asked of many. Pure: sheets in, standings out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple, assert_never

from assignments.rules.standing import NOT_APPLICABLE, Code, Standing, decide
from deploy_admin.months import add_months
from deploy_admin.policies.language.conditions import All, AsOf, Compare, ConditionNode, InSet, Is, OnDay
from deploy_admin.policies.language.eligibility import EVENTS_KEY, Bar, Eligibility
from deploy_admin.policies.language.explained import Explained, Input, Step, Truth, Undetermined
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.judging import (
    EVER,
    Sheet,
    compile_condition,
    days_asked,
    leaves,
    missing_facts,
)
from deploy_admin.policies.language.judging import Judge as Asked
from deploy_admin.policies.language.nodes import Duration, DurationUnit
from deploy_admin.policies.language.types import PolicyDocument

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


_ready: dict[tuple[int, str, date], Judge] = {}


def compiled(clause: Eligibility, document: PolicyDocument, day: date) -> Judge:
    """Return the clause made ready for one day; `document` gives it its sets. Asked again, it is the same object."""
    key = id(document), clause.id, day
    found = _ready.get(key)
    if found is None or found.document is not document or found.clause is not clause:
        if len(_ready) > 2000:
            _ready.clear()
        found = _ready[key] = Judge(clause, document, day)
    return found


def last_day_barred(event: date, length: Duration) -> date:
    """Return the last day of a bar: the corresponding day or its month's last. The event's own day is not counted."""
    if length.unit is DurationUnit.MONTHS:
        return add_months(event, length.number)
    return event + timedelta(days=length.number)


class _Part(NamedTuple):
    """One condition of the clause, compiled, with its name."""

    id: str
    node: ConditionNode | None
    asked: Asked


class _Window(NamedTuple):
    """One exemption whose window holds on the day."""

    part: _Part
    last: date | None


class _Barring(NamedTuple):
    """One bar with the day it is asked on."""

    bar: Bar
    part: _Part
    day: date
    codes: frozenset[str]


class _Hit(NamedTuple):
    """What a bar came to: the event it rests on and its last day."""

    truth: Truth
    event: str | None = None
    event_on: date | None = None
    until: date | None = None
    missing: tuple[str, ...] = ()


class Parts(NamedTuple):
    """What the parts of a clause answer, each by itself."""

    applies: Truth
    exempt: Truth
    exemption: str
    needs: Truth
    options: tuple[Truth, ...]
    #: What keeps it unknown whether the clause applies, and what is not known of the rest.
    missing_applies: tuple[str, ...]
    missing: tuple[str, ...]


class Judge:
    """One clause for one day. `days`, `asks_ever` and `facts` say what a sheet must bring."""

    def __init__(self, clause: Eligibility, document: PolicyDocument, day: date) -> None:
        self.clause = clause
        self.document = document
        self.day = day

        def part(name: str, node: ConditionNode | None) -> _Part:
            return _Part(name, node, compile_condition(node, document, self.resolve))

        self._applies = part("applies_to", clause.applies_to)
        self._needs = [part("requires", clause.requires)] if clause.requires is not None else []
        self._needs += [part(f"documents[{n}]", node) for n, node in enumerate(clause.documents)]
        self._options = tuple(part(option.id, option.requires) for option in clause.alternatives)
        self._rows = self._mixed(part) if clause.mixing else ()
        self._windows = tuple(
            _Window(part(each.id, each.when), each.to)
            for each in clause.exemptions
            if (each.from_ is None or each.from_ <= day) and (each.to is None or day <= each.to)
        )
        self._bars = tuple(
            _Barring(
                bar,
                part(bar.id, bar.when),
                bar.as_of.day if isinstance(bar.as_of, OnDay) else day,
                frozenset(str(code) for code in bar.after),
            )
            for bar in clause.bars
        )
        nodes = [each.node for each in self._parts()]
        asked = days_asked(nodes, self.resolve) | {barring.day for barring in self._bars}
        #: The days for which a sheet must carry facts.
        self.days: frozenset[date] = asked
        #: Whether some fact is asked of any day ever.
        self.asks_ever = any(leaf.as_of == "ever" for node in nodes for leaf in leaves(node))
        #: The facts that are asked, by name; `events` where there are bars.
        self.facts: frozenset[str] = frozenset(leaf.fact for node in nodes for leaf in leaves(node)) | (
            {EVENTS_KEY} if self._bars else frozenset()
        )

    def resolve(self, as_of: AsOf | None) -> date:
        """The day an as-of means: the day asked about, unless the clause names another, or any day ever."""
        if isinstance(as_of, OnDay):
            return as_of.day
        return EVER if as_of == "ever" else self.day

    def _mixed(self, part: Any) -> tuple[tuple[_Part, ...], ...]:
        """The alternatives' parts row by row: with mixing, each row is met by whichever alternative."""
        columns = [
            option.requires.all if isinstance(option.requires, All) else (option.requires,)
            for option in self.clause.alternatives
        ]
        return tuple(tuple(part("", node) for node in row) for row in zip(*columns, strict=True))

    def _parts(self) -> Iterable[_Part]:
        yield self._applies
        yield from self._needs
        yield from self._options
        for window in self._windows:
            yield window.part
        for barring in self._bars:
            yield barring.part

    # ------------------------------------------------------------ the answer

    def __call__(self, sheet: Sheet) -> Standing:
        """Return how the person of this sheet stands under the clause."""
        applies = self._applies.asked(sheet)
        if applies is NO:
            return NOT_APPLICABLE
        if applies is UNKNOWN:
            return Standing(Code.UNDETERMINED, missing=self._missing(self._applies, sheet))
        barred, bar, hit, missing = self._barred(sheet)
        if barred is YES:
            return Standing(Code.BARRED, None, None, None, bar, hit.event, hit.event_on, hit.until)
        exempt, window, unsure = self._exempt(sheet)
        missing += unsure
        if exempt is YES and barred is NO and window is not None:
            return Standing(Code.EXEMPT, None, window.part.id, window.last)
        met, alternative, unmet = self._met(sheet)
        code = decide(applies, barred, exempt, met)
        if code is Code.UNDETERMINED and exempt is not YES:
            missing += unmet
        return Standing(
            code,
            alternative if code is Code.MAY else None,
            missing=tuple(dict.fromkeys(missing)) if missing else (),
        )

    def _missing(self, part: _Part, sheet: Sheet) -> tuple[str, ...]:
        return missing_facts(part.node, sheet, self.resolve)

    def _barred(self, sheet: Sheet) -> tuple[Truth, str | None, _Hit, tuple[str, ...]]:
        """Return whether any bar stands, the one that lasts longest, and what keeps the others open."""
        found, longest, bar = NO, _Hit(NO), None
        missing: tuple[str, ...] = ()
        for barring in self._bars:
            hit = self._hit(barring, sheet)
            if hit.truth is YES and (found is not YES or (hit.until or date.max) > (longest.until or date.max)):
                longest, bar = hit, barring.bar.id
            found = found | hit.truth
            missing += hit.missing
        return found, bar, longest, missing

    def _hit(self, barring: _Barring, sheet: Sheet) -> _Hit:
        whom = barring.part.asked(sheet)
        if whom is NO:
            return _Hit(NO)
        events = sheet.get(barring.day, {}).get(EVENTS_KEY)
        if events is None:
            return _Hit(UNKNOWN, missing=(EVENTS_KEY, *self._missing_if(whom, barring.part, sheet)))
        bar = barring.bar
        happened = sorted(
            ((on, code) for code, on in events if code in barring.codes and on <= barring.day), reverse=True
        )
        if len(happened) < bar.times:
            return _Hit(NO)
        on, _code = happened[bar.times - 1]
        last_on, last_code = happened[0]
        if bar.for_ is None:
            missing = (f"bar:{bar.id}", *self._missing_if(whom, barring.part, sheet))
            return _Hit(UNKNOWN, last_code, last_on, missing=missing)
        until = None if bar.for_ == "ever" else last_day_barred(on, bar.for_)
        if until is not None and until < barring.day:
            return _Hit(NO, last_code, last_on, until)
        return _Hit(whom, last_code, last_on, until, self._missing_if(whom, barring.part, sheet))

    def _missing_if(self, truth: Truth, part: _Part, sheet: Sheet) -> tuple[str, ...]:
        return self._missing(part, sheet) if truth is UNKNOWN else ()

    def _exempt(self, sheet: Sheet) -> tuple[Truth, _Window | None, tuple[str, ...]]:
        found = NO
        missing: tuple[str, ...] = ()
        for window in self._windows:
            truth = window.part.asked(sheet)
            if truth is YES:
                return YES, window, ()
            if truth is UNKNOWN:
                found = UNKNOWN
                missing += self._missing(window.part, sheet)
        return found, None, missing

    def _met(self, sheet: Sheet) -> tuple[Truth, str | None, tuple[str, ...]]:
        """Return whether the requirement is met, by which alternative, and what keeps it open."""
        found, unsure = YES, []
        for need in self._needs:
            truth = need.asked(sheet)
            if truth is NO:
                return NO, None, ()
            if truth is UNKNOWN:
                found = UNKNOWN
                unsure.append(need)
        if not self._options:
            return found, None, self._all_missing(unsure, sheet)
        either, alternative = NO, None
        for option in self._options:
            truth = option.asked(sheet)
            if truth is YES:
                either, alternative = YES, option.id
                break
            either = either | truth
        if either is not YES and self._rows:
            either = self._mixture(sheet)
        if either is UNKNOWN:
            unsure += [option for option in self._options if option.asked(sheet) is UNKNOWN] or [*self._options]
        return found & either, alternative, self._all_missing(unsure, sheet)

    def _mixture(self, sheet: Sheet) -> Truth:
        whole = YES
        for row in self._rows:
            one = NO
            for part in row:
                one = one | part.asked(sheet)
            whole = whole & one
        return whole

    def _all_missing(self, parts: Iterable[_Part], sheet: Sheet) -> tuple[str, ...]:
        return tuple(name for part in parts for name in self._missing(part, sheet))

    def parts(self, sheet: Sheet) -> Parts:
        """Return what each part of the clause answers by itself, for clauses that ask other things besides."""
        applies = self._applies.asked(sheet)
        exempt, window, unsure = self._exempt(sheet)
        needs = YES
        for need in self._needs:
            needs = needs & need.asked(sheet)
        return Parts(
            applies,
            exempt,
            window.part.id if window is not None else "",
            needs,
            tuple(option.asked(sheet) for option in self._options),
            self._missing_if(applies, self._applies, sheet),
            tuple(dict.fromkeys((*unsure, *self._all_missing([*self._needs, *self._options], sheet)))),
        )

    def explain_parts(self, sheet: Sheet) -> Iterable[Step]:
        """Yield every question of those parts, with its fact, value, day and truth."""
        yield from self._asked_of("applies_to", (), self._applies, sheet)
        yield from self._steps_of_exemptions(sheet)
        for need in self._needs:
            yield from self._asked_of(need.id.partition("[")[0], (), need, sheet)
        for option in self._options:
            yield from self._asked_of("alternative", (Input("alternative", option.id),), option, sheet)

    # ------------------------------------------------------------ the same with every step

    def explain(self, sheet: Sheet) -> Explained[str]:
        """Return the same answer with every question behind it: its fact, value, day and truth."""
        standing = self(sheet)
        steps = [*self._asked_of("applies_to", (), self._applies, sheet)]
        if standing.code is not Code.NOT_APPLICABLE:
            for barring in self._bars:
                steps += self._steps_of_bar(barring, sheet)
            steps += self._steps_of_exemptions(sheet)
            for need in self._needs:
                steps += self._asked_of(need.id.partition("[")[0], (), need, sheet)
            for option in self._options:
                steps += self._asked_of("alternative", (Input("alternative", option.id),), option, sheet)
            if self._rows:
                steps.append(Step(self.clause.id, "mixed", (), _word(self._mixture(sheet))))
        said = (
            Input("alternative", standing.alternative),
            Input("exemption", standing.exemption),
            Input("bar", standing.bar),
            Input("until", standing.until.isoformat() if standing.until else None),
        )
        inputs = tuple(each for each in said if each.value is not None)
        steps.append(Step(self.clause.id, "standing", inputs, str(standing.code)))
        if standing.code is Code.UNDETERMINED:
            return Explained(Undetermined(standing.missing, reason=reason_of(standing.missing)), tuple(steps))
        return Explained(str(standing.code), tuple(steps))

    def _asked_of(self, operation: str, inputs: tuple[Input, ...], part: _Part, sheet: Sheet) -> Iterable[Step]:
        """Yield each question of a condition, then what it came to; nothing where nothing is asked."""
        if part.node is None:
            return
        yield from self._questions(part.node, sheet)
        yield Step(self.clause.id, operation, inputs, _word(part.asked(sheet)))

    def _questions(self, node: ConditionNode, sheet: Sheet) -> Iterable[Step]:
        for leaf in leaves(node):
            day = self.resolve(leaf.as_of)
            value = _shown(sheet.get(day, {}).get(leaf.fact))
            asked = Input(f"fact:{leaf.fact}", value, on="ever" if day == EVER else day.isoformat())
            match leaf:
                case Is():
                    against = Input("is", "/".join(_plain(each) for each in leaf.values))
                case InSet():
                    against = Input("in_set", leaf.in_set)
                case Compare():
                    against = Input(str(leaf.op), None if leaf.value is None else _shown(leaf.value))
                case _:
                    assert_never(leaf)
            truth = compile_condition(leaf, self.document, self.resolve)(sheet)
            yield Step(self.clause.id, "fact", (asked, against), _word(truth))

    def _steps_of_bar(self, barring: _Barring, sheet: Sheet) -> Iterable[Step]:
        hit = self._hit(barring, sheet)
        if barring.part.node is not None:
            yield from self._questions(barring.part.node, sheet)
        inputs = [Input("bar", barring.bar.id)]
        if hit.event is not None and hit.event_on is not None:
            inputs.append(Input("event", hit.event, on=hit.event_on.isoformat()))
        if hit.until is not None:
            inputs.append(Input("until", hit.until.isoformat()))
        yield Step(self.clause.id, "bar", tuple(inputs), _word(hit.truth))

    def _steps_of_exemptions(self, sheet: Sheet) -> Iterable[Step]:
        open_now = {window.part.id: window for window in self._windows}
        for each in self.clause.exemptions:
            inputs = [Input("exemption", each.id)]
            inputs += [Input("from", each.from_.isoformat())] if each.from_ else []
            inputs += [Input("to", each.to.isoformat())] if each.to else []
            window = open_now.get(each.id)
            if window is None:
                yield Step(self.clause.id, "exemption", tuple(inputs), _word(NO))
                continue
            if window.part.node is not None:
                yield from self._questions(window.part.node, sheet)
            yield Step(self.clause.id, "exemption", tuple(inputs), _word(window.part.asked(sheet)))


def reason_of(missing: Iterable[str]) -> str:
    """Return why something is open: `not_built` where nothing in the program keeps any of it, else `missing`."""
    facts = [FACTS.get(name.removeprefix("fact:")) for name in missing]
    return "not_built" if facts and all(fact is not None and not fact.fed for fact in facts) else "missing"


def _word(truth: Truth) -> str:
    return truth.name.lower()


def _plain(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _shown(value: Any) -> str | int | bool | None:
    """A fact's value as a step keeps it: several values joined, an empty list as `none`, the unknown as None."""
    if isinstance(value, list | tuple | set | frozenset):
        return "/".join(sorted(str(each) for each in value)) or "none"
    return value if isinstance(value, str | int | bool) or value is None else str(value)
