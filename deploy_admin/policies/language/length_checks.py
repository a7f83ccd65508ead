"""Checks of lengths and counts that decide something: which side, which unit, not nothing; and of places asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploy_admin.policies.language.checks import Found, Path, condition_faults
from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.counts import CountThreshold
from deploy_admin.policies.language.facts import Subject
from deploy_admin.policies.language.judging import leaves
from deploy_admin.policies.language.nodes import Duration, DurationUnit, Op, TermThreshold

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

#: The unit where somebody serves, and what is known of the piece of service.
PLACE = frozenset({Subject.INSTITUTION, Subject.SEGMENT})


def place_faults(node: ConditionNode | None, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of a condition on the place of service, asked on the days of the piece where nothing is said."""
    yield from condition_faults(node, path, PLACE, document)
    for leaf in leaves(node):
        if leaf.as_of in ("period_start", "period_end"):
            yield path, "as_of_period", {"value": str(leaf.as_of)}


def reached_from_below(threshold: TermThreshold | CountThreshold | None, path: Path) -> Iterator[Found]:
    """A threshold that something has to reach: a lower side, and above nothing."""
    if threshold is None:
        return
    op, value = threshold.op, threshold.value
    if op in (Op.AT_MOST, Op.LESS_THAN):
        yield (*path, str(op)), "upper_bound_out_of_place", {"op": str(op)}
    number = value.number if isinstance(value, Duration) else value
    if number == 0 and op is Op.AT_LEAST:
        yield (*path, str(op)), "not_positive", {"value": "0"}


def some_time(length: Duration | None, path: Path, *, by_calendar: bool = False) -> Iterator[Found]:
    """A length that is not nothing; `by_calendar`: not counted in duty days either."""
    if length is not None and length.number == 0:
        yield path, "not_positive", {"value": "0"}
    if by_calendar:
        yield from calendar_time(length, path)


def calendar_time(length: Duration | None, path: Path) -> Iterator[Found]:
    """A length that runs by the calendar."""
    if length is not None and length.unit is DurationUnit.DUTY_DAYS:
        yield path, "by_duty_days", {}


def first_reached(threshold: CountThreshold | None) -> int | None:
    """Return the first count on the said side of a lower threshold; None where there is none."""
    if threshold is None or threshold.value is None:
        return None
    return threshold.value + (threshold.op is Op.MORE_THAN)


def longer(first: Duration, second: Duration) -> bool:
    """Whether `first` is longer than `second`, as far as one unit tells."""
    return first.unit is second.unit and first.number > second.number


def exceeds(part: TermThreshold, whole: TermThreshold) -> bool:
    """Whether reaching `part` asks for more than reaching `whole`, both in one unit."""
    return part.value.unit is whole.value.unit and (part.value.number, part.op is Op.MORE_THAN) > (
        whole.value.number,
        whole.op is Op.MORE_THAN,
    )
