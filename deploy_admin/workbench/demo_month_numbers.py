"""Plausible months: what a speciality does in a month, how a person differs, which days were not as planned. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

#: Visits and operations of a whole month, by what the speciality is called.
_WORK: tuple[tuple[str, int, int], ...] = (
    ("麻醉", 24, 26), ("儿", 360, 0), ("妇产", 205, 7), ("普外", 175, 11), ("骨", 185, 9), ("泌尿", 165, 8),
    ("眼", 215, 12), ("针灸", 270, 0), ("中医", 285, 0), ("康复", 210, 0), ("急诊", 340, 2), ("重症", 130, 1),
    ("全科", 410, 0), ("感染", 240, 0), ("预防", 95, 0), ("公共", 80, 0), ("肾", 230, 0),
)  # fmt: skip
_OTHERWISE = (290, 0)
#: How busy each calendar month is: full waiting rooms in winter, quiet weeks around the Spring Festival.
_SEASON = (1.08, 0.78, 0.97, 1.0, 1.0, 0.98, 0.96, 0.95, 1.0, 0.98, 1.05, 1.1)
#: Counts that do not depend on the speciality: fewest and most in a whole month.
_RANGES = {
    "rounds": (2, 7), "teaching_sessions": (2, 7), "case_discussions": (1, 5), "mentees": (1, 3), "lectures": (0, 2),
    "teaching_rounds": (2, 6), "technique_promotion": (0, 2), "technical_guidance": (2, 8), "mentoring": (1, 5),
    "training": (0, 3), "management": (0, 3),
}  # fmt: skip
WHOLE_MONTH = 21


@dataclass(frozen=True)
class Person:
    """What makes somebody's months alike: who it is, the speciality, whether the unit works in shifts."""

    pk: int
    speciality: str
    pattern: str
    since: date

    def luck(self, month: date, what: str = "") -> Random:
        """Return the same chances for the same month, whoever asks and how often."""
        return Random(f"{self.pk} {month:%Y%m} {what}")  # noqa: S311 -- invented numbers, the same at every load

    @property
    def pace(self) -> float:
        """How much faster or slower than others."""
        return 0.82 + Random(f"{self.pk} pace").random() * 0.4  # noqa: S311


def count_of(code: str, person: Person, month: date, attended: Decimal) -> int:
    """Return what the person did of one thing in a month of so many days at the post."""
    luck = person.luck(month, code)
    share = float(attended) / WHOLE_MONTH
    if code in ("outpatient_emergency_visits", "consultation", "operations"):
        visits, operations = next((rest for name, *rest in _WORK if name in person.speciality), _OTHERWISE)
        usual = operations if code == "operations" else visits
        at_first = 0.8 if (month - person.since).days < 45 else 1.0
        return round(usual * person.pace * _SEASON[month.month - 1] * share * at_first * (0.93 + luck.random() * 0.14))
    if code == "new_techniques":
        return 1 if luck.random() < 0.12 * share else 0
    low, high = _RANGES.get(code, (0, 3))
    return round(luck.randint(low, high) * min(share, 1.2))


def judged(most: Decimal, person: Person, month: date) -> tuple[Decimal, str]:
    """Return the points a unit gives of so many, with the reason it writes where they are few."""
    luck = person.luck(month, "judged")
    lost = luck.choice((0, 0, 1, 1, 2, 2, 3, 5))
    reason = luck.choice(("两次未按时完成病历", "村卫生室带教未达约定次数", "群众反映候诊时间长")) if lost >= 4 else ""
    return max(most - lost, Decimal(0)), reason


def lived(days: Sequence[str], person: Person, month: date) -> list[str]:
    """Return the days of a month as they went: outreach rounds, duty on Saturdays with time off, courses, errands.

    What is prefilled as leave, absence, holiday or night duty stays: there is a record of it.
    """
    found, luck = list(days), person.luck(month, "days")
    present = [place for place, cell in enumerate(found) if cell == "P"]
    if not present:
        return found
    for cell, chance, most in (("R", 0.55, 3), ("T", 0.12, 2), ("G", 0.08, 1)):
        if luck.random() < chance:
            _put(found, luck.sample(present, min(luck.randint(1, most), len(present))), cell)
    if person.pattern != "shift" and luck.random() < 0.22:
        resting = [place for place, cell in enumerate(found) if cell == "X"]
        working = [place for place, cell in enumerate(found) if cell == "P"]
        if resting and working:
            _put(found, [luck.choice(resting)], "D")
            _put(found, [luck.choice(working)], "L")
    return found


def _put(days: list[str], places: Iterable[int], cell: str) -> None:
    for place in places:
        days[place] = cell


def shifts_of(person: Person) -> list[str]:
    """Return a shift roster that repeats: by day, by night, off."""
    return list(Random(f"{person.pk} shifts").choice(("PPNXX", "PNXX", "PPPNXX")))  # noqa: S311


def touched(before: Sequence[str], after: Sequence[str]) -> int:
    """Return the bits of the days that somebody set."""
    return sum(1 << place for place, (was, now) in enumerate(zip(before, after, strict=True)) if was != now)
