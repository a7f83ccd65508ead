"""Campaigns, assignments and what hangs on them, as valid rows written directly, as short as a sentence."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assignments.models import Absence, Assignment, Campaign, Leave, PracticeSuspension, Segment, Slot, Transition
from assignments.states import CLOSED, RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Reach, Role
from deploy_admin.months import add_months
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry import reach
from deploy_admin.registry.models import Institution
from tests.people.factories import a_worker
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution

#: What the tests' clock says.
TODAY = date(2026, 11, 22)
#: The first day of an assignment of which nothing else is said, and the last of its twelve months.
FIRST = date(2026, 3, 10)
LAST = date(2027, 3, 9)
CITY_OFFICER = FakeActor(role=Role.CITY_OFFICER, reach=Reach.ALL, name="市级经办（示范）", user_id=9001)
SECOND_OFFICER = FakeActor(role=Role.CITY_OFFICER, reach=Reach.ALL, name="市级复核（示范）", user_id=9002)
_batches = itertools.count(1)


def last_of(first: date, months: int, days: int = 0) -> date:
    """Return the last day of a term, worked out apart from the rules: the day before the corresponding day."""
    after = add_months(first, months)
    last = after if after.day < first.day else after - timedelta(days=1)
    return (last if months else first - timedelta(days=1)) + timedelta(days=days)


def at_noon(day: date) -> datetime:
    """Return noon of the day in Shanghai."""
    return datetime.combine(day, time(12), ZoneInfo("Asia/Shanghai"))


def a_campaign(*, authority: Institution | None = None, **more: Any) -> Campaign:
    """Return an open batch of the municipal scheme for 2026, twelve months from 10 March."""
    year = more.get("year", 2026)
    fields: dict[str, Any] = {
        "authority": authority or an_authority(a_division()),
        "scheme": "municipal_county",
        "kind": "municipal_county",
        "year": year,
        "batch": next(_batches) % 99 + 1,
        "name": f"{year}年批次（示范）",
        "state": "open",
        "starts_on": FIRST,
        "term_months": 12,
    }
    return Campaign.objects.create(**(fields | more))


def an_assignment(
    worker: HealthWorker | None = None,
    *,
    sender: Institution | None = None,
    receiver: Institution | None = None,
    campaign: Campaign | None = None,
    starts_on: date = FIRST,
    months: int = 12,
    days: int = 0,
    state: str = AssignmentState.PLANNED,
    full_time: bool = True,
    slot: Slot | None = None,
    placed_on: date | None = None,
    **more: Any,
) -> Assignment:
    """Return a planned assignment with its slot, its piece and its first step; `more` are columns of it.

    In a state that means somebody arrived, the arrival stands too; ended early says on which day and why by itself.
    The person is employed at the sender; nothing is checked but the database's constraints.
    """
    if sender is None:
        post = worker.employments.filter(is_current=True).first() if worker is not None else None
        sender = post.institution if post is not None else an_institution(affiliation="municipal", tier="municipal")
    worker = worker or a_worker(at=sender)
    receiver = receiver or an_institution(kind="township_health_centre", tier="township", level=1)
    term_ends_on = last_of(starts_on, months, days)
    kind = campaign.kind if campaign else more.pop("kind", "municipal_county")
    fields: dict[str, Any] = {
        "campaign": campaign,
        "slot": slot or Slot.objects.create(campaign=campaign, sending_unit=sender, receiving_unit=receiver),
        "kind": kind,
        "scheme": campaign.scheme if campaign else "municipal_county",
        "worker": worker,
        "sending_unit": sender,
        "receiving_unit": receiver,
        "state": state,
        "starts_on": starts_on,
        "term_months": months,
        "term_days": days,
        "term_ends_on": term_ends_on,
        "ends_on": term_ends_on,
        "full_time": full_time,
        "sort_key": worker.pinyin,
    }
    arrived = set(RUNNING | (CLOSED - {AssignmentState.WITHDRAWN}))
    if state in arrived and more.get("origin") != "imported":
        fields |= {"arrived_at": at_noon(starts_on), "arrived_by_name": "示范接收"}
    if state == AssignmentState.ENDED_EARLY:
        ended_on = more.get("ended_on", starts_on + timedelta(days=60))
        fields |= {"ended_on": ended_on, "ends_on": ended_on, "end_reason": "recalled_by_sender"}
    assignment = Assignment.objects.create(**(fields | more))
    last = assignment.ended_on
    a_segment(assignment, receiver, valid_from=assignment.starts_on, valid_to=last, full_time=full_time)
    a_step(assignment, "placed", to_state=AssignmentState.PLANNED, on=placed_on or starts_on - timedelta(days=30))
    return assignment


def on_post(worker: HealthWorker | None = None, *, suspended: bool = True, **more: Any) -> Assignment:
    """Return somebody on post since `starts_on`, practice at the sending unit suspended unless said otherwise."""
    assignment = an_assignment(worker, **({"state": AssignmentState.ON_POST} | more))
    if suspended:
        suspended_for(assignment)
    return assignment


def suspended_for(assignment: Assignment, *, valid_from: date | None = None, **more: Any) -> PracticeSuspension:
    """Return the sending unit's statement that practice there is suspended for the assignment."""
    return PracticeSuspension.objects.create(
        assignment=assignment,
        valid_from=valid_from or assignment.starts_on,
        **({"document_number": "示范人〔2026〕1号", "recorded_by_name": "示范人事"} | more),
    )


def a_segment(assignment: Assignment, unit: Institution, *, valid_from: date, **more: Any) -> Segment:
    """Return one piece of the assignment; of several the caller closes the one before."""
    return Segment.objects.create(assignment=assignment, receiving_unit=unit, valid_from=valid_from, **more)


def a_step(assignment: Assignment, act: str, *, on: date, to_state: str | None = None, **more: Any) -> Transition:
    """Return one step of the assignment."""
    return Transition.objects.create(
        assignment=assignment, act=act, on=on, to_state=to_state or assignment.state, **more
    )


def a_leave(
    assignment: Assignment,
    first: date,
    last: date | None = None,
    *,
    kind: str = "personal",
    state: str = "approved",
    **more: Any,
) -> Leave:
    """Return leave from one day to another, approved unless said otherwise; what is counted is not computed."""
    if state in ("approved", "declined"):
        more = {"decided_at": clock.now(), "decided_by_name": "示范院长", "decision_remark": "见附件"} | more
    return Leave.objects.create(
        assignment=assignment, kind=kind, first_day=first, last_day=last or first, state=state, **more
    )


def an_absence(
    assignment: Assignment, first: date, last: date | None = None, *, state: str = "confirmed", **more: Any
) -> Absence:
    """Return days missed without leave, heard and confirmed unless said otherwise."""
    last = last or first
    if state not in ("to_be_checked", "answered"):
        more = {"decided_at": clock.now(), "decided_by_name": "示范院长"} | more
    if state == "answered":
        more = {"answer": "示范答复", "answered_at": clock.now()} | more
    fields = {"told_on": last, "answer_by": last + timedelta(days=7), "recorded_by_name": "示范文员"}
    return Absence.objects.create(
        assignment=assignment, first_day=first, last_day=last, state=state, **(fields | more)
    )


def receiver_clerk(unit: Institution, *, user_id: int = 7101, on: date = TODAY) -> FakeActor:
    """Return the clerk of a receiving unit."""
    return _of_unit(unit, Role.RECEIVER_CLERK, "示范文员", user_id, on)


def receiver_head(unit: Institution, *, user_id: int = 7102, on: date = TODAY) -> FakeActor:
    """Return the head of a receiving unit."""
    return _of_unit(unit, Role.RECEIVER_HEAD, "示范院长", user_id, on)


def sender_hr(unit: Institution, *, user_id: int = 7001, on: date = TODAY) -> FakeActor:
    """Return somebody of the sending unit's personnel office."""
    return _of_unit(unit, Role.SENDER_HR, "示范人事", user_id, on)


def district_officer(authority: Institution, *, user_id: int = 8001, on: date = TODAY) -> FakeActor:
    """Return an officer of the authority with the reach it has on the day."""
    return FakeActor(
        role=Role.DISTRICT_OFFICER,
        reach=Reach.DISTRICT,
        institution_id=authority.pk,
        institution_ids=reach.unit_and_relatives(authority.pk, on),
        division_ids=reach.covered_division_ids({authority.pk}, on),
        user_id=user_id,
        name="区县经办（示范）",
    )


def oneself(assignment: Assignment, *, user_id: int = 7201) -> FakeActor:
    """Return the deployed person."""
    return FakeActor(
        role=Role.DEPLOYED_PERSON,
        reach=Reach.SELF,
        institution_id=assignment.sending_unit_id,
        worker_id=assignment.worker_id,
        user_id=user_id,
        name=assignment.worker.name,
    )


def _of_unit(unit: Institution, role: Role, name: str, user_id: int, on: date) -> FakeActor:
    return FakeActor(
        role=role,
        reach=Reach.UNIT,
        institution_id=unit.pk,
        institution_ids=reach.unit_and_relatives(unit.pk, on),
        user_id=user_id,
        name=name,
    )
