"""Document numbers however they are typed, and check codes however they are copied."""

from __future__ import annotations

import pytest

from assignments.papers import contents, words
from assignments.papers.numbering import following, normalised


@pytest.mark.parametrize(
    "typed",
    [
        "示范人〔2026〕1号",
        "示范人[2026]1号",
        "示范人【2026】1号",
        "示范人（2026）01号",
        "示范人(2026) 1 号",
        "示范人〔２０２６〕１号",
        "  示范人 〔2026〕 001号 ",
        "示范人［2026］1号",
    ],
)
def test_one_number_is_written_in_one_way(typed):
    assert normalised(typed) == "示范人〔2026〕1号"


@pytest.mark.parametrize("other", ["", "便函第5号", "CQ-2026-17"])
def test_what_has_no_year_in_brackets_stays_but_for_blanks(other):
    assert normalised(f" {other} ") == other


def test_the_next_number_follows_the_last():
    assert following("示范人[2026]9号") == "示范人〔2026〕10号"
    assert following("便函第5号") == ""
    assert following("") == ""


@pytest.mark.parametrize(
    "typed", ["A1B2-C3D4-E5F6", "a1b2c3d4e5f6", " Ａ１Ｂ２－Ｃ３Ｄ４－Ｅ５Ｆ６ ", "a1b2 c3d4 e5f6", "A1B2–C3D4–E5F6"]
)
def test_a_check_code_is_read_however_it_is_copied(typed):
    assert contents.code_typed(typed) == "a1b2c3d4e5f6"


@pytest.mark.parametrize("typed", ["", "A1B2-C3D4", "A1B2-C3D4-E5F6-7", "G1B2-C3D4-E5F6", "%25%25%25%25"])
def test_what_cannot_be_a_code_finds_nothing(typed):
    assert contents.code_typed(typed) == ""


def test_the_printed_code_reads_back_as_the_beginning_of_the_digest():
    digest = contents.digest({"a": 1})
    assert digest.startswith(contents.code_typed(contents.check_code(digest)))
    assert contents.digest({"b": 2, "a": 1}) == contents.digest({"a": 1, "b": 2}) != digest


def test_terms_and_cited_titles_are_written_as_offices_write_them():
    assert words.term(12) == "12个月"
    assert words.term(6, 15) == "6个月15日"
    assert words.term(0, 20) == "20日"
    assert words.cited("示范方案") == "《示范方案》"
    assert words.cited("《示范方案》") == "《示范方案》"
    assert words.cited("关于印发《示范方案》的通知") == "《关于印发〈示范方案〉的通知》"


def test_a_cell_has_no_control_characters_and_no_whole_id():
    assert words.plain(" 安\x00在\t岗 ") == "安 在 岗"
    assert words.plain("") == words.plain(None) == "—"
    assert "500101199001011234" not in words.plain("证号 500101199001011234")
