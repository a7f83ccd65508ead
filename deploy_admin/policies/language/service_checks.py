"""Checks of service and requirement clauses: places, pieces, conversions, amounts of service, clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from deploy_admin.policies.language.checks import Found, Path
from deploy_admin.policies.language.eligibility_checks import (
    ASKED,
    asked_on_a_day,
    exemption_faults,
    papers_faults,
    twice,
)
from deploy_admin.policies.language.length_checks import (
    calendar_time,
    exceeds,
    longer,
    place_faults,
    reached_from_below,
    some_time,
)
from deploy_admin.policies.language.nodes import DurationUnit
from deploy_admin.policies.language.posting_checks import ON_POST, says_nothing
from deploy_admin.policies.language.requirements import Requirement, ServiceAsked
from deploy_admin.policies.language.service import Continuity, Conversion, Equivalent, ServiceRule

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

#: A piece of service is never worth more than so many times its days; "150" instead of "1.50" is a slip.
MOST = Decimal(10)


def service_faults(clause: ServiceRule, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of how service is credited."""
    yield from asked_on_a_day(clause.applies_to, (*path, "applies_to"), ON_POST, document)
    yield from place_faults(clause.at, (*path, "at"), document)
    by_days, per_month = clause.reckoned_by != "corresponding_day", clause.duty_days_per_month
    if per_month is not None and not by_days:
        yield (*path, "duty_days_per_month"), "duty_days_not_reckoned", {}
    if per_month is not None and not 0 < per_month <= 31:
        yield (*path, "duty_days_per_month"), "month_of_days", {"value": str(per_month)}
    if clause.minimum_segment is not None:
        length = clause.minimum_segment.length
        at: Path = (*path, "minimum_segment", "length")
        yield from reached_from_below(length, at)
        if length.value.unit is DurationUnit.DUTY_DAYS and not by_days:
            yield (*at, str(length.op)), "duty_days_not_reckoned", {}
    yield from twice([each.id for each in clause.conversions], (*path, "conversions"))
    for n, conversion in enumerate(clause.conversions):
        yield from _conversion(conversion, (*path, "conversions", n), document)
    yield from twice([each.id for each in clause.equivalents], (*path, "equivalents"))
    for n, equivalent in enumerate(clause.equivalents):
        yield from _equivalent(equivalent, (*path, "equivalents", n))
    yield from some_time(clause.cap, (*path, "cap"), by_calendar=True)
    if clause.continuous is not None:
        yield from _continuity(clause.continuous, (*path, "continuous"))


def _conversion(conversion: Conversion, path: Path, document: PolicyDocument) -> Iterator[Found]:
    yield from place_faults(conversion.when, (*path, "when"), document)
    yield from _ratio(conversion.ratio, path)
    yield from some_time(conversion.minimum, (*path, "minimum"), by_calendar=True)
    yield from some_time(conversion.cap, (*path, "cap"), by_calendar=True)
    if conversion.cap is None and conversion.cap_scope == "total":
        yield (*path, "cap_scope"), "scope_without_cap", {}
    if conversion.ratio == 1 and conversion.cap is None:
        yield (*path, "ratio"), "converts_nothing", {}


def _equivalent(equivalent: Equivalent, path: Path) -> Iterator[Found]:
    if not equivalent.recognised:
        yield (*path, "recognised"), "empty_list", {}
    yield from _ratio(equivalent.ratio, path)
    yield from some_time(equivalent.cap, (*path, "cap"), by_calendar=True)


def _ratio(ratio: Decimal | None, path: Path) -> Iterator[Found]:
    if ratio is not None and not 0 <= ratio <= MOST:
        yield (*path, "ratio"), "worth_out_of_range", {"value": str(ratio), "most": str(MOST)}


def _continuity(continuous: Continuity, path: Path) -> Iterator[Found]:
    yield from calendar_time(continuous.gap, (*path, "gap"))
    if len(set(continuous.broken_by)) < len(continuous.broken_by):
        yield (*path, "broken_by"), "named_twice", {}


def requirement_faults(clause: Requirement, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of what service is required."""
    for key in ("applies_to", "requires"):
        yield from asked_on_a_day(getattr(clause, key), (*path, key), ASKED, document)
    yield from _service_asked(clause.service, (*path, "service"), document)
    yield from papers_faults(clause.documents, (*path, "documents"), document)
    options = clause.alternatives
    yield from twice([option.id for option in options], (*path, "alternatives"))
    for n, option in enumerate(options):
        at: Path = (*path, "alternatives", n)
        yield from asked_on_a_day(option.requires, (*at, "requires"), ASKED, document)
        yield from _service_asked(option.service, (*at, "service"), document)
        yield from says_nothing(option, ("service", "requires"), at)
    if len(options) == 1:
        yield (*path, "alternatives"), "one_alternative", {}
    yield from exemption_faults(clause.exemptions, (*path, "exemptions"), document)
    yield from _clock(clause, path)
    yield from says_nothing(clause, ("service", "requires", "documents", "alternatives"), path)


def _service_asked(asked: ServiceAsked | None, path: Path, document: PolicyDocument) -> Iterator[Found]:
    if asked is None:
        return
    yield from reached_from_below(asked.length, (*path, "length"))
    yield from place_faults(asked.at, (*path, "at"), document)
    yield from some_time(asked.minimum_segment, (*path, "minimum_segment"))
    whole, piece = asked.length, asked.minimum_segment
    if whole is not None and piece is not None and longer(piece, whole.value):
        yield (*path, "minimum_segment"), "piece_over_whole", {}
    yield from twice([each.id for each in asked.subtotals], (*path, "subtotals"))
    for n, part in enumerate(asked.subtotals):
        at: Path = (*path, "subtotals", n)
        yield from place_faults(part.at, (*at, "at"), document)
        yield from reached_from_below(part.length, (*at, "length"))
        if whole is None or part.length is None:
            continue
        if part.length.value.unit is not whole.value.unit:
            units = {"first": str(whole.value.unit), "second": str(part.length.value.unit)}
            yield (*at, "length"), "mixed_units", units
        elif exceeds(part.length, whole):
            yield (*at, "length"), "part_over_whole", {}


def _clock(clause: Requirement, path: Path) -> Iterator[Found]:
    """The clock: something to serve, an end that can be met, a warning before it."""
    due = clause.due
    if due is None:
        for key, said in (
            ("warn_after", clause.warn_after is not None),
            ("earlier_service", not clause.earlier_service),
            ("transfer_restarts", clause.transfer_restarts),
        ):
            if said:
                yield (*path, key), "clock_without_due", {"key": key}
        return
    if not clause.asked:
        yield (*path, "due"), "due_without_service", {}
    yield from some_time(due.within, (*path, "due", "within"), by_calendar=True)
    yield from calendar_time(clause.warn_after, (*path, "warn_after"))
    within, warned = due.within, clause.warn_after
    if within is None:
        return
    if warned is not None and not longer(within, warned) and warned.unit is within.unit:
        yield (*path, "warn_after"), "warned_too_late", {"warn": str(warned.number), "limit": str(within.number)}
    length = clause.service.length if clause.service is not None else None
    if length is not None and longer(length.value, within):
        yield (*path, "due", "within"), "due_too_short", {}


def satisfied_with_faults(requirements: Sequence[tuple[Path, Requirement]]) -> Iterator[Found]:
    """Requirements that are satisfied together have to be there, and to be others."""
    ids = {clause.id for _, clause in requirements}
    for path, clause in requirements:
        for name in clause.satisfied_with:
            if name == clause.id:
                yield (*path, "satisfied_with"), "satisfied_with_itself", {}
            elif name not in ids:
                yield (*path, "satisfied_with"), "unknown_requirement", {"id": name}
