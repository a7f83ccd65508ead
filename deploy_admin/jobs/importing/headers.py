"""Finding the header: below any title rows, in any order of columns, over one line or two, merged or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploy_admin.jobs.importing.columns import Column, Spread, foldings, joined
from deploy_admin.spreadsheets import Sheet
from deploy_admin.spreadsheets.cells import shown
from deploy_admin.spreadsheets.writing import CODES_MARK

LOOKED_AT = 40  # rows; a title block is never longer


@dataclass(frozen=True)
class Header:
    """Where the header stands, and which column means what."""

    first: int  # row numbers from 1; first == last for one line
    last: int
    columns: Mapping[str, int]  # key → column number
    spreads: Mapping[int, Spread]  # column number → what its header says
    texts: Mapping[int, str]  # column number → the header as written
    ignored: tuple[str, ...]
    twice: tuple[tuple[str, int, int], ...]  # (key, column number, the other one)

    @property
    def score(self) -> int:
        """How many different things it names: a group's merged title over two columns is one."""
        return len(self.columns) + len({id(spread) for spread in self.spreads.values()})

    @property
    def rank(self) -> tuple[int, bool]:
        """More columns are better; among equals one line is, for a title above it is no header."""
        return self.score, self.first == self.last


def find(sheet: Sheet, columns: Sequence[Column], spreads: Sequence[Spread]) -> Header | None:
    """Return the header that names most columns; on a tie the one-line and the upper one; None if none names two."""
    by_name = {name: column.key for column in reversed(columns) for name in column.names()}
    spread_by_name = {name: spread for spread in reversed(spreads) for name in spread.folded_names()}
    filled = _filled(sheet)
    best: Header | None = None
    for row in range(1, min(len(sheet.rows), LOOKED_AT) + 1):
        for last in (row, row + 1):
            if last > len(sheet.rows):
                continue
            found = _match(filled, row, last, by_name, spread_by_name)
            if best is None or found.rank > best.rank:
                best = found
    enough = 2 if len(columns) > 1 else 1
    return best if best is not None and best.score >= enough else None


def lists_codes(sheet: Sheet) -> bool:
    """Whether this is a template's sheet of code lists: its words name measures and categories, but hold no rows."""
    heads = [shown(cell) for cell in sheet.rows[0] if cell is not None] if sheet.rows else []
    return bool(heads) and all(head.endswith(CODES_MARK.strip()) for head in heads)


def _filled(sheet: Sheet) -> list[list[str]]:
    """Return the upper rows as text, every merged range filled with its value."""
    rows = [[shown(cell) for cell in row] for row in sheet.rows[: LOOKED_AT + 2]]
    for span in sheet.merged:
        if span.top > len(rows) or span.left > len(rows[span.top - 1]):
            continue
        value = rows[span.top - 1][span.left - 1]
        for at in range(span.top - 1, min(span.bottom, len(rows))):
            for column in range(span.left - 1, min(span.right, len(rows[at]))):
                rows[at][column] = value
    return rows


def _match(
    rows: list[list[str]], first: int, last: int, by_name: Mapping[str, str], spread_by_name: Mapping[str, Spread]
) -> Header:
    columns: dict[str, int] = {}
    spreads: dict[int, Spread] = {}
    texts: dict[int, str] = {}
    ignored: list[str] = []
    twice: list[tuple[str, int, int]] = []
    above = ""
    for at in range(max(len(rows[first - 1]), len(rows[last - 1]))):
        top = rows[first - 1][at] if at < len(rows[first - 1]) else ""
        bottom = rows[last - 1][at] if at < len(rows[last - 1]) else ""
        above = top or above
        readings = _readings(top, bottom, above) if last > first else [top]
        if not readings[0]:
            continue
        texts[at + 1] = readings[0]
        wide = next((reading for reading in readings if joined(reading) in spread_by_name), None)
        named = next((reading for reading in readings if any(name in by_name for name in foldings(reading))), None)
        key = next(by_name[name] for name in foldings(named) if name in by_name) if named else None
        if wide is not None and (key is None or last > first):
            spreads[at + 1] = spread_by_name[joined(wide)]
        elif key is None or named is None:
            ignored.append(readings[0])
        elif key in columns:
            twice.append((key, at + 1, columns[key]))
        else:
            columns[key] = at + 1
            texts[at + 1] = named
    return Header(first, last, columns, spreads, texts, tuple(ignored), tuple(twice))


def _readings(top: str, bottom: str, above: str) -> list[str]:
    """Return how a header over two lines may be meant, the fullest first; a group's name may stand to the left."""
    if bottom and top == bottom:
        return [top]
    if bottom and above:
        return [f"{above}{bottom}", bottom, *([top] if top else [])]
    return [bottom or top]
