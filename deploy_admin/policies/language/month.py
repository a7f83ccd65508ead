"""The month clause: what a month is measured by, what it is worth, by when it is handed in and fed back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, StrictBool, StrictInt, Tag, WithJsonSchema

from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition
from deploy_admin.policies.language.nodes import Bounds, Exact, Node, Slug, Text


class SheetMeasure(StrEnum):
    """What the month sheet itself tells; every other measure is the code of an indicator of the workload."""

    ATTENDANCE_DAYS = "attendance_days"  # days at the post, night duty, duty on rest days, official duty, training
    DUTY_DAYS = "duty_days"  # days the roster asked for
    LEAVE_DAYS = "leave_days"
    PERSONAL_LEAVE_DAYS = "personal_leave_days"
    SICK_LEAVE_DAYS = "sick_leave_days"
    ABSENT_DAYS = "absent_days"  # confirmed unapproved absence, in duty days
    ABSENT_TIMES = "absent_times"  # confirmed episodes that begin in the month
    NIGHT_DUTIES = "night_duties"
    REST_DAY_DUTIES = "rest_day_duties"
    ROUND_DAYS = "round_days"


class WorkingDay(Node):
    """The n-th working day of the following month: `{working_day: 5}`."""

    working_day: Annotated[StrictInt, Field(ge=1, le=23)]


class FixedTarget(Node):
    """The same for everybody: `{fixed: "160"}`; unset while the law leaves it open."""

    fixed: Exact | None


def _pairs(data: Any) -> Any:
    return tuple(data.items()) if isinstance(data, Mapping) else data


class TableTarget(Node):
    """One number per group: `{by: speciality, values: {内科: "200"}, otherwise: "160"}`.

    Grouped by the person's speciality or kind of staff, or by the kind of the receiving unit. A group that is not
    listed has `otherwise`; without it, the target of such a group is unset.
    """

    by: Literal["speciality", "staff_category", "receiving_kind"]
    values: Annotated[
        tuple[tuple[Text, Exact | None], ...],
        BeforeValidator(_pairs),
        PlainSerializer(
            lambda pairs: {key: None if held is None else str(held) for key, held in pairs},
            return_type=dict[str, Any],
        ),
        WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}}),
    ]
    otherwise: Exact | None = None


class HistoryTarget(Node):
    """The person's own earlier months: `{own_history: 6, of: mean, at_least: 3, times: "1"}`.

    The mean or median of the last months handed in (at most so many, before this one); with fewer than `at_least` of
    them the target is unset.
    """

    own_history: Annotated[StrictInt, Field(ge=1, le=24)]
    of: Literal["mean", "median"] = "mean"
    at_least: Annotated[StrictInt, Field(ge=1, le=24)] = 1
    times: Exact = Decimal(1)


def _target_tag(data: Any) -> str | None:
    if isinstance(data, Node):
        return "@" + type(data).__name__
    if isinstance(data, Mapping):
        for key, tag in (("fixed", "@FixedTarget"), ("by", "@TableTarget"), ("own_history", "@HistoryTarget")):
            if key in data:
                return tag
    return None


TargetNode = FixedTarget | TableTarget | HistoryTarget
MonthTarget = Annotated[
    Annotated[FixedTarget, Tag("@FixedTarget")]
    | Annotated[TableTarget, Tag("@TableTarget")]
    | Annotated[HistoryTarget, Tag("@HistoryTarget")],
    Discriminator(
        _target_tag,
        custom_error_type="month_target",
        custom_error_message="fixed, by or own_history is expected",
    ),
]


class PointsBand(Node):
    """One step of a table, half-open: `{at_least: "100", less_than: "150", points: "20"}`.

    The first has no lower end, the last no upper one; overlaps and gaps are refused on entry.
    """

    at_least: Exact | None = None
    less_than: Exact | None = None
    points: Exact | None


class PointsPerUnit(Node):
    """Points for each: `{points: "2", each: "1", steps: full, most: "10"}`; a started step counts where it says so."""

    points: Exact | None
    each: Exact = Decimal(1)
    steps: Literal["full", "started"] = "full"
    most: Exact | None


class Judged(Node):
    """Points that the receiving unit gives, with a reason: `{most: "20"}`."""

    most: Exact | None
    reason_from: Exact | None = None  # from so many points missing on, the reason is asked for; always where unset


class MonthIndicator(Node):
    """One indicator: what is measured, and how it scores: exactly one of five forms, or none.

    `target`: weight × value over target, at most `cap` times the weight. `share_of`: weight × value over another
    measure, at most `cap` times the weight. `bands`: the points of the step in which the value lies. `per_unit`:
    points for each. `judged`: points given by the unit. A weight belongs to the first two; the others say their points
    themselves. Without a form, or with a weight nobody has set, it is shown and scores nothing. `extra` points come on
    top of the full sum.
    """

    id: Slug
    measure: Slug
    label_zh: Text | None = None
    label_en: Text | None = None
    weight: Exact | None = None
    target: MonthTarget | None = None
    share_of: Slug | None = None
    cap: Exact = Decimal(1)
    bands: tuple[PointsBand, ...] = ()
    per_unit: PointsPerUnit | None = None
    judged: Judged | None = None
    extra: StrictBool = False
    applies_to: Condition | None = None

    @property
    def form(self) -> Literal["target", "share_of", "bands", "per_unit", "judged"] | None:
        """Which form is said; None where it is only shown."""
        if self.target is not None:
            return "target"
        if self.share_of is not None:
            return "share_of"
        if self.bands:
            return "bands"
        if self.per_unit is not None:
            return "per_unit"
        return "judged" if self.judged is not None else None


class Deduction(Node):
    """What is taken off: `{id: late, measure: personal_leave_days, above: "2", each: "1", points: "2", most: "10"}`.

    For each whole (`full`) or begun (`started`) step of `each` above `above`; without `each` once, when the value
    is more than `above`. At most `most`.
    """

    id: Slug
    label_zh: Text
    label_en: Text
    measure: Slug
    above: Exact = Decimal(0)
    each: Exact | None = None
    steps: Literal["full", "started"] = "full"
    points: Exact | None
    most: Exact | None = None


class Deductions(Node):
    """A sum from which is deducted, down to a floor: `{from: "40", floor: "0", items: [...]}`.

    Two items on one measure contradict each other unless the first has taken its most where the second begins; items
    that together may take more than the sum need a floor. Both are refused on entry.
    """

    from_: Annotated[Exact, Field(alias="from")]
    floor: Exact | None = None
    items: Annotated[tuple[Deduction, ...], Field(min_length=1)]

    @property
    def lowest(self) -> Decimal:
        """What is left at least: the floor, nothing where none is said."""
        return Decimal(0) if self.floor is None else self.floor


class Veto(Node):
    """What undoes the whole month: `{id: absent, measure: absent_times, when: {at_least: "1"}, gives: "0"}`."""

    id: Slug
    label_zh: Text
    label_en: Text
    measure: Slug
    when: Bounds
    gives: Exact = Decimal(0)


class FactorBand(Node):
    """One step of the pay factor: `{at_least: "90", factor: "1.1"}`, half-open as the points are."""

    at_least: Exact | None = None
    less_than: Exact | None = None
    factor: Exact | None


class PayFactor(Node):
    """What performance pay is multiplied by: by bands of the points, or points × `per_point`. Exactly one."""

    bands: tuple[FactorBand, ...] = ()
    per_point: Exact | None = None


class MonthRule(Clause):
    """How a month is assessed: by when, by what, and what that is worth.

    The rule of a month is the one in force on its first day, for everybody on the sheet. `full` is what indicators
    (without the extra ones) and the sum of deductions add up to; `most` bounds the total with extras. Missing values
    leave the score undetermined. In a month only partly at the post targets are pro rata by duty days.
    """

    applies_to: Condition | None = None
    submit: WorkingDay | None = None
    feed_back: WorkingDay | None = None
    indicators: Annotated[tuple[MonthIndicator, ...], Field(min_length=1)]
    open_list: StrictBool = False
    partial_month: Literal["pro_rata_duty_days", "as_is"] = "pro_rata_duty_days"
    full: Exact = Decimal(100)
    most: Exact | None = None
    deductions: Deductions | None = None
    veto: tuple[Veto, ...] = ()
    pay_factor: PayFactor | None = None
    rated_by: Literal["receiving_unit"] = "receiving_unit"
    fed_back_by: Literal["district_authority", "city_authority"] = "district_authority"

    @property
    def is_weighted(self) -> bool:
        """Whether anything scores at all; a clause that only names indicators makes no sum."""
        return self.deductions is not None or any(
            each.form is not None and not (each.form in ("target", "share_of") and each.weight is None)
            for each in self.indicators
        )

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure it asks for, each once, in order."""
        found = [each.measure for each in self.indicators]
        found += [each.share_of for each in self.indicators if each.share_of is not None]
        found += [each.measure for each in (self.deductions.items if self.deductions else ())]
        found += [each.measure for each in self.veto]
        return tuple(dict.fromkeys(found))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the clause, in the order it is read."""
        found = [self.applies_to, *(each.applies_to for each in self.indicators)]
        return tuple(node for node in found if node is not None)
