"""What every clause of every section carries: id, topic, label, citation, binding level, dates and precedence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from deploy_admin.policies.language.nodes import (
    Binding,
    Citation,
    DivisionCode,
    Dotted,
    Enforcement,
    InForce,
    Node,
    Reference,
    Slug,
    Text,
)


def _enforcement(data: Any) -> Any:
    return tuple(data.items()) if isinstance(data, Mapping) else data


class Clause(Node):
    """What every clause of every section carries."""

    id: Slug
    topic: Dotted
    label_zh: Text
    label_en: Text
    cite: Citation
    binding: Binding
    enforcement: Annotated[
        tuple[tuple[Text, Enforcement], ...],
        BeforeValidator(_enforcement),
        PlainSerializer(lambda pairs: {key: str(held) for key, held in pairs}, return_type=dict[str, str]),
        WithJsonSchema({"type": "object", "additionalProperties": {"enum": ["command", "coordinate"]}}),
    ] = ()
    in_force: InForce = InForce()
    pilot: Annotated[
        tuple[DivisionCode, ...], BeforeValidator(lambda data: [data] if isinstance(data, str) else data)
    ] = ()
    overrides: Annotated[
        tuple[Reference, ...], BeforeValidator(lambda data: [data] if isinstance(data, str) else data)
    ] = ()
    holds_with: Annotated[
        tuple[Reference, ...], BeforeValidator(lambda data: [data] if isinstance(data, str) else data)
    ] = ()
    note_zh: Text | None = None
    note_en: Text | None = None

    def enforcement_for(self, affiliation: str | None) -> Enforcement:
        """How a unit of this affiliation is held to the clause; command where nothing is said."""
        return dict(self.enforcement).get(affiliation or "", Enforcement.COMMAND)
