"""Citizen ID numbers: the standard's examples, every way to be wrong, the mask."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from deploy_admin import national_ids
from deploy_admin.national_ids import FEMALE, MALE, WrongId, parse


@pytest.mark.parametrize(
    ("text", "born_on", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), FEMALE),
        ("440524188001010014", date(1880, 1, 1), MALE),
        ("１１０１０５ 19491231 002ｘ", date(1949, 12, 31), FEMALE),
        ("110105-19491231-002x", date(1949, 12, 31), FEMALE),
    ],
)
def test_a_number_says_birth_and_sex(text, born_on, sex):
    found = parse(text)
    assert (found.born_on, found.sex) == (born_on, sex)
    assert found.number == national_ids.normalised(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "length"),
        ("11010519491231002", "length"),
        ("110105491231002", "old_15"),
        ("1101051949123100AX", "characters"),
        ("11010519491231002Y", "characters"),
        ("²²010519491231002X", "checksum"),  # NFKC makes digits of them
        ("110105194912310020", "checksum"),
        ("5.00101E+17", "length"),
    ],
)
def test_what_is_wrong_is_named(text, code):
    with pytest.raises(WrongId) as caught:
        parse(text)
    assert caught.value.code == code


def numbered(first_17: str) -> str:
    return first_17 + ric.calc_check_digit(first_17 + "0")


@pytest.mark.parametrize("first_17", ["11010519490230002", "11010518000101001", "11010519491331002"])
def test_a_day_that_never_was_is_refused(first_17):
    with pytest.raises(WrongId) as caught:
        parse(numbered(first_17))
    assert caught.value.code == "birth_date"


def test_the_mask_hides_the_birthday_and_is_known_again():
    assert national_ids.mask("50010119850304123X") == "500101********123X"
    assert national_ids.is_masked("500101********123X")
    assert not national_ids.is_masked("11010519491231002X")


def test_a_place_that_was_abolished_stays_valid_and_one_that_never_was_is_told():
    assert parse(numbered("50010519850304123")).born_on == date(1985, 3, 4)  # 江北, abolished in 2026
    assert national_ids.place_is_known("500105")
    assert not national_ids.place_is_known("509901")


@given(st.text(max_size=24))
def test_any_text_is_a_number_or_a_named_fault(text):
    code = ""
    try:
        found = parse(text)
    except WrongId as wrong:
        code = wrong.code
    if code:
        assert code in {"length", "characters", "checksum", "birth_date", "old_15"}
    else:
        assert len(found.number) == 18
        assert found.masked[6:14] == "********"


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999), st.integers(0, 16))
def test_one_changed_digit_is_found(born_on, order, at):
    number = numbered(f"500101{born_on:%Y%m%d}{order:03d}")
    changed = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    assert parse(number).born_on == born_on
    with pytest.raises(WrongId):
        parse(changed)
