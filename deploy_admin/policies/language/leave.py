"""The leave and absence clauses: what is filed, what lengthens the term, what is warned of and proposed to be void."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, StrictBool, StrictInt, WithJsonSchema

from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition, ConditionNode
from deploy_admin.policies.language.counts import CountThreshold
from deploy_admin.policies.language.measures import Code


class LeaveKind(StrEnum):
    """The kinds of leave; the records of leave use the same codes."""

    PERSONAL = "personal"
    SICK = "sick"
    ANNUAL = "annual"
    MARRIAGE = "marriage"
    MATERNITY = "maternity"
    PATERNITY = "paternity"
    BEREAVEMENT = "bereavement"
    FAMILY_VISIT = "family_visit"
    WORK_INJURY = "work_injury"
    OFFICIAL_DUTY = "official_duty"
    TRAINING = "training"
    OTHER = "other"


LEAVE_KINDS: Mapping[LeaveKind, Code] = MappingProxyType(
    {
        LeaveKind(code.value): code
        for code in (
            Code("personal", "事假", "personal leave"),
            Code("sick", "病假", "sick leave"),
            Code("annual", "年休假", "annual leave"),
            Code("marriage", "婚假", "marriage leave"),
            Code("maternity", "产假", "maternity leave"),
            Code("paternity", "护理假", "paternity leave"),
            Code("bereavement", "丧假", "bereavement leave"),
            Code("family_visit", "探亲假", "family-visit leave"),
            Code("work_injury", "工伤假", "work-injury leave"),
            Code("official_duty", "公差", "official duty"),
            Code("training", "培训学习", "training"),
            Code("other", "其他假", "other leave"),
        )
    }
)


def _pairs(data: Any) -> Any:
    return tuple(data.items()) if isinstance(data, Mapping) else data


def _written(pairs: Any) -> dict[str, Any]:
    return {str(key): held for key, held in pairs}


_KINDS = [str(kind) for kind in LeaveKind]
DayUnit = Literal["duty_days", "days"]
#: In what the days of each kind are counted: `{personal: duty_days, maternity: days}`.
Units = Annotated[
    tuple[tuple[LeaveKind, DayUnit], ...],
    BeforeValidator(_pairs),
    PlainSerializer(_written, return_type=dict[str, str]),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": _KINDS},
            "additionalProperties": {"enum": ["duty_days", "days"]},
        }
    ),
]
#: Which kinds lengthen the term: `{personal: true, annual: false, maternity: null}`; null is answered at adoption.
Extends = Annotated[
    tuple[tuple[LeaveKind, StrictBool | None], ...],
    BeforeValidator(_pairs),
    PlainSerializer(_written, return_type=dict[str, Any]),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": _KINDS},
            "additionalProperties": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        }
    ),
]


class LeaveRule(Clause):
    """When leave is filed, how its days count, whether it lengthens the term.

    Days are counted per kind in duty days of the person's roster or in calendar days (`unit`; duty days where nothing
    is said). Episodes separated only by days that are not duty days merge (`merge`). An episode that reaches `filing`
    is filed with the scheme's office; asked are all its days. Of an episode whose days *of kinds that extend* reach
    the threshold by themselves (`extension`, or `filing` where it is left out), the term is longer by those days
    (`whole_episode`), by what lies above the threshold (`excess`), or by the days from its first to its last
    (`calendar_span`). A kind that is not named does not extend.
    """

    applies_to: Condition | None = None
    unit: Units = ()
    merge: Literal["non_duty_days", "never"] = "non_duty_days"
    filing: CountThreshold | None = None
    extension: CountThreshold | None = None
    extends: Extends = ()
    by: Literal["whole_episode", "excess", "calendar_span"] = "whole_episode"

    def unit_of(self, kind: str) -> str:
        """Return in what days of the kind are counted: `duty_days` or `days`."""
        return next((unit for named, unit in self.unit if named == kind), "duty_days")

    def extends_by_kind(self, kind: str) -> bool | None:
        """Whether days of the kind lengthen the term; None while the adoption has not answered it."""
        return next((held for named, held in self.extends if named == kind), False)

    @property
    def conditions(self) -> tuple[ConditionNode, ...]:
        """Every condition of the clause."""
        return () if self.applies_to is None else (self.applies_to,)


class AbsenceRule(Clause):
    """What unapproved absence leads to; a machine proposes, an officer decides.

    Counted by `episode`, however long, or by `day` (duty days); null is answered at adoption. From `warn` on there is
    a warning, from `proposes_void` on a proposal that this assignment is not counted. The person has `heard_within`
    working days to bring leave or reasons. Of a long episode, of duty days in a row, and of duty days within a
    calendar year there are alerts. `takes_extension`: what is void includes the extension of the term; null is
    answered at adoption.
    """

    applies_to: Condition | None = None
    counted_by: Literal["episode", "day"] | None = None
    warn: CountThreshold | None = None
    proposes_void: CountThreshold | None = None
    takes_extension: StrictBool | None = None
    heard_within: Annotated[StrictInt, Field(ge=0, le=60)] | None = None
    long_episode: CountThreshold | None = None
    in_a_row: CountThreshold | None = None
    within_a_year: CountThreshold | None = None

    @property
    def counts(self) -> bool:
        """Whether anything follows from how often somebody was absent."""
        return self.warn is not None or self.proposes_void is not None or self.counted_by is not None

    @property
    def conditions(self) -> tuple[ConditionNode, ...]:
        """Every condition of the clause."""
        return () if self.applies_to is None else (self.applies_to,)
