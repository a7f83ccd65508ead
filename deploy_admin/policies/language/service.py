"""The service clause: which days on post are credited, how they add up, and what else is worth as much."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition
from deploy_admin.policies.language.nodes import Duration, DurationUnit, Exact, Node, Slug, TermThreshold, Text, Words


class MinimumSegment(Node):
    """The shortest piece that counts: `{length: {at_least: 3 months}, otherwise: warn}`.

    `warn` counts it and says so, `drop` does not count it, `file` counts it once the authority has filed it.
    """

    length: TermThreshold
    otherwise: Literal["warn", "drop", "file"]


class Conversion(Node):
    """Service that is worth more or less than its days: `{id: remote, when: {remote: true}, ratio: "1.5"}`.

    It applies to pieces that meet `when` on their days and last at least `minimum`. `cap` bounds what it gives, per
    piece (`episode`) or over a life (`total`). Where several apply to a piece the first does. An unset ratio leaves
    the credit of its pieces open.
    """

    id: Slug
    label_zh: Text
    label_en: Text
    when: Condition
    ratio: Exact | None
    minimum: Duration | None = None
    cap: Duration | None = None
    cap_scope: Literal["episode", "total"] = "episode"


class Equivalent(Node):
    """What an authority recognised counts as service: `{id: aid, recognised: [foreign_aid], ratio: "1"}`.

    `recognised` names kinds of recognition; `place` stands in for the place of such service in conditions on places:
    `any` meets every condition, `none` none.
    """

    id: Slug
    label_zh: Text
    label_en: Text
    recognised: Words
    ratio: Exact | None = Decimal(1)
    cap: Duration | None = None
    place: Literal["any", "none"] = "any"


#: Longer than any gap: with this tolerance none breaks continuous service.
UNBROKEN = Duration(number=99_999, unit=DurationUnit.DAYS)


class Continuity(Node):
    """What keeps service continuous: `{gap: 30 days, broken_by: [void, not_qualified]}`.

    A gap of more days than this between two pieces breaks it; so does what is named. Leave does not. Unset, whether a
    gap breaks at all is answered at adoption; if it does, nothing can be told of service with a gap.
    """

    gap: Duration | None
    broken_by: tuple[Literal["void", "not_qualified", "ended_early"], ...] = ()


class ServiceRule(Clause):
    """Which service is credited and how it adds up.

    Credited are the pieces (segments) of assignments that `applies_to` speaks of, at places that meet `at` on their
    days, full-time only where `full_time` says so. Pieces that follow each other without a gap are reckoned as one.
    By `corresponding_day`: whole months, then days; left-over days of several pieces make a month of
    `residual_days_per_month`, one piece alone is never rounded up. By `duty_days`: duty days on post over
    `duty_days_per_month`. `both`: the greater. Days by which the term was lengthened are not credited.
    `credited_if: qualified` recognises the credit with that result and only proposes it before.
    """

    applies_to: Condition | None = None
    at: Condition | None = None
    full_time: StrictBool | None = None
    reckoned_by: Literal["corresponding_day", "duty_days", "both"] = "corresponding_day"
    residual_days_per_month: Annotated[StrictInt, Field(ge=1, le=31)] = 30
    duty_days_per_month: Exact | None = None
    minimum_segment: MinimumSegment | None = None
    conversions: tuple[Conversion, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    cap: Duration | None = None
    continuous: Continuity | None = None
    credited_if: Literal["qualified"] | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the clause, in the order it is read."""
        found = [self.applies_to, self.at, *(conversion.when for conversion in self.conversions)]
        return tuple(node for node in found if node is not None)
