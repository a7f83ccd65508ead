"""The quota clause: who owes, in which scope, how the team is made up, who counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, PlainSerializer, StrictBool, Tag, WithJsonSchema

from deploy_admin.policies.language.amounts import Amount, Count
from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition
from deploy_admin.policies.language.nodes import Exact, Node, Rounding, Slug, TermThreshold, Text, Words
from deploy_admin.policies.language.periods import Calendar, PeriodShape

# ---------------------------------------------------------------- scope


class UnitScope(Node):
    """Each unit that the condition meets owes for itself: `scope: unit`."""

    kind: Literal["unit"] = "unit"


class GroupScope(Node):
    """The units that share a fact owe together: `scope: {group: medical_community}`."""

    group: Text


class DistrictScope(Node):
    """A district owes the total of its units: `scope: {district: located_in}`, or by who administers them."""

    district: Literal["located_in", "administered_by"]


ScopeNode = UnitScope | GroupScope | DistrictScope


def _scope(data: Any) -> Any:
    return {"kind": "unit"} if data == "unit" else data


def _scope_tag(data: Any) -> str | None:
    if isinstance(data, Node):
        return "@" + type(data).__name__
    if isinstance(data, Mapping):
        for key, tag in (("kind", "@UnitScope"), ("group", "@GroupScope"), ("district", "@DistrictScope")):
            if key in data:
                return tag
    return None


Scope = Annotated[
    Annotated[UnitScope, Tag("@UnitScope")]
    | Annotated[GroupScope, Tag("@GroupScope")]
    | Annotated[DistrictScope, Tag("@DistrictScope")],
    Discriminator(_scope_tag, custom_error_type="scope", custom_error_message="unit, group or district is expected"),
    BeforeValidator(_scope),
    PlainSerializer(
        lambda node: "unit" if isinstance(node, UnitScope) else node.model_dump(mode="json", by_alias=True),
        return_type=Any,
    ),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "unit"},
                {
                    "type": "object",
                    "properties": {"group": {"type": "string"}},
                    "required": ["group"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"district": {"enum": ["located_in", "administered_by"]}},
                    "required": ["district"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]

# ---------------------------------------------------------------- composition and counting


class CompositionCase(Node):
    """Another number where the unit that owes is of another kind: `{when: {kind: tcm_hospital}, at_least: 2}`."""

    when: Condition
    at_least: Count | None = None
    at_most: Count | None = None
    share: Exact | None = None


class Composition(Node):
    """What the team must contain: at least, at most, or a share of the number owed, of people of a condition.

    The first case that holds for the owing unit replaces the numbers; where a case cannot be told, the part is
    undetermined.
    """

    id: Slug
    of: Condition
    label_zh: Text
    label_en: Text
    at_least: Count | None = None
    at_most: Count | None = None
    share: Exact | None = None
    rounding: Rounding = Rounding.UP
    cases: tuple[CompositionCase, ...] = ()


class Counting(Node):
    """Who counts, where, for how long, in which year and how often.

    `year_by`: the year of the campaign, or of the first day on post. `renewals`: a renewed term of at least the
    minimum counts again in its own year. `relay`: a slot may be served by successive people. `exclusive_group`:
    a person counts for one clause of the group only. `continuous`: the term may not be pieced together.
    `measured`: people sent in the period (flow) or on post on every day of it (stock). Whom an early end is not
    held against is `excused`.
    """

    who: Condition | None = None
    where: Condition | None = None
    term: TermThreshold | None = None
    continuous: StrictBool | None = None
    full_time: StrictBool | None = None
    year_by: Literal["campaign", "first_day"] = "campaign"
    renewals: StrictBool = True
    relay: StrictBool = True
    exclusive_group: Slug | None = None
    measured: Literal["flow", "stock"] = "flow"
    excused: Words = ()


class Alternative(Node):
    """Another way of meeting the same clause, with its own number and its own counting, and no mixing of the two."""

    id: Slug
    label_zh: Text
    label_en: Text
    amount: Amount
    minimum: Count | None = None
    maximum: Count | None = None
    counts: Counting | None = None


# ---------------------------------------------------------------- the clause


class Quota(Clause):
    """How many people must be sent: who owes, per what, how many, and who counts.

    `minimum` and `maximum` bound the number owed ("at least one all the same", "but no more than ten"); where too
    many is itself a finding, the amount is `between`. `alternatives` are other ways of meeting the clause.
    """

    owed_by: Condition | None = None
    scope: Scope = UnitScope()
    period: PeriodShape = Calendar()
    amount: Amount
    minimum: Count | None = None
    maximum: Count | None = None
    composition: tuple[Composition, ...] = ()
    counts: Counting = Counting()
    alternatives: tuple[Alternative, ...] = ()
