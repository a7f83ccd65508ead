"""What a list may say: one person's row as it is handed in, and everything wrong with it, told by column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.jobs.importing import findings
from deploy_admin.months import Period
from deploy_admin.national_ids import NationalId
from deploy_admin.people import codes
from deploy_admin.people.models import Employment, Licence, Title
from deploy_admin.registry.codes import Affiliation
from quotas import reading
from quotas.countings import countings_of
from quotas.models import ListedPerson, ListKind

LEVELS = {code.value: rank for rank, code in enumerate(codes.TITLE_LEVELS)}
#: Titles of physicians: their holders are licensed, in one of the four practice categories.
PHYSICIAN_TITLES = frozenset(code for code, title in codes.TITLE_BY_CODE.items() if title.series == "physician")

findings.register(
    {
        "listed_elsewhen": (
            _("lies outside %(list)s, the year of this list"),
            _("Put the person on the list of %(year)s: the year of the approval or the hire decides."),
        ),
        "listed_in_future": (_("lies in the future"), _("List the person once it has happened.")),
        "listed_at_other": (
            _("this person is on another unit's list of the same year"),
            _("Clear up with the commission whose list the person belongs on."),
        ),
        "title_held_earlier": (
            _("this person holds “%(title)s” since %(day)s already"),
            _("Only a new promotion belongs on the list; where the record is wrong, have it corrected first."),
        ),
        "title_other_day": (
            _("this title is recorded as approved on %(day)s"),
            _("Correct the date, or the record of the person."),
        ),
        "needed_for_title": (
            _("is needed for this title: the figure is broken down by it"),
            _("Fill in the practice category of the licence."),
        ),
        "military_needed": (
            _("is needed at a military hospital: the figure is broken down by it"),
            _("Write “是” or “否”."),
        ),
        "review_after_approval": (
            _("lies after the approval"),
            _("The review comes first: write its year, or leave the cell empty."),
        ),
        "appointed_before_approval": (
            _("lies before the approval"),
            _("Nobody is appointed to a title before holding it: correct one of the two dates."),
        ),
        "works_elsewhere": (
            _("this person is on the roster of another unit"),
            _("Ask for a transfer, or have that unit enter the leaving, and send the list in again."),
        ),
        "hired_other_day": (
            _("this person is recorded as hired on %(day)s"),
            _("Correct the date, or the record of the person."),
        ),
        "category_other": (
            _("the licence is recorded with another practice category: %(category)s"),
            _("The list counts as it is written here; correct the record where that is wrong."),
        ),
    }
)


@dataclass(slots=True)
class Listing:
    """One person to put on a list. `worker_id` is a known one; without it, name and ID number register a new one."""

    institution_id: int
    happened_on: date | None
    worker_id: int | None = None
    version: int | None = None
    national_id: NationalId | None = None
    name: str = ""
    practice_category: str = ""
    military: bool | None = None
    department: str = ""
    # a promotion
    title_code: str = ""
    title_scope: str = "general"
    appointed_on: date | None = None
    review_year: int | None = None
    document_number: str = ""
    # a recruit
    staff_category: str = ""
    employment_mode: str = ""
    sex: str = ""
    education: str = ""

    @property
    def military_status(self) -> str:
        """As a figure is broken down by it; empty where nobody said."""
        return "" if self.military is None else "military" if self.military else "civilian"


class Fault(NamedTuple):
    """One thing wrong with a row, or worth knowing: the column it stands in, its code (see findings), and data."""

    column: str
    code: str
    params: dict[str, Any]
    refuses: bool = True

    @property
    def sentence(self) -> str:
        """What is wrong and what would be right, in the reader's language."""
        said = (findings.sentence(self.code, self.params), findings.remedy(self.code, self.params))
        return " ".join(part for part in said if part)


@dataclass
class Records:
    """What is recorded of some people: four queries for any number."""

    titles: dict[int, list[Title]] = field(default_factory=lambda: defaultdict(list))
    employments: dict[int, list[Employment]] = field(default_factory=lambda: defaultdict(list))
    licences: dict[int, Licence] = field(default_factory=dict)
    listed: dict[int, ListedPerson] = field(default_factory=dict)
    military: frozenset[int] = frozenset()

    @classmethod
    def of(cls, worker_ids: Collection[int], institution_ids: Collection[int], kind: str, period: Period) -> Records:
        """Read titles, employments, the physician's licence and the standing row of each person."""
        found = cls()
        ids = set(worker_ids)
        for title in Title.objects.filter(worker__in=ids, revoked_on__isnull=True).order_by("qualified_on"):
            found.titles[title.worker_id].append(title)
        for employment in Employment.objects.filter(worker__in=ids).order_by("valid_from"):
            found.employments[employment.worker_id].append(employment)
        for licence in Licence.objects.filter(worker__in=ids, ended_on__isnull=True).exclude(practice_category=""):
            found.licences[licence.worker_id] = licence
        found.listed = standing_rows(kind, period, ids)
        profiles = reading.profiles(institution_ids, reading.day_of(period))
        found.military = frozenset(u for u, p in profiles.items() if p.affiliation == Affiliation.MILITARY)
        return found

    def current(self, worker_id: int) -> Employment | None:
        """The latest employment."""
        return next((row for row in self.employments[worker_id] if row.is_current), None)

    def title_of(self, row: Listing) -> Title | None:
        """The title the row speaks of, where it is recorded already."""
        held = self.titles[row.worker_id] if row.worker_id is not None else []
        return next((t for t in held if t.code == row.title_code and t.scope == row.title_scope), None)

    def is_theirs(self, row: Listing) -> bool:
        """Whether the person's record is the unit's to write on: who is there, or was there last."""
        here = self.current(row.worker_id) if row.worker_id is not None else None
        return here is not None and here.institution_id == row.institution_id

    def hire_of(self, row: Listing) -> Employment | None:
        """The employment at the unit that began with the hire the row speaks of, present or past."""
        if row.worker_id is None:
            return None
        there = [e for e in self.employments[row.worker_id] if e.institution_id == row.institution_id]
        return next((e for e in reversed(there) if row.happened_on in (e.hired_on, e.valid_from)), None)


def standing_rows(kind: str, period: Period, worker_ids: Collection[int]) -> dict[int, ListedPerson]:
    """Return each person's row on a list of this kind and period; that of a merged record is of who was kept."""
    rows = ListedPerson.objects.standing().of_period(period).filter(kind=kind).select_related("title")
    rows = rows.annotate(person=Coalesce("worker__merged_into_id", "worker_id")).filter(person__in=worker_ids)
    return {row.person: row for row in rows}  # type: ignore[attr-defined]  # annotated above


def filled_in(kind: str, row: Listing, records: Records) -> None:
    """Take from the record what the list leaves out: practice category, military status."""
    if row.worker_id is None:
        return
    here = records.current(row.worker_id)
    if kind == ListKind.PROMOTIONS and not row.practice_category and (licence := records.licences.get(row.worker_id)):
        row.practice_category = licence.practice_category
    if row.military is None and here is not None:
        row.military = here.military


def faults(kind: str, period: Period, row: Listing, records: Records) -> list[Fault]:
    """Return everything wrong with the row, given what is recorded of the person."""
    found = list(_of_the_day(kind, period, row))
    standing = records.listed.get(row.worker_id) if row.worker_id is not None else None
    if standing is not None and standing.institution_id != row.institution_id:
        found.append(Fault("name", "listed_at_other", {}))
    if row.happened_on is not None:
        found += _of_promotion(row, records) if kind == ListKind.PROMOTIONS else _of_recruit(row, records)
    return found


def _of_the_day(kind: str, period: Period, row: Listing) -> list[Fault]:
    column = day_column(kind)
    if row.happened_on is None:
        return []
    if row.happened_on > clock.today():
        return [Fault(column, "listed_in_future", {})]
    if row.happened_on not in period:
        return [Fault(column, "listed_elsewhen", {"list": str(period), "year": row.happened_on.year})]
    return []


def _of_promotion(row: Listing, records: Records) -> list[Fault]:
    assert row.happened_on is not None  # noqa: S101 -- asked for only where there is a day
    found = []
    if row.title_code in PHYSICIAN_TITLES and not row.practice_category:
        found.append(Fault("practice_category", "needed_for_title", {}))
    if row.institution_id in records.military and row.military is None and counts_anywhere(ListKind.PROMOTIONS, row):
        found.append(Fault("military", "military_needed", {}))
    if row.review_year is not None and row.review_year > row.happened_on.year:
        found.append(Fault("review_year", "review_after_approval", {}))
    if row.appointed_on is not None and row.appointed_on < row.happened_on:
        found.append(Fault("appointed_on", "appointed_before_approval", {}))
    if row.worker_id is None:
        return found
    same = records.title_of(row)
    earlier = _held_earlier(row, records)
    if same is not None and same.qualified_on > row.happened_on:
        found.append(Fault("qualified_on", "title_other_day", {"day": same.qualified_on.isoformat()}))
    elif earlier is not None:
        params = {"title": str(earlier), "day": earlier.qualified_on.isoformat()}
        found.append(Fault("title", "title_held_earlier", params))
    elif same is None and not records.is_theirs(row):
        found.append(Fault("name", "works_elsewhere", {}))
    licence = records.licences.get(row.worker_id)
    if licence is not None and row.practice_category not in ("", licence.practice_category):
        words = codes.label(codes.PRACTICE_CATEGORIES, licence.practice_category)
        found.append(Fault("practice_category", "category_other", {"category": words}, refuses=False))
    return found


def _held_earlier(row: Listing, records: Records) -> Title | None:
    """Return the title of this series, as high or higher and of the same scope, that was held before the approval."""
    title = codes.TITLE_BY_CODE.get(row.title_code)
    if title is None or row.worker_id is None or row.happened_on is None:
        return None
    for held in records.titles[row.worker_id]:
        alike = (held.series, held.scope) == (title.series, row.title_scope)
        if alike and LEVELS[held.level] >= LEVELS[title.level] and held.qualified_on < row.happened_on:
            return held
    return None


def _of_recruit(row: Listing, records: Records) -> list[Fault]:
    assert row.happened_on is not None  # noqa: S101 -- asked for only where there is a day
    if row.worker_id is None or records.hire_of(row) is not None:
        return []
    here = records.current(row.worker_id)
    if here is None or (here.valid_to is not None and here.valid_to < row.happened_on):
        return []  # taken on after having left
    if here.institution_id != row.institution_id:
        return [Fault("name", "works_elsewhere", {})]
    if here.hired_on is None and here.valid_from >= row.happened_on:
        return []  # nobody had said when
    day = (here.hired_on or here.valid_from).isoformat()
    return [Fault("hired_on", "hired_other_day", {"day": day})]


def counts_anywhere(kind: str, row: Listing) -> bool:
    """Whether some figure counts the row, whatever the breakdown."""
    return any(getattr(row, counting.column) in counting.values for counting in countings_of(kind))


def day_column(kind: str) -> str:
    """Return the column that holds the day the list's year is asked by."""
    return "qualified_on" if kind == ListKind.PROMOTIONS else "hired_on"


def all_faults(kind: str, period: Period, rows: Sequence[Listing], records: Records) -> list[list[Fault]]:
    """Return what is wrong with each row, in their order."""
    return [faults(kind, period, row, records) for row in rows]
