"""The interface described in OpenAPI: orders, refusals, ways of signing in. Imports no view, as api_defaults."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

#: The one shape of every refusal, as `deploy_admin.api.problem` writes it.
PROBLEM = {
    "type": "object",
    "description": "RFC 9457: why a request was refused. `code` is stable for machines, `detail` is a sentence.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "enum": ["about:blank"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "What is wrong, by parameter or field.",
            "additionalProperties": {},
        },
        "context": {"type": "object", "description": "Values for the caller, such as both sides of a conflict."},
    },
}
REFUSALS = {
    "400": ("Invalid", "A parameter has a value that is not possible."),
    "401": ("Unknown", "No token or session, or one that has ended."),
    "403": ("Forbidden", "The caller may not do this, or the token does not name it."),
    "404": ("NotFound", "There is no such thing among what the caller may know about."),
}


class OperationSchema(AutoSchema):
    """Adds to lists the order they may be asked in."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        names = getattr(self.view, "ordering_fields", ())
        if names and self._is_list_view():
            parameters.append(
                OpenApiParameter(
                    "ordering",
                    str,
                    enum=[*names, *(f"-{name}" for name in names)],
                    description="The order of the rows; with a minus sign the other way round.",
                )
            )
        return parameters


def describe_refusals(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Add to every operation its refusals; run by drf-spectacular after it has read the views."""
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = {
        name: {
            "description": sentence,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for name, sentence in REFUSALS.values()
    }
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for status, (name, _sentence) in REFUSALS.items():
                if status != "404" or "{" in path:
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return result


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a machine signs in. Named by its path, because accounts lies above this module."""

    target_class = "deploy_admin.accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of an institution: `Authorization: Bearer …`. It expires, and names what it may.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a browser signs in."""

    target_class = "deploy_admin.accounts.tokens.SessionActorAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A signed-in browser."}
