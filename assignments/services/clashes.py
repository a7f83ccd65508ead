"""Nobody is in two places on one day: the database says so, and here it is said where the other place is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from assignments.models import Assignment
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.models import Institution

CODE = "in_two_places"


class Stay(NamedTuple):
    """Which days an assignment is about to take up for a person."""

    worker_id: int
    first: date
    last: date


@contextmanager
def naming_the_other_place(stays: Mapping[int, Stay | tuple[int, date, date]], by: Actor = SYSTEM) -> Iterator[None]:
    """Run the block as `refusals` does; whoever would be in two places is told where else, and when, if they see it.

    `stays` are the days meant, by assignment: when the database has said no, they are nowhere to be read.
    """
    try:
        with refusals():
            yield
    except RuleViolation as error:
        if error.code != CODE:
            raise
        raise _named({key: Stay(*stay) for key, stay in stays.items()}, by) or error from error


def _named(stays: Mapping[int, Stay], by: Actor) -> RuleViolation | None:
    workers = {stay.worker_id for stay in stays.values()}
    others = (
        Assignment.objects.living().filter(worker__in=workers).select_related("worker").order_by("starts_on", "pk")
    )
    held = list(others)
    for key, stay in sorted(stays.items()):
        for other in held:
            if other.pk == key or other.worker_id != stay.worker_id:
                continue
            first, last = stays[other.pk][1:] if other.pk in stays else (other.starts_on, other.ends_on)
            if stay.first <= last and first <= stay.last:
                seen = Assignment.objects.visible_to(by).filter(pk=other.pk).exists()
                return _refusal(other, first, last) if seen else None
    return None


def _refusal(other: Assignment, first: date, last: date) -> RuleViolation:
    unit = Institution.objects.filter(pk=other.receiving_unit_id).named(max(clock.today(), first))
    sentence = _("%(name)s is assigned to %(unit)s from %(first)s to %(last)s: nobody is in two places on one day.")
    return RuleViolation(
        sentence
        % {
            "name": other.worker.name,
            "unit": unit.get(other.receiving_unit_id, f"#{other.receiving_unit_id}"),
            "first": first.isoformat(),
            "last": last.isoformat(),
        },
        CODE,
        context={"assignment": other.pk, "first_day": first.isoformat(), "last_day": last.isoformat()},
    )
