"""Workbooks made by code, as awkward as the ones people send."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def xlsx(
    rows: Sequence[Sequence[Any]], *, sheet: str = "Sheet1", then: Callable[[Worksheet], None] | None = None
) -> bytes:
    """Return `rows` as an XLSX file; `then` may merge, hide or spoil cells."""
    return book({sheet: rows}, then={sheet: then} if then else {})


def book(sheets: dict[str, Sequence[Sequence[Any]]], *, then: dict[str, Any] | None = None) -> bytes:
    """Return several sheets as an XLSX file."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        page = workbook.create_sheet(name)
        for row in rows:
            page.append(list(row))
        if then and then.get(name):
            then[name](page)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def with_part(content: bytes, name: str, data: bytes, *, replace: tuple[bytes, bytes] | None = None) -> bytes:
    """Return the package with one part added, and a text replaced in every part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            held = old.read(part)
            new.writestr(part.filename, held.replace(*replace) if replace else held)
        if name:
            new.writestr(name, data)
    return out.getvalue()
