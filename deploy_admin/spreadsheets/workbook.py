"""A workbook as plain rows, and the addresses in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deploy_admin.spreadsheets.cells import Cell


def address(row: int, column: int) -> str:
    """Return the address of a cell, both counted from 1: (12, 7) is G12."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


class Span(NamedTuple):
    """A merged range, counted from 1, both ends inside."""

    top: int
    left: int
    bottom: int
    right: int


class Mark(NamedTuple):
    """A cell to be marked, counted from 1, with the reason that goes into its comment."""

    sheet: str
    row: int
    column: int
    text: str


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from A1 on, what is merged, what is hidden."""

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()  # counted from 1
    merged: tuple[Span, ...] = ()

    def cell(self, row: int, column: int) -> Cell:
        """Return the cell at (row, column), counted from 1; beyond the edge there is nothing."""
        if 1 <= row <= len(self.rows) and 1 <= column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return None


@dataclass(frozen=True)
class Workbook:
    """What was read: the sheets in their order, and how."""

    sheets: tuple[Sheet, ...]
    format: str  # xlsx, xls or csv
    encoding: str = ""  # of a CSV file
    marker: str = ""  # what was put into the workbook when it was given out, see markers.py
