"""Whole numbers that decide something, with their side said: `{at_least: 5}`, `{more_than: 3}`; unset while open."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictInt, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from deploy_admin.policies.language.nodes import OPS, Node, Op


class CountThreshold(Node):
    """How often, or how many days: exactly one of the four sides, `{at_least: 5}`.

    A number the law leaves open is unset, `{at_least: null}`: whether it is reached is then unknown.
    """

    at_least: Annotated[StrictInt, Field(ge=0, le=100_000)] | None = None
    more_than: Annotated[StrictInt, Field(ge=0, le=100_000)] | None = None
    at_most: Annotated[StrictInt, Field(ge=0, le=100_000)] | None = None
    less_than: Annotated[StrictInt, Field(ge=0, le=100_000)] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> CountThreshold:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError(
                "one_bound", "exactly one of at_least, more_than, at_most, less_than is expected"
            )
        return self

    @model_serializer(mode="plain")
    def _as_it_is_said(self) -> dict[str, Any]:
        return {str(self.op): self.value}

    @property
    def op(self) -> Op:
        """Which of the four is said."""
        return next(op for op in OPS if str(op) in self.model_fields_set)

    @property
    def value(self) -> int | None:
        """The number that is said; None while it is unset."""
        found: int | None = getattr(self, self.op)
        return found

    def reached(self, count: int) -> bool | None:
        """Whether `count` stands on the said side of the number; None while the number is unset."""
        number = self.value
        if number is None:
            return None
        match self.op:
            case Op.AT_LEAST:
                return count >= number
            case Op.MORE_THAN:
                return count > number
            case Op.AT_MOST:
                return count <= number
            case Op.LESS_THAN:
                return count < number
