"""Whom the rows of a roster mean: by ID number, by person number, by name where the ID is masked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from deploy_admin import national_ids
from deploy_admin.jobs.importing.columns import Context, folded
from deploy_admin.jobs.importing.records import Record
from deploy_admin.national_ids import NationalId
from deploy_admin.people import names
from deploy_admin.people.services.matching import Known, Matches, Whose, match
from deploy_admin.registry.models import Institution

_NUMBER = re.compile(r"P\d{8}")


def whole_id(record: Record) -> NationalId | None:
    """Return the row's ID number where it is whole; its form and check digit were tested when it was read."""
    number = record.values.get("national_id")
    if not number or "*" in number:
        return None
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return NationalId(number, born, national_ids.MALE if int(number[16]) % 2 else national_ids.FEMALE)


class Meant:
    """The known people whom the rows mean; a row that means nobody known is a new person's. Five queries."""

    def __init__(self, records: Sequence[Record], context: Context) -> None:
        self.today = context.today
        for record in records:
            self._tidy(record)
        ids = [number for record in records if (number := record.values.get("national_id")) and "*" not in number]
        numbers = [number for record in records if (number := record.values.get("person_number"))]
        masked = [
            (unit, name)
            for record in records
            if "*" in (record.values.get("national_id") or "")
            and not record.values.get("person_number")
            and (unit := record.refs.get("unit")) is not None
            and (name := record.values.get("name"))
        ]
        self.found: Matches = match(ids=ids, numbers=numbers, names=masked, actor=context.actor, on=context.today)
        everyone = [*self.found.by_id.values(), *self.found.by_number.values()]
        units = {known.institution_id for known in everyone if known.visible and known.institution_id is not None}
        self.names = Institution.objects.filter(pk__in=units).named(context.today) if units else {}

    def _tidy(self, record: Record) -> None:
        """Take the number and the name as they are kept; what is no number of ours is passed over."""
        values = record.values
        if number := values.get("person_number"):
            number = folded(number).upper()
            if _NUMBER.fullmatch(number):
                values["person_number"] = number
            else:
                record.warn("person_number", "person_number_foreign")
                del values["person_number"]
        if name := values.get("name"):
            values["name"] = names.tidy(name)

    def find(self, record: Record) -> Known | None:
        """Return the person known to the system; None for a new one or where the row is refused."""
        number, national_id = record.values.get("person_number"), record.values.get("national_id")
        known: Known | None
        if number:
            known = self._by_number(record, number, national_id)
        elif national_id and "*" in national_id:
            known = self._by_name(record, national_id)
        elif national_id:
            known = self.found.by_id.get(national_id)
        else:
            return None
        if known is None or "unit" not in record.refs:
            return None
        return known if self._may_be_written(record, known) else None

    def _by_number(self, record: Record, number: str, national_id: str | None) -> Known | None:
        known = self.found.by_number.get(number)
        if known is None or not known.visible:
            record.refuse("person_number", "person_number_unknown")
            return None
        if known.merged_from:
            record.warn("person_number", "person_number_merged", number=known.number)
        if not national_id:
            return known
        masked = national_id if "*" in national_id else national_ids.mask(national_id)
        other = None if "*" in national_id else self.found.by_id.get(national_id)
        same = masked == known.id_masked if "*" in national_id else other is not None
        if (other is not None and other.worker_id != known.worker_id) or (known.id_masked and not same):
            record.refuse("national_id", "id_of_another", masked=known.id_masked or "—")
            return None
        return known

    def _by_name(self, record: Record, masked: str) -> Known | None:
        pair = (record.refs.get("unit", 0), record.values.get("name") or "")
        there = [known for known in self.found.by_name.get(pair, ()) if known.id_masked == masked]
        if len(there) == 1:
            return there[0]
        record.refuse("national_id", "id_masked_unknown")
        return None

    def _may_be_written(self, record: Record, known: Known) -> bool:
        """Whether the person is the unit's, was, or may be taken on by it; else the row is refused."""
        column = "national_id" if record.values.get("national_id") else "person_number"
        whose = known.whose(record.refs["unit"], self.today)
        if whose is Whose.OTHER:
            if known.visible:
                record.refuse(column, "on_the_roster_of", unit=self.names.get(known.institution_id or 0, ""))
            else:
                record.refuse(column, "on_another_roster")
            return False
        if whose in (Whose.LEFT_OTHER, Whose.NOWHERE) and names.tidy(known.name) != record.values.get("name"):
            record.refuse("name", "name_of_another")
            return False
        return True
