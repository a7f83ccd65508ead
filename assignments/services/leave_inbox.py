"""Telling people what about leave and absence waits for them, and settling it; what is only news ends by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from assignments.models import Absence, Assignment, Leave, Proposal
from assignments.services import telling
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.authority import authority_over

#: What is only news is closed after two weeks by `telling.keep_up`.
NEWS = telling.NEWS
HEAD = (Role.RECEIVER_HEAD,)
HR = (Role.SENDER_HR,)
OFFICERS = telling.OFFICERS


def asked(leave: Leave, due_on: date) -> None:
    """Tell the receiving unit's head that a leave waits for a decision."""
    jobs.notify(
        code="assignments.leave_asked",
        params=_days(leave, leave.assignment),
        url=leave_url(leave),
        institution_id=leave.assignment.receiving_unit_id,
        roles=HEAD,
        due_on=due_on,
        key=_asked(leave.pk),
    )


def decided(leaves: Iterable[Leave], code: str) -> None:
    """Close what waited, and tell the people. Some statements, whatever the number."""
    rows = list(leaves)
    settle([_asked(leave.pk) for leave in rows])
    users = users_of(leave.assignment.worker_id for leave in rows)
    wanted = {
        f"{NEWS}leave:{leave.pk}:{code}": _notice(
            code,
            _days(leave, leave.assignment) | {"last": leave.assignment.ends_on.isoformat()},
            reverse("assignments:my_leave"),
            user_id=users[leave.assignment.worker_id],
        )
        for leave in rows
        if leave.assignment.worker_id in users
    }
    open_all(wanted)


def filing_due(leaves: Iterable[Leave]) -> None:
    """Tell the authorities which leave is to be filed with them; close what is not owed any more."""
    rows = list(leaves)
    owed = [leave for leave in rows if leave.filing_required and leave.filed_on is None and leave.state == "approved"]
    settle([_filing(leave.pk) for leave in rows if leave not in owed])
    offices = offices_of({leave.assignment for leave in owed})
    open_all(
        {
            _filing(leave.pk): _notice(
                "assignments.leave_filing_due",
                _days(leave, leave.assignment),
                leave_url(leave),
                institution_id=offices[leave.assignment_id],
                roles=OFFICERS if offices[leave.assignment_id] else (Role.CITY_OFFICER,),
            )
            for leave in owed
        }
    )


def reported(absence: Absence) -> None:
    """Tell the person what is said, and until when they may answer; tell the sending unit."""
    assignment = absence.assignment
    params = _days(absence, assignment) | {"by": absence.answer_by.isoformat()}
    user = users_of([assignment.worker_id]).get(assignment.worker_id)
    if user is not None:
        jobs.notify(
            code="assignments.absence_to_answer",
            params=params,
            url=reverse("assignments:my_absence", args=[absence.pk]),
            institution_id=None,
            roles=None,
            user_id=user,
            due_on=absence.answer_by,
            key=_to_answer(absence.pk),
        )
    jobs.notify(
        code="assignments.absence_reported",
        params=params,
        url=reverse("assignments:absence", args=[absence.pk]),
        institution_id=assignment.sending_unit_id,
        roles=HR,
        key=f"{NEWS}absence:{absence.pk}",
    )


def to_decide(absences: Iterable[Absence]) -> None:
    """Tell the receiving units' heads that these absences wait for them: answered, or the time to answer is over."""
    open_all(
        {
            _to_decide(absence.pk): _notice(
                "assignments.absence_to_decide",
                _days(absence, absence.assignment),
                reverse("assignments:absence", args=[absence.pk]),
                institution_id=absence.assignment.receiving_unit_id,
                roles=HEAD,
            )
            for absence in absences
        }
    )


def absence_settled(absence: Absence, code: str) -> None:
    """Close what waited about an absence and tell the person how it was decided."""
    settle([_to_answer(absence.pk), _to_decide(absence.pk)])
    user = users_of([absence.assignment.worker_id]).get(absence.assignment.worker_id)
    if user is not None:
        jobs.notify(
            code=code,
            params=_days(absence, absence.assignment),
            url=reverse("assignments:my_absence", args=[absence.pk]),
            institution_id=None,
            roles=None,
            user_id=user,
            key=f"{NEWS}absence:{absence.pk}:{code}",
        )


def warned(assignment: Assignment, counted: int | None) -> None:
    """Tell receiver, sender and person that one more is too many; close it where nothing warns."""
    key = f"assignments.absence_warning:{assignment.pk}:"
    if counted is None:
        inbox.keep(key, {})
        return
    params = {"name": assignment.worker.name, "count": counted}
    user = users_of([assignment.worker_id]).get(assignment.worker_id)
    wanted = {
        f"{key}receiver": _notice(
            "assignments.absence_warning",
            params,
            assignment.get_absolute_url(),
            institution_id=assignment.receiving_unit_id,
            roles=HEAD,
        ),
        f"{key}sender": _notice(
            "assignments.absence_warning",
            params,
            assignment.get_absolute_url(),
            institution_id=assignment.sending_unit_id,
            roles=HR,
        ),
    }
    if user is not None:
        wanted[f"{key}person"] = _notice(
            "assignments.absence_warning", params, reverse("assignments:my_service"), user_id=user
        )
    inbox.keep(key, wanted)


def proposed(proposal: Proposal, counted: int) -> None:
    """Tell the deciding authority that the machine proposes not to count an assignment."""
    assignment = proposal.assignment
    office = offices_of({assignment})[assignment.pk]
    jobs.notify(
        code="assignments.void_proposed",
        params={"name": assignment.worker.name, "count": counted},
        url=reverse("assignments:proposal", args=[proposal.pk]),
        institution_id=office,
        roles=OFFICERS if office else (Role.CITY_OFFICER,),
        key=_proposal(proposal.pk),
    )


def proposal_settled(proposal_ids: Iterable[int]) -> None:
    """Close what waited about these proposals."""
    settle([_proposal(pk) for pk in proposal_ids])


def drift_found(count: int) -> None:
    """Tell the system administrators that last days contradict their rows; close the note when none does."""
    if not count:
        jobs.settle(key="assignments.ends_drift")
        return
    jobs.notify(
        code="assignments.ends_drift",
        params={"count": count},
        url="",
        institution_id=None,
        roles=(Role.SYSTEM_ADMIN,),
        key="assignments.ends_drift",
    )


# ------------------------------------------------------------ whom to tell, and how


def users_of(worker_ids: Iterable[int]) -> dict[int, int]:
    """Return the accounts of deployed people by health worker; who has none is left out."""
    rows = Membership.objects.valid_on(clock.today()).filter(worker__in=set(worker_ids), user__is_active=True)
    return dict(rows.order_by("pk").values_list("worker_id", "user_id"))


def offices_of(assignments: Collection[Assignment]) -> dict[int, int | None]:
    """Return the deciding authority by assignment: the campaign's, else that of the receiving unit."""
    loose = {each.receiving_unit_id for each in assignments if each.campaign is None}
    answers = authority_over(loose, clock.today()) if loose else {}
    return {
        each.pk: each.campaign.authority_id if each.campaign is not None else answers.get(each.receiving_unit_id)
        for each in assignments
    }


def open_all(wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Open these notices unless they are open already."""
    there = set(Notice.objects.open().filter(key__in=wanted).values_list("key", flat=True))
    new = [Notice(key=key, **columns) for key, columns in wanted.items() if key not in there]
    if new:
        Notice.objects.bulk_create(new, ignore_conflicts=True)  # the unique open key decides a race


def settle(keys: Iterable[str]) -> None:
    """Close these notices in one statement."""
    Notice.objects.open().filter(key__in=list(keys)).update(settled_at=clock.now())


def leave_url(leave: Leave) -> str:
    """Return where a leave is shown."""
    return reverse("assignments:leave", args=[leave.pk])


def _notice(
    code: str,
    params: Mapping[str, Any],
    url: str,
    *,
    institution_id: int | None = None,
    roles: Iterable[Role] = (),
    user_id: int | None = None,
) -> dict[str, Any]:
    return {
        "code": code,
        "params": dict(params),
        "url": url,
        "institution_id": institution_id,
        "roles": sorted(role.value for role in roles),
        "user_id": user_id,
    }


def _days(row: Leave | Absence, assignment: Assignment) -> dict[str, str]:
    # The kind of leave is not told: a notice is seen by more people than the leave.
    return {"name": assignment.worker.name, "from": row.first_day.isoformat(), "to": row.last_day.isoformat()}


def _asked(pk: int) -> str:
    return f"assignments.leave:{pk}"


def _filing(pk: int) -> str:
    return f"assignments.leave_filing:{pk}"


def _to_answer(pk: int) -> str:
    return f"assignments.absence:{pk}:answer"


def _to_decide(pk: int) -> str:
    return f"assignments.absence:{pk}:decide"


def _proposal(pk: int) -> str:
    return f"assignments.proposal:{pk}"
