"""What is true of people on a day: read for any number of them at once, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from deploy_admin.people import rules
from deploy_admin.people.models import Employment, Licence, Title, Unavailability
from deploy_admin.people.rules import HeldTitle, Post
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import InstitutionProfile

POST = (
    "worker_id",
    "id",
    "institution_id",
    "department",
    "staff_category",
    "employment_mode",
    "military",
    "hired_on",
    "began_as",
    "valid_from",
    "valid_to",
    "ended_as",
)
TITLE = ("worker_id", "id", "code", "series", "level", "scope", "qualified_on", "appointed_on", "revoked_on")
LICENCE = ("worker_id", "id", "kind", "number", "practice_category", "issued_on", "ended_on")
AWAY = ("worker_id", "id", "kind", "valid_from", "valid_to", "remark")


@dataclass(frozen=True, slots=True)
class HeldLicence:
    """One licence that is valid on the day."""

    id: int
    kind: str
    number: str
    practice_category: str
    issued_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Away:
    """One reason that keeps the person away on the day."""

    id: int
    kind: str
    valid_from: date
    valid_to: date | None
    remark: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of one person on the day asked about. Nothing known is an empty tuple or None."""

    worker_id: int
    employment: Post | None  # the one that holds on the day
    left: Post | None  # the last one that ended before the day, where none holds
    hired_on: date | None  # the first hire on the unbroken chain of transfers
    establishment_since: date | None
    titles: tuple[HeldTitle, ...]  # held on the day, the highest first
    title: HeldTitle | None  # the highest that counts where the person works
    title_since: date | None  # since when a title of that level has been held
    licences: tuple[HeldLicence, ...]
    away: tuple[Away, ...]


def standing(worker_ids: Collection[int], on: date) -> dict[int, Standing]:
    """Return what is true of each of these people on `on`. Five queries, whatever the number."""
    ids = list(worker_ids)
    posts: dict[int, list[Post]] = defaultdict(list)
    begun = Employment.objects.filter(worker_id__in=ids, valid_from__lte=on).order_by()
    for worker, *post in begun.values_list(*POST):
        posts[worker].append(Post(*post))
    titles: dict[int, list[HeldTitle]] = defaultdict(list)
    known = Title.objects.filter(worker_id__in=ids, qualified_on__lte=on).order_by()
    for worker, *title in known.values_list(*TITLE):
        titles[worker].append(HeldTitle(*title))
    licences: dict[int, list[HeldLicence]] = defaultdict(list)
    valid = Licence.objects.filter(
        Q(issued_on__isnull=True) | Q(issued_on__lte=on),
        Q(ended_on__isnull=True) | Q(ended_on__gte=on),
        worker_id__in=ids,
    ).order_by("pk")
    for worker, *licence in valid.values_list(*LICENCE):
        licences[worker].append(HeldLicence(*licence))
    away: dict[int, list[Away]] = defaultdict(list)
    keeping = Unavailability.objects.on(on).filter(worker_id__in=ids).order_by("valid_from", "pk")
    for worker, *reason in keeping.values_list(*AWAY):
        away[worker].append(Away(*reason))
    primary = _primary_care({post.institution_id for found in posts.values() for post in found}, on)
    return {
        worker: _of(worker, on, posts[worker], titles[worker], tuple(licences[worker]), tuple(away[worker]), primary)
        for worker in ids
    }


def _primary_care(units: set[int], on: date) -> frozenset[int]:
    """Return those of the units that are primary care on the day, or were at their end."""
    kinds = InstitutionProfile.objects.standing(on).filter(institution_id__in=units).order_by()
    return frozenset(unit for unit, kind in kinds.values_list("institution_id", "kind") if kind in PRIMARY_CARE)


def _of(
    worker: int,
    on: date,
    posts: list[Post],
    titles: list[HeldTitle],
    licences: tuple[HeldLicence, ...],
    away: tuple[Away, ...],
    primary: frozenset[int],
) -> Standing:
    employment = rules.post_on(posts, on)
    left = rules.last_before(posts, on) if employment is None else None
    post = employment or left
    found = rules.counting(rules.held(titles, on), post is not None and post.institution_id in primary)
    title = rules.highest(found)
    return Standing(
        worker_id=worker,
        employment=employment,
        left=left,
        hired_on=rules.hired_on(posts, employment) if employment else None,
        establishment_since=rules.establishment_since(posts, employment) if employment else None,
        titles=tuple(found),
        title=title,
        title_since=rules.level_since(found, title.level) if title else None,
        licences=licences,
        away=away,
    )
