"""The jobs that score: what is owed, one month, every month not released; taken up again after a fall they go on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from appraisals.scoring import computing, drifting
from appraisals.scoring.computing import Counts
from assignments.models import MonthSheet
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.handlers import Claim, handles
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.months import Month

KIND = "appraisals.score"
OWED, MONTH, EVERYTHING = "owed", "month", "everything"
#: What is submitted while this is being worked off is met in the same job; but some day a job ends.
TURNS = 50
#: After a job that failed, what is owed waits so long before it is tried again.
REST = timedelta(minutes=10)
_JOIN = """
SELECT id FROM jobs_job
WHERE kind = %s AND state = 'queued' AND params ->> 'scope' = 'owed'
ORDER BY id LIMIT 1 FOR SHARE SKIP LOCKED
"""


def compute(
    sheet_ids: Collection[int] | None = None, month: Month | None = None, *, claim: Claim | None = None, by: Actor
) -> int:
    """Score these sheets, or those of a month, or all that are owed, here and now; return how many scores changed."""
    counts = Counts()
    if sheet_ids is not None:
        computing.score_sheets(sheet_ids, counts, claim=claim)
    elif month is not None:
        computing.score_sheets(_ids(computing.of_month(month)), counts, claim=claim)
    else:
        _work_off(counts, claim)
    drifting.tell(counts, by=by)
    return counts.written + counts.removed


@transaction.atomic
def start_owed() -> Job:
    """Have what is owed scored in the background; who asks while such work still waits joins it.

    The waiting job is held until this transaction ends, so that its worker sees what this transaction wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, [KIND])
        found = cursor.fetchone()
    if found is not None:
        return Job.objects.get(pk=found[0])
    return jobs.start(kind=KIND, params={"scope": OWED}, by=SYSTEM, title=_("Scoring the months that were handed in"))


@transaction.atomic
def start_month(*, month: Month, by: Actor) -> Job:
    """Have a month scored anew in the background; who asks while the same still waits joins it."""
    params = {"scope": MONTH, "month": month.first.isoformat()}
    waiting = Job.objects.filter(kind=KIND, state=JobState.QUEUED, params=params).order_by("pk").first()
    if waiting is not None:
        return waiting
    if not computing.of_month(month).exists():
        raise RuleViolation(_("No unit has handed this month in, or all of it is released."), "nothing_handed_in")
    job = jobs.start(kind=KIND, params=params, by=by, title=_("Scoring %(month)s anew") % {"month": str(month)})
    audit.record(act="scores.asked", by=by, on=job, label=str(month))
    return job


@transaction.atomic
def start_everything() -> Job:
    """Have every month that is not released scored anew: it should find nothing."""
    params = {"scope": EVERYTHING}
    waiting = Job.objects.filter(kind=KIND, state=JobState.QUEUED, params=params).order_by("pk").first()
    title = _("Checking the scores of all months that are not released")
    return waiting or jobs.start(kind=KIND, params=params, by=SYSTEM, title=title)


def start_if_owed() -> int | None:
    """Start work on what nobody works on, in case the broker lost it; return the job, None where nothing is owed."""
    if not computing.owed().exists():
        return None
    held = Job.objects.filter(kind=KIND)
    if held.unfinished().filter(params__scope=OWED).exists():
        return None
    if held.filter(state=JobState.FAILED, finished_at__gte=clock.now() - REST).exists():
        return None
    return start_owed().pk


@handles(KIND, atomic=False)
def _work(claim: Claim) -> dict[str, Any]:
    """Do what the job says, from where it was left."""
    params = claim.params
    counts = Counts(**params.get("counts", {}))
    match params["scope"]:
        case "month":
            _go_on(claim, counts, _ids(computing.of_month(Month.parse(params["month"]))))
        case "everything":
            _go_on(claim, counts, _ids(computing.unreleased()))
            _work_off(counts, claim)
        case _:
            _work_off(counts, claim)
    drifting.tell(counts, by=claim.actor)
    return counts.to_json()


def _go_on(claim: Claim, counts: Counts, ids: list[int]) -> None:
    """Score what comes after the last sheet that is done."""
    done = claim.params.get("after", 0)
    computing.score_sheets([pk for pk in ids if pk > done], counts, claim=claim, after=claim.params)


def _work_off(counts: Counts, claim: Claim | None) -> None:
    """Score what is owed, and what comes to be owed meanwhile."""
    for _turn in range(TURNS):
        ids = _ids(computing.owed())
        if not ids:
            return
        computing.score_sheets(ids, counts, claim=claim)


def _ids(sheets: Any) -> list[int]:
    return list(sheets.order_by("pk").values_list("pk", flat=True))


def bump(sheets: Any) -> int:
    """Move the revision of these sheets: what their scores follow from, besides themselves, is another now."""
    rows = sheets.order_by("pk").select_for_update(of=("self",), no_key=True)
    ids = list(rows.values_list("pk", flat=True))
    return MonthSheet.objects.filter(pk__in=ids).update(revision=F("revision") + 1, updated_at=clock.now())
