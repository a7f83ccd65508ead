"""Conditions: all, any and not over named facts, each leaf with its as-of; three-valued, compiled to closures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema

from deploy_admin.policies.language.nodes import OPS, Day, Node, Op, Scalar, Scalars, Slug, Text


class OnDay(Node):
    """One fixed day: `as_of: {day: 2020-12-31}`."""

    day: Day


#: As of when a fact is asked. Left out, it is the default of its place: the last day of the period for units
#: (`owed_by`, `units`, `count_of`), the event itself (the first day of service) for people and places.
AsOf = Literal["event", "period_start", "period_end", "segment_days", "ever"] | OnDay


class Is(Node):
    """The fact has one of these values: `{affiliation: [municipal, military]}`.

    A fact with several values (the divisions a unit stands in) needs only one of them to be named. Unknown where
    the fact is not known. With an as-of: `{affiliation: municipal, as_of: period_start}`.
    """

    fact: Text
    values: Annotated[Scalars, Field(alias="is")]
    as_of: AsOf | None = None


class Compare(Node):
    """The fact stands so to a value: `{title_level: {at_least: intermediate}}`, `{age: {less_than: 55}}`.

    Codes compare by the order of their list; a code without an order cannot be compared. A number that the law leaves
    open is unset, `{age: {at_least: null}}`: the condition is then unknown.
    """

    fact: Text
    op: Op
    value: Scalar | None
    as_of: AsOf | None = None


class InSet(Node):
    """The fact has a value of a named set of the document: `{speciality: {in_set: scarce}}`."""

    fact: Text
    in_set: Slug
    as_of: AsOf | None = None


class All(Node):
    """Every part holds. One NO decides, whatever else is unknown: `{all: [ … ]}`."""

    all: tuple[Condition, ...]


class AnyOf(Node):
    """At least one part holds. One YES decides, whatever else is unknown: `{any: [ … ]}`."""

    any: tuple[Condition, ...]


class Not(Node):
    """The part does not hold; of the unknown, unknown: `{not: {affiliation: military}}`."""

    part: Annotated[Condition, Field(alias="not")]


ConditionNode = All | AnyOf | Not | Is | Compare | InSet
_GROUPS = {"all", "any", "not"}


def _tag(data: Any) -> str | None:
    if isinstance(data, Node):
        return "@" + type(data).__name__
    if isinstance(data, Mapping):
        for key, tag in (
            ("all", "@All"),
            ("any", "@AnyOf"),
            ("not", "@Not"),
            ("in_set", "@InSet"),
            ("op", "@Compare"),
            ("is", "@Is"),
            ("values", "@Is"),
        ):
            if key in data:
                return tag
    return None


def written_long(data: Any) -> Any:
    """Turn the short written form of a condition into the long one; leave anything else as it is."""
    if not isinstance(data, Mapping):
        return data
    if "fact" in data and not _GROUPS & set(data):
        if "is" in data or "in_set" in data or "op" in data:
            return data
        said = [op for op in OPS if op in data]
        rest = {key: held for key, held in data.items() if key not in OPS}
        if len(said) == 1:
            return {**rest, "op": said[0], "value": data[said[0]]}
        return data
    facts = [key for key in data if key != "as_of"]
    if len(facts) != 1 or facts[0] in _GROUPS:
        return data
    fact, held = facts[0], data[facts[0]]
    extra = {"as_of": data["as_of"]} if "as_of" in data else {}
    if isinstance(held, Mapping):
        if set(held) == {"in_set"}:
            return {"fact": fact, "in_set": held["in_set"], **extra}
        if held and set(held) <= set(OPS):
            leaves = [{"fact": fact, "op": op, "value": value, **extra} for op, value in held.items()]
            return leaves[0] if len(leaves) == 1 else {"all": leaves}
        return data
    return {"fact": fact, "is": held, **extra}


def written_short(node: ConditionNode) -> dict[str, Any]:
    """Turn a condition into the form people write."""
    match node:
        case All():
            return {"all": [written_short(part) for part in node.all]}
        case AnyOf():
            return {"any": [written_short(part) for part in node.any]}
        case Not():
            return {"not": written_short(node.part)}
        case Is():
            leaf: dict[str, Any] = {node.fact: node.values[0] if len(node.values) == 1 else list(node.values)}
        case Compare():
            leaf = {node.fact: {str(node.op): node.value}}
        case InSet():
            leaf = {node.fact: {"in_set": node.in_set}}
    if node.as_of is not None:
        leaf["as_of"] = node.as_of if isinstance(node.as_of, str) else {"day": node.as_of.day.isoformat()}
    return leaf


Condition = Annotated[
    Annotated[All, Tag("@All")]
    | Annotated[AnyOf, Tag("@AnyOf")]
    | Annotated[Not, Tag("@Not")]
    | Annotated[Is, Tag("@Is")]
    | Annotated[Compare, Tag("@Compare")]
    | Annotated[InSet, Tag("@InSet")],
    Discriminator(
        _tag,
        custom_error_type="condition",
        custom_error_message="a condition is expected: one fact, or all, any, not",
    ),
    BeforeValidator(written_long),
    PlainSerializer(written_short, return_type=dict[str, Any]),
    WithJsonSchema({"$comment": "condition"}),
]

for _node in (All, AnyOf, Not):
    _node.model_rebuild()
