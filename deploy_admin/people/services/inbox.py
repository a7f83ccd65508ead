"""Telling people what about a person waits for them, and settling it; what is only news ends after two weeks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from django.urls import reverse

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox as jobs_inbox
from deploy_admin.people.models import Recognition, TransferRequest
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution

NEWS_DAYS = 14
NEWS = "people.news:"
DRIFT = "people.drift"
GONE = "people.unit_gone:"
HR = (Role.SENDER_HR,)
OFFICERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION)


def transfer_asked(request: TransferRequest) -> None:
    """Tell the unit that has the person; who does not answer is reached through the officers over both."""
    names = Institution.objects.filter(pk=request.to_institution_id).named(clock.today())
    jobs.notify(
        code="people.transfer_asked",
        params={
            "unit": names.get(request.to_institution_id, ""),
            "name": request.worker.name,
            "day": request.first_day.isoformat(),
        },
        url=reverse("people:transfers"),
        institution_id=request.from_institution_id,
        roles=HR,
        key=_asked(request.pk),
    )


def transfers_answered(request_ids: Collection[int]) -> None:
    """Close the notes to the units that were asked."""
    Notice.objects.open().filter(key__in=[_asked(pk) for pk in request_ids]).update(settled_at=clock.now())


def transfer_decided(request: TransferRequest, *, agreed: bool) -> None:
    """Close the note to the unit that was asked, and tell the one that asked."""
    transfers_answered([request.pk])
    jobs.notify(
        code="people.transfer_agreed" if agreed else "people.transfer_declined",
        params={"name": request.worker.name, "day": request.first_day.isoformat()},
        url=reverse("people:transfers"),
        institution_id=request.to_institution_id,
        roles=HR,
        key=f"{NEWS}transfer:{request.pk}",
    )


def _asked(request_id: int) -> str:
    return f"people.transfer:{request_id}"


def recognition_claimed(recognition: Recognition, institution_id: int) -> None:
    """Tell the authority to which the unit answers that a claim waits; where there is none, the city's officers."""
    authority = authority_over({institution_id}, clock.today())[institution_id]
    jobs.notify(
        code="people.recognition_to_decide",
        params={"name": recognition.worker.name},
        url=reverse("people:recognitions"),
        institution_id=authority,
        roles=OFFICERS if authority is not None else (Role.CITY_OFFICER,),
        key=f"people.recognition:{recognition.pk}",
    )


def recognition_decided(recognition: Recognition, institution_id: int | None) -> None:
    """Close the note to the authority and tell the unit."""
    recognitions_settled([recognition.pk])
    if institution_id is not None:
        jobs.notify(
            code="people.recognition_decided",
            params={"name": recognition.worker.name},
            url=reverse("people:person", args=[recognition.worker_id]),
            institution_id=institution_id,
            roles=HR,
            key=f"{NEWS}recognition:{recognition.pk}",
        )


def recognitions_settled(recognition_ids: Collection[int]) -> None:
    """Close the notes about these claims."""
    keys = [f"people.recognition:{pk}" for pk in recognition_ids]
    Notice.objects.open().filter(key__in=keys).update(settled_at=clock.now())


def units_gone(people: Mapping[int, int], on: date) -> None:
    """One note per unit that is no more and whose people nobody moved, to the authority it answered to; closed when
    none is left.
    """
    authorities = authority_over(people, on)
    names = Institution.objects.standing(on).filter(pk__in=people).values_list("pk", "profile__name")
    jobs_inbox.keep(
        GONE,
        {
            f"{GONE}{unit}": {
                "code": "people.unit_gone",
                "params": {"count": people[unit], "unit": name},
                "url": f"{reverse('people:people')}?institution={unit}",
                "institution_id": authorities[unit],
                "roles": sorted(role.value for role in (OFFICERS if authorities[unit] else (Role.CITY_OFFICER,))),
            }
            for unit, name in sorted(names)
        },
    )


def drift_found(count: int) -> None:
    """Tell the system administrators that derived values contradict their rows; close the note when none does."""
    if not count:
        jobs.settle(key=DRIFT)
        return
    jobs.notify(
        code=DRIFT,
        params={"count": count},
        url="",
        institution_id=None,
        roles=(Role.SYSTEM_ADMIN,),
        key=DRIFT,
    )


def settle_old_news() -> int:
    """Close what is only news and two weeks old."""
    before = clock.now() - timedelta(days=NEWS_DAYS)
    return Notice.objects.open().filter(key__startswith=NEWS, created_at__lt=before).update(settled_at=clock.now())
