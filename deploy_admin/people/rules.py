"""What follows from a person's dated rows. Pure: rows in, dates and titles out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

#: From low to high; equal levels are in the order of TITLE_SCOPES: the general one counts for more.
LEVELS = ("junior", "intermediate", "associate_senior", "senior")
GRASSROOTS = "grassroots_targeted"
#: Beginnings that carry on what was before: a transfer hires nobody anew, nor does a change of post.
CARRIED_ON = frozenset({"transferred", "changed"})
ESTABLISHMENT = "establishment"


@dataclass(frozen=True, slots=True)
class Post:
    """One employment: where, as what, from when to when."""

    id: int
    institution_id: int
    department: str
    staff_category: str
    employment_mode: str
    military: bool | None
    hired_on: date | None
    began_as: str
    valid_from: date
    valid_to: date | None
    ended_as: str

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class HeldTitle:
    """One title; `counts` is false for a grassroots-targeted one at a unit that is not primary care."""

    id: int
    code: str
    series: str
    level: str
    scope: str
    qualified_on: date
    appointed_on: date | None
    revoked_on: date | None
    counts: bool = True


def post_on(posts: Sequence[Post], day: date) -> Post | None:
    """Return the employment that holds on `day`."""
    return next((post for post in posts if post.holds_on(day)), None)


def last_before(posts: Sequence[Post], day: date) -> Post | None:
    """Return the last employment that ended before `day`."""
    return max(
        (post for post in posts if post.valid_to is not None and post.valid_to < day),
        key=lambda post: post.valid_from,
        default=None,
    )


def chain(posts: Sequence[Post], post: Post) -> list[Post]:
    """Return the employments that carry on into `post`, the first hire first, `post` itself last.

    The chain breaks at a row that began otherwise than by a transfer or a change, and where nothing came before.
    """
    before = sorted((row for row in posts if row.valid_from < post.valid_from), key=lambda row: row.valid_from)
    found = [post]
    while found[0].began_as in CARRIED_ON and before:
        found.insert(0, before.pop())
    return found


def hired_on(posts: Sequence[Post], post: Post) -> date | None:
    """Return the day of the first hire on the unbroken chain; None where that row does not say.

    A transfer does not restart the clock (AMB-54). Of somebody who was transferred in from outside the system, the
    first row known is the best there is: whoever knows the first hire enters it there as the date of hire.
    """
    return chain(posts, post)[0].hired_on


def establishment_since(posts: Sequence[Post], post: Post) -> date | None:
    """Return since when the person has held a post on the establishment without a break; None off it or unknown."""
    if post.employment_mode != ESTABLISHMENT:
        return None
    rows = chain(posts, post)
    first = len(rows) - 1
    while first and rows[first - 1].employment_mode == ESTABLISHMENT:
        first -= 1
    row = rows[first]
    return row.valid_from if first else row.hired_on


def held(titles: Iterable[HeldTitle], day: date) -> list[HeldTitle]:
    """Return the titles held on `day`, the highest first: from the day of qualifying to the day before revocation."""
    standing = [
        title for title in titles if title.qualified_on <= day and (title.revoked_on is None or day < title.revoked_on)
    ]
    return sorted(standing, key=lambda t: (-LEVELS.index(t.level), t.scope == GRASSROOTS, t.qualified_on, t.id))


def counting(titles: Iterable[HeldTitle], primary_care: bool) -> list[HeldTitle]:
    """Mark each title with whether it counts there: a grassroots-targeted one does at primary care only."""
    return [replace(title, counts=primary_care or title.scope != GRASSROOTS) for title in titles]


def highest(titles: Sequence[HeldTitle]) -> HeldTitle | None:
    """Return the highest title that counts, of titles in the order of `held`."""
    return next((title for title in titles if title.counts), None)


def level_since(titles: Sequence[HeldTitle], level: str) -> date | None:
    """Return since when a title of this level that counts has been held; of several the earliest."""
    return min((title.qualified_on for title in titles if title.counts and title.level == level), default=None)
