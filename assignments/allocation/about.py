"""Who the nominated people of a plan are, in the words a line has room for: name, speciality, title, sending unit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from assignments import records
from assignments.facts import Seen
from assignments.models import Campaign, Nomination
from assignments.reading import level_label
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import Institution


class About(NamedTuple):
    """One nominated person as a line shows them."""

    nomination_id: int
    worker_id: int
    name: str
    about: str
    sender_id: int
    sender: str


def people(nomination_ids: Collection[int], campaign: Campaign) -> dict[int, About]:
    """Return these people by nomination. A constant number of queries."""
    rows = Nomination.objects.filter(pk__in=nomination_ids).select_related("worker").order_by("pk")
    held = list(rows)
    day: date = campaign.starts_on
    of_units = {each.institution_id for each in held}
    units = dict(
        Institution.objects.standing(day).filter(pk__in=of_units).order_by().values_list("pk", "profile__name")
    )
    kinds = dict(
        Institution.objects.standing(day)
        .filter(pk__in=of_units, profile__kind__in=PRIMARY_CARE)
        .order_by()
        .values_list("pk", "profile__kind")
    )
    read = records.read({each.worker_id for each in held}, frozenset({"title_level"}))
    found = {}
    for each in held:
        record = read.get(each.worker_id)
        level = Seen(record, day, primary_care=each.institution_id in kinds).level if record else None
        said = [each.speciality or each.worker.speciality, level_label(level) if level else ""]
        found[each.pk] = About(
            each.pk,
            each.worker_id,
            each.worker.name,
            " · ".join(part for part in said if part),
            each.institution_id,
            units.get(each.institution_id, f"#{each.institution_id}"),
        )
    return found
