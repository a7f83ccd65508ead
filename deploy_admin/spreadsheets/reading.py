"""From bytes to plain rows: calamine for workbooks, csv for text, one pass over the XML for what calamine drops."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

from deploy_admin.spreadsheets import guard, markers
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
_NOTED = re.compile(rb"""hidden=["'](?:1|true)|<f[ >/]|:f[ >/]|=["']e["']""")
_CELL = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")


@dataclass(frozen=True)
class Page:
    """A sheet while it is read: what is known of it beforehand, and its rows one after the other."""

    name: str
    rows: Iterator[list[Cell]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file while it is read. Its pages are read in their order, each to its end."""

    format: str
    pages: Iterator[Page]
    encoding: str = ""
    marker: str = ""


def read_here(content: bytes, filename: str = "") -> Workbook:
    """Read `content` in this process. Uploads go through `limited.read`, which does the same behind limits."""
    source = opened(content)
    sheets = tuple(
        Sheet(page.name, list(page.rows), page.hidden, page.hidden_rows, page.merged) for page in source.pages
    )
    return Workbook(sheets, source.format, source.encoding, source.marker)


def opened(content: bytes) -> Source:
    """Open `content` for reading row by row; Unreadable may come from any step."""
    form = guard.format_of(content)
    return _text(content) if form == "csv" else _workbook(content, form)


@contextlib.contextmanager
def _damage() -> Iterator[None]:
    """Turn what the libraries raise about a broken file into the sentence for it."""
    try:
        yield
    except python_calamine.PasswordError as error:
        raise Unreadable("encrypted") from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, expat.ExpatError, ElementTree.ParseError) as error:
        raise Unreadable("damaged") from error
    except (OSError, ValueError, KeyError, OverflowError, zlib.error) as error:
        raise Unreadable("damaged") from error


def _workbook(content: bytes, form: guard.Format) -> Source:
    with _damage():
        book = python_calamine.load_workbook(io.BytesIO(content))
        notes = _notes(content) if form == "xlsx" else {}
        return Source(form, _pages(book, notes), marker=markers.read(content, book))


def _pages(book: Any, notes: dict[str, dict[str, Any]]) -> Iterator[Page]:
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet or meta.name == markers.SHEET:
            continue
        with _damage():
            sheet = book.get_sheet_by_name(meta.name)
            height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
            if height > MAX_ROWS or width > MAX_COLUMNS or height * width > MAX_CELLS:
                raise Unreadable("too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)
            noted = notes.get(meta.name, {})
            yield Page(
                name=meta.name,
                rows=_rows(sheet, noted.get("errors", {})),
                hidden=meta.visible != python_calamine.SheetVisibleEnum.Visible,
                hidden_rows=frozenset(noted.get("hidden", ())),
                merged=tuple(Span(a[0] + 1, a[1] + 1, b[0] + 1, b[1] + 1) for a, b in sheet.merged_cell_ranges or ()),
            )


def _rows(sheet: Any, errors: dict[tuple[int, int], CellError]) -> Iterator[list[Cell]]:
    """Yield the rows from A1 on; errors and formulas without a value stand where the library gives nothing."""
    by_row: dict[int, dict[int, CellError]] = {}
    for (row, column), error in errors.items():
        by_row.setdefault(row, {})[column] = error
    before: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
    number = 0
    with _damage():
        for number, values in enumerate(sheet.iter_rows() if sheet.end else (), 1):
            cells = before + [None if value == "" else plain(value) for value in values]
            yield _with_errors(cells, by_row.pop(number)) if number in by_row else cells
    for row in range(number + 1, max(by_row, default=0) + 1):
        yield _with_errors([], by_row.get(row, {}))


def _with_errors(cells: list[Cell], errors: dict[int, CellError]) -> list[Cell]:
    for column, error in errors.items():
        cells.extend([None] * (column - len(cells)))
        if cells[column - 1] is None:
            cells[column - 1] = error
    return cells


def _notes(content: bytes) -> dict[str, dict[str, Any]]:
    """Return, by sheet name, the hidden rows, error cells and formulas without a value."""
    found: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name, part in _parts(package):
            if _worth_a_look(package, part):
                found[name] = _scan(package, part)
    return found


def _worth_a_look(package: zipfile.ZipFile, part: str) -> bool:
    """Whether the sheet's XML, read in pieces, has anything that the library drops."""
    with package.open(part) as xml:
        tail = b""
        first = True
        while piece := xml.read(guard.MEGABYTE):
            if first and b"<!DOCTYPE" in piece[:2048]:
                raise Unreadable("damaged")
            first = False
            if _NOTED.search(tail + piece):
                return True
            tail = piece[-16:]
    return False


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


def _scan(package: zipfile.ZipFile, part: str) -> dict[str, Any]:
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
    with package.open(part) as xml:
        while piece := xml.read(guard.MEGABYTE):
            parser.Parse(piece, False)
    parser.Parse(b"", True)
    return {"hidden": hidden, "errors": errors}


def _text(content: bytes) -> Source:
    """Read CSV: UTF-8 with or without mark, UTF-16 with mark, else GB 18030; comma, tab or semicolon."""
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise Unreadable("not_a_workbook")
    csv.field_size_limit(1_000_000)
    return Source("csv", iter([Page("CSV", _text_rows(text))]), encoding)


def _text_rows(text: str) -> Iterator[list[Cell]]:
    delimiter = max(",\t;", key=lambda mark: _evenness(text, mark))
    cells = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            cells += len(row)
            if number > MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
                raise Unreadable("too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)
            yield [plain(value) for value in row]
    except csv.Error as error:
        raise Unreadable("damaged") from error


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
