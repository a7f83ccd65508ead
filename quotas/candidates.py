"""People who are on no list although their record says that they belong on one: what a template is filled in with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from deploy_admin.access import Actor
from deploy_admin.months import Period
from deploy_admin.people.models import Employment, HealthWorker, Licence, Title
from quotas.countings import countings_of
from quotas.models import ListedPerson, ListKind


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person, at the present unit, with what the list's columns would hold."""

    worker: HealthWorker
    institution_id: int
    values: dict[str, Any]


def candidates(kind: str, period: Period, actor: Actor, institution_id: int | None = None) -> Sequence[Candidate]:
    """Return who is on none of these lists though the title or hire is recorded. Three queries at most."""
    workers = HealthWorker.objects.visible_to(actor).living().with_employment()
    if institution_id is not None:
        workers = workers.filter(employment__institution_id=institution_id)
    listed = ListedPerson.objects.standing().of_period(period).filter(kind=kind, worker=OuterRef("pk"))
    workers = workers.filter(employment__isnull=False).exclude(Exists(listed)).for_list()
    return _promoted(period, workers) if kind == ListKind.PROMOTIONS else _recruited(period, workers)


def _promoted(period: Period, workers: QuerySet[Any]) -> list[Candidate]:
    counted = {code for counting in countings_of(ListKind.PROMOTIONS) for code in counting.values}
    titles = {
        title.worker_id: title
        for title in Title.objects.filter(
            code__in=counted, revoked_on__isnull=True, qualified_on__range=(period.first, period.last)
        )
    }
    found = list(workers.filter(pk__in=titles))
    licences = Licence.objects.filter(worker__in=found, ended_on__isnull=True).exclude(practice_category="")
    categories = dict(licences.values_list("worker_id", "practice_category"))
    return [
        Candidate(
            worker,
            worker.employment.institution_id,
            {
                "title": (title := titles[worker.pk]).code,
                "scope": title.scope,
                "qualified_on": title.qualified_on,
                "review_year": title.review_year,
                "appointed_on": title.appointed_on,
                "document_number": title.document_number or None,
                "practice_category": categories.get(worker.pk),
                "military": worker.employment.military,
            },
        )
        for worker in found
    ]


def _recruited(period: Period, workers: QuerySet[Any]) -> list[Candidate]:
    hired = Employment.objects.filter(
        worker=OuterRef("pk"), is_current=True, began_as="recruited", hired_on__range=(period.first, period.last)
    )
    return [
        Candidate(
            worker,
            worker.employment.institution_id,
            {
                "staff_category": worker.employment.staff_category or None,
                "employment_mode": worker.employment.employment_mode or None,
                "hired_on": worker.employment.hired_on,
                "education": worker.education or None,
            },
        )
        for worker in workers.filter(Exists(hired))
    ]
