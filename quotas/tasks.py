"""Entry points of the worker: which period, as ISO text; one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from quotas import services
from quotas.models import Run
from quotas.services import missing, queue, runs
from quotas.services.computing import periods_of_year


@shared_task(name="quotas.work_off")
def work_off(period: str) -> int:
    """Compute what waits for the period. Does nothing where another process is at it, or nothing waits."""
    return runs.run_waiting(Period.parse(period))


@shared_task(name="quotas.recompute")
def recompute_quotas(
    period: str, institution_ids: list[int] | None = None, trigger: str = Run.Trigger.HAND.value
) -> int:
    """Compute the period's quotas (of these institutions) and return the run's id."""
    return services.recompute(Period.parse(period), institution_ids=institution_ids, trigger=trigger, by=SYSTEM).pk


@shared_task(name="quotas.recompute_everything")
def recompute_everything(trigger: str = Run.Trigger.NIGHTLY.value) -> int:
    """Compute every period known so far and the one that holds today; return how many."""
    periods = sorted({*queue.known_periods(), *periods_of_year(clock.today().year)})
    for period in periods:
        services.recompute(period, trigger=trigger, by=SYSTEM)
    return len(periods)


@shared_task(name="quotas.after_adoption")
def after_adoption(version_id: int) -> int:
    """Ask for the quotas that an adopted or withdrawn policy version touches; return for how many periods."""
    return queue.ask_after_adoption(version_id, by=SYSTEM)


@shared_task(name="quotas.pick_up")
def pick_up() -> int:
    """Work off runs that nobody holds: the broker forgot them, or their worker died."""
    return sum(runs.run_waiting(period) for period in runs.waiting_periods())


@shared_task(name="quotas.remind_missing")
def remind_missing() -> int:
    """Tell every unit which figures it still owes for the period that holds today."""
    return missing.remind_missing(Period.year(clock.today().year), by=SYSTEM)
