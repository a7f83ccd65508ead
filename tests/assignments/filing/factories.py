"""Filed lists, requests and nominations, as valid rows written directly, as short as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList, Nomination, NominationWish, StaffingRequest
from deploy_admin.access import SYSTEM
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from tests.assignments.postings import a_campaign
from tests.people.factories import a_worker
from tests.registry.factories import an_institution

#: The first day on post of a campaign of which nothing else is said; what is filed for it lies before.
FIRST = date(2027, 3, 10)
AT = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def a_round(**more: Any) -> Campaign:
    """Return an open campaign for 2027 with both windows open in November 2026."""
    fields: dict[str, Any] = {
        "year": 2027,
        "starts_on": FIRST,
        "requests_from": date(2026, 11, 1),
        "requests_to": date(2026, 11, 30),
        "nominations_from": date(2026, 11, 10),
        "nominations_to": date(2026, 12, 10),
    }
    return a_campaign(**(fields | more))


def a_scan(owner: Institution | None = None) -> StoredFile:
    """Return the scan of a unit's paper."""
    return jobs.store_file(
        name="示范.pdf",
        content=b"%PDF-1.4",
        content_type="application/pdf",
        by=SYSTEM,
        owner_institution_id=owner.pk if owner else None,
        kind="assignments.scan",
        sealed=True,
    )


def a_list(
    institution: Institution | None = None,
    *,
    campaign: Campaign | None = None,
    kind: str = ListKind.REQUESTS,
    state: str = "approved",
    **more: Any,
) -> FiledList:
    """Return a unit's list, approved unless said otherwise."""
    if institution is None:
        made = {"kind": "township_health_centre"} if kind == ListKind.REQUESTS else {"affiliation": "municipal"}
        institution = an_institution(**made)
    fields: dict[str, Any] = {"campaign": campaign or a_round(), "institution": institution, "kind": kind}
    fields |= {"state": state, "recorded_by_name": "示范"}
    if state != "draft":
        fields |= {"submitted_at": AT, "submitted_by_id": 7101, "submitted_by_name": "示范文员"}
    if state == "returned":
        fields["reason"] = "示范理由"
    if more.get("on_behalf"):
        fields |= {"scan": a_scan(institution)}
        if state in ("submitted", "approved"):
            fields |= {"checked_at": AT + timedelta(hours=1), "checked_by_id": 7199, "checked_by_name": "示范复核"}
    return FiledList.objects.create(**(fields | more))


def a_request(
    institution: Institution | None = None,
    *,
    campaign: Campaign | None = None,
    filed: FiledList | None = None,
    speciality: str = "内科",
    **more: Any,
) -> StaffingRequest:
    """Return one line of a unit's approved list of requests; the list is made where there is none."""
    filed = filed or _list_of(institution, campaign, ListKind.REQUESTS)
    rank = more.pop("rank", filed.requests.count() + 1)
    fields = {"campaign": filed.campaign, "institution": filed.institution, "recorded_by_name": "示范"}
    return StaffingRequest.objects.create(
        filed_list=filed, speciality=speciality, rank=rank, **(fields | _struck(more) | more)
    )


def a_nomination(
    worker: HealthWorker | None = None,
    *,
    institution: Institution | None = None,
    campaign: Campaign | None = None,
    filed: FiledList | None = None,
    speciality: str = "内科",
    wishes: Sequence[Institution] = (),
    **more: Any,
) -> Nomination:
    """Return one person of a unit's approved nominations; the list, and the person, are made where there are none."""
    if worker is not None and institution is None and filed is None:
        post = worker.employments.filter(is_current=True).first()
        institution = post.institution if post is not None else None
    filed = filed or _list_of(institution, campaign, ListKind.NOMINATIONS)
    worker = worker or a_worker(at=filed.institution)
    fields = {"campaign": filed.campaign, "institution": filed.institution, "recorded_by_name": "示范"}
    row = Nomination.objects.create(
        filed_list=filed, worker=worker, speciality=speciality, **(fields | _struck(more) | more)
    )
    for rank, unit in enumerate(wishes, start=1):
        NominationWish.objects.create(nomination=row, institution=unit, rank=rank)
    return row


def _list_of(institution: Institution | None, campaign: Campaign | None, kind: str) -> FiledList:
    """Return the unit's list in the campaign, approved where it has to be made."""
    if institution is not None and campaign is not None:
        held = FiledList.objects.filter(institution=institution, campaign=campaign, kind=kind).first()
        if held is not None:
            return held
    return a_list(institution, campaign=campaign, kind=kind)


def _struck(more: dict[str, Any]) -> dict[str, Any]:
    return {"struck_reason": "示范理由"} if more.get("state") == "struck" else {}
