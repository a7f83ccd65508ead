"""From a plain cell to a typed value, or to the code of what is wrong with it. Nothing is guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from deploy_admin import national_ids
from deploy_admin.jobs.importing.columns import Column, Type, folded
from deploy_admin.spreadsheets.cells import Cell, CellError, half_width

DASHES = frozenset({"-", "--", "—", "——", "－", "–", "/", "／", "\\", "n/a", "N/A"})
REMEMBERED = 5000  # values of one column
LONGEST_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d{2}$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_NUMBER = re.compile(r"^[+-]?\d{1,30}(\.\d{1,30})?$")
_WIDE = {full: full - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for full in range(ord(first), ord(last) + 1)}
_WIDE_ONE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_ODD_SPACE = re.compile("[\\n\\x00]")
_DATE = re.compile(r"^(\d{4})\s*(?:年|[-./])\s*(\d{1,2})\s*(?:月|[-./])\s*(\d{1,2})\s*日?(?:[ T]0{1,2}:00(?::00)?)?$")
_MONTH = re.compile(r"^(\d{4})\s*(?:年|[-./])\s*(\d{1,2})\s*月?(?:份)?$")
_YEAR = re.compile(r"^(\d{4})\s*(?:年|年度|年份)?$")
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_SPOKEN = re.compile(
    r"^([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月(?:份|([一二三四五六七八九十]{1,3})日)?$"
)
_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's dates, its false 29 February 1900 included
_YES = {"是", "有", "y", "yes", "true", "1", "√", "✓", "对"}
_NO = {"否", "无", "n", "no", "false", "0", "×", "✗", "x", "不是"}


class Read(NamedTuple):
    """A value, or the code and data of what is wrong; or a value with something worth knowing about it."""

    value: Any = None
    wrong: str = ""
    params: dict[str, Any] = {}
    dash: bool = False
    odd: str = ""


def wrong(code: str, **params: Any) -> Read:
    return Read(None, code, params)


def read(column: Column, cell: Cell) -> Read:
    """Return the cell's value for the column; an empty cell is None, whether that is allowed is not asked here."""
    if cell is None:
        return Read()
    if isinstance(cell, CellError):
        return wrong("not_calculated") if cell.text == "=" else wrong("cell_error", error=cell.text)
    if isinstance(cell, str):
        if cell in DASHES and column.type is not Type.TEXT:
            return Read(dash=True)
        if cell[0] == "'" and cell[1:2] in ("=", "+", "-", "@"):
            cell = cell[1:]  # our own export's mark against formulas
    return _READERS[column.type](column, cell)


def reader(column: Column) -> Callable[[Cell], Read]:
    """Return `read` for one column of one file: what was read once is not read again."""
    met: dict[Any, Read] = {}
    kinds = (str, date)  # whole numbers, fractions and truth values may be equal and yet not the same

    def remembered(cell: Cell) -> Read:
        kind = type(cell)
        if kind not in kinds:
            return read(column, cell)
        found = met.get(cell)
        if found is None:
            found = read(column, cell)
            if len(met) < REMEMBERED:
                met[cell] = found
        return found

    return remembered


def _text(column: Column, cell: Any) -> Read:
    if isinstance(cell, bool):
        return wrong("not_text")
    if isinstance(cell, int) and abs(cell) >= LONGEST_EXACT:
        return wrong("digits_lost")
    text = cell.isoformat() if isinstance(cell, date) else str(cell)
    if _WIDE_ONE.search(text):
        text = text.translate(_WIDE)
    if isinstance(cell, str) and _SCIENTIFIC.match(text):
        return wrong("digits_lost")
    if _ODD_SPACE.search(text):
        text = re.sub(r"\s*\n\s*", " ", text).replace("\x00", "")
    text = text.strip()
    return wrong("too_long", limit=column.max_length) if len(text) > column.max_length else Read(text or None)


def _number(column: Column, cell: Any) -> Decimal | None:
    if isinstance(cell, (bool, date)):
        return None
    if isinstance(cell, (int, Decimal)):
        return Decimal(cell)
    text = half_width(cell).replace(" ", "")
    for unit in column.unit:
        text = text.removesuffix(unit)
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    return Decimal(text) if _NUMBER.match(text) else None


def _integer(column: Column, cell: Any) -> Read:
    number = _number(column, cell)
    if number is None:
        return wrong("not_a_number")
    if number != number.to_integral_value():
        return wrong("not_whole")
    return _bounded(column, int(number))


def _decimal(column: Column, cell: Any) -> Read:
    number = _number(column, cell)
    return wrong("not_a_number") if number is None else _bounded(column, number)


def _bounded(column: Column, number: Any) -> Read:
    if column.minimum is not None and number < column.minimum:
        return wrong("too_small", minimum=column.minimum)
    if column.maximum is not None and number > column.maximum:
        return wrong("too_large", maximum=column.maximum)
    return Read(number)


def _year(column: Column, cell: Any) -> Read:
    text = str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
    found = _YEAR.match(half_width(text)) if isinstance(text, str) else None
    year = int(found[1]) if found else 0
    return Read(year) if 1949 <= year <= 2199 else wrong("not_a_year")


def _day(text: str) -> tuple[date | None, date | None]:
    """Return (day, first of month): whichever `text` names."""
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    elif re.fullmatch(r"\d{6}", text):
        text = f"{text[:4]}-{text[4:]}"
    elif found := _SPOKEN.match(text):
        day = f"-{_spoken(found[3])}" if found[3] else ""
        text = f"{found[1].translate(_NUMERALS)}-{_spoken(found[2])}{day}"
    try:
        if found := _DATE.match(text):
            return date(int(found[1]), int(found[2]), int(found[3])), None
        if found := _MONTH.match(text):
            return None, date(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    return None, None


def _spoken(numeral: str) -> int:
    """Return the number that 三, 十, 十一 or 二十 says; 0, which is no month and no day, for what says none."""
    tens, ten, ones = numeral.rpartition("十")
    if (len(tens) > 1 or len(ones) > 1) or "十" in tens:
        return 0
    return (int(tens.translate(_NUMERALS) or 1) * 10 if ten else 0) + int(ones.translate(_NUMERALS) or 0)


def _dated(cell: Any) -> tuple[date | None, date | None]:
    if isinstance(cell, datetime):
        return cell.date(), None
    if isinstance(cell, date):
        return cell, None
    if isinstance(cell, int) and not isinstance(cell, bool):
        if 10_000 <= cell < 100_000:  # a spreadsheet's serial: 1927 to 2173
            return _EPOCH + timedelta(days=cell), None
        return _day(str(cell))
    if isinstance(cell, Decimal) and re.fullmatch(r"\d{4}\.\d{1,2}", str(cell)):
        return None, None  # 2024.1 may be January or October: never guessed
    if isinstance(cell, str):
        text = half_width(cell)
        if re.fullmatch(r"[1-9]\d{4}", text):
            return _EPOCH + timedelta(days=int(text)), None
        return _day(text)
    return None, None


def _date(column: Column, cell: Any) -> Read:
    day, month = _dated(cell)
    if day is None:
        return wrong("day_missing" if month else "not_a_date")
    return Read(day) if 1900 <= day.year <= 2199 else wrong("not_a_date")


def _month(column: Column, cell: Any) -> Read:
    day, month = _dated(cell)
    day = month or day
    return Read(day.replace(day=1)) if day and 1900 <= day.year <= 2199 else wrong("not_a_month")


def _yes_no(column: Column, cell: Any) -> Read:
    if isinstance(cell, bool):
        return Read(cell)
    text = folded(str(cell))
    if text in _YES:
        return Read(True)
    return Read(False) if text in _NO else wrong("not_yes_no")


def _code(column: Column, cell: Any) -> Read:
    text = str(cell)
    code = column.code_of(text)
    if code is not None:
        return Read(code.value)
    labels = [code.zh for code in column.codes]
    close = difflib.get_close_matches(text[:60], labels, n=1, cutoff=0.6)
    if close:
        return wrong("not_in_list_close", close=close[0])
    return wrong("not_in_list", allowed="、".join(labels[:15]) + ("…" if len(labels) > 15 else ""))


def _credit_code(column: Column, cell: Any) -> Read:
    if isinstance(cell, (int, Decimal)) and abs(Decimal(cell)) >= LONGEST_EXACT:
        return wrong("digits_lost")
    text = re.sub(r"[\s-]", "", half_width(str(cell))).upper()
    if _SCIENTIFIC.match(text):
        return wrong("digits_lost")
    try:
        return Read(uscc.validate(text))
    except ValidationError:
        return wrong("credit_code_wrong")


def _national_id(column: Column, cell: Any) -> Read:
    if isinstance(cell, (bool, date)):
        return wrong("id_characters")
    if isinstance(cell, (int, Decimal)):
        # Fifteen digits is all a spreadsheet keeps of a number, so that only an old ID can be a number and whole.
        return wrong("digits_lost") if abs(Decimal(cell)) >= LONGEST_EXACT else _id_of(str(cell))
    return _id_of(cell)


def _id_of(cell: str) -> Read:
    text = national_ids.normalised(cell)
    if _SCIENTIFIC.match(text):
        return wrong("digits_lost")
    if national_ids.is_masked(text):
        return Read(text)
    try:
        found = national_ids.parse(text)
    except national_ids.WrongId as fault:
        return wrong(f"id_{fault.code}", length=len(text))
    return Read(found.number, odd="" if national_ids.place_is_known(text[:6]) else "id_place")


_READERS = {
    Type.TEXT: _text,
    Type.INTEGER: _integer,
    Type.DECIMAL: _decimal,
    Type.YEAR: _year,
    Type.MONTH: _month,
    Type.DATE: _date,
    Type.YES_NO: _yes_no,
    Type.CODE: _code,
    Type.CREDIT_CODE: _credit_code,
    Type.NATIONAL_ID: _national_id,
}


def restorer(column: Column) -> Callable[[Any], Any] | None:
    """Return what turns a value that `plain` stored for this column into the value again; None where nothing does."""
    if column.type is Type.DECIMAL:
        return Decimal
    if column.type in (Type.DATE, Type.MONTH):
        return date.fromisoformat
    return None


def plain(value: Any) -> Any:
    """Return a value as JSON holds it, for storing and comparing: dates in ISO form, Decimals as strings."""
    if isinstance(value, Decimal):
        return str(value.normalize()) if value == value.to_integral_value() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value
