"""One way to say no: RuleViolation, shown by forms, answered 409 by the API, written beside an imported row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RuleViolation(Exception):
    """A rule refuses this act. `message` is a sentence for the person, `code` is stable for machines.

    `fields` optionally maps a field's name to its own sentence; `context` holds JSON values for the API's answer.
    """

    def __init__(
        self,
        message: str,
        code: str,
        *,
        fields: Mapping[str, str] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.fields = dict(fields or {})
        self.context = dict(context or {})

    def __str__(self) -> str:
        return str(self.message)


class Conflict(RuleViolation):
    """The row changed since it was read: `context` carries both values (`yours`, `theirs`)."""
