"""What a count means against a quota: met, short and the other words, with binding and enforcement kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from deploy_admin.policies.language.nodes import Binding, Enforcement
from quotas.rules.outcomes import Outcome, State, Way


class VerdictCode(StrEnum):
    """The one word of the board."""

    MET = "met"
    SHORT = "short"
    TOO_MANY = "too_many"
    EXPLAINED = "explained"
    TARGET_GAP = "target_gap"
    PENDING = "pending"
    UNDETERMINED = "undetermined"
    NOT_COMPUTED = "not_computed"
    NOT_APPLICABLE = "not_applicable"
    NO_WHOLE_NUMBER = "no_whole_number"


#: The clause's own way of counting, beside its alternatives.
MAIN = "main"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people count: in all, under an alternative's own counting, and per line of the composition.

    Where a clause has alternatives, `by_alternative` tells under MAIN how many count under the clause's own counting.
    `highest` is the most on one day, of what is measured as a stock: too many on any day is too many.
    """

    count: int
    by_alternative: Mapping[str, int] = field(default_factory=dict)
    composition: Mapping[str, int] = field(default_factory=dict)
    highest: int | None = None

    def for_way(self, way: Way) -> int | None:
        """What counts towards this way; nothing is known of an alternative that nobody counted."""
        if way.alternative is None:
            return self.by_alternative.get(MAIN, self.count)
        return self.by_alternative.get(way.alternative)

    def too_many(self, way: Way, counted: int) -> bool:
        """Whether the way's most is passed; of a stock, on any day."""
        return way.maximum is not None and max(counted, self.highest or 0) > way.maximum


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word, what was compared, and what else was found.

    `coordinate` stands beside the word: a duty outside the commission's command is shown, never ranked. `passed_on`
    names the way that was met. `gap` is how many are short, or by how many there are too many.
    """

    code: VerdictCode
    coordinate: bool = False
    compared_with: int | None = None
    gap: int | None = None
    passed_on: str | None = None
    findings: tuple[str, ...] = ()

    @property
    def ranks(self) -> bool:
        """Whether it enters a compliance rate."""
        return not self.coordinate and self.code in (
            VerdictCode.MET,
            VerdictCode.SHORT,
            VerdictCode.TOO_MANY,
            VerdictCode.EXPLAINED,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "code": str(self.code),
            "coordinate": self.coordinate,
            "compared_with": self.compared_with,
            "gap": self.gap,
            "passed_on": self.passed_on,
            "findings": list(self.findings),
        }


_WITHOUT_A_NUMBER = {
    State.NOT_APPLICABLE: VerdictCode.NOT_APPLICABLE,
    State.NOT_COMPUTED: VerdictCode.NOT_COMPUTED,
    State.NO_WHOLE_NUMBER: VerdictCode.NO_WHOLE_NUMBER,
}


def verdict(
    outcome: Outcome,
    *,
    binding: Binding,
    enforcement: Enforcement = Enforcement.COMMAND,
    tally: Tally | None,
    period_ended: bool,
    reason_given: bool = False,
) -> Verdict:
    """Judge a count against a quota.

    What is undetermined is never compared with a count, except that a known way which is met decides by itself.
    Before the period has ended a shortfall is only pending. A shortfall under `encouraged` is a gap to the target
    and never a violation; under `in_principle` a written reason turns it into explained.
    """
    coordinate = enforcement is Enforcement.COORDINATE
    if outcome.state in _WITHOUT_A_NUMBER:
        return Verdict(_WITHOUT_A_NUMBER[outcome.state], coordinate)
    if tally is None:
        code = VerdictCode.UNDETERMINED if outcome.state is State.UNDETERMINED else VerdictCode.PENDING
        return Verdict(code, coordinate, compared_with=outcome.required)
    known = [
        (way, counted)
        for way in outcome.ways
        if way.state is State.KNOWN and way.required is not None and (counted := tally.for_way(way)) is not None
    ]
    enough = [(way, counted) for way, counted in known if counted >= (way.required or 0)]
    if enough:
        fitting = [(way, counted) for way, counted in enough if not tally.too_many(way, counted)]
        way, counted = (fitting or enough)[0]
        return _with_enough(outcome, way, counted, tally, coordinate, binding, period_ended, reason_given)
    if outcome.state is State.UNDETERMINED or not known:
        return Verdict(VerdictCode.UNDETERMINED, coordinate)
    nearest, counted = min(known, key=lambda pair: (pair[0].required or 0) - pair[1])
    gap = (nearest.required or 0) - counted
    return Verdict(
        _shortfall(binding, period_ended, reason_given),
        coordinate,
        nearest.required,
        gap,
        None,
        _composition(outcome, tally),
    )


def _with_enough(
    outcome: Outcome,
    way: Way,
    counted: int,
    tally: Tally,
    coordinate: bool,
    binding: Binding,
    period_ended: bool,
    reason_given: bool,
) -> Verdict:
    findings = _composition(outcome, tally)
    if way.maximum is not None and tally.too_many(way, counted):
        counted = max(counted, tally.highest or 0)
        # Too many does not heal by waiting, so the end of the period is not asked for.
        code = _shortfall(binding, True, reason_given)
        code = VerdictCode.TOO_MANY if code is VerdictCode.SHORT else code
        return Verdict(code, coordinate, way.maximum, counted - way.maximum, None, ("too_many", *findings))
    if any(finding.startswith("composition:") for finding in findings):
        return Verdict(_shortfall(binding, period_ended, reason_given), coordinate, way.required, 0, None, findings)
    if findings:
        return Verdict(VerdictCode.UNDETERMINED, coordinate, way.required, 0, None, findings)
    return Verdict(VerdictCode.MET, coordinate, way.required, 0, way.key)


def _shortfall(binding: Binding, period_ended: bool, reason_given: bool) -> VerdictCode:
    if binding is Binding.ENCOURAGED:
        return VerdictCode.TARGET_GAP
    if not period_ended:
        return VerdictCode.PENDING
    if binding is Binding.IN_PRINCIPLE and reason_given:
        return VerdictCode.EXPLAINED
    return VerdictCode.SHORT


def _composition(outcome: Outcome, tally: Tally) -> tuple[str, ...]:
    found: list[str] = []
    for part in outcome.composition:
        counted = tally.composition.get(part.id)
        if part.missing or counted is None:
            found.append(f"composition_undetermined:{part.id}")
        elif part.required is not None and counted < part.required:
            found.append(f"composition:{part.id}")
        elif part.maximum is not None and counted > part.maximum:
            found.append(f"composition:{part.id}:too_many")
    return tuple(found)
