"""What a number is taken of: yearly figures, posts, receivers, people, and which year's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, StrictInt, Tag, WithJsonSchema

from deploy_admin.policies.language.conditions import Condition
from deploy_admin.policies.language.nodes import (
    Filters,
    Node,
    Slug,
)

# ---------------------------------------------------------------- years


_WORDS = {"current": 0, "previous": -1}


def _year(data: Any) -> Any:
    return {"offset": _WORDS[data]} if isinstance(data, str) and data in _WORDS else data


class Offset(Node):
    """So many periods of the same shape away: `year: {offset: -2}`; `previous` is short for -1, `current` for 0."""

    offset: Annotated[StrictInt, Field(ge=-10, le=0)]


class Either(Node):
    """Any of several periods will do, passed on the first in this order: `year: {either: [current, previous]}`."""

    either: tuple[Annotated[Offset, BeforeValidator(_year)], ...]


def _year_tag(data: Any) -> str | None:
    if isinstance(data, Node):
        return "@" + type(data).__name__
    if isinstance(data, Mapping):
        return "@Either" if "either" in data else "@Offset" if "offset" in data else None
    return None


def _year_word(node: Offset) -> Any:
    return next((word for word, offset in _WORDS.items() if offset == node.offset), {"offset": node.offset})


def _year_written(node: Offset | Either) -> Any:
    return _year_word(node) if isinstance(node, Offset) else {"either": [_year_word(part) for part in node.either]}


_OFFSET_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": ["current", "previous"]},
        {
            "type": "object",
            "properties": {"offset": {"type": "integer", "minimum": -10, "maximum": 0}},
            "required": ["offset"],
            "additionalProperties": False,
        },
    ]
}

Years = Annotated[
    Annotated[Offset, Tag("@Offset")] | Annotated[Either, Tag("@Either")],
    Discriminator(
        _year_tag,
        custom_error_type="year",
        custom_error_message="previous, current, {offset: -2} or {either: [current, previous]} is expected",
    ),
    BeforeValidator(_year),
    PlainSerializer(_year_written, return_type=Any),
    WithJsonSchema(
        {
            "anyOf": [
                _OFFSET_SCHEMA,
                {
                    "type": "object",
                    "properties": {"either": {"type": "array", "items": _OFFSET_SCHEMA, "minItems": 2}},
                    "required": ["either"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]

# ---------------------------------------------------------------- bases


class MeasureBase(Node):
    """A yearly figure: `{measure: beds, year: previous}`, with `dimensions: {practice_category: tcm}` if wanted.

    `dimensions` keeps only the cells of these values; `units` chooses, for a group or district, whose figures are
    summed. A cell nobody has entered is missing, not zero.
    """

    measure: Slug
    dimensions: Filters = ()
    units: Condition | None = None
    year: Years = Offset(offset=0)


class Constant(Node):
    """A plain number: `{constant: 100}`. Unset, everything taken of it is undetermined."""

    constant: Annotated[StrictInt, Field(ge=0)] | None


class Posts(Node):
    """Posts as a stock, filled on every day of the period: `{posts: 20}`, or a figure `{posts: dedicated_posts}`."""

    posts: Annotated[StrictInt, Field(ge=0)] | Slug | None


class CountOf(Node):
    """How many receivers there are in a state: `{count_of: receivers, where: {remote: true}, within: district}`.

    `villages` and `townships` are counted once somebody keeps them; until then the clause is not computed.
    `within` is the district or group of the unit that owes, or the whole jurisdiction.
    """

    count_of: Literal["receivers", "townships", "villages"]
    where: Condition | None = None
    within: Literal["district", "group", "jurisdiction"] = "district"


class Population(Node):
    """People served: `{population: unit}`, or of the receivers of the district `{population: receivers, where: …}`."""

    population: Literal["unit", "receivers"]
    where: Condition | None = None
    within: Literal["district", "group", "jurisdiction"] = "district"


class Sum(Node):
    """Several bases added: `{sum: [ {measure: …}, {measure: …} ]}`. One unknown part makes the sum undetermined."""

    sum: Annotated[tuple[Base, ...], Field(min_length=1)]


def _base_tag(data: Any) -> str | None:
    if isinstance(data, Node):
        return "@" + type(data).__name__
    if isinstance(data, Mapping):
        for key, tag in (
            ("measure", "@MeasureBase"),
            ("constant", "@Constant"),
            ("posts", "@Posts"),
            ("count_of", "@CountOf"),
            ("population", "@Population"),
            ("sum", "@Sum"),
        ):
            if key in data:
                return tag
    return None


BaseNode = MeasureBase | Constant | Posts | CountOf | Population | Sum
Base = Annotated[
    Annotated[MeasureBase, Tag("@MeasureBase")]
    | Annotated[Constant, Tag("@Constant")]
    | Annotated[Posts, Tag("@Posts")]
    | Annotated[CountOf, Tag("@CountOf")]
    | Annotated[Population, Tag("@Population")]
    | Annotated[Sum, Tag("@Sum")],
    Discriminator(
        _base_tag,
        custom_error_type="base",
        custom_error_message="measure, constant, posts, count_of, population or sum is expected",
    ),
]
Sum.model_rebuild()
