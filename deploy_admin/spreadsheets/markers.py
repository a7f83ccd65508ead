"""A mark inside a workbook that is given out, by which it is known when it comes back: put in and read.

It stands twice, because programs differ in what they keep on saving: as a custom property of the document and in the
first cell of a very hidden sheet. A mark is a hint as to what the file is, never a proof of where it comes from.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import python_calamine
from openpyxl import Workbook as Book
from openpyxl.packaging.custom import StringProperty

NAME = "deployment_table"
SHEET = "_deployment_table"
PART = "docProps/custom.xml"
MAX_PART = 200_000
LONGEST = 2000


def put(book: Book, marker: str) -> None:
    """Write the mark into the workbook."""
    properties: Any = vars(book)["custom_doc_props"]  # which the stubs do not know
    properties.append(StringProperty(name=NAME, value=marker))
    sheet = book.create_sheet(SHEET)
    sheet.append([marker])
    sheet.sheet_state = "veryHidden"


def read(content: bytes, book: Any) -> str:
    """Return the mark of an opened workbook, "" where there is none."""
    if SHEET in book.sheet_names:
        sheet = book.get_sheet_by_name(SHEET)
        meta = next(meta for meta in book.sheets_metadata if meta.name == SHEET)
        if meta.typ == python_calamine.SheetTypeEnum.WorkSheet and sheet.end:
            first: list[Any] = next(sheet.iter_rows(), [])
            text = next((value for value in first if isinstance(value, str) and value), "")
            if text:
                return text[:LONGEST]
    return _property(content) if content.startswith(b"PK") else ""


def _property(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if PART not in package.namelist() or package.getinfo(PART).file_size > MAX_PART:
            return ""
        xml = package.read(PART)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        return ""
    try:
        properties = ElementTree.fromstring(xml)  # noqa: S314 -- no document type, and behind the worker's limits
    except ElementTree.ParseError:
        return ""
    for each in properties:
        if each.get("name") == NAME:
            return "".join(each.itertext()).strip()[:LONGEST]
    return ""
