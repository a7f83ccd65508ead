"""What a row makes of a person's employments. Pure: the employments as they stand in, new and changed ones out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from deploy_admin.errors import RuleViolation
from deploy_admin.people.services.bulk_rows import PersonRow
from deploy_admin.people.services.facts import KEEP
from deploy_admin.registry.periods import day_before

#: The columns of `people_employment` that a post holds, in its order.
COLUMNS = (
    "id", "worker_id", "institution_id", "department", "staff_category", "employment_mode", "military", "hired_on",
    "began_as", "valid_from", "valid_to", "ended_as", "is_current",
)  # fmt: skip
FACTS = ("department", "staff_category", "employment_mode", "military")


@dataclass(slots=True)
class Post:
    """One employment; without an id it is to be opened."""

    id: int | None
    worker_id: int
    institution_id: int
    department: str = ""
    staff_category: str = ""
    employment_mode: str = ""
    military: bool | None = None
    hired_on: date | None = None
    began_as: str = "unknown"
    valid_from: date = date.min
    valid_to: date | None = None
    ended_as: str = ""
    is_current: bool = True

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def is_spoken_of(row: PersonRow) -> bool:
    """Whether the row says anything of an employment; of a new person it always does."""
    said = (row.department, row.staff_category, row.employment_mode, row.military, row.hired_on, row.began_as)
    return row.worker_id is None or row.left_on is not None or any(value is not KEEP for value in said)


def settled(row: PersonRow, worker_id: int, posts: Sequence[Post], today: date) -> list[Post]:
    """Return the employments that the row opens or changes; `posts` are all of the person's, the oldest first.

    At the same unit a row corrects the present employment, or with `changed_on` closes it and opens the next; who has
    left is taken on from a day of hire after the leaving. Whoever is employed elsewhere is refused.
    """
    last = posts[-1] if posts else None
    if last is None:
        return [_opened(row, worker_id, today, "unknown")]
    hired = row.hired_on if isinstance(row.hired_on, date) else None
    again = last.valid_to is not None and hired is not None and hired > last.valid_to
    if again:
        return [replace(last, is_current=False), _opened(row, worker_id, today, "unknown")]
    if last.institution_id == row.institution_id:
        return _within(row, posts, last)
    if last.valid_to is None or hired is not None or last.valid_to >= today:
        raise RuleViolation(_("This person is employed elsewhere on some of these days."), "employed_elsewhere")
    raise RuleViolation(
        _("This person left another unit: write the day of hire, a day after the leaving."), "hire_day_missing"
    )


def chain(posts: Sequence[Post]) -> list[Post]:
    """Return the last employment and those before it that it continues at the same unit, the oldest first."""
    at = len(posts) - 1
    while at > 0 and posts[at].began_as == "changed" and posts[at - 1].institution_id == posts[at].institution_id:
        at -= 1
    return list(posts[at:])


def _opened(row: PersonRow, worker_id: int, today: date, began: str) -> Post:
    hired = row.hired_on if isinstance(row.hired_on, date) else None
    post = Post(
        None,
        worker_id,
        row.institution_id,
        hired_on=hired,
        began_as=began if row.began_as is KEEP else row.began_as,
        valid_from=hired or min(today, row.left_on or today),
        valid_to=row.left_on,
        ended_as=row.ended_as,
    )
    _take_facts(row, post)
    return post


def _take_facts(row: PersonRow, post: Post) -> None:
    if row.department is not KEEP:
        post.department = row.department
    if row.staff_category is not KEEP:
        post.staff_category = row.staff_category
    if row.employment_mode is not KEEP:
        post.employment_mode = row.employment_mode
    if row.military is not KEEP:
        post.military = row.military


def _within(row: PersonRow, posts: Sequence[Post], last: Post) -> list[Post]:
    new = replace(last)
    _take_facts(row, new)
    since = _changed_on(row, last, new)
    if since is not None:
        if last.valid_to is not None and since > last.valid_to:
            raise RuleViolation(_("The change lies after the leaving."), "changed_after_leaving")
        new.id, new.valid_from, new.began_as = None, since, "changed"
        if isinstance(row.hired_on, date):
            new.hired_on = row.hired_on
        _leave(row, new)
        return [replace(last, valid_to=day_before(since), ended_as="changed", is_current=False), new]
    linked = [*map(replace, chain(posts)[:-1]), new]
    if isinstance(row.hired_on, date) and row.hired_on != last.hired_on:
        _correct_hire(linked, row.hired_on, last.hired_on)
        before = posts[-len(linked) - 1] if len(posts) > len(linked) else None
        if before is not None and (before.valid_to is None or before.valid_to >= linked[0].valid_from):
            raise RuleViolation(_("This person is employed elsewhere on some of these days."), "employed_elsewhere")
    if row.began_as is not KEEP:
        linked[0].began_as = row.began_as
    _leave(row, new)
    held = {post.id: post for post in posts}
    return [post for post in linked if post != held[post.id]]


def _changed_on(row: PersonRow, last: Post, new: Post) -> date | None:
    """Return from which day on the row's facts hold, where that is a change and no correction."""
    if row.changed_on is not None and row.changed_on > last.valid_from:
        differs = any(getattr(new, name) != getattr(last, name) for name in FACTS)
        return row.changed_on if differs else None
    # Taken onto the establishment, say, with a day of hire of its own for that post.
    hired = row.hired_on
    if not isinstance(hired, date) or last.hired_on is None or hired <= max(last.valid_from, last.hired_on):
        return None
    return hired if last.employment_mode and new.employment_mode != last.employment_mode else None


def _correct_hire(linked: list[Post], hired: date, was: date | None) -> None:
    first = linked[0]
    if len(linked) > 1 and first.valid_to is not None and hired > first.valid_to:
        raise RuleViolation(_("The day of hire must not come after the employment's first day."), "hired_after_start")
    if first.hired_on == was:
        first.valid_from = hired
    for post in linked:
        if post.hired_on == was:
            post.hired_on = hired


def _leave(row: PersonRow, post: Post) -> None:
    if row.left_on is not None:
        post.valid_to, post.ended_as = row.left_on, row.ended_as or post.ended_as or "other"
