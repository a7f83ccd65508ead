"""Telling units and people that a paper about them was issued; news ends by itself, and with a paper withdrawn."""

from __future__ import annotations

from typing import Any

from assignments.kinds import PaperKind
from assignments.models import Assignment, IssuedPaper
from assignments.services import leave_inbox, telling
from deploy_admin.access import Role
from deploy_admin.jobs.services import inbox

#: Who is told of which kind, besides the issuer.
_TO_SENDERS = (
    PaperKind.DISPATCH_NOTICE,
    PaperKind.LEAVE_RECEIPT,
    PaperKind.EXTENSION_NOTICE,
    PaperKind.ALLOCATION_DECISION,
)
_TO_PEOPLE = (PaperKind.LEAVE_RECEIPT, PaperKind.EXTENSION_NOTICE)
#: Of the months `appraisals` tells, in its own words; of a filed list each step is told as it is made.
_TOLD_ABOVE = (
    PaperKind.FEEDBACK_LETTER,
    PaperKind.SITUATION_REPORT,
    PaperKind.REQUEST_LIST,
    PaperKind.NOMINATION_LIST,
)


def issued(paper: IssuedPaper) -> None:
    """Tell the units that are named, and of receipts and extensions the people. A fixed number of statements."""
    if paper.kind in _TOLD_ABOVE:
        return
    columns = ("sending_unit_id", "receiving_unit_id", "worker_id")
    rows = list(Assignment.objects.filter(paper_lines__paper=paper).distinct().values_list(*columns))
    wanted = {
        f"{_root(paper)}receiver:{unit}": _note(paper, telling.RECEIVER, institution_id=unit)
        for unit in {receiver for _sender, receiver, _worker in rows}
    }
    if paper.kind in _TO_SENDERS:
        senders = {sender for sender, _receiver, _worker in rows}
        wanted |= {f"{_root(paper)}sender:{unit}": _note(paper, telling.HR, institution_id=unit) for unit in senders}
    if paper.kind in _TO_PEOPLE:
        users = leave_inbox.users_of(worker for _sender, _receiver, worker in rows)
        wanted |= {f"{_root(paper)}person:{user}": _note(paper, (), user_id=user) for user in users.values()}
    inbox.keep(_root(paper), wanted)


def withdrawn(paper: IssuedPaper) -> None:
    """Close what was told of it."""
    inbox.keep(_root(paper), {})


def _root(paper: IssuedPaper) -> str:
    return f"{telling.NEWS}paper:{paper.pk}:"


def _note(paper: IssuedPaper, roles: tuple[Role, ...], **whom: Any) -> dict[str, Any]:
    return {
        "code": "assignments.paper_issued",
        "params": {"unit": paper.content["issuer"], "title": paper.content["title"][:120]},
        "url": paper.get_absolute_url(),
        "institution_id": None,
        "roles": sorted(role.value for role in roles),
        "user_id": None,
        **whom,
    }
