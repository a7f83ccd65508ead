"""From bytes to plain rows: calamine for workbooks, csv for text, one pass over the XML for what calamine drops."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

from deploy_admin.spreadsheets import guard
from deploy_admin.spreadsheets.cells import Cell, CellError, plain
from deploy_admin.spreadsheets.refusals import Unreadable
from deploy_admin.spreadsheets.workbook import Sheet, Span, Workbook

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_CELLS = 4_000_000

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT_MAIN = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"
_CELL = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")


def read_here(content: bytes, filename: str = "") -> Workbook:
    """Read `content` in this process. Uploads go through `limited.read`, which calls this behind limits."""
    form = guard.format_of(content)
    return _text(content) if form == "csv" else _workbook(content, form)


def _workbook(content: bytes, form: guard.Format) -> Workbook:
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        notes = _notes(content) if form == "xlsx" else {}
        sheets = [
            _sheet(book.get_sheet_by_name(meta.name), meta, notes.get(meta.name, {}))
            for meta in book.sheets_metadata
            if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
    except python_calamine.PasswordError as error:
        raise Unreadable("encrypted") from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, expat.ExpatError, ElementTree.ParseError) as error:
        raise Unreadable("damaged") from error
    except (OSError, ValueError, KeyError, OverflowError) as error:
        raise Unreadable("damaged") from error
    return Workbook(tuple(sheets), form)


def _sheet(sheet: Any, meta: Any, notes: dict[str, Any]) -> Sheet:
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if height > MAX_ROWS or width > MAX_COLUMNS or height * width > MAX_CELLS:
        raise Unreadable("too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)
    rows: list[list[Cell]] = [[plain(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), error in notes.get("errors", {}).items():
        while len(rows) < row:
            rows.append([])
        rows[row - 1].extend([None] * (column - len(rows[row - 1])))
        if rows[row - 1][column - 1] is None:
            rows[row - 1][column - 1] = error
    merged = tuple(Span(a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1) for a, b in sheet.merged_cell_ranges or ())
    return Sheet(
        name=meta.name,
        rows=rows,
        hidden=meta.visible != python_calamine.SheetVisibleEnum.Visible,
        hidden_rows=frozenset(notes.get("hidden", ())),
        merged=merged,
    )


def _notes(content: bytes) -> dict[str, dict[str, Any]]:
    """Return, by sheet name, the hidden rows, error cells and formulas without a value."""
    found: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name, part in _parts(package):
            xml = package.read(part)
            if b"<!DOCTYPE" in xml[:2048]:
                raise Unreadable("damaged")
            if b"hidden=" in xml or b"<f" in xml or b":f>" in xml or b'"e"' in xml or b"'e'" in xml:
                found[name] = _scan(xml)
    return found


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    names = set(package.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    targets = {}
    for relation in ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels")):  # noqa: S314
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    book = ElementTree.fromstring(package.read("xl/workbook.xml"))  # noqa: S314
    for main, rel in ((_MAIN, _REL), (_STRICT_MAIN, _STRICT_REL)):
        for sheet in book.iter(f"{main}sheet"):
            part = targets.get(sheet.get(f"{rel}id"), "")
            if part in names:
                yield sheet.get("name", ""), part


def _scan(xml: bytes) -> dict[str, Any]:
    """Walk one sheet's XML once for hidden rows, errors, and formulas that were never calculated."""
    hidden: set[int] = set()
    errors: dict[tuple[int, int], CellError] = {}
    state: dict[str, Any] = {"row": 0, "cell": "", "type": "", "formula": False, "value": "", "inside": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            number = attributes.get("r", "")
            state["row"] = int(number) if number.isdigit() else state["row"] + 1
            if attributes.get("hidden") in ("1", "true"):
                hidden.add(state["row"])
        elif tag == "c":
            state.update(cell=attributes.get("r", ""), type=attributes.get("t", ""), formula=False, value="")
        elif tag == "f":
            state["formula"] = True
        elif tag == "v":
            state["inside"] = True

    def text(data: str) -> None:
        if state["inside"]:
            state["value"] += data

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            state["inside"] = False
        elif tag == "c" and (place := _CELL.match(state["cell"])):
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - 64
            if int(place[2]) <= MAX_ROWS and column <= MAX_COLUMNS:
                if state["type"] == "e":
                    errors[int(place[2]), column] = CellError(state["value"] or "#N/A")
                elif state["formula"] and not state["value"] and state["type"] != "str":
                    errors[int(place[2]), column] = CellError("=")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.Parse(xml, True)
    return {"hidden": hidden, "errors": errors}


def _text(content: bytes) -> Workbook:
    """Read CSV: UTF-8 with or without mark, UTF-16 with mark, else GB 18030; comma, tab or semicolon."""
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise Unreadable("not_a_workbook")
    csv.field_size_limit(1_000_000)
    delimiter = max(",\t;", key=lambda mark: _evenness(text, mark))
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row)
            if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
                raise Unreadable("too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)
            rows.append([plain(value) for value in row])
    except csv.Error as error:
        raise Unreadable("damaged") from error
    return Workbook((Sheet(name="CSV", rows=rows),), "csv", encoding)


def _evenness(text: str, delimiter: str) -> int:
    """Return how many of the first rows have the same number of columns, more than one, with this delimiter."""
    widths: list[int] = []
    with contextlib.suppress(csv.Error):
        for row in csv.reader(io.StringIO(text[:65536], newline=""), delimiter=delimiter):
            widths.append(len(row))
            if len(widths) == 30:
                break
    return max((widths.count(width) for width in set(widths) if width > 1), default=0)


def _decoded(content: bytes) -> tuple[str, str]:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    candidates = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _printable(text):  # almost any bytes are GB 18030, hardly any by chance UTF-8
            return text, encoding
    raise Unreadable("unknown_encoding")


def _printable(text: str) -> bool:
    """Whether `text` reads like a table and not like bytes taken for letters."""
    head = text[:4096]
    odd = sum(1 for c in head if (ord(c) < 32 and c not in "\r\n\t") or 0xE000 <= ord(c) <= 0xF8FF)
    return odd * 50 <= len(head)
