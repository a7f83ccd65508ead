"""What a file is, is told by its bytes; what cannot be opened is refused with a sentence."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy_admin import spreadsheets
from deploy_admin.spreadsheets import CellError, Unreadable
from deploy_admin.spreadsheets.cells import trimmed
from deploy_admin.spreadsheets.guard import MAX_BYTES
from deploy_admin.spreadsheets.reading import read_here
from tests.spreadsheets.makers import book, with_part, xlsx
from tests.spreadsheets.old_xls import old_xls


def rows_of(content: bytes) -> list[list[object]]:
    return [list(row) for row in spreadsheets.read(content).sheets[0].rows]


def test_numbers_are_whole_or_decimal_and_never_floats():
    rows = rows_of(xlsx([["a", 3, 2.5, 0.1, True, date(2024, 3, 5)]]))
    assert rows == [["a", 3, Decimal("2.5"), Decimal("0.1"), True, date(2024, 3, 5)]]


def test_text_is_trimmed_of_full_width_and_invisible_spaces():
    assert rows_of(xlsx([["　示范医院\u200b ", "  "]])) == [["示范医院", None]]


def test_cells_keep_their_addresses_when_the_table_begins_below_and_to_the_right():
    def place(page):
        page["C4"] = "x"

    sheet = spreadsheets.read(xlsx([], then=place)).sheets[0]
    assert sheet.cell(4, 3) == "x"
    assert spreadsheets.address(4, 3) == "C4"
    assert spreadsheets.address(12, 28) == "AB12"


def test_errors_and_formulas_nobody_calculated_are_named():
    def spoil(page):
        page["A1"] = "#DIV/0!"
        page["A1"].data_type = "e"
        page["B1"] = "=1+1"

    assert rows_of(xlsx([], then=spoil)) == [[CellError("#DIV/0!"), CellError("=")]]


def test_a_calculated_formula_gives_its_value():
    content = xlsx([["=1+1", "x"]])
    with zipfile.ZipFile(io.BytesIO(content)) as book:  # an empty value is written as the XML library at hand does
        empty = re.search(rb"<f>1\+1</f>(<v ?/>|<v></v>)", book.read("xl/worksheets/sheet1.xml"))
    assert empty
    calculated = with_part(content, "", b"", replace=(empty[0], b"<f>1+1</f><v>2</v>"))
    assert rows_of(calculated) == [[2, "x"]]


def test_hidden_rows_hidden_sheets_and_merged_cells_are_told():
    def hide(page):
        page.row_dimensions[2].hidden = True
        page.merge_cells("A1:B1")

    content = book({"one": [["a", None], ["b", 1]], "two": [["c"]]}, then={"one": hide, "two": _conceal})
    one, two = spreadsheets.read(content).sheets
    assert (one.hidden_rows, one.merged, one.hidden, two.hidden) == (frozenset({2}), ((1, 1, 1, 2),), False, True)


def _conceal(page):
    page.sheet_state = "hidden"


def test_a_cell_at_the_far_corner_is_refused_and_does_no_harm():
    def far(page):
        page["XFD1048576"] = 1

    with pytest.raises(Unreadable) as refused:
        spreadsheets.read(xlsx([["a"]], then=far))
    assert refused.value.code == "reading_took_too_much"


def test_formats_reaching_to_the_last_row_do_not_count():
    def format_all(page):
        page["XFD1048576"].number_format = "@"

    assert rows_of(xlsx([["a"]], then=format_all)) == [["a"]]


def test_old_xls_is_read():
    assert rows_of(old_xls([["单位", "人数"], ["示范医院", 12]])) == [["单位", "人数"], ["示范医院", 12]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_in_the_encodings_people_use(encoding, delimiter):
    content = f"单位{delimiter}人数\r\n𬱖医院（示范）{delimiter}12\r\n".encode(encoding)
    assert rows_of(content) == [["单位", "人数"], ["𬱖医院（示范）", "12"]]


def test_semicolons_inside_cells_do_not_make_them_the_delimiter():
    content = "单位,说明\n甲,a;b;c;d\n乙,e;f\n".encode()
    assert rows_of(content) == [["单位", "说明"], ["甲", "a;b;c;d"], ["乙", "e;f"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t", "file_empty"),
        (b"x" * (MAX_BYTES + 1), "file_too_large"),
        (b"<html><body><table><tr><td>1</td></tr></table>", "web_page"),
        ("\ufeff<table><tr><td>单位</td></tr></table>".encode("utf-8"), "web_page"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "web_page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "xml_table"),
        (b"%PDF-1.7 ...", "not_a_workbook"),
        (bytes(range(256)) * 20, "not_a_workbook"),
        (b"PK\x03\x04 not a package", "damaged"),
        (xlsx([["a"]])[:-200], "damaged"),
        (with_part(xlsx([["a"]]), "xl/vbaProject.bin", b"x"), "macros"),
        (with_part(xlsx([["a"]]), "xl/media/zero.bin", b"\0" * 30_000_000), "zip_bomb"),
        (old_xls([["a"]], more_streams=("_VBA_PROJECT",)), "macros"),
        (old_xls([["a"]], more_streams=("EncryptedPackage",)), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le"), "damaged"),
        (b"\x81\x20\xff\xfe\xff\x00" * 3, "not_a_workbook"),
        (b"\xff\xff\xff\xfd abc, \xff", "unknown_encoding"),
        (xlsx([[1] * 501]), "too_many_cells"),
        (b"1," * 501, "too_many_cells"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name_and_with_a_sentence(content, code):
    with pytest.raises(Unreadable) as refused:
        spreadsheets.read(content, "x.xlsx")
    assert refused.value.code == code
    assert str(refused.value)


def test_a_package_that_is_no_workbook_is_refused():
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    with pytest.raises(Unreadable) as refused:
        spreadsheets.read(out.getvalue())
    assert refused.value.code == "not_a_workbook"


def test_an_entity_bomb_in_a_sheet_is_refused():
    bomb = with_part(
        xlsx([["=1+1"]]), "", b"", replace=(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet')
    )
    with pytest.raises(Unreadable) as refused:
        spreadsheets.read(bomb)
    assert refused.value.code == "damaged"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"<"]),
)
def test_no_bytes_make_the_reader_crash(data, start):
    with contextlib.suppress(Unreadable):
        read_here(start + data)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8), min_size=2, max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_an_exported_table_reads_back_as_it_was(rows):
    for form in ("xlsx", "csv"):
        content = spreadsheets.export(["甲", "乙"], rows, form)
        read = [list(row) for row in read_here(content).sheets[0].rows][1:]
        for row, there in zip(rows, read, strict=False):
            for text, cell in zip(row, there, strict=False):
                expected = trimmed(spreadsheets.neutral(text)) or None
                assert cell == expected or str(cell) == expected
