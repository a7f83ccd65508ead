"""One cell as a plain value: text, whole number, Decimal, date, yes/no, nothing, or a named error; never a float."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class CellError:
    """A cell that holds an error, or a formula nobody has calculated (`text` is then "=")."""

    text: str


Cell = None | bool | int | Decimal | str | date | datetime | CellError

_SPACES = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def trimmed(text: str) -> str:
    """Return `text` without surrounding spaces (full-width and no-break ones too) and invisible characters."""
    return text.translate(_SPACES).replace("\r\n", "\n").strip()


def half_width(text: str) -> str:
    """Return `text` with full-width digits, letters and signs as ASCII: １９８９／０２ is 1989/02."""
    return unicodedata.normalize("NFKC", text)


def plain(value: Any) -> Cell:
    """Return what a reader library gave as a plain cell."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return trimmed(value) or None
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return CellError("#NUM!")
        exact = Decimal(repr(value))
        return int(exact) if exact == exact.to_integral_value() else exact
    if isinstance(value, datetime):
        return value.date() if value.time() == time(0) else value
    if isinstance(value, (int, Decimal, date)):
        return value
    if isinstance(value, (time, timedelta)):
        return str(value)
    return trimmed(str(value)) or None


def to_wire(cell: Cell) -> Any:
    """Return the cell as JSON, for the pipe between the limited worker and its parent."""
    if cell is None or isinstance(cell, (bool, int, str)):
        return cell
    if isinstance(cell, Decimal):
        return ["n", str(cell)]
    if isinstance(cell, datetime):
        return ["t", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    return ["e", cell.text]


def from_wire(value: Any) -> Cell:
    """Return the cell that `to_wire` wrote."""
    if not isinstance(value, list):
        return value
    kind, text = value
    if kind == "n":
        return Decimal(text)
    if kind == "t":
        return datetime.fromisoformat(text)
    if kind == "d":
        return date.fromisoformat(text)
    return CellError(text)


def shown(cell: Cell) -> str:
    """Return the cell as a person would read it in the sheet."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.text
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, int) and abs(cell) >= 10**15:
        return f"{Decimal(cell):.5E}".replace("E+", "E+")
    return str(cell)
