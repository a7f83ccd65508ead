"""From the rows of a workbook to whose they are, which codes the days hold, and which counts. Pure: no rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appraisals.workbooks.columns import NAME, NUMBER, SENDER, count_key, day_key, reason_key
from appraisals.workbooks.signs import code_of, sign_of
from appraisals.workload.asked import Asked
from appraisals.workload.values import parse_asked
from assignments.rules.attendance_codes import CLOSED
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.jobs.importing.records import Record
from deploy_admin.months import Month
from deploy_admin.people import names


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of one person on the sheet: the name, what the days are prefilled with, what is asked."""

    name: str
    prefilled: Sequence[str]
    asked: Mapping[str, Asked]


def take(records: Sequence[Record], held: Mapping[int, Held], month: Month) -> set[tuple[int, int]]:
    """Turn the cells of each row into codes and numbers, refusing what cannot be; return the emptied days.

    An emptied day takes what is prefilled; an empty count says nothing and is left out.
    """
    blank: set[tuple[int, int]] = set()
    for record in records:
        record.values.pop(SENDER, None)
        person = _whose(record, held)
        if person is None:
            continue
        number = record.values[NUMBER]
        for day in range(1, month.last.day + 1):
            if day_key(day) in record.values and _day(record, day, person):
                blank.add((number, day))
        _counts(record, person)
    return blank


def _whose(record: Record, held: Mapping[int, Held]) -> Held | None:
    number, name = record.values.get(NUMBER), record.values.get(NAME)
    if not isinstance(number, int) or not name:
        return None  # refused already: both are asked for
    person = held.get(number)
    if person is None:
        record.refuse(NUMBER, "month_row_unknown")
    elif names.tidy(str(name)) != names.tidy(person.name):
        record.refuse(NAME, "month_name_other", name=person.name)
        return None
    return person


def _day(record: Record, day: int, person: Held) -> bool:
    """Put the code of one day into the record; return whether the cell was empty."""
    key = day_key(day)
    text = record.values[key]
    standing = person.prefilled[day - 1]
    if any(finding.column == key and finding.refuses for finding in record.findings):
        record.values.pop(key)
        return False
    if text is None or text == "":
        record.values[key] = standing
        return standing != CLOSED
    code = code_of(str(text))
    if code is None:
        record.refuse(key, "month_sign_unknown", sign=sign_of("S", zh=speaks_chinese()))
        record.values.pop(key)
    elif standing == CLOSED and code != CLOSED:
        record.refuse(key, "month_day_shut")
    else:
        record.values[key] = code
    return False


def _counts(record: Record, person: Held) -> None:
    keys = [key for key in record.values if key.startswith((count_key(""), reason_key("")))]
    for key in keys:
        kind, _colon, code = key.partition(":")
        asked = person.asked.get(code)
        value = record.values[key]
        if value is None or value == "" or asked is None:
            if value not in (None, ""):
                record.refuse(key, "month_count_not_asked")
            record.values.pop(key)
        elif f"{kind}:" == count_key(""):
            _count(record, key, value, asked)


def _count(record: Record, key: str, value: Any, asked: Asked) -> None:
    try:
        number = parse_asked(value, asked)
    except RuleViolation as refusal:
        record.refuse(key, "month_refused", message=str(refusal.message))
        return
    record.values[key] = None if number is None else number.normalize()
