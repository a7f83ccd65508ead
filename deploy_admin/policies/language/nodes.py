"""The small pieces every clause is made of: the frozen Node, exact numbers, dates, durations, bounds, pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationInfo,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

SLUG = r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$"
DOTTED = r"^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$"
REFERENCE = r"^(?:[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*#)?[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$"
DIVISION = r"^(?:[0-9]{6}(?:[0-9]{3}(?:[0-9]{3})?)?|zone:[a-z][a-z0-9-]*)$"

Text = Annotated[StrictStr, Field(min_length=1)]
Slug = Annotated[StrictStr, Field(pattern=SLUG, max_length=100)]
Dotted = Annotated[StrictStr, Field(pattern=DOTTED, max_length=120)]
Reference = Annotated[StrictStr, Field(pattern=REFERENCE, max_length=201)]
#: A division's code of 6, 9 or 12 digits, or `zone:<key>` for one that has no code.
DivisionCode = Annotated[StrictStr, Field(pattern=DIVISION)]


class Node(BaseModel):
    """A frozen piece of a document. Unknown keys of a text are gathered with their place, elsewhere refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)
    #: Keys that mean something here although they are not fields of their own.
    also_known: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def keys(cls) -> list[str]:
        """The keys as they are written, in order."""
        return [info.alias or name for name, info in cls.model_fields.items()]

    @model_validator(mode="before")
    @classmethod
    def _gather_unknown_keys(cls, data: Any, info: ValidationInfo) -> Any:
        gather = (info.context or {}).get("unknown_keys") if info.context else None
        if gather is None or not isinstance(data, Mapping):
            return data
        known = {*cls.keys(), *cls.also_known}
        unknown = [key for key in data if key not in known]
        for key in unknown:
            gather(data, key, sorted(known))
        return {key: value for key, value in data.items() if key in known} if unknown else data

    @model_serializer(mode="wrap")
    def _without_what_is_not_said(self, handler: Any) -> dict[str, Any]:
        """Leave out what has its default, so that a written document stays as short as it was."""
        data = handler(self)
        fields = type(self).model_fields
        kept: dict[str, Any] = {}
        for name, info in fields.items():
            key = info.alias or name
            held = data.get(key, data.get(name))
            if info.is_required() or getattr(self, name) != info.get_default(call_default_factory=True):
                kept[key] = held
        return kept


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, bool) or not isinstance(value, int | str):
        raise PydanticCustomError("exact_number", 'an exact number in quotation marks is expected, such as "0.40"')
    else:
        if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?", value):
            raise PydanticCustomError("exact_number", 'an exact number in quotation marks is expected, such as "0.40"')
        try:
            number = Decimal(value)
        except InvalidOperation as error:  # the pattern above leaves nothing that Decimal refuses
            raise PydanticCustomError("exact_number", "an exact number is expected") from error
    return number


#: A number that never passes through a float: written "0.40" in YAML and JSON, a Decimal in between.
Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$"}, {"type": "integer"}]}
    ),
]


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("day", "there is no such day") from error
    raise PydanticCustomError("day", "a day is expected, such as 2025-01-01")


Day = Annotated[
    date,
    BeforeValidator(_day),
    PlainSerializer(lambda day: day.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]


def _listed(value: Any) -> Any:
    """Read one value as a list of one, so that `kind: chsc` and `kind: [chsc]` say the same."""
    return [value] if isinstance(value, str | int) else value


Scalar = StrictBool | StrictInt | StrictStr
Scalars = Annotated[tuple[Scalar, ...], BeforeValidator(_listed)]
_WORDS_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Words = Annotated[tuple[Text, ...], BeforeValidator(_listed), WithJsonSchema(_WORDS_SCHEMA)]


def _pairs(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((key, _listed(held)) for key, held in value.items())
    return value


#: A mapping of names to lists of names that stays hashable: `{practice_category: [clinical, tcm]}`.
Filters = Annotated[
    tuple[tuple[Text, Words], ...],
    BeforeValidator(_pairs),
    PlainSerializer(lambda pairs: {key: list(values) for key, values in pairs}, return_type=dict[str, list[str]]),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        }
    ),
]


class DurationUnit(StrEnum):
    """In what a stretch of time is counted. Months by corresponding day; duty days by the person's roster."""

    MONTHS = "months"
    DAYS = "days"
    DUTY_DAYS = "duty_days"


class Duration(Node):
    """A stretch of time, written `12 months`, `30 days` or `20 duty_days`."""

    number: Annotated[StrictInt, Field(ge=0, le=100000)]
    unit: DurationUnit

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if isinstance(data, str):
            found = re.fullmatch(r"([0-9]{1,5}) (months|days|duty_days)", data.strip())
            if not found:
                raise PydanticCustomError("duration", "a length of time is expected, such as 12 months or 30 days")
            return {"number": int(found[1]), "unit": found[2]}
        return data

    @model_serializer(mode="plain")
    def _to_text(self) -> str:
        return f"{self.number} {self.unit}"

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{1,5} (months|days|duty_days)$"}


class Op(StrEnum):
    """How a threshold compares; whether the number itself is inside is always said."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


OPS = tuple(Op)


class Bounds(Node):
    """A range with its ends said: `{at_least: "1.2", less_than: "1.7"}`. A side left out is open."""

    at_least: Exact | None = None
    more_than: Exact | None = None
    at_most: Exact | None = None
    less_than: Exact | None = None

    @property
    def low(self) -> tuple[Decimal, bool] | None:
        """The lower end and whether it is inside."""
        if self.at_least is not None:
            return self.at_least, True
        return None if self.more_than is None else (self.more_than, False)

    @property
    def high(self) -> tuple[Decimal, bool] | None:
        """The upper end and whether it is inside."""
        if self.at_most is not None:
            return self.at_most, True
        return None if self.less_than is None else (self.less_than, False)

    def holds(self, value: Decimal | int) -> bool:
        """Whether `value` lies inside."""
        low, high = self.low, self.high
        if low is not None and (value < low[0] or (value == low[0] and not low[1])):
            return False
        return high is None or value < high[0] or (value == high[0] and high[1])


class TermThreshold(Node):
    """The length a term must have: exactly one of the four, `{at_least: 12 months}`."""

    at_least: Duration | None = None
    more_than: Duration | None = None
    at_most: Duration | None = None
    less_than: Duration | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> TermThreshold:
        if sum(getattr(self, op) is not None for op in OPS) != 1:
            raise PydanticCustomError(
                "one_bound", "exactly one of at_least, more_than, at_most, less_than is expected"
            )
        return self

    @property
    def op(self) -> Op:
        """Which of the four is said."""
        return next(op for op in OPS if getattr(self, op) is not None)

    @property
    def value(self) -> Duration:
        """The length that is said."""
        found: Duration = getattr(self, self.op)
        return found


class InForce(Node):
    """From the first day to the last, both inside; no last day means until replaced."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None

    def holds(self, day: date) -> bool:
        """Whether `day` lies inside."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)

    def overlaps(self, other: InForce) -> bool:
        """Whether some day lies inside both."""
        first = max(self.from_ or date.min, other.from_ or date.min)
        last = min(self.to or date.max, other.to or date.max)
        return first <= last


class Citation(Node):
    """The words of the source on which a clause rests, verbatim. A plain text stands for its phrase."""

    phrase: Text
    article: StrictStr | None = None
    source: Slug | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        return {"phrase": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "minLength": 1}, handler(core_schema)]}


class Binding(StrEnum):
    """How firmly a clause binds."""

    MANDATORY = "mandatory"  # 应当: a shortfall is a violation
    IN_PRINCIPLE = "in_principle"  # 原则上: a shortfall needs a written reason
    ENCOURAGED = "encouraged"  # 鼓励: a target with a gap, never a violation


class Enforcement(StrEnum):
    """Who may hold a unit to a duty."""

    COMMAND = "command"
    COORDINATE = "coordinate"  # outside the commission's command: shown, never ranked, never dunned


class Rounding(StrEnum):
    """To which whole person a fraction goes."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half_up"


class Level(StrEnum):
    """The rung of the jurisdiction a policy comes from; the nearer one wins where it speaks."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"

    @property
    def nearness(self) -> int:
        """0 for the nation, 3 for a district."""
        return tuple(Level).index(self)
