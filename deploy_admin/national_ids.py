"""Citizen ID numbers (GB 11643-1999): read, checked, masked. What they say of birth and sex comes from here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from stdnum.cn import ric

MALE, FEMALE = "1", "2"  # GB/T 2261.1
_SPACES = re.compile(r"[\s\-·]")
_OLD = re.compile(r"^\d{15}$")


class WrongId(ValueError):
    """Not a citizen ID number; `code` says what is wrong: length, characters, checksum, birth_date, old_15."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class NationalId:
    """One checked number, with the birth date and the sex (GB/T 2261.1) it says."""

    number: str
    born_on: date
    sex: str

    @property
    def masked(self) -> str:
        return mask(self.number)


def normalised(text: str) -> str:
    """Return `text` in half-width capitals without spaces and dashes: `５００１０１ 19850304 123x` loses both."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()


def parse(text: str) -> NationalId:
    """Return the number that `text` is; WrongId says what is wrong with it. A place that was renamed is no fault."""
    number = normalised(text)
    if _OLD.match(number):
        raise WrongId("old_15")
    if len(number) != 18:
        raise WrongId("length")
    if not number[:17].isascii() or not number[:17].isdigit() or number[17] not in "0123456789X":
        raise WrongId("characters")
    if ric.calc_check_digit(number) != number[17]:
        raise WrongId("checksum")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise WrongId("birth_date") from error
    if not 1880 <= born_on.year <= 2199:
        raise WrongId("birth_date")
    return NationalId(number, born_on, MALE if int(number[16]) % 2 else FEMALE)


@lru_cache(maxsize=4096)
def place_is_known(prefix: str) -> bool:
    """Whether the first six digits were ever a division: a typing slip there passes the check digit one time in 11."""
    from stdnum import numdb

    return any("county" in props for _part, props in numdb.get("cn/loc").info(prefix[:6]))


def mask(number: str) -> str:
    """Return the number as it is shown: `500101********123X`."""
    return f"{number[:6]}********{number[14:]}"


def is_masked(text: str) -> bool:
    """Whether `text` is a number as `mask` shows it."""
    return re.fullmatch(r"\d{6}\*{8}\d{3}[\dX]", normalised(text)) is not None
