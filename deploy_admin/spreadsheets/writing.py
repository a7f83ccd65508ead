"""Writing tables: flat exports, templates with drop-downs, and a sender's own workbook with the wrong cells marked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.cell import Cell as BookCell
from openpyxl.cell import MergedCell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from deploy_admin.spreadsheets import markers
from deploy_admin.spreadsheets.cells import CellError, shown
from deploy_admin.spreadsheets.workbook import Mark, Workbook

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
#: Ends the head of every list on the sheet of code lists, which is never the table.
CODES_MARK = " ▼"
_HEADER_FONT = Font(bold=True)
_EXAMPLE_FONT = Font(italic=True, color="7A8594")
_HEADER_FILL = PatternFill("solid", fgColor="E8EEF6")
_WRONG_FILL = PatternFill("solid", fgColor="F8CBCB")
_LINE = Border(bottom=Side(style="thin", color="9AA5B4"))
_WRAP = Alignment(wrap_text=True, vertical="center")


def neutral(text: str) -> str:
    """Return `text` so that no spreadsheet program takes it for a formula; the reader takes the mark off again."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _value(value: Any) -> Any:
    """Return a cell's value for a workbook: numbers and dates as such, everything else as harmless text."""
    if value is None or isinstance(value, (bool, int, Decimal, date)):
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.replace(tzinfo=None)
        if isinstance(value, int) and abs(value) >= 10**15:
            return str(value)
        return value
    return ILLEGAL_CHARACTERS_RE.sub("", neutral(shown(value) if isinstance(value, CellError) else str(value)))[:32767]


def export(columns: Sequence[str], rows: Iterable[Sequence[Any]], format: str, *, title: str = "") -> bytes:
    """Return a table with one header row, as XLSX or as CSV in UTF-8 with a mark (which Excel needs)."""
    assert format in CONTENT_TYPES, format  # noqa: S101
    if format == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([neutral(str(column)) for column in columns])
        for row in rows:
            writer.writerow(["" if (cell := _value(value)) is None else cell for value in row])
        return b"\xef\xbb\xbf" + text.getvalue().encode()
    book = Book(write_only=True)
    _write_sheet(book, title, columns, rows)
    return _saved(book)


def workbook(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """Return several tables as one XLSX: a sheet each, by its title, header and rows."""
    book = Book(write_only=True)
    for title, columns, rows in sheets:
        _write_sheet(book, title, columns, rows)
    return _saved(book)


def _write_sheet(book: Book, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = min(max(len(str(column)) * 2 + 2, 10), 40)
    header = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=_value(str(column)))
        cell.font, cell.fill, cell.border = _HEADER_FONT, _HEADER_FILL, _LINE
        header.append(cell)
    sheet.append(header)
    for row in rows:
        sheet.append([_value(value) for value in row])


@dataclass(frozen=True)
class TemplateColumn:
    """One column of a template: its header, what to write in it, and the labels it allows."""

    header: str
    help: str = ""
    choices: Sequence[str] = ()
    example: Any = None
    width: int = 14
    text: bool = False  # formatted as text, so that long numbers keep their digits
    whole_number: bool = False


def template(
    columns: Sequence[TemplateColumn],
    rows: Iterable[Sequence[Any]],
    *,
    title: str,
    lead: str,
    sheet_name: str,
    codes_name: str,
    example_mark: str,
    marker: str = "",
) -> bytes:
    """Return a workbook to be filled in: title, advice, header with help, an example row, drop-downs, codes."""
    book = Book()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101
    sheet.title = _sheet_name(sheet_name)
    sheet["A1"], sheet["A2"] = _value(title), _value(lead)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"].alignment = _WRAP
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=max(len(columns), 1))
    sheet.row_dimensions[2].height = 32
    codes = book.create_sheet(_sheet_name(codes_name))
    filled = [list(row) for row in rows]
    last = max(len(filled) + 500, 1000)
    for index, column in enumerate(columns, 1):
        letter = get_column_letter(index)
        head = sheet.cell(3, index, _value(column.header))
        head.font, head.fill, head.border, head.alignment = _HEADER_FONT, _HEADER_FILL, _LINE, _WRAP
        if column.help:
            head.comment = Comment(column.help, "", width=300, height=120)
        sheet.column_dimensions[letter].width = column.width
        if column.choices:  # with a mark, so that the sheet of codes is never taken for the table itself
            codes.cell(1, index, _value(f"{column.header}{CODES_MARK}")).font = _HEADER_FONT
        codes.column_dimensions[letter].width = column.width
        for at, choice in enumerate(column.choices, 2):
            codes.cell(at, index, _value(choice))
        if column.choices:
            allowed = f"'{codes.title}'!${letter}$2:${letter}${len(column.choices) + 1}"
            rule = DataValidation(type="list", formula1=allowed, allow_blank=True)
            rule.showErrorMessage = True
            rule.add(f"{letter}4:{letter}{last}")
            sheet.add_data_validation(rule)
        elif column.whole_number:
            rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
            rule.showErrorMessage = True
            rule.add(f"{letter}5:{letter}{last}")
            sheet.add_data_validation(rule)
        if column.text:
            sheet.column_dimensions[letter].number_format = "@"
    example = [column.example for column in columns]
    example[0] = f"{example_mark}{example[0] or ''}"
    for at, row in enumerate([example, *filled], 4):
        for index, value in enumerate(row, 1):
            if value is None and at > 4:
                continue
            cell = sheet.cell(at, index, _value(value))
            if columns[index - 1].text:
                cell.number_format = "@"
            if at == 4:
                cell.font = _EXAMPLE_FONT
    sheet.freeze_panes = "A4"
    if marker:
        markers.put(book, marker)
    return _saved(book)


def marked_copy(content: bytes, marks: Sequence[Mark], *, heading: str) -> bytes:
    """Return the sender's workbook with the named cells coloured and commented."""
    book = load_workbook(io.BytesIO(content))
    for (sheet_name, row, column), reasons in _by_cell(marks).items():
        if sheet_name in book.sheetnames:
            sheet = book[sheet_name]
            cell = sheet.cell(row, column)
            if isinstance(cell, MergedCell):
                span = next(r for r in sheet.merged_cells.ranges if cell.coordinate in r)
                cell = sheet.cell(span.min_row, span.min_col)
            _mark(cell, reasons, heading)
    return _saved(book)


def marked_rows(workbook: Workbook, marks: Sequence[Mark], *, heading: str) -> bytes:
    """Return the rows as a new workbook with the named cells marked: for CSV, old XLS, and very large files."""
    book = Book(write_only=True)
    wrong = _by_cell(marks)
    for source in workbook.sheets:
        sheet = book.create_sheet(_sheet_name(source.name))
        sheet.sheet_state = "hidden" if source.hidden else "visible"
        for at, row in enumerate(source.rows, 1):
            cells: list[Any] = []
            for index, value in enumerate(row, 1):
                reasons = wrong.get((source.name, at, index))
                if reasons is None:
                    cells.append(_value(value))
                else:
                    cell = WriteOnlyCell(sheet, value=_value(value))
                    _mark(cell, reasons, heading)
                    cells.append(cell)
            sheet.append(cells)
    if workbook.marker:
        markers.put(book, workbook.marker)
    return _saved(book)


def _by_cell(marks: Sequence[Mark]) -> Mapping[tuple[str, int, int], list[str]]:
    cells: dict[tuple[str, int, int], list[str]] = {}
    for mark in marks:
        cells.setdefault((mark.sheet, mark.row, mark.column), []).append(mark.text)
    return cells


def _mark(cell: BookCell | MergedCell, reasons: Sequence[str], heading: str) -> None:
    cell.fill = _WRONG_FILL
    cell.comment = Comment("\n".join(reasons)[:8000], heading, width=320, height=140)


def _sheet_name(text: str) -> str:
    return "".join(" " if c in "[]:*?/\\" else c for c in text).strip("' ")[:31] or "Sheet1"


def _saved(book: Book) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
