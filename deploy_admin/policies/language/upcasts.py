"""Reading documents written under an earlier schema number: pure functions from one number to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from deploy_admin.policies.language.types import SCHEMA_NUMBER

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

#: number → what turns a document of that number into one of the next. Stored documents are never rewritten.
UPCASTS: Mapping[int, Upcast] = MappingProxyType({})


class UnknownSchemaError(ValueError):
    """The number is newer than this program, or no path leads from it."""


def upcast(
    data: dict[str, Any], upcasts: Mapping[int, Upcast] = UPCASTS, target: int = SCHEMA_NUMBER
) -> dict[str, Any]:
    """Return `data` as the current schema would write it; the argument is left as it was."""
    number = data.get("schema", 1)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= target:
        raise UnknownSchemaError(str(number))
    while number < target:
        if number not in upcasts:
            raise UnknownSchemaError(str(number))
        data = upcasts[number](dict(data))
        number += 1
        data = {**data, "schema": number}
    return data
