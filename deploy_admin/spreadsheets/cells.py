"""One cell as a plain value: text, whole number, Decimal, date, yes/no, nothing, or a named error; never a float."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
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
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]|\r\n")


def trimmed(text: str) -> str:
    """Return `text` without surrounding spaces (full-width and no-break ones too) and invisible characters."""
    if _INVISIBLE.search(text):
        text = text.translate(_SPACES).replace("\r\n", "\n")
    return text.strip()


def half_width(text: str) -> str:
    """Return `text` with full-width digits, letters and signs as ASCII: １９８９／０２ is 1989/02."""
    return unicodedata.normalize("NFKC", text)


def plain(value: Any) -> Cell:
    """Return what a reader library gave as a plain cell."""
    kind = type(value)
    if kind is str:
        return trimmed(value) or None
    if value is None:
        return None
    if kind is bool:
        return bool(value)
    if kind is float:
        if value.is_integer() and -1e15 < value < 1e15:
            return int(value)
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


#: What JSON has no word for, by letter; the letters are the pipe's between the limited worker and its parent.
_FROM_WIRE: dict[str, Callable[[str], Cell]] = {
    "n": Decimal,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "e": CellError,
}


def to_wire(rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """Return some rows as JSON holds them; cells it has no word for stand beside them, by row and column."""
    plainly, others = [], []
    for at, row in enumerate(rows):
        held = list(row)
        for column, cell in enumerate(held):
            kind = type(cell)
            if kind is str or cell is None or kind is int or kind is bool:
                continue
            letter = "n" if kind is Decimal else "t" if kind is datetime else "d" if kind is date else "e"
            text = str(cell) if kind is Decimal else cell.text if isinstance(cell, CellError) else cell.isoformat()  # type: ignore[union-attr]
            held[column] = None
            others.append((at, column, letter, text))
        plainly.append(held)
    return {"rows": plainly, "others": others}


def from_wire(wire: dict[str, Any], met: dict[Any, Cell]) -> list[list[Cell]]:
    """Return the rows that `to_wire` wrote; `met` is one file's own, so that equal cells are one object."""
    rows: list[list[Cell]] = [
        [met.setdefault(cell, cell) if type(cell) is str else cell for cell in row] for row in wire["rows"]
    ]
    for at, column, letter, text in wire["others"]:
        key = (letter, text)
        cell = met.get(key)
        if cell is None:
            cell = met[key] = _FROM_WIRE[letter](text)
        rows[at][column] = cell
    return rows


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
