"""What a column set declares: its columns with names, types and codes, and the steps that only its app can do."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.utils.translation import get_language

from deploy_admin.access import Actor, Permission
from deploy_admin.jobs import files

if TYPE_CHECKING:
    from deploy_admin.jobs.handlers import Claim
    from deploy_admin.jobs.importing.plans import Entry
    from deploy_admin.jobs.importing.records import Record

_SPACE = re.compile(r"\s+")
_UNIT = re.compile(r"[(\[【](人|名|个|张|人数|数)[)\]】]$")
_JOINTS = re.compile(r"[()\[\]【】\-_·・—–:/、,.。]")
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Return `text` for comparing names: half-width, lower case, without spaces, stars and colons."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).strip("*:★＊").lower()


def foldings(text: str) -> tuple[str, ...]:
    """Return the ways a header may be meant: as written, and without what stands in brackets."""
    whole = folded(text)
    bare = _BRACKETS.sub("", whole).strip("*:")
    return (whole, bare) if bare and bare != whole else (whole,)


def joined(text: str) -> str:
    """Return a header of the wide form for comparing: its words in one, a unit in brackets taken off."""
    return _JOINTS.sub("", _UNIT.sub("", folded(text)))


class Type(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    YEAR = "year"
    MONTH = "month"  # a first day
    DATE = "date"
    YES_NO = "yes_no"
    CODE = "code"
    CREDIT_CODE = "credit_code"
    NATIONAL_ID = "national_id"  # the 18 characters, or the masked form of our own export


def middle_starred(text: str) -> str:
    """Return a sensitive text as it is shown: the first six and the last four characters, whatever lies between."""
    digits = sum(character.isdigit() for character in text)
    return text if digits < 8 else f"{text[:6]}{'*' * max(len(text) - 10, 1)}{text[-4:] if len(text) > 10 else ''}"


@dataclass(frozen=True)
class Code:
    """One entry of a code list: what is stored, and the words people write for it."""

    value: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        return (self.value, self.zh, self.en, *self.aliases)

    @property
    def label(self) -> str:
        return self.zh if speaks_chinese() else self.en


def speaks_chinese() -> bool:
    """Whether the reader's language is Chinese: labels of columns and codes are data in two languages."""
    return (get_language() or "zh").startswith("zh")


@dataclass(frozen=True)
class Column:
    """One column: its key, its names in both languages, what it holds."""

    key: str
    zh: str
    en: str
    type: Type = Type.TEXT
    required: bool = False
    aliases: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    unit: tuple[str, ...] = ()  # words that may follow a number: 人, 名
    help: Any = ""
    example: Any = None
    minimum: int | None = None
    maximum: int | None = None
    max_length: int = 200
    width: int = 16
    #: What may not be kept in the clear: rows, findings and changes show it masked, the true value is sealed.
    sensitive: bool = False
    mask: Callable[[str], str] = middle_starred
    #: Whether templates and exports carry it. What is only compared with something else is read, not asked for.
    offered: bool = True

    @property
    def label(self) -> str:
        return self.zh if speaks_chinese() else self.en

    def names(self) -> frozenset[str]:
        return frozenset(n for name in (self.zh, self.en, self.key, *self.aliases) for n in foldings(name))

    def code_of(self, text: str) -> Code | None:
        """Return the code that `text` names, by value, label or alias."""
        return self._by_name.get(folded(text))

    @property
    def _by_name(self) -> dict[str, Code]:
        found = _codes.get(id(self.codes))
        if found is None or found[0] is not self.codes:
            by_name = {folded(name): code for code in self.codes for name in code.names()}
            found = (self.codes, by_name)
            _codes[id(self.codes)] = found
        return found[1]

    def shown(self, value: Any) -> str:
        """Return a stored value as the reader writes it."""
        if value is None or value == "":
            return ""
        if self.type is Type.CODE:
            return next((code.label for code in self.codes if code.value == value), str(value))
        if self.type is Type.YES_NO:
            return ("是" if value else "否") if speaks_chinese() else ("yes" if value else "no")
        if self.type is Type.MONTH:
            return str(value)[:7]
        return str(value)


_codes: dict[int, tuple[tuple[Code, ...], dict[str, Code]]] = {}


@dataclass(frozen=True)
class Spread:
    """A header of the wide form: one column of numbers that says several keys (新晋升副主任医师 · 临床)."""

    names: tuple[str, ...]
    values: Mapping[str, Any]  # what the header says: {"measure": …, "practice_category": …}

    def folded_names(self) -> frozenset[str]:
        return frozenset(map(joined, self.names))


class Unit(NamedTuple):
    """A unit that is expected to send in its table, as the column set knows it."""

    id: int
    name: str
    code: str = ""
    names: tuple[str, ...] = ()  # short and former ones


@dataclass
class Context:
    """In whose name, for what, on which day a file is read. `store` is the column set's own notebook for one run."""

    actor: Actor
    params: dict[str, Any]
    today: date
    store: dict[str, Any] = field(default_factory=dict)


class ColumnSet(ABC):
    """One kind of table that can be uploaded. Subclasses say what it means; the engine does the rest."""

    key: str
    namespace: str  # of the addresses: "quotas"
    permission: Permission
    title: Any  # lazy: the page's heading
    lead: Any = ""  # lazy: what to know before filling it in
    compared: tuple[str, ...] = ()  # the columns shown old → new
    spread_value: str = ""  # the column that a wide form's cells hold
    skipped_without: str = ""  # a row whose cell in this column is empty says nothing, and is passed over
    params_form: type[forms.Form] | None = None
    #: Whether applying may start from the stored rows instead of reading the file again: right where `resolve`, met
    #: with its own outcome, comes to the same outcome.
    applies_from_rows: bool = False
    #: Whether the table is collected from many units at once: `units` then says from whom.
    per_unit: bool = False
    unit_columns: tuple[str, ...] = ("unit", "credit_code")  # where the rows themselves name their unit

    @abstractmethod
    def columns(self, context: Context) -> Sequence[Column]:
        """Return the columns, in the template's order."""

    def spreads(self, context: Context) -> Sequence[Spread]:
        """Return the headers of the wide form, if there is one."""
        return ()

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        """Return groups of columns of which every row fills in at least one."""
        return ()

    @abstractmethod
    def scope(self, context: Context) -> str:
        """Name what one file stands for; the file applied last for it is a no-op."""

    def lock(self, context: Context) -> str:
        """Name what may be applied by one upload at a time: by default everything of this column set."""
        return self.key

    @abstractmethod
    def resolve(self, records: Sequence[Record], context: Context) -> None:
        """Look up what the rows name, all at once and through visible_to; `record.refuse(...)` what is not there."""

    @abstractmethod
    def identity(self, record: Record) -> Hashable | None:
        """Return what tells this row's object from every other; None where nothing can be told."""

    @abstractmethod
    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        """Return the rows as they stand, by identity, with the `compared` columns."""

    def check(self, entries: Sequence[Entry], context: Context) -> None:  # noqa: B027 -- most sets have no such rule
        """Refuse changes that a rule forbids, once it is known what each row would change."""

    @abstractmethod
    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        """Write the new and changed rows through the app's own services; return what was done, as JSON."""

    @abstractmethod
    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        """Return the rows as they stand, by column key: the export is itself a valid upload."""

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        """Return what the template comes filled in with."""
        return ()

    def asked(self, data: Any, actor: Actor) -> forms.Form:
        """Return the form that stands beside the file; a set whose choices depend on who asks fills them in here."""
        return (self.params_form or forms.Form)(data)

    def units(self, context: Context) -> Sequence[Unit]:
        """Return the units of which one table each is expected, in the order of the list."""
        return ()

    def context_for_unit(self, context: Context, institution_id: int) -> Context:
        """Return the context of one unit's table, read on its behalf by whoever collects them."""
        return replace(context, params={**context.params, "unit": institution_id}, store={})

    def compared_in(self, context: Context) -> Sequence[str]:
        """Return the columns shown old → new; a set whose columns depend on who asks says them here."""
        return self.compared

    def workbook(self, context: Context, *, marker: str = "") -> bytes | None:
        """Return the set's own workbook to be filled in; None where the plain template serves."""
        return None

    def label(self, record: Record) -> str:
        """Name the row for people."""
        first = self.compared[0] if self.compared else ""
        return str(record.values.get(first) or "")

    def subtitle(self, context: Context) -> str:
        """Say under the heading what the file is for."""
        return ""

    def next_step(self, context: Context) -> tuple[str, str] | None:
        """Return (label, address) of what to do after the file is applied."""
        return None

    def back(self, context: Context) -> tuple[str, str] | None:
        """Return (label, address) of the list this table feeds."""
        return None


_sets: dict[str, ColumnSet] = {}


def register(column_set: ColumnSet) -> ColumnSet:
    """Make a column set known to the handlers and pages."""
    _sets[column_set.key] = column_set
    files.register(f"import.{column_set.key}", permission=column_set.permission)
    return column_set


def column_set_of(key: str) -> ColumnSet:
    """Return the registered column set."""
    return _sets[key]
