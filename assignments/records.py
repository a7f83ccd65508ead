"""People's records read for judging: a constant number of queries for any number of people, plain tuples out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.expressions import RawSQL

from deploy_admin.people.models import (
    Employment,
    HealthWorker,
    HeldDocument,
    Licence,
    RecordedEvent,
    Title,
    Unavailability,
)
from deploy_admin.people.rules import Post

POST = tuple(field.name for field in fields(Post))


class HeldTitle(NamedTuple):
    """One title with its days."""

    code: str
    series: str
    level: str
    scope: str
    qualified_on: date
    revoked_on: date | None


class HeldLicence(NamedTuple):
    """One licence with its days."""

    kind: str
    practice_category: str
    issued_on: date | None
    ended_on: date | None


class Paper(NamedTuple):
    """One certificate with its days."""

    name: str
    issued_on: date | None
    valid_to: date | None


class Away(NamedTuple):
    """One reason to be away with its days."""

    kind: str
    valid_from: date
    valid_to: date | None


class Record:
    """Everything about one person that a rule may ask for. The name and the ID number are not among it."""

    __slots__ = (
        "away", "born_on", "clinical_since", "degree", "documents", "education", "events", "id", "licences", "major",
        "management_experience", "merged", "posts", "sex", "sort_key", "speciality", "titles", "updated_at",
    )  # fmt: skip

    def __init__(
        self,
        id: int,
        sort_key: str,
        sex: str,
        born_on: date | None,
        education: str,
        degree: str,
        major: str,
        speciality: str,
        clinical_since: date | None,
        management_experience: bool | None,
        merged: int | None,
        updated_at: datetime,
    ) -> None:
        self.id = id
        self.sort_key = sort_key
        self.sex = sex
        self.born_on = born_on
        self.education = education
        self.degree = degree
        self.major = major
        self.speciality = speciality
        self.clinical_since = clinical_since
        self.management_experience = management_experience
        self.merged = merged
        self.updated_at = updated_at
        self.posts: Sequence[Post] = ()
        self.titles: Sequence[HeldTitle] = ()
        self.licences: Sequence[HeldLicence] = ()
        self.documents: Sequence[Paper] = ()
        self.away: Sequence[Away] = ()
        self.events: Sequence[tuple[str, date]] = ()

    def post_on(self, day: date) -> Post | None:
        """Return the employment that holds on the day."""
        for post in self.posts:
            if post.valid_from <= day and (post.valid_to is None or day <= post.valid_to):
                return post
        return None

    def away_on(self, day: date) -> Away | None:
        """Return what keeps the person away on the day; of several the one that lasts longest."""
        held = [
            each for each in self.away if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
        ]
        return max(held, key=lambda each: each.valid_to or date.max, default=None)


#: what a fact is read from; facts of the person's own row and of the employments are always there
TITLES = frozenset({"title_level", "title_scope", "title_series", "titles_held", "title_since", "years_in_title"})
LICENCES = frozenset({"licence", "practice_category"})
DOCUMENTS = frozenset({"documents_held", "documents_valid"})
EVENTS = frozenset({"events"})


def read(worker_ids: Collection[int], asked: frozenset[str] | None = None) -> dict[int, Record]:
    """Return the records by person; `asked` leaves out licences, papers and events that no clause asks for.

    Seven queries at most. The person's row is read first: whatever changes meanwhile moves `updated_at` on from what
    was read, so that the person is judged again.
    """
    # One parameter instead of five thousand.
    ids = RawSQL("SELECT unnest(%s::bigint[])", (list(worker_ids),))
    columns = (
        "pk", "pinyin", "sex", "born_on", "education", "degree", "major", "speciality", "clinical_since",
        "management_experience", "merged_into_id", "updated_at",
    )  # fmt: skip
    rows = HealthWorker.objects.filter(pk__in=ids).order_by("pk").values_list(*columns)
    records = {row[0]: Record(*row) for row in rows}
    posts = Employment.objects.filter(worker__in=ids).order_by("worker", "valid_from")
    _hand_out(records, "posts", Post, posts, POST)
    _hand_out(records, "titles", HeldTitle, Title.objects.filter(worker__in=ids).order_by("worker", "qualified_on"))
    _hand_out(records, "away", Away, Unavailability.objects.standing().filter(worker__in=ids).order_by("worker"))
    if asked is None or asked & LICENCES:
        _hand_out(records, "licences", HeldLicence, Licence.objects.filter(worker__in=ids).order_by("worker"))
    if asked is None or asked & DOCUMENTS:
        _hand_out(records, "documents", Paper, HeldDocument.objects.filter(worker__in=ids).order_by("worker", "name"))
    if asked is None or asked & EVENTS:
        events = RecordedEvent.objects.standing().filter(worker__in=ids).annotate(on_day=F("happened_on"))
        _hand_out(records, "events", _event, events.order_by("worker", "happened_on"), ("kind", "on_day"))
    return records


def _event(kind: str, on: date) -> tuple[str, date]:
    return kind, on


def _hand_out(
    records: dict[int, Record], name: str, make: Any, rows: Any, columns: tuple[str, ...] | None = None
) -> None:
    """Give each record its rows; people without any share one empty tuple."""
    held: list[Any] = []
    owner: int | None = None
    for worker_id, *values in rows.values_list("worker_id", *(columns or make._fields)):
        if worker_id != owner:
            if owner in records and held:
                setattr(records[owner], name, held)
            owner, held = worker_id, []
        held.append(make(*values))
    if owner in records and held:
        setattr(records[owner], name, held)
