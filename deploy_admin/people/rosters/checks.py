"""What is wrong with a row by itself, and with what it says beside what is recorded: one finding for each cell."""

from __future__ import annotations

from datetime import date
from typing import Any

from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.national_ids import MALE
from deploy_admin.people import codes
from deploy_admin.people.rosters.columns import KEYS, NONE
from deploy_admin.people.rosters.standing import Person
from deploy_admin.people.rosters.units import Place
from deploy_admin.people.services.matching import Known

YOUNGEST = 16  # completed years at which somebody may be hired
AGE_LEEWAY = 1  # years: a roster's ages were counted on another day
#: Days that have come when they are entered.
PAST = ("hired_on", "clinical_since", "licensed_on", "title_qualified_on", "title_appointed_on", "changed_on")
TEXTS = ("name", "major", "speciality", "department", "documents")
#: Kept of a title or licence, and nothing without it.
OF_TITLE = ("title_scope", "title_qualified_on", "title_appointed_on")
OF_LICENCE = ("licence_number", "practice_category", "licensed_on")
OF_ABSENCE = frozenset({"away_kind", "away_from", "away_to"})
NEEDED = ("staff_category", "employment_mode")


def years(born: date, on: date) -> int:
    """Return the completed years of age on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def header(key: str) -> str:
    """Return the column's name for a sentence."""
    return KEYS[key].zh


class Checks:
    """Tests rows one after the other; remembers what it has tested."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.texts: set[str] = set()  # found to hold no ID number

    def row(self, record: Record, born: date | None, sex: str, place: Place) -> None:
        """Refuse or remark on what the row says by itself; birth and sex as the ID number has them."""
        values = record.values
        self._texts(record)
        if born is not None:
            self._against_id(record, born, sex)
        today = self.today
        for key in PAST:
            if key in values and values[key] > today:
                record.refuse(key, "day_in_future")
        self._in_order(record, "title_qualified_on", "title_appointed_on")
        self._in_order(record, "away_from", "away_to")
        self._in_order(record, "hired_on", "left_on")
        scope, kind = values.get("title_scope"), values.get("title")
        if scope == "grassroots_targeted" and place.is_hospital:
            record.warn("title_scope", "title_targeted_at_hospital")
        category = values.get("staff_category")
        if kind is not None and category is not None and kind != NONE.value:
            series = codes.TITLE_BY_CODE[kind].series
            if series != "other" and series != category:
                record.warn("title", "title_of_other_category", category=codes.label(codes.STAFF_CATEGORIES, category))
        self._licence_before_title(record)
        if values.get("left_on") is not None and values.get("ended_as") is None:
            record.refuse("ended_as", "leaving_kind_missing", column=header("ended_as"))

    def _licence_before_title(self, record: Record) -> None:
        values = record.values
        licensed, qualified = values.get("licensed_on"), values.get("title_qualified_on")
        if licensed is None or qualified is None or qualified >= licensed:
            return
        title = codes.TITLE_BY_CODE.get(values.get("title") or "")
        if title is not None and title.series in ("physician", "nursing") and title.level != "junior":
            record.warn("title_qualified_on", "qualified_before_licence", day=licensed.isoformat())

    def _texts(self, record: Record) -> None:
        for key in TEXTS:
            text = record.values.get(key)
            if text and len(text) > 17 and text not in self.texts:
                if scrubbed(text) == text:
                    self.texts.add(text)
                else:
                    record.refuse(key, "id_in_text")
        number = record.values.get("licence_number")
        if number and len(number) > 17 and scrubbed(number) != number:
            record.refuse("licence_number", "licence_number_holds_id")

    def _against_id(self, record: Record, born: date, sex: str) -> None:
        values = record.values
        stated = values.get("sex")
        if stated is not None and stated in ("1", "2") and stated != sex:
            record.refuse("sex", "id_says_male" if sex == MALE else "id_says_female")
        month = values.get("birth_month")
        if month is not None and (month.year, month.month) != (born.year, born.month):
            record.refuse("birth_month", "birth_month_differs", month=f"{born:%Y-%m}")
        age = values.get("age")
        if age is not None and abs(age - (now := years(born, self.today))) > AGE_LEEWAY:
            record.warn("age", "age_differs", age=now)
        hired = values.get("hired_on")
        if hired is not None and hired <= self.today and (then := years(born, hired)) < YOUNGEST:
            record.refuse("hired_on", "hired_too_young", age=then)

    def _in_order(self, record: Record, first: str, last: str) -> None:
        begins, ends = record.values.get(first), record.values.get(last)
        if begins is not None and ends is not None and ends < begins:
            record.refuse(last, "days_reversed", column=header(first))

    def new(self, record: Record) -> None:
        """Refuse what only people who are recorded already may leave open."""
        values = record.values
        for key in NEEDED:
            if values.get(key) is None and not any(finding.column == key for finding in record.findings):
                record.refuse(key, "required", column=header(key))
        self._held(record, None)

    def known(self, record: Record, person: Person | None, standing: dict[str, Any]) -> None:
        """Refuse what does not go with what is recorded; `standing` is that by column."""
        values = record.values
        self._held(record, person)
        if person is None:
            return
        if values.get("ended_as") is not None and values.get("left_on") is None and standing.get("left_on") is None:
            record.refuse("left_on", "leaving_day_missing", column=header("left_on"))
        left, hired, before = standing.get("left_on"), values.get("hired_on"), standing.get("hired_on")
        again = left is not None and hired is not None and hired > left
        if left is not None and left < self.today and values.get("left_on") is None and not again:
            record.refuse("left_on" if hired is None else "hired_on", "left_already", day=left.isoformat())
        if values.get("changed_on") is not None or (hired and before and hired > before):
            return
        for key in NEEDED:
            was, now = standing.get(key), values.get(key)
            if was and now and was != now:
                record.warn(key, "taken_as_correction", was=KEYS[key].shown(was), column=header("changed_on"))

    def taken_on(self, record: Record, known: Known) -> None:
        """Refuse somebody who left another unit and comes without a day of hire, or with one before the leaving."""
        if known.institution_id in (None, record.refs["unit"]) or known.valid_to is None:
            return
        hired = record.values.get("hired_on")
        if hired is None:
            record.refuse("hired_on", "hire_day_missing")
        elif hired <= known.valid_to:
            record.refuse("hired_on", "employed_elsewhere")

    def _held(self, record: Record, person: Person | None) -> None:
        """Test the title, the licence and the absence; "none" is taken off the row once it is found to be true."""
        values = record.values
        title = values.get("title")
        held = person.title(title, values.get("title_scope")) if person else None
        if title == NONE.value:
            if held is not None:
                record.refuse("title", "title_taken_away", title=codes.TITLE_BY_CODE[held.code].label)
            del values["title"]
            for key in OF_TITLE:
                values.pop(key, None)
        elif title is None:
            if held is None and (key := next((key for key in OF_TITLE if values.get(key) is not None), "")):
                record.refuse("title", "title_missing", column=header(key))
        elif held is None or held.code != title:
            self._qualified(record)
        elif values.get("title_scope", held.scope) != held.scope and values.get("title_qualified_on") in (
            None,
            held.qualified_on,
        ):
            record.refuse("title_scope", "title_scope_differs", scope=codes.label(codes.TITLE_SCOPES, held.scope))
        licence = person.licence(values.get("licence")) if person else None
        if values.get("licence") == NONE.value:
            if licence is not None:
                record.refuse("licence", "licence_taken_away", licence=codes.label(codes.LICENCES, licence.kind))
            del values["licence"]
            for key in OF_LICENCE:
                values.pop(key, None)
        elif values.get("licence") is None and licence is None:
            key = next((key for key in OF_LICENCE if values.get(key) is not None), "")
            if key:
                record.refuse(key, "licence_missing", column=header("licence"))
        self._away(record, person)

    def _qualified(self, record: Record) -> None:
        if record.values.get("title_qualified_on") is None and not any(
            finding.column == "title_qualified_on" for finding in record.findings
        ):
            record.refuse("title_qualified_on", "title_day_missing")

    def _away(self, record: Record, person: Person | None) -> None:
        values = record.values
        if values.keys().isdisjoint(OF_ABSENCE):
            return
        kind, first, last = values.get("away_kind"), values.get("away_from"), values.get("away_to")
        held = person.absence(kind, first, last, self.today) if person else None
        if kind is None and held is None:
            record.refuse("away_kind", "away_kind_missing", column=header("away_kind"))
        elif first is None and held is None:
            record.refuse("away_from", "away_from_missing", column=header("away_from"))
