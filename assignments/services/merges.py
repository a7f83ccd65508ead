"""Two records of one person become one: the assignments of the dropped one are the kept one's from then on."""

from __future__ import annotations

from assignments.filing import nomination_merges
from assignments.models import Assignment, Sanction, ServiceCredit
from assignments.services import following, moving
from assignments.services.clashes import Stay, naming_the_other_place
from deploy_admin.people.models import HealthWorker


def prepare(kept_id: int, dropped_id: int) -> None:
    """Lock both records' assignments before the records: every act on an assignment locks in this order."""
    rows = Assignment.objects.filter(worker__in=[kept_id, dropped_id]).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def follow(kept_id: int, dropped_id: int) -> None:
    """Move the assignments and what hangs on the person; somebody in two places at once cannot be one person."""
    rows = list(Assignment.objects.filter(worker=dropped_id).order_by("pk"))
    if rows:
        kept = HealthWorker.objects.get(pk=kept_id)
        living = [row for row in rows if row.state != "withdrawn"]
        with naming_the_other_place({row.pk: Stay(kept_id, row.starts_on, row.ends_on) for row in living}):
            Assignment.objects.filter(worker=dropped_id).update(worker=kept, sort_key=kept.pinyin)
        ServiceCredit.objects.filter(worker=dropped_id).update(worker=kept)
        moving.touched([row.pk for row in rows])
    Sanction.objects.filter(worker=dropped_id).update(worker=kept_id)
    nomination_merges.follow(kept_id, dropped_id)
    following.follow([row.pk for row in rows])
