"""The shapes of a clause's period, and the period of such a shape that contains a day or bears a label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, assert_never

from pydantic import Discriminator, Field, StrictInt, Tag, model_serializer, model_validator

from deploy_admin.months import Month, Period, add_months
from deploy_admin.policies.language.nodes import Day, Node

#: Some days from the first to the last, both inside: the house's one period type.
Span = Period


class Calendar(Node):
    """The calendar year, written `period: calendar`. A year offset of -1 is the year before."""

    kind: Literal["calendar"] = "calendar"

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        return {"kind": "calendar"} if data == "calendar" else data

    @model_serializer(mode="plain")
    def _to_text(self) -> str:
        return "calendar"

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"const": "calendar"}


class Twelve(Node):
    """Any other twelve months: `{twelve_from: 9, labelled_by: first_year}` is September to August.

    September 2025 to August 2026 is labelled 2025 by its first year and 2026 by its last.
    """

    twelve_from: Annotated[StrictInt, Field(ge=2, le=12)]
    labelled_by: Literal["first_year", "last_year"]


class Programme(Node):
    """A programme of several years with one total: `{programme: {from: 2015-01-01, to: 2019-12-31}}`.

    There is one such period; an offset means as many months before it.
    """

    class Dates(Node):
        """First and last day, both inside."""

        from_: Annotated[Day, Field(alias="from")]
        to: Day

    programme: Dates


class Rolling(Node):
    """So many months up to the end of each month: `{rolling_months: 12}`."""

    rolling_months: Annotated[StrictInt, Field(ge=1, le=120)]


class ApplicationYear(Node):
    """The twelve months before a person's application, by its month: `{application_year: 12}`.

    It belongs to a person, so a quota of a unit over it is not computed.
    """

    application_year: Annotated[StrictInt, Field(ge=1, le=12)]


PeriodNode = Calendar | Twelve | Programme | Rolling | ApplicationYear


def _tag(data: Any) -> str | None:
    if isinstance(data, Node):
        return "@" + type(data).__name__
    if data == "calendar":
        return "@Calendar"
    if isinstance(data, Mapping):
        for key, tag in (
            ("kind", "@Calendar"),
            ("twelve_from", "@Twelve"),
            ("programme", "@Programme"),
            ("rolling_months", "@Rolling"),
            ("application_year", "@ApplicationYear"),
        ):
            if key in data:
                return tag
    return None


PeriodShape = Annotated[
    Annotated[Calendar, Tag("@Calendar")]
    | Annotated[Twelve, Tag("@Twelve")]
    | Annotated[Programme, Tag("@Programme")]
    | Annotated[Rolling, Tag("@Rolling")]
    | Annotated[ApplicationYear, Tag("@ApplicationYear")],
    Discriminator(
        _tag,
        custom_error_type="period",
        custom_error_message="calendar, twelve_from, programme, rolling_months or application_year is expected",
    ),
]


def containing(shape: PeriodNode, day: date) -> Span | None:
    """Return the period of this shape in which `day` lies; None where there is none.

    The rolling period of a day is the one that ends with the day's month.
    """
    match shape:
        case Calendar():
            return Span.year(day.year)
        case Twelve():
            start = day.year if day.month >= shape.twelve_from else day.year - 1
            return Span.twelve(start, shape.twelve_from)
        case Programme():
            span = Span(shape.programme.from_, shape.programme.to)
            return span if day in span else None
        case Rolling():
            month = Month.of(day)
            return Span.of_months(add_months(month.first, 1 - shape.rolling_months), shape.rolling_months)
        case ApplicationYear():
            return None
        case _:
            assert_never(shape)


def labelled(shape: PeriodNode, year: int) -> Span | None:
    """Return the period that bears this year; the programme if it touches the year; None where a year names none."""
    match shape:
        case Calendar():
            return Span.year(year)
        case Twelve():
            return Span.twelve(year if shape.labelled_by == "first_year" else year - 1, shape.twelve_from)
        case Programme():
            span = Span(shape.programme.from_, shape.programme.to)
            return span if span.overlaps(Span.year(year)) else None
        case Rolling() | ApplicationYear():
            return None
        case _:
            assert_never(shape)


def label(shape: PeriodNode, span: Span) -> str:
    """Return what people call this period: 2025, 2025/09, 2015–2019."""
    match shape:
        case Calendar():
            return str(span.first.year)
        case Twelve():
            return str(span.first.year if shape.labelled_by == "first_year" else span.last.year)
        case Programme():
            return f"{span.first.year}–{span.last.year}"
        case Rolling():
            return f"{span.last.year}-{span.last.month:02d}"
        case ApplicationYear():
            return span.iso
        case _:
            assert_never(shape)


def fits(shape: PeriodNode, span: Span) -> bool:
    """Whether `span` is a period of this shape."""
    if isinstance(shape, Rolling):
        return span.months == shape.rolling_months and span.first.day == 1
    return containing(shape, span.first) == span
