"""What credit is reckoned from: an assignment's days and places, and the pieces that are credited. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from assignments.rules.duty import Duty
from assignments.rules.lengths import RESIDUAL, Limit
from deploy_admin.policies.language.judging import Sheet
from deploy_admin.policies.language.nodes import Duration
from deploy_admin.policies.language.service import Continuity, Conversion, ServiceRule
from deploy_admin.policies.layering import GoverningClause

if TYPE_CHECKING:
    from assignments.rules.crediting import Crediting

Rule = GoverningClause[ServiceRule]
ONE = Decimal(1)
#: Places of service that is no assignment: one meets every condition, the other none.
ANYWHERE: Sheet = {date.min: {"anywhere": True}}
NOWHERE: Sheet = {date.min: {"anywhere": False}}


class Worth:
    """What a credited piece is worth: by which clause and conversion, how its days are reckoned, what bounds it."""

    __slots__ = (
        "alike", "by", "by_result", "cap", "cap_key", "continuous", "conversion", "is_plain", "minimum", "per",
        "ratio", "residual", "rule", "whole", "whole_key",
    )  # fmt: skip

    def __init__(
        self,
        rule: Rule | None,
        conversion: Conversion | None = None,
        *,
        ratio: Decimal = ONE,
        cap: Duration | None = None,
        cap_key: tuple[str, ...] | None = None,
    ) -> None:
        clause = rule.clause if rule else None
        self.rule = rule
        self.conversion = conversion
        self.ratio = ratio
        self.cap = cap
        self.cap_key = cap_key
        self.by = clause.reckoned_by if clause else "corresponding_day"
        #: Whether it is recognised with a result only.
        self.by_result = clause is not None and clause.credited_if is not None
        self.per = clause.duty_days_per_month if clause else None
        self.residual = clause.residual_days_per_month if clause else RESIDUAL
        self.whole = clause.cap if clause else None
        self.whole_key = (rule.policy, rule.clause_id) if rule else ()
        self.continuous: Continuity | None = clause.continuous if clause else None
        named = (self.whole_key, conversion.id) if conversion else ()
        least = clause.minimum_segment if clause else None
        #: How long a piece has to be, and what becomes of a shorter one.
        self.minimum = (Limit(least.length), least.otherwise) if least is not None else None
        #: Pieces that follow each other with the same of this are reckoned as one.
        self.alike: Any = (self.by, self.per, self.residual, ratio, named, self.whole_key if self.whole else ())
        #: Whether a day is worth a day and nothing bounds it.
        self.is_plain = ratio == 1 and cap is None and self.whole is None and self.by == "corresponding_day"


class Stretch(NamedTuple):
    """Some days of an assignment at one place on which nothing changes that a clause may ask for."""

    first: date
    last: date
    unit: int
    full_time: bool
    sheet: Sheet


#: One clause per stretch, or none: what is said on one topic, in one of the ways that may be chosen.
Line = tuple["Crediting | None", ...]


class Service(NamedTuple):
    """One assignment as its credit is reckoned from it, or service elsewhere that an authority recognised.

    `through` is the last day on post so far; None before the first. `extensions` say from which day on leave
    lengthened the term, and by how many days.
    """

    id: int
    starts_on: date
    ends_on: date
    through: date | None
    lines: tuple[Line, ...]
    stretches: tuple[Stretch, ...]
    duty: Duty | None = None
    extensions: tuple[tuple[date, int], ...] = ()
    absences: tuple[tuple[date, date, int], ...] = ()
    result: str = ""
    void: bool = False
    ended_early: bool = False
    unconfirmed: bool = False
    #: Whether an authority filed that a piece counts although it is short.
    filed: bool = False
    recognised: bool = False

    def credited_until(self, day: date) -> date:
        """Return up to which of its days service until `day` is credited: days leave added at the end are not.

        They come off from the first day of that leave on, one a day: credit stands still then and never goes back.
        """
        last = min(day, self.ends_on)
        if not self.extensions:
            return last
        off = sum([min(days, max((last - first).days + 1, 0)) for first, days in self.extensions])
        return last - timedelta(days=off)

    @property
    def is_over(self) -> bool:
        return self.through is not None and self.through >= self.ends_on


class Piece(NamedTuple):
    """Some days that are credited, to the projected end; `whole` is the last one that is credited at all."""

    service: Service
    first: date
    last: date
    sheet: Sheet
    unit: int
    worth: Worth
