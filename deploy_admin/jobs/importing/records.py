"""From sheets to records: one for each row, or for each number of the wide form, with everything wrong about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy_admin.jobs.importing import headers, values
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, Type, folded
from deploy_admin.jobs.importing.findings import Finding
from deploy_admin.jobs.importing.headers import Header
from deploy_admin.spreadsheets import Sheet, Workbook, address
from deploy_admin.spreadsheets.cells import Cell, shown

Reader = Callable[[Cell], values.Read]
_EXAMPLE = ("示例", "例：", "例:", "example", "e.g.")
_TOTAL = {"合计", "总计", "小计", "共计", "总数", "total", "subtotal", "sum"}
_FOOTER = re.compile(
    r"^(填表人|填报人|制表人?|审核人?|负责人|单位负责人|填表日期|填报日期|联系电话|备注|说明|注)\s*[:：]|^注\d*[.、]"
)


class FileRefused(Exception):
    """The file as a whole is not this table."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(slots=True)
class Record:
    """What one row says about one object."""

    sheet: str
    row: int
    values: dict[str, Any]
    places: Mapping[str, int]  # key → column number, for addresses
    texts: Mapping[str, str]  # key → the header as written
    cells: Sequence[Cell] = ()  # the row as it stands in the file
    filled: dict[str, str] = field(default_factory=dict)  # key → what merged cells put there instead
    findings: list[Finding] = field(default_factory=list)
    refs: dict[str, Any] = field(default_factory=dict)  # what the column set looked up

    @property
    def refused(self) -> bool:
        return bool(self.findings) and any(finding.refuses for finding in self.findings)

    def refuse(self, column: str, code: str, /, **params: Any) -> None:
        """Refuse the row, at the cell of `column` where the file has one."""
        self._find(column, code, params, True)

    def warn(self, column: str, code: str, /, **params: Any) -> None:
        """Say something about the row that does not stop it."""
        self._find(column, code, params, False)

    def raw(self, column: str) -> str:
        """Return the cell of `column` as a person reads it in the sheet."""
        if column in self.filled:
            return self.filled[column]
        at = self.places.get(column, 0)
        return shown(self.cells[at - 1]) if 0 < at <= len(self.cells) else ""

    def _find(self, column: str, code: str, params: dict[str, Any], refuses: bool) -> None:
        at = self.places.get(column, 0)
        cell = address(self.row, at) if at else ""
        self.findings.append(
            Finding(code, params, column, self.texts.get(column, ""), at, cell, self.raw(column), refuses)
        )


@dataclass
class Parsed:
    """Everything a workbook said."""

    records: list[Record] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)

    def notice(self, code: str, **params: Any) -> None:
        self.notices.append(Finding(code, params, refuses=False))


def parse(workbook: Workbook, column_set: ColumnSet, context: Context) -> Parsed:
    """Read every visible sheet that carries the columns; FileRefused where none does."""
    columns, spreads = list(column_set.columns(context)), list(column_set.spreads(context))
    parsed = Parsed()
    one_of = column_set.one_of(context)
    visible = [sheet for sheet in workbook.sheets if not sheet.hidden]
    with_data = [sheet for sheet in visible if any(cell is not None for row in sheet.rows for cell in row)]
    if not with_data:
        raise FileRefused("sheet_missing")
    tables = [sheet for sheet in with_data if not headers.lists_codes(sheet)]
    found = [(sheet, header) for sheet in tables if (header := headers.find(sheet, columns, spreads)) is not None]
    if not found:
        raise FileRefused("header_not_found", columns="、".join(column.zh for column in columns))
    whole = [(sheet, header) for sheet, header in found if not _missing(header, columns, column_set, one_of)]
    if not whole:
        sheet, header = max(found, key=lambda pair: pair[1].score)
        missing = "、".join(_missing(header, columns, column_set, one_of))
        raise FileRefused("columns_missing", sheet=sheet.name, row=header.last, columns=missing)
    for sheet, header in whole:
        _Sheet(sheet, header, columns, column_set, one_of, parsed).read()
    if not parsed.records:
        raise FileRefused("no_rows")
    read = {id(sheet) for sheet, _header in whole}
    if others := [sheet.name for sheet in with_data if id(sheet) not in read]:
        parsed.notice("sheets_ignored", sheets="、".join(others))
    if hidden := [sheet.name for sheet in workbook.sheets if sheet.hidden]:
        parsed.notice("hidden_sheets", sheets="、".join(hidden))
    return parsed


def _missing(
    header: Header, columns: Sequence[Column], column_set: ColumnSet, one_of: Sequence[tuple[str, ...]]
) -> list[str]:
    """Return the names of columns the header lacks; the wide form's headers stand for those they speak of."""
    there = set(header.columns)
    for spread in header.spreads.values():
        there |= {column_set.spread_value, *spread.values}
    lacking = [column.zh for column in columns if column.required and column.key not in there]
    by_key = {column.key: column for column in columns}
    lacking += [" / ".join(by_key[key].zh for key in group) for group in one_of if not there.intersection(group)]
    return lacking


class _Sheet:
    """One sheet on its way to records; remembers what it passed over, to say so once."""

    def __init__(
        self,
        sheet: Sheet,
        header: Header,
        columns: list[Column],
        column_set: ColumnSet,
        one_of: Sequence[tuple[str, ...]],
        parsed: Parsed,
    ) -> None:
        self.sheet, self.header, self.set, self.parsed = sheet, header, column_set, parsed
        self.columns, self.one_of = {column.key: column for column in columns}, one_of
        self.there = [(self.columns[key], at, values.reader(self.columns[key])) for key, at in header.columns.items()]
        self.texts = {key: header.texts[at] for key, at in header.columns.items()}
        self.value_column = self.columns.get(column_set.spread_value)
        self.read_value = values.reader(self.value_column) if self.value_column is not None else None
        self.required = [(column.key, column) for column in columns if column.required]
        self.header_line = [folded(shown(cell)) for cell in sheet.rows[header.last - 1]]
        self.header_words = set(self.header_line)
        self.merged = {
            (row, at): span
            for span in sheet.merged
            if span.bottom > header.last
            for row in range(span.top, min(span.bottom, len(sheet.rows)) + 1)
            for at in range(span.left, min(span.right, span.left + 60) + 1)
        }
        self.passed: dict[str, list[str]] = {}

    def read(self) -> None:
        """Add the sheet's records, its notices, and where its data stand."""
        before = len(self.parsed.records)
        rows = 0
        for number in range(self.header.last + 1, len(self.sheet.rows) + 1):
            if (cells := self._cells(number)) is None:
                continue
            rows += 1
            self.parsed.records.extend(self._records(number, cells))
        for key, at, other in self.header.twice:
            self._refuse_header(before, key, at, other)
        self._say(rows)

    def _cells(self, number: int) -> Sequence[Cell] | None:
        """Return the row, or None if it is blank or no data; what is passed over is remembered."""
        cells = self.sheet.rows[number - 1]
        first: Cell = None
        texts: list[str] = []
        filled = 0
        for cell in cells:
            if cell is None:
                continue
            filled += 1
            if first is None:
                first = cell
            if len(texts) < 2 and isinstance(cell, str):
                texts.append(cell)
        if first is None:
            return None
        opening = shown(first)
        code = ""
        if opening[:8].lower().startswith(_EXAMPLE):
            code = "example_skipped"
        elif any(len(text) <= 12 and folded(text) in _TOTAL for text in texts):
            code = "totals_skipped"
        elif filled <= 6 and _FOOTER.match(opening):
            code = "footers_skipped"
        elif filled > 1 and folded(opening) in self.header_words and self._is_header(cells):
            code = "headers_skipped"
        if code:
            self._pass(code, number)
            return None
        return cells

    def _is_header(self, cells: Sequence[Cell]) -> bool:
        return [folded(shown(cell)) for cell in cells] == self.header_line

    def _pass(self, code: str, number: int) -> None:
        self.passed.setdefault(code, []).append(str(number))

    def _records(self, number: int, cells: Sequence[Cell]) -> Iterator[Record]:
        base = Record(self.sheet.name, number, {}, self.header.columns, self.texts, cells)
        taken = base.values
        width = len(cells)
        for column, at, reader in self.there:
            cell = cells[at - 1] if at <= width else None
            if cell is None:
                if self.merged and (number, at) in self.merged:
                    self._take(base, column, reader, at, cells)
                else:
                    taken[column.key] = None
                continue
            read = reader(cell)
            taken[column.key] = read[0]
            if read[1] or read[3] or read[4]:
                self._remark(base, column, at, read)
        if not self.header.spreads or self.value_column is None or self.read_value is None:
            if self._says_nothing(base):
                self._pass("rows_without_value", number)
                return
            self._require(base, ())
            yield base
            return
        any_value = False
        for at, spread in self.header.spreads.items():
            cell = cells[at - 1] if at <= len(cells) else None
            if cell is None and (number, at) not in self.merged:
                continue
            record = Record(
                base.sheet,
                number,
                {**base.values, **spread.values},
                {**base.places, self.set.spread_value: at},
                {**base.texts, self.set.spread_value: self.header.texts[at]},
                cells,
                dict(base.filled),
                [] if any_value else list(base.findings),
            )
            if any_value and base.refused:
                record.refs["sibling_refused"] = True
            self._take(record, self.value_column, self.read_value, at, cells)
            if record.values.get(self.set.spread_value) is None and not record.findings:
                continue  # a dash
            self._require(record, spread.values)
            any_value = True
            yield record
        if not any_value:
            self._pass("rows_without_value", number)

    def _says_nothing(self, record: Record) -> bool:
        key = self.set.skipped_without
        return bool(key) and record.values.get(key) is None and not any(f.column == key for f in record.findings)

    def _take(self, record: Record, column: Column, reader: Reader, at: int, cells: Sequence[Cell]) -> None:
        """Take a cell that may be part of a merged range into the record."""
        cell = cells[at - 1] if at <= len(cells) else None
        span = self.merged.get((record.row, at))
        if span is not None and cell is None:
            if column.type in (Type.INTEGER, Type.DECIMAL):
                record.filled[column.key] = ""
                record.refuse(column.key, "merged_value")
                return
            cell = self.sheet.cell(span.top, span.left) if span.top > self.header.last else None
            record.filled[column.key] = shown(cell)
            self.passed.setdefault("filled_down", []).append(address(span.top, span.left))
        read = reader(cell)
        record.values[column.key] = read.value
        self._remark(record, column, at, read)

    def _remark(self, record: Record, column: Column, at: int, read: values.Read) -> None:
        if read.dash:
            self.passed.setdefault("dashes_empty", []).append(address(record.row, at))
        if read.odd:
            record.warn(column.key, read.odd, **read.params)
        if read.wrong:
            record.refuse(column.key, read.wrong, **read.params)

    def _require(self, record: Record, said: Any) -> None:
        taken = record.values
        for key, column in self.required:
            if key in said or taken.get(key) is not None:
                continue
            if not any(finding.column == key and finding.refuses for finding in record.findings):
                record.refuse(key, "required", column=column.zh)
        for group in self.one_of:
            if all(record.values.get(key) is None for key in group) and not any(
                finding.column in group for finding in record.findings
            ):
                key = next((key for key in group if key in self.header.columns), group[0])
                record.refuse(key, "required", column=" / ".join(self.columns[k].zh for k in group))

    def _refuse_header(self, before: int, key: str, at: int, other: int) -> None:
        if len(self.parsed.records) == before:
            return
        record = self.parsed.records[before]
        record.findings.append(
            Finding(
                "header_twice",
                {"other": address(self.header.last, other)},
                key,
                self.header.texts[at],
                at,
                address(self.header.last, at),
                self.header.texts[at],
            )
        )

    def _say(self, rows: int) -> None:
        self.parsed.sheets.append(
            {
                "name": self.sheet.name,
                "header_first": self.header.first,
                "header_last": self.header.last,
                "rows": rows,
            }
        )
        if self.header.ignored:
            self.parsed.notice("columns_ignored", columns="、".join(text[:40] for text in self.header.ignored[:30]))
        if self.header.spreads:
            self.parsed.notice("wide_form")
        hidden = sorted(row for row in self.sheet.hidden_rows if row > self.header.last)
        if hidden:
            self.passed["hidden_rows"] = [str(row) for row in hidden if row <= len(self.sheet.rows)]
        for code, places in self.passed.items():
            places = list(dict.fromkeys(places))
            listed = "、".join(places[:20]) + ("…" if len(places) > 20 else "")
            if places:
                self.parsed.notice(code, **{_WORD.get(code, "rows"): listed})


_WORD = {"dashes_empty": "cells", "filled_down": "cells"}
