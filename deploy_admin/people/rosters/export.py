"""The people of a roster as rows that go out; with masked ID numbers they are themselves a valid upload."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q

from deploy_admin.jobs.importing.columns import Context
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.people.rosters import standing
from deploy_admin.people.rosters.units import unit_of
from deploy_admin.people.services.bulk_reading import rows_of
from deploy_admin.people.services.identity import open_columns
from deploy_admin.registry.models import Institution

AT_ONCE = 2000


def people(context: Context) -> list[tuple[int, int]]:
    """Return (worker, institution) of those who work at the unit today, or at any the actor sees; by pinyin."""
    employed = Employment.objects.filter(is_current=True, valid_from__lte=context.today).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=context.today)
    )
    seen = Institution.objects.visible_to(context.actor)
    if (unit := unit_of(context)) is not None:
        seen = seen.filter(pk=unit)
    employed = employed.filter(institution__in=seen.order_by().values("pk"), worker__merged_into__isnull=True)
    ordered = employed.order_by("institution_id", "worker__pinyin", "worker_id")
    return list(ordered.values_list("worker_id", "institution_id"))


def rows(context: Context, *, with_ids: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the people of the roster by column key, ID numbers masked unless said otherwise."""
    everyone = people(context)
    names = Institution.objects.filter(pk__in={unit for _worker, unit in everyone}).named(context.today)
    for start in range(0, len(everyone), AT_ONCE):
        some = everyone[start : start + AT_ONCE]
        workers = [worker for worker, _unit in some]
        read = standing.read(workers)
        whole = _whole_ids(workers) if with_ids else {}
        for worker, unit in some:
            person = read[worker]
            born = person.facts["born_on"]
            yield {
                "person_number": person.facts["number"],
                "unit": names.get(unit, ""),
                "national_id": whole.get(worker) or person.facts["id_masked"],
                "birth_month": born.replace(day=1) if born else None,
                **standing.as_row(person, {}, context.today),
            }


def _whole_ids(workers: Collection[int]) -> dict[int, str]:
    return {
        worker: open_columns(bytes(sealed), bytes(digest)).number
        for worker, sealed, digest in rows_of(HealthWorker, ("id_sealed", "id_digest"), workers)
        if sealed is not None
    }
