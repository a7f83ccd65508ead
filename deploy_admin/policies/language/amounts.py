"""How many: fixed, per unit, a share, a range, a table by size."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, StrictInt, Tag, WithJsonSchema

from deploy_admin.policies.language.bases import Base
from deploy_admin.policies.language.nodes import (
    Bounds,
    Exact,
    Node,
    Rounding,
    Slug,
    Text,
)

Count = Annotated[StrictInt, Field(ge=0, le=10_000_000)]
Per = Annotated[StrictInt, Field(ge=1, le=1_000_000)]


class Fixed(Node):
    """So many, whatever the base: `{fixed: 2}`. `null` where the document leaves the number open."""

    fixed: Count | None


class PerUnit(Node):
    """So many for each of the base, or for every so many: `{per_unit: "1", per: 10000, of: {population: unit}}`."""

    per_unit: Exact | None
    of: Base
    per: Per = 1
    rounding: Rounding = Rounding.UP


def _ratios(data: Any) -> Any:
    return tuple(data.items()) if isinstance(data, Mapping) else data


#: One ratio per category; null where the document leaves one open.
RatioTable = Annotated[
    tuple[tuple[Text, Exact | None], ...],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "anyOf": [{"type": "string", "pattern": r"^[01](\.[0-9]{1,12})?$"}, {"type": "null"}]
            },
        }
    ),
]


def _written_ratio(held: Decimal | tuple[tuple[str, Decimal | None], ...] | None) -> Any:
    if isinstance(held, tuple):
        return {key: None if ratio is None else str(ratio) for key, ratio in held}
    return None if held is None else str(held)


class Share(Node):
    """A ratio of the base: `{share: "0.40", of: {measure: …}, rounding: up}`.

    On the total it is rounded once; per category each part is rounded and then added, so 10 % of 45, 80, 12 and 30
    is 5 + 8 + 2 + 3 = 18 where 10 % of 167 is 17. The ratio may be one for all, one per category, or unset.
    """

    share: Annotated[
        Exact | RatioTable | None, BeforeValidator(_ratios), PlainSerializer(_written_ratio, return_type=Any)
    ]
    of: Base
    taken: Literal["total", "per_category"] = "total"
    by: Slug | None = None
    rounding: Rounding = Rounding.UP


class Between(Node):
    """Neither too few nor too many: `{between: {at_least: "1.2", at_most: "1.7"}, per: 1000, of: {population: unit}}`.

    Without `of` the bounds are head-counts. The lower bound rounds up, the upper down; where no whole number lies
    between, that is the finding.
    """

    between: Bounds
    of: Base | None = None
    per: Per = 1


class Band(Node):
    """One step of a table: `{less_than: 10000, gives: 1}`."""

    at_least: Count | None = None
    more_than: Count | None = None
    at_most: Count | None = None
    less_than: Count | None = None
    gives: Count | None

    @property
    def bounds(self) -> Bounds:
        """The sizes of the base it is for."""
        return Bounds(at_least=self.at_least, more_than=self.more_than, at_most=self.at_most, less_than=self.less_than)


class Bands(Node):
    """A table by the size of the base: `{bands: [{less_than: 10000, gives: 1}, {at_least: 10000, gives: 2}], of: …}`.

    Overlaps and gaps are refused on entry.
    """

    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    of: Base


def _amount_tag(data: Any) -> str | None:
    if isinstance(data, Node):
        return "@" + type(data).__name__
    if isinstance(data, Mapping):
        for key, tag in (
            ("fixed", "@Fixed"),
            ("per_unit", "@PerUnit"),
            ("share", "@Share"),
            ("between", "@Between"),
            ("bands", "@Bands"),
        ):
            if key in data:
                return tag
    return None


AmountNode = Fixed | PerUnit | Share | Between | Bands
Amount = Annotated[
    Annotated[Fixed, Tag("@Fixed")]
    | Annotated[PerUnit, Tag("@PerUnit")]
    | Annotated[Share, Tag("@Share")]
    | Annotated[Between, Tag("@Between")]
    | Annotated[Bands, Tag("@Bands")],
    Discriminator(
        _amount_tag,
        custom_error_type="amount",
        custom_error_message="fixed, per_unit, share, between or bands is expected",
    ),
]
