"""Tables that the journeys send in: invented people with numbers that hold, and cells filled by their header."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page, expect

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(nth: int, *, born: str = "19900101", place: str = "509905") -> str:
    """Return the nth number of this place and day, with the check digit of GB 11643; the place does not exist."""
    body = f"{place}{born}{nth:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def sheet_bytes(book: openpyxl.Workbook) -> bytes:
    """Return the workbook as a file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(heads: Iterable[str], rows: Iterable[Iterable[Any]], title: str = "") -> bytes:
    """Return a workbook as somebody would write it: a title, the heads, the rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    if title:
        sheet.append((title,))
    for row in (heads, *rows):
        sheet.append(tuple(row))
    return sheet_bytes(book)


def heads_of(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    """Return the row of the heads and the column of each, without the star of what must be filled in."""
    for row in sheet.iter_rows(min_row=1, max_row=6):
        names = {str(cell.value or "").rstrip("*"): cell.column for cell in row}
        if "姓名" in names:
            return int(row[0].row), {name: int(column) for name, column in names.items() if name}
    raise AssertionError("no row of heads")


def filled(content: bytes, row: Mapping[str, Any]) -> bytes:
    """Return the prefilled workbook with one more person below what stands in it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    head, columns = heads_of(sheet)
    last = max(cell.row for cell in sheet[_letter(columns["姓名"])] if cell.value) + 1
    for name, value in row.items():
        sheet.cell(max(last, head + 2), columns[name], value)
    return sheet_bytes(book)


def _letter(column: int) -> str:
    return openpyxl.utils.get_column_letter(column)


def send_in(tab: Page, address: str, name: str, content: bytes) -> None:
    """Choose the file on the page of an import and have it read."""
    tab.goto(address)
    tab.locator("input[type=file]").set_input_files([{"name": name, "mimeType": XLSX, "buffer": content}])
    expect(tab.get_by_text(name).first).to_be_visible()
    tab.get_by_role("button", name="读取文件").click()


def confirm_upload(tab: Page) -> None:
    """Confirm what the plan shows and wait until it is applied."""
    tab.get_by_role("button", name="确认导入").click()
    expect(tab.get_by_text(re.compile("^已导入：")).first).to_be_visible()
