"""What a day of a month sheet may say: the closed list of codes, each with its sign, its key and what it counts as.

A cell is a code of one capital letter; an `h` behind it makes it half a day: half of it as the code says, the other
half at the post (`Sh` is half a day of personal leave). `Ph` is half a day at the post and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CountsAs(StrEnum):
    """What a day with the code counts as."""

    ATTENDED = "attended"
    LEAVE = "leave"
    ABSENT = "absent"
    UNCHECKED = "unchecked"
    OFF = "off"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DayCode:
    """One code: the letter stored, the sign on paper, the words, what it counts as."""

    letter: str
    sign: str
    label_zh: str
    label_en: str
    counts_as: CountsAs
    #: The kind of leave it stands for, or "".
    leave_kind: str = ""
    halves: bool = True


_C = CountsAs
#: In the order of the palette.
DAY_CODES: dict[str, DayCode] = {
    code.letter: code
    for code in (
        DayCode("P", "√", "出勤", "present", _C.ATTENDED),
        DayCode("R", "巡", "巡诊", "outreach round", _C.ATTENDED),
        DayCode("N", "夜", "夜班", "night duty", _C.ATTENDED, halves=False),
        DayCode("D", "加", "休息日值班", "duty on a rest day", _C.ATTENDED),
        DayCode("G", "公", "公差", "official duty", _C.ATTENDED, "official_duty"),
        DayCode("T", "学", "培训学习", "training", _C.ATTENDED, "training"),
        DayCode("L", "补", "补休", "time off in lieu", _C.OFF),
        DayCode("X", "休", "休息", "rest", _C.OFF, halves=False),
        DayCode("H", "节", "节假日", "holiday", _C.OFF, halves=False),
        DayCode("S", "事", "事假", "personal leave", _C.LEAVE, "personal"),
        DayCode("B", "病", "病假", "sick leave", _C.LEAVE, "sick"),
        DayCode("A", "年", "年休假", "annual leave", _C.LEAVE, "annual"),
        DayCode("M", "婚", "婚假", "marriage leave", _C.LEAVE, "marriage"),
        DayCode("C", "产", "产假", "maternity leave", _C.LEAVE, "maternity"),
        DayCode("E", "护", "护理假", "paternity leave", _C.LEAVE, "paternity"),
        DayCode("F", "丧", "丧假", "bereavement leave", _C.LEAVE, "bereavement"),
        DayCode("V", "探", "探亲假", "family-visit leave", _C.LEAVE, "family_visit"),
        DayCode("W", "伤", "工伤假", "work-injury leave", _C.LEAVE, "work_injury"),
        DayCode("Q", "假", "其他假", "other leave", _C.LEAVE, "other"),
        DayCode("U", "核", "待核", "to be checked", _C.UNCHECKED),
        DayCode("K", "旷", "旷工", "unapproved absence", _C.ABSENT),
        DayCode("Z", "", "不在派驻期", "not at this post", _C.CLOSED, halves=False),
    )
}
CLOSED = "Z"
HALF = "h"
#: Every cell that may stand in a row, in order.
CELLS: tuple[str, ...] = tuple(
    cell
    for code in DAY_CODES.values()
    for cell in ((code.letter, code.letter + HALF) if code.halves else (code.letter,))
)


def cells_of(counts_as: CountsAs, *, half: bool) -> tuple[str, ...]:
    """Return the whole (or the half) cells that count as this."""
    letters = [code for code in DAY_CODES.values() if code.counts_as is counts_as and (code.halves or not half)]
    return tuple(code.letter + (HALF if half else "") for code in letters)


def by_leave_kind(kind: str) -> str:
    """Return the letter that stands for a kind of leave; KeyError where there is none."""
    return next(letter for letter, code in DAY_CODES.items() if code.leave_kind == kind)
