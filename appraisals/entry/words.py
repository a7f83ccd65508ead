"""What the entry pages say: months, days and codes in the reader's language, every sentence the script may need."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.month_words import cell_words
from assignments.rules.attendance_codes import DAY_CODES, HALF, DayCode
from assignments.states import MonthAnswer
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.months import Month

#: In the order of the palette, the common ones first; what is seldom stands behind "other leave".
PALETTE = ("P", "R", "N", "D", "G", "T", "L", "X", "H", "S", "B", "A", "U", "K")
OTHERS = ("M", "C", "E", "F", "V", "W", "Q")
#: On a phone the thumb reaches these; the rest is one tap further.
THUMB = ("P", "S", "B", "A", "R", "X")
#: What the digits 1 to 9 stand for: what a clerk needs most.
DIGITS = ("P", "S", "B", "A", "R", "G", "N", "D", "X")
ANSWER_SHAPES = {MonthAnswer.NONE: "mute", MonthAnswer.CONFIRMED: "ok", MonthAnswer.DISPUTED: "warn"}
#: In place of a private kind of leave.
PRIVATE_SIGN = "假"


def month_label(month: Month | date) -> str:
    """Return the month as a heading says it: October 2026."""
    return date_format(month.first if isinstance(month, Month) else month, "YEAR_MONTH_FORMAT")


def weekday(day: date) -> str:
    """Return the weekday as one sign or two letters."""
    return (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))[day.weekday()]


def day_label(day: date, note: str = "") -> str:
    """Return a day as a cell's label says it: October 9 Friday, with what is special about it."""
    return " ".join(filter(None, (date_format(day, "MONTH_DAY_FORMAT"), date_format(day, "l"), note)))


def code_label(code: DayCode) -> str:
    """Return what a code means, in the reader's language."""
    return code.label_zh if speaks_chinese() else code.label_en


def cell_sign(cell: str) -> str:
    """Return what stands in a cell on paper."""
    return ("½" if cell.endswith(HALF) else "") + DAY_CODES[cell[0]].sign


def days(halves: int) -> str:
    """Return half days as days: 3 is 1.5."""
    return f"{halves // 2}.5" if halves % 2 else str(halves // 2)


def total_heads() -> list[tuple[str, str, str]]:
    """Return key, short head and full words of each total."""
    return [
        ("due", pgettext("month total", "Due"), _("Duty days by the roster")),
        ("attended", pgettext("month total", "There"), _("Days at the post")),
        ("leave", pgettext("month total", "Leave"), _("Days of leave")),
        ("absent", pgettext("month total", "Absent"), _("Days of unapproved absence")),
        ("unchecked", pgettext("month total", "Check"), _("Days to be checked")),
        ("night", pgettext("month total", "Night"), _("Night duties")),
        ("extra", pgettext("month total", "Rest"), _("Duties on rest days")),
    ]


def cell_choices(base: str) -> list[tuple[str, str]]:
    """Return what a day may say, for a plain select: the default first, whole days, then halves."""
    default = _("%(what)s (default)") % {"what": f"{cell_sign(base)} {cell_words(base)}".strip()}
    whole = [(letter, f"{DAY_CODES[letter].sign} {cell_words(letter)}") for letter in PALETTE + OTHERS]
    halves = [
        (letter + HALF, f"½{DAY_CODES[letter].sign} {cell_words(letter + HALF)}")
        for letter in PALETTE + OTHERS
        if DAY_CODES[letter].halves
    ]
    return [("", default), *whole, *halves]


def for_script() -> dict[str, Any]:
    """Return every sentence the script of the sheet may say."""
    return {
        "half": _("half a day: %(what)s"),
        "closed": _("not at this post"),
        "closed_why": _("On this day the person is not at this post; there is nothing to enter."),
        "frozen": _(
            "The month is handed in and cannot be changed here. To correct it, ask the district to send it back."
        ),
        "some_kept": _("%(n)s days entered. Days of approved leave and days not at this post were left as they are."),
        "off_kept": _("%(n)s days entered. Rest days were left as they are."),
        "chosen": _("chosen: %(people)s people × %(days)s days"),
        "copied": _("%(n)s days copied."),
        "saving": _("Saving"),
        "saved": _("Saved %(at)s"),
        "settled": _("Settled"),
        "offline": _("Offline, %(n)s changes kept in this browser"),
        "signed_out": _("Your session has ended. %(n)s changes are kept in this browser."),
        "restored": _("%(n)s changes that were kept in this browser are back and are being saved."),
        "clashes": _("%(n)s conflicts to decide"),
        "clash": _("%(what)s: %(by)s entered “%(theirs)s” at %(at)s, you entered “%(yours)s”."),
        "take_theirs": _("Take theirs"),
        "keep_mine": _("Keep mine"),
        "nothing": pgettext("value", "nothing"),
        "trouble": _("That did not work. Try again."),
        "not_saved": _("Not everything is saved yet. Settle what is marked first."),
        "low": _("low, usually %(usual)s"),
        "high": _("high, usually %(usual)s"),
        "empty": pgettext("value", "empty"),
        "whole": _("A whole number, 0 or more"),
        "decimals": _("A number with at most %(n)s places after the point"),
        "at_most": _("At most %(n)s"),
        "at_least": _("At least %(n)s"),
        "n_wrong": _("%(n)s to be corrected"),
        "n_far": _("%(n)s to look at"),
        "n_empty": _("%(n)s empty"),
        "complete": _("complete"),
        "submit": _("Check and submit"),
        "next_person": _("Next person"),
        "weekdays": [_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su")],
        "totals": {key: short for key, short, _long in total_heads()},
    }


def codes_for_script() -> dict[str, dict[str, Any]]:
    """Return each code with its sign, words and what it counts as."""
    return {
        letter: {
            "sign": code.sign,
            "label": code_label(code),
            "counts": str(code.counts_as),
            "halves": code.halves,
        }
        for letter, code in DAY_CODES.items()
    }


def palette(letters: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the buttons of a palette: letter, sign, words, the digit that stands for it."""
    return [
        {
            "letter": letter,
            "sign": DAY_CODES[letter].sign,
            "label": code_label(DAY_CODES[letter]),
            "digit": str(DIGITS.index(letter) + 1) if letter in DIGITS else "",
        }
        for letter in letters
    ]
