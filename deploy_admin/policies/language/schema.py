"""The JSON Schema of the written form, so that an editor completes facts, values and measures."""

from __future__ import annotations

from typing import Any

from deploy_admin.policies.language.facts import FACTS, Fact, FactType
from deploy_admin.policies.language.nodes import OPS
from deploy_admin.policies.language.types import PolicyDocument

SCHEMA_ID = "deploy-admin/policy-document"
_DAY = {"type": "string", "format": "date"}
_AS_OF: dict[str, Any] = {
    "anyOf": [
        {"enum": ["event", "period_start", "period_end", "segment_days", "ever"]},
        {"type": "object", "properties": {"day": _DAY}, "required": ["day"], "additionalProperties": False},
    ]
}


def json_schema() -> dict[str, Any]:
    """Return the schema of a policy document as it is written, draft 2020-12."""
    schema = PolicyDocument.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.setdefault("$defs", {})
    _refer(schema)
    definitions["Condition"] = _condition()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = SCHEMA_ID
    return schema


def _refer(part: Any) -> None:
    """Let every place of a condition refer to the one definition, which is written from the registry of facts."""
    if isinstance(part, dict):
        if part.get("$comment") == "condition":
            del part["$comment"]
            part["$ref"] = "#/$defs/Condition"
        for inner in part.values():
            _refer(inner)
    elif isinstance(part, list):
        for inner in part:
            _refer(inner)


def _value(fact: Fact) -> dict[str, Any]:
    match fact.type:
        case FactType.CODE:
            return {"enum": list(fact.codes)}
        case FactType.BOOLEAN:
            return {"type": "boolean"}
        case FactType.INTEGER:
            return {"type": "integer"}
        case FactType.DATE:
            return _DAY
        case _:
            return {"type": "string"}


def _leaf(fact: Fact) -> dict[str, Any]:
    value = _value(fact)
    compared = {
        "type": "object",
        "properties": {str(op): {"anyOf": [value, {"type": "null"}]} for op in OPS},
        "minProperties": 1,
        "additionalProperties": False,
    }
    in_set = {
        "type": "object",
        "properties": {"in_set": {"type": "string"}},
        "required": ["in_set"],
        "additionalProperties": False,
    }
    return {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}, in_set, compared]}


def _condition() -> dict[str, Any]:
    this = {"$ref": "#/$defs/Condition"}
    several = {"type": "array", "items": this, "minItems": 1}
    groups = [
        {
            "type": "object",
            "properties": {key: several if key != "not" else this},
            "required": [key],
            "additionalProperties": False,
        }
        for key in ("all", "any", "not")
    ]
    leaves = [
        {
            "type": "object",
            "title": fact.label_en,
            "description": fact.label_zh,
            "properties": {name: _leaf(fact), "as_of": _AS_OF},
            "required": [name],
            "additionalProperties": False,
        }
        for name, fact in FACTS.items()
    ]
    return {"anyOf": [*groups, *leaves]}
