"""What one row about the past says wrongly by itself, and which rows put a person into two places on one day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from assignments.importing import words
from assignments.importing.past_columns import PAIRS
from assignments.importing.past_standing import CENT, Held
from assignments.kinds import Evidence
from assignments.rules.past import Settled
from deploy_admin.jobs.importing import values as cells
from deploy_admin.jobs.importing.columns import Column, Type, folded
from deploy_admin.jobs.importing.records import Record

_LAST_DAY = Column("last_day", "", "", Type.DATE)
_RUNNING = frozenset(map(folded, words.RUNNING_WORDS))


def last_day(record: Record) -> None:
    """Read the column of the last day: a date in any usual form, or a word for whoever is still there."""
    text = record.values.get("last_day")
    if text is None:
        return
    if text in cells.DASHES:
        del record.values["last_day"]
        return
    if folded(text) in _RUNNING:
        record.values["last_day"] = words.RUNNING
        return
    read = cells.read(_LAST_DAY, text)
    if read.wrong:
        record.refuse("last_day", "day_missing" if read.wrong == "day_missing" else "past_last_day")
    else:
        record.values["last_day"] = read.value.isoformat()


def amounts(record: Record) -> None:
    """Refuse half a payment and the same one twice; nothing paid is nothing said."""
    values = record.values
    seen: set[tuple[str, Decimal]] = set()
    total = Decimal(0)
    for n in PAIRS:
        purpose, amount = f"purpose_{n}", f"amount_{n}"
        if amount in values:
            values[amount] = values[amount].quantize(CENT)
            if not values[amount]:
                del values[amount]
                values.pop(purpose, None)
        if (purpose in values) != (amount in values):
            if not any(finding.column in (purpose, amount) for finding in record.findings):
                record.refuse(amount if purpose in values else purpose, "past_amount_alone")
        elif purpose in values:
            pair = (values[purpose], values[amount])
            if pair in seen:
                record.refuse(amount, "past_amount_twice")
            seen.add(pair)
            total += values[amount]
    if "amount_total" in values:
        values["amount_total"] = values["amount_total"].quantize(CENT)
        if not values["amount_total"]:
            del values["amount_total"]
        elif seen and total != values["amount_total"]:
            record.warn("amount_total", "past_total_other", sum=str(total))
            del values["amount_total"]


def papers(record: Record, there: Mapping[str, Any]) -> None:
    """Refuse a certificate without its number; warn of an entry that names no document."""
    said = {**there, **record.values}
    if not said.get("certificate_number") and (said.get("certificate_on") or said.get("certificate_issuer")):
        record.refuse("certificate_number", "past_certificate_number")
    if said.get("evidence") != Evidence.NONE and not (said.get("document") or said.get("document_number")):
        record.warn("document", "past_no_document")


def outcome(record: Record, stands: Settled) -> None:
    """Warn of days beyond the term, and of a result whose day is not known."""
    if stands.ended_on is not None and stands.ended_on > stands.term_ends_on:
        days = (stands.ended_on - stands.term_ends_on).days
        record.warn("last_day", "past_longer_than_term", days=days, last=stands.term_ends_on.isoformat())
    if record.values.get("result") and record.values.get("result_on") is None:
        record.warn("result_on", "past_result_day_assumed")


@dataclass(frozen=True, slots=True)
class Days:
    """The days a row means, and the assignment that it corrects, if any."""

    record: Record
    first: date
    last: date
    corrects: int | None


def places(days: Mapping[int, Sequence[Days]], held: Mapping[int, Sequence[Held]], names: Mapping[int, str]) -> None:
    """Refuse rows that put somebody where they already are or, by another row, would be on the same day."""
    for worker, said in days.items():
        corrected = {each.corrects for each in said}
        others = [each for each in held.get(worker, ()) if each.pk not in corrected]
        rows = sorted(said, key=lambda each: (each.first, each.record.row))
        for n, each in enumerate(rows):
            for other in others:
                if other.starts_on <= each.last and each.first <= other.ends_on:
                    each.record.refuse(
                        "starts_on",
                        "past_elsewhere",
                        unit=names.get(other.receiving_unit_id, f"#{other.receiving_unit_id}"),
                        first=other.starts_on.isoformat(),
                        last=other.ends_on.isoformat(),
                    )
                    break
            before = max(rows[:n], key=lambda one: one.last, default=None)
            if before is not None and each.first <= before.last and each.first != before.first:
                each.record.refuse("starts_on", "past_twice", row=before.record.row)


def grouped(said: Sequence[tuple[int, Days]]) -> dict[int, list[Days]]:
    """Return the days by person."""
    found: dict[int, list[Days]] = defaultdict(list)
    for worker, each in said:
        found[worker].append(each)
    return found
