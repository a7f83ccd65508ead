"""What somebody copied out of a spreadsheet, read as day codes: never a cell lost, never one guessed. Pure."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from assignments.rules.attendance_codes import DAY_CODES, HALF

#: What stands for a code in units' own sheets besides its letter, sign and words. Letters count as typed: a small v is
#: a tick for some and family-visit leave for nobody, so it is asked about.
_ALSO = {
    "P": ("✓", "✔", "☑", "1", "出", "到岗", "上班", "白班"),
    "R": ("下乡",),
    "N": ("夜值",),
    "D": ("加班", "值班"),
    "G": ("公出", "出差"),
    "T": ("学习", "培训", "进修"),
    "L": ("调休",),
    "X": ("公休",),
    "H": ("法定节假日", "节日"),
    "A": ("年假",),
    "E": ("陪产假",),
    "V": ("探亲",),
    "W": ("工伤",),
}
#: What makes half of a code, before or behind it.
_HALVES = ("1/2", "0.5", "半天", "半日", "半")
_DAYS = re.compile(r"(?<=0\.5)(天|日)$")
_BETWEEN = re.compile(r"[/、+，,;；\s]+")


@dataclass(frozen=True, slots=True)
class Pasted:
    """The cells by row and column, None for an empty one; and what nobody could read, with where it stands."""

    grid: tuple[tuple[str | None, ...], ...]
    unknown: tuple[tuple[int, int, str], ...]


def parse(text: str) -> Pasted:
    """Read what was pasted, tabs or commas between cells; an unreadable cell is None and named in `unknown`."""
    grid: list[tuple[str | None, ...]] = []
    unknown: list[tuple[int, int, str]] = []
    for r, row in enumerate(cells_of(text)):
        found: list[str | None] = []
        for c, cell in enumerate(row):
            code = code_of(cell)
            if code is None and cell.strip():
                unknown.append((r, c, cell))
            found.append(code)
        grid.append(tuple(found))
    return Pasted(tuple(grid), tuple(unknown))


def cells_of(text: str) -> list[list[str]]:
    """Return the cells as written; empty lines at the end are the spreadsheet's, not cells."""
    text = text.removeprefix("\ufeff")
    if not text.strip("\r\n"):
        return []
    try:
        rows = list(_reader(text, "\t" if _has(text, "\t") else ","))
    except csv.Error:
        rows = [[text]]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


def code_of(cell: str) -> str | None:
    """Return the code that a cell stands for, or None: `√`, `病`, `½事`, `事0.5`, `√/事`, `半天事假`, `Sh`."""
    text = unicodedata.normalize("NFKC", cell.replace("½", "1/2")).strip()
    if (found := _WHOLE.get(text)) is not None:
        return found
    if text in _HALVES:
        return "P" + HALF
    if (half := _half(text)) is not None:
        return half
    parts = [_WHOLE.get(part) for part in _BETWEEN.split(text) if part]
    if len(parts) == 2 and None not in parts and "P" in parts:
        other = parts[0] if parts[1] == "P" else parts[1]
        return _halved(other)
    return None


def _half(text: str) -> str | None:
    """Return half of a code, the sign of the half before it or behind."""
    text = _DAYS.sub("", text)
    for sign in _HALVES:
        for rest in (text.removeprefix(sign), text.removesuffix(sign)):
            if rest != text and (code := _WHOLE.get(rest.strip())) is not None:
                return _halved(code)
    return None


def _halved(code: str | None) -> str | None:
    if code is None or len(code) > 1 or not DAY_CODES[code].halves:
        return None
    return code + HALF


def _has(text: str, sign: str) -> bool:
    """Whether the sign stands between cells, and not only inside quoted ones."""
    return sign in re.sub(r'"[^"]*"', "", text) or (sign == "\t" and sign in text and "," not in text)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for letter, code in DAY_CODES.items():
        words = (letter, code.sign, code.label_zh, code.label_en, *_ALSO.get(letter, ()))
        found |= {unicodedata.normalize("NFKC", word): letter for word in words if word}
        if code.halves:
            found[letter + HALF] = letter + HALF
    return found


_WHOLE = _words()
