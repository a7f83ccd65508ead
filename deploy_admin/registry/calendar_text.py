"""A year's days off as text: one day a line, or the sentences of the notice that publishes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.translation import gettext as _

from deploy_admin.errors import RuleViolation
from deploy_admin.registry.holiday_library import Day
from deploy_admin.registry.models import DayKind
from deploy_admin.workdays import SATURDAY

OFF, WORKED = "放假", "上班"
_WORDS = {OFF: DayKind.HOLIDAY, "off": DayKind.HOLIDAY, WORKED: DayKind.MAKE_UP, "worked": DayKind.MAKE_UP}
_ISO = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:\s*(?:--|–|—|至|to)\s*(\d{4}-\d{2}-\d{2}))?\s+(\S+)\s*(.*)$")
_ASIDE = re.compile(r"（[^）]*）|\([^)]*\)")
_NUMBER = re.compile(r"^\s*(?:[一二三四五六七八九十]+|\d+)[、.．]\s*")
_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日"
_DAYS = re.compile(rf"{_DAY}(?:\s*[至到\-—–~～]\s*{_DAY})?")
_PROSE = re.compile(r"^[^\d-].*[\u4e00-\u9fff]")
_ENGLISH = {
    "元旦": "New Year's Day", "春节": "Spring Festival", "清明": "Tomb-sweeping Day", "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival", "中秋": "Mid-autumn Festival", "国庆节": "National Day",
}  # fmt: skip
_CHINESE = {"清明节": "清明", "端午节": "端午", "中秋节": "中秋", "国际劳动节": "劳动节", "国庆": "国庆节"}


def write(days: Iterable[Day]) -> str:
    """Return the days one a line, as `read` takes them back."""
    words = {DayKind.HOLIDAY: OFF, DayKind.MAKE_UP: WORKED}
    return "\n".join(f"{d.day.isoformat()} {words[d.kind]} {d.name}".rstrip() for d in sorted(days))


def read(text: str, year: int) -> list[Day]:
    """Return the days that the text names: lines as `write` writes them, or the notice's own sentences.

    A day said twice in the same way is one day; said in two ways it is refused. A notice's prose without days is
    passed over.
    """
    found: dict[date, Day] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.strip()
        if not plain or (_PROSE.search(plain) and not _DAYS.search(plain)):
            continue
        days = _one_line(plain, number) if re.match(r"\d{4}-", plain) else _sentences(plain, year, number)
        for day in days:
            held = found.get(day.day)
            if held is not None and held.kind != day.kind:
                raise _refused(
                    _("%(day)s is both off and worked.") % {"day": day.day.isoformat()}, number, "day_two_ways"
                )
            found.setdefault(day.day, day)
    return sorted(found.values())


def turned(days: Iterable[Day], day: date) -> list[Day]:
    """Return the days with `day` turned: a weekday off and back, a weekend day worked, off, and back."""
    held = {d.day: d for d in days}
    now = held.pop(day, None)
    if now is None:
        kind = DayKind.MAKE_UP if day.weekday() >= SATURDAY else DayKind.HOLIDAY
        held[day] = Day(day, kind)
    elif now.kind == DayKind.MAKE_UP:
        held[day] = Day(day, DayKind.HOLIDAY, now.name, now.name_en)
    return sorted(held.values())


def _one_line(line: str, number: int) -> list[Day]:
    match = _ISO.match(line)
    kind = _WORDS.get(match[3].lower()) if match else None
    if match is None or kind is None:
        raise _refused(_("Write a day as “2027-02-05 放假 春节” or “2027-02-20 上班”."), number, "line_unread")
    try:
        first = date.fromisoformat(match[1])
        last = date.fromisoformat(match[2]) if match[2] else first
    except ValueError:
        raise _refused(_("This day does not exist."), number, "day_unknown") from None
    return _span(first, last, kind, match[4], number)


def _sentences(line: str, year: int, number: int) -> list[Day]:
    """Read “五、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。”"""
    plain = _NUMBER.sub("", _ASIDE.sub("", line))
    name, colon, rest = plain.replace(":", "：").partition("：")
    found: list[Day] = []
    for sentence in re.split(r"[。；;]", rest if colon else plain):
        kind = DayKind.HOLIDAY if OFF in sentence else DayKind.MAKE_UP if WORKED in sentence else None
        if kind is None:
            continue
        of, month = year, 0
        for match in _DAYS.finditer(sentence):
            of, month = int(match[1] or of), int(match[2] or month)
            first = _day(of, month, int(match[3]), number)
            last = first
            if match[6]:
                of, month = int(match[4] or of), int(match[5] or month)
                last = _day(of, month, int(match[6]), number)
            found += _span(first, last, kind, name.strip() if colon else "", number)
    if not found:
        raise _refused(_("No day off and no make-up working day was found in this line."), number, "line_unread")
    return found


def _day(year: int, month: int, day: int, number: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _refused(_("This day does not exist."), number, "day_unknown") from None


def _span(first: date, last: date, kind: DayKind, name: str, number: int) -> list[Day]:
    if not 0 <= (last - first).days <= 31:
        raise _refused(_("The first day must not come after the last."), number, "period_reversed")
    names = [_CHINESE.get(part, part) for part in re.split(r"[、，,]\s*", name.strip()) if part]
    english = ", ".join(_ENGLISH[part] for part in names if part in _ENGLISH)
    return [Day(first + timedelta(days=n), kind, "、".join(names), english) for n in range((last - first).days + 1)]


def _refused(sentence: str, number: int, code: str) -> RuleViolation:
    placed = _("Line %(number)s: %(sentence)s") % {"number": number, "sentence": sentence}
    return RuleViolation(placed, code, fields={"text": placed})
