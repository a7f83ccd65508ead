"""Awkward workbooks, each made by code, with what must come of it: read as meant, or refused by cell or as a whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from deploy_admin import national_ids
from tests.jobs.scratch import HEAD, line, table
from tests.jobs.staff import an_id
from tests.spreadsheets.makers import book, with_part, xlsx
from tests.spreadsheets.old_xls import old_xls

ONE = an_id(1)
#: What `line(1)` means, whatever way it is written.
READ = {
    "name": "示范甲",
    "national_id": ONE,
    "sex": "1",
    "born": date(1985, 3, 1),
    "hired": date(2010, 7, 1),
    "staff": "c1",
    "remark": None,
}


@dataclass(frozen=True)
class Case:
    """One workbook and what must come of it."""

    name: str
    make: Callable[[], bytes]
    read: list[dict[str, Any]] = field(default_factory=lambda: [READ])
    refused: Sequence[tuple[str, str]] = ()  # (cell, code)
    warned: Sequence[tuple[str, str]] = ()
    notices: frozenset[str] = frozenset()
    whole: str = ""  # the code by which the file is refused as a whole


CASES: list[Case] = []


def case(name: str, **expected: Any) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Add the decorated maker to the corpus."""

    def add(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES.append(Case(name, make, **expected))
        return make

    return add


def rows(name: str, *lines: Sequence[Any], head: Sequence[str] = HEAD, **expected: Any) -> None:
    """Add a plain table to the corpus."""
    CASES.append(Case(name, lambda: table(lines, head=head), **expected))


def one(name: str, column: str, value: Any, *codes: str, **expected: Any) -> None:
    """Add a table of one row with one odd cell; it is refused by these codes, or read as `line(1)` says."""
    cell = f"{'ABCDEFG'[HEAD.index(column)]}2"
    if codes:
        expected = {"refused": [(cell, code) for code in codes], "read": []} | expected
    rows(name, line(1, **{column: value}), **expected)


def changed(then: Callable[[Any], None], *lines: Sequence[Any]) -> bytes:
    """Return a plain table after `then` has had its way with the page."""
    return xlsx([HEAD, *(lines or [line(1)])], then=then)


# ── As people really write them ─────────────────────────────────────────────────────────────────────────────────────

rows("plain", line(1))
one("the ID in full-width digits", "身份证号", an_id(1, wide=True))
one("the ID with spaces", "身份证号", f" {ONE[:6]} {ONE[6:14]} {ONE[14:]} ")
one("the ID with a small x", "身份证号", ONE.lower())
one("the ID after the export's apostrophe", "身份证号", f"{ONE}\u200b")
one("a name between full-width spaces", "姓名", "　示范甲 ")
one("a name with a rare character", "姓名", "示范𬱖", read=[{**READ, "name": "示范𬱖"}])
one("a name with a rare radical", "姓名", "示䶮", read=[{**READ, "name": "示䶮"}])
one("a name over two lines", "姓名", "示范\n甲", read=[{**READ, "name": "示范 甲"}])
one("a name that begins with an equals sign", "姓名", "'=示范甲", read=[{**READ, "name": "=示范甲"}])
for written in (
    "1985年3月", "1985年03月", "1985.3", "1985.03", "1985-3", "1985/03", "198503", "19850304", "１９８５年３月",
    "一九八五年三月", "1985年3月份", "1985.3.4", "1985-03-04 00:00:00", date(1985, 3, 4), 31110, "31110", 198503,
    datetime(1985, 3, 4, 10, 30),  # noqa: DTZ001 -- as a cell holds it
):  # fmt: skip
    one(f"born {written!r}", "出生年月", written)
for written in (
    "2010年7月1日", "2010.7.1", "2010-07-01", "2010/7/1", "20100701", "二〇一〇年七月一日", "２０１０－０７－０１",
    date(2010, 7, 1), 40360, "40360", "2010-07-01T00:00:00",
):  # fmt: skip
    one(f"hired {written!r}", "入职日期", written)
one(
    "hired on the thirty-first, spoken",
    "入职日期",
    "二〇一〇年十月三十一日",
    read=[{**READ, "hired": date(2010, 10, 31)}],
)
one("a code by its English name", "性别", "male")
one("a code with spaces and a star", "岗位类别", " 医 师＊")
one("a dash for nothing", "入职日期", "—", read=[{**READ, "hired": None}], notices=frozenset({"dashes_empty"}))
rows("columns in another order", list(reversed(line(1))), head=list(reversed(HEAD)))
rows(
    "headers renamed, starred, spaced",
    line(1),
    head=(" 姓 名*", "证件号码", "性别：", "出生 年月", "入职日期（到岗）", "岗位类别", "备注"),
)
rows("an unknown column", [*line(1), "x"], head=(*HEAD, "血型"), notices=frozenset({"columns_ignored"}))
rows("a blank column first", [None, *line(1)], head=(None, *HEAD))
rows("blank columns between", [c for cell in line(1) for c in (cell, None)], head=[h for x in HEAD for h in (x, None)])
rows("blank rows between", [], line(1), [None] * 7, [" ", "　"])
rows("a row of totals", line(1), ["合计", "1"], notices=frozenset({"totals_skipped"}))
rows("remarks below", line(1), ["填表人：某某", None, "审核人：某某"], notices=frozenset({"footers_skipped"}))
rows("the header again on the next page", line(1), HEAD, notices=frozenset({"headers_skipped"}))
rows("the template's example", line(2, "示例：示范乙"), line(1), notices=frozenset({"example_skipped"}))
rows("two people of one name", line(1), line(2), read=[READ, {**READ, "national_id": an_id(2)}])


@case("title rows above")
def _titles() -> bytes:
    return xlsx([["某市人员信息表"], ["填报单位：示范医院", None, None, "2026年"], [], HEAD, line(1)])


@case("a merged title")
def _merged_title() -> bytes:
    return xlsx([["人员信息表", *[None] * 6], HEAD, line(1)], then=lambda page: page.merge_cells("A1:G1"))


@case("a two-level merged header")
def _two_levels() -> bytes:
    top = ["姓名", "身份证号", "基本情况", None, "工作情况", None, "备注"]
    bottom = [None, None, "性别", "出生年月", "入职日期", "岗位类别", None]

    def merge(page: Any) -> None:
        for span in ("A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2"):
            page.merge_cells(span)

    return xlsx([top, bottom, line(1)], then=merge)


@case("a hidden row is read and named", notices=frozenset({"hidden_rows"}))
def _hidden_row() -> bytes:
    def hide(page: Any) -> None:
        page.row_dimensions[2].hidden = True

    return changed(hide)


@case("a hidden sheet is not read", notices=frozenset({"hidden_sheets"}))
def _hidden_sheet() -> bytes:
    def hide(page: Any) -> None:
        page.sheet_state = "hidden"

    return book({"人员": [HEAD, line(1)], "旧": [HEAD, line(2)]}, then={"旧": hide})


@case("a cover sheet and a sheet of codes", notices=frozenset({"sheets_ignored"}))
def _cover() -> bytes:
    return book({"封面": [["人员信息"]], "人员": [HEAD, line(1)], "代码": [["性别"], ["男"], ["女"]]})


@case("two sheets of people", read=[READ, {**READ, "national_id": an_id(2)}])
def _two_sheets() -> bytes:
    return book({"临床": [HEAD, line(1)], "护理": [HEAD, line(2)]})


@case("comments on cells are left alone")
def _comments() -> bytes:
    def remark(page: Any) -> None:
        page["A2"].comment = Comment("请核对", "审核")
        page["A2"].fill = PatternFill("solid", fgColor="FFFF00")

    return changed(remark)


@case(
    "a merged department stands in each row",
    notices=frozenset({"filled_down"}),
    read=[READ, {**READ, "national_id": an_id(2)}],
)
def _merged_down() -> bytes:
    return changed(lambda page: page.merge_cells("F2:F3"), line(1), line(2, 岗位类别=None))


@case("a formula that was calculated gives its value")
def _calculated() -> bytes:
    content = changed(lambda page: page.__setitem__("A2", '="示范"&"甲"'))
    for empty in (b"<v />", b"<v></v>", b"<v/>"):
        content = with_part(content, "", b"", replace=(b"</f>" + empty, "</f><v>示范甲</v>".encode()))
    return with_part(content, "", b"", replace=(b'<c r="A2"><f>', b'<c r="A2" t="str"><f>'))


@case("old XLS")
def _old() -> bytes:
    return old_xls([list(HEAD), line(1)])


@case("CSV in GB 18030")
def _gbk() -> bytes:
    return _csv("gb18030", ",")


@case("CSV in UTF-8 with a mark and tabs")
def _utf8() -> bytes:
    return _csv("utf-8-sig", "\t")


@case("CSV in UTF-16 with semicolons")
def _utf16() -> bytes:
    return _csv("utf-16", ";")


def _csv(encoding: str, delimiter: str) -> bytes:
    lines = [HEAD, [cell or "" for cell in line(1)]]
    return "\r\n".join(delimiter.join(map(str, row)) for row in lines).encode(encoding)


@case("formats reaching to the last row")
def _formats() -> bytes:
    def spread(page: Any) -> None:
        page["G1048576"].number_format = "@"

    return changed(spread)


# ── Refused by cell ─────────────────────────────────────────────────────────────────────────────────────────────────

one("the ID as a number", "身份证号", int(an_id(2)[:17] + "0"), "digits_lost")
one("the ID as 5.00101E+17", "身份证号", "5.00101E+17", "digits_lost")
one("an ID of 15 digits", "身份证号", "500101850304001", "id_old_15")
one("an ID of 15 digits as a number", "身份证号", 500101850304001, "id_old_15")
one("an ID too short", "身份证号", ONE[:17], "id_length")
one("an ID too long", "身份证号", f"{ONE}1", "id_length")
one("an ID with a letter", "身份证号", f"5001O1{ONE[6:]}", "id_characters")
one("an ID whose check digit does not fit", "身份证号", ONE[:17] + ("1" if ONE[17] == "X" else "X"), "id_checksum")
one("an ID born on 30 February", "身份证号", an_id(1, born="19850230"), "id_birth_date")
one("a passport", "身份证号", "E12345678", "id_length")
one("no ID", "身份证号", None, "required")
one("a date for an ID", "身份证号", date(2020, 1, 1), "id_characters")
one("a masked ID of nobody known", "身份证号", national_ids.mask(ONE), refused=[("", "staff_unknown")], read=[])
one(
    "an ID from a place that never was",
    "身份证号",
    an_id(1, prefix="990101"),
    warned=[("B2", "id_place")],
    read=[{**READ, "national_id": an_id(1, prefix="990101")}],
)
one("no name", "姓名", None, "required")
one("a name too long", "姓名", "示" * 51, "too_long")
one("a name that is true", "姓名", True, "not_text")
one("an unknown sex", "性别", "未知", "not_in_list")
one("a code nearly right", "岗位类别", "医师类", "not_in_list_close")
for written in (
    "1985",
    "二月",
    "1985年13月",
    "民国七十四年三月",
    "85.3",
    "1985.0",
    99999999,
    "不详",
    "一九八五年十三月",
):
    one(f"not a month {written!r}", "出生年月", written, "not_a_month")
for written in ("2010-02-30", "2010年二十日", "2010/13/1", 0, -5, "去年", "二〇一〇年七月三十二日"):
    one(f"not a date {written!r}", "入职日期", written, "not_a_date")
one("a month for a day", "入职日期", "2010年7月", "day_missing")
one("a month that might be two", "出生年月", 1985.1, "not_a_month")
rows("the same person twice", line(1), line(1, "示范乙"), refused=[("A3", "same_row")])
rows("the header twice", [*line(1), "示范乙"], head=(*HEAD, "姓名"), refused=[("H1", "header_twice")], read=[])
rows(
    "everything wrong at once",
    ["", "x", "y", "z", "u", "v", None],
    refused=[
        ("A2", "required"), ("B2", "id_length"), ("C2", "not_in_list"), ("D2", "not_a_month"),
        ("E2", "not_a_date"), ("F2", "not_in_list"),
    ],
    read=[],
)  # fmt: skip
rows(
    "numbers that are none",
    [*line(1), "三个", "1e3"],
    head=(*HEAD, "子女数", "工资"),
    refused=[("H2", "not_a_number"), ("I2", "not_a_number")],
    read=[],
)
rows(
    "numbers out of bounds",
    [*line(1), 21, -1],
    head=(*HEAD, "子女数", "工资"),
    refused=[("H2", "too_large"), ("I2", "too_small")],
    read=[],
)


@case("a formula nobody calculated", refused=[("A2", "not_calculated")], read=[])
def _not_calculated() -> bytes:
    return changed(lambda page: page.__setitem__("A2", '="示范"&"甲"'))


@case("an error in a cell", refused=[("E2", "cell_error")], read=[])
def _error() -> bytes:
    def spoil(page: Any) -> None:
        page["E2"] = "#REF!"
        page["E2"].data_type = "e"

    return changed(spoil)


@case("a merged number", refused=[("H3", "merged_value")])
def _merged_number() -> bytes:
    content = xlsx([[*HEAD, "子女数"], [*line(1), 1], [*line(2), None]], then=lambda page: page.merge_cells("H2:H3"))
    return content


# ── Refused as a whole ──────────────────────────────────────────────────────────────────────────────────────────────


def whole(name: str, code: str, make: Callable[[], bytes]) -> None:
    CASES.append(Case(name, make, read=[], whole=code))


whole("an empty file", "file_empty", lambda: b"")
whole("a web page saved as .xls", "web_page", lambda: "<html><table><tr><td>姓名</td></tr></table>".encode())
whole(
    "an XML table of an old program",
    "xml_table",
    lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
)
whole("a PDF", "not_a_workbook", lambda: b"%PDF-1.7 ...")
whole("macros", "macros", lambda: with_part(table([line(1)]), "xl/vbaProject.bin", b"x"))
whole("a password", "encrypted", lambda: old_xls([["a"]], more_streams=("EncryptedPackage",)))
whole("a bomb", "zip_bomb", lambda: with_part(table([line(1)]), "xl/media/x.bin", b"\0" * 30_000_000))
whole("a file cut off", "damaged", lambda: table([line(1)])[:-300])
whole("a workbook without data", "sheet_missing", lambda: xlsx([]))
whole("some other table", "header_not_found", lambda: xlsx([["物品", "数量"], ["桌", 3]]))
whole("the name column is missing", "columns_missing", lambda: xlsx([["身份证号", "性别"], [ONE, "男"]]))
whole("nothing below the header", "no_rows", lambda: xlsx([HEAD]))
whole("nothing but an example", "no_rows", lambda: xlsx([HEAD, line(1, "示例：某某")]))
whole("too many columns", "too_many_cells", lambda: xlsx([[1] * 501]))


def reopened(content: bytes) -> Any:
    """Return the first page of a workbook."""
    return load_workbook(io.BytesIO(content)).worksheets[0]
