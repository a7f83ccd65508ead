"""Cells out of spreadsheets: read as meant, or named; never lost, never guessed."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.rules.attendance_codes import CELLS, DAY_CODES
from assignments.rules.attendance_paste import cells_of, code_of, parse


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("√", "P"), ("✓", "P"), ("出勤", "P"), ("Ｐ", "P"), ("P", "P"), (" √ ", "P"), ("1", "P"),
        ("病", "B"), ("病假", "B"), ("事", "S"), ("旷", "K"), ("旷工", "K"), ("核", "U"), ("夜", "N"),
        ("休", "X"), ("节", "H"), ("补休", "L"), ("年假", "A"), ("出差", "G"), ("巡诊", "R"),
        ("½事", "Sh"), ("事½", "Sh"), ("事0.5", "Sh"), ("0.5事", "Sh"), ("半天事假", "Sh"), ("事假0.5天", "Sh"),
        ("事1/2", "Sh"), ("√/事", "Sh"), ("事、√", "Sh"), ("Sh", "Sh"), ("0.5", "Ph"), ("½", "Ph"), ("半天", "Ph"),
        ("０．５病", "Bh"), ("present", "P"), ("Z", "Z"),
    ],
)  # fmt: skip
def test_what_people_write(cell, code):
    assert code_of(cell) == code


@pytest.mark.parametrize(
    "cell", ["v", "V?", "×", "x", "半夜", "½休", "0", "2", "病事", "√/√/事", "P/N", "事/病", "—", "？"]
)
def test_what_nobody_can_be_sure_of_is_not_guessed(cell):
    assert code_of(cell) is None


def test_every_code_is_read_by_its_letter_its_sign_and_its_words():
    for letter, code in DAY_CODES.items():
        for word in filter(None, (letter, code.sign, code.label_zh, code.label_en)):
            assert code_of(word) == letter
    assert [code_of(cell) for cell in CELLS] == list(CELLS)


def test_rows_and_columns_out_of_excel():
    found = parse("√\t事\t\r\n病\t½事\t√\r\n\r\n\r\n")
    assert found.grid == (("P", "S", None), ("B", "Sh", "P"))
    assert found.unknown == ()


def test_commas_where_no_tabs_are():
    assert parse("√,病\n事,√").grid == (("P", "B"), ("S", "P"))


def test_a_quoted_cell_may_hold_a_line_and_a_tab():
    found = parse('"√\n"\t"病\t"\n√\t"说""好""了"\n')
    assert found.grid == (("P", "B"), ("P", None))
    assert found.unknown == ((1, 1, '说"好"了'),)


def test_what_cannot_be_read_is_named_with_its_place():
    found = parse("√\t迟到\n早退\t√")
    assert found.unknown == ((0, 1, "迟到"), (1, 0, "早退"))
    assert found.grid == (("P", None), (None, "P"))


def test_nothing_is_nothing():
    assert parse("").grid == parse("\n\r\n").grid == ()
    assert parse("√").grid == (("P",),)


READABLE = st.sampled_from(["", *CELLS, "√", "病", "½事", "事0.5", "\n√", "旷工"])
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\ufeff"), max_size=8)


def _grid(cells):
    return st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=5)
    )


def _as_excel_copies(rows):
    """What a spreadsheet puts on the clipboard: quoted where a cell has a tab, a quote or a line of its own."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


@given(_grid(READABLE))
def test_readable_cells_come_back_where_they_stood(rows):
    found = parse(_as_excel_copies(rows)) if len(rows[0]) > 1 else None
    if found is None:
        return
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    assert found.unknown == ()
    assert [list(row) for row in found.grid] == [[code_of(cell) for cell in row] for row in rows]


@given(_grid(TEXT))
def test_no_cell_is_ever_lost(rows):
    """Each cell with anything in it is read or named, where it stood."""
    if len(rows[0]) == 1:
        return
    found = parse(_as_excel_copies(rows))
    named = {(r, c): cell for r, c, cell in found.unknown}
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell.strip():
                assert named.get((r, c)) == cell or found.grid[r][c] == code_of(cell) is not None


@given(st.text(max_size=60))
def test_whatever_is_pasted_everything_in_it_is_read_or_named(text):
    found = parse(text)
    cells = [cell for row in cells_of(text) for cell in row if cell.strip()]
    read = sum(cell is not None for row in found.grid for cell in row)
    assert read + len(found.unknown) == len(cells)
