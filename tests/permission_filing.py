"""What the walk over every address finds of lists: one in each state on either side, with its lines and steps."""

from __future__ import annotations

from typing import Any

from assignments.kinds import ListKind
from assignments.models import ListStep
from deploy_admin.jobs.models import Upload
from tests.assignments.allocation.factories import a_gap, a_line, a_plan
from tests.assignments.filing.factories import a_list, a_nomination, a_request, a_round

#: What the addresses of lists are tried on.
STATES = ("draft", "submitted", "approved")


def add_filing(side: Any) -> None:
    """Add a round of the side's authority: the receiver's requests and the hospital's nominations.

    `request_list` is submitted and `nomination_list` too; `staffing_request` and `nomination` stand on them. The
    approved request and nomination, of a round of their own, are `approved_request` and `approved_nomination`.
    """
    side.round = a_round(authority=side.authority, name=f"示范{side.name}轮次")
    side.request_list = a_list(side.receiver, campaign=side.round, state="submitted")
    side.staffing_request = a_request(filed=side.request_list)
    side.nomination_list = a_list(side.hospital, campaign=side.round, kind=ListKind.NOMINATIONS, state="submitted")
    side.nomination = a_nomination(side.person, filed=side.nomination_list)
    side.decided_round = a_round(authority=side.authority, name=f"示范{side.name}分配轮次")
    side.approved_request = a_request(side.receiver, campaign=side.decided_round)
    side.approved_nomination = a_nomination(side.person, campaign=side.decided_round)
    for filed in (side.request_list, side.nomination_list):
        ListStep.objects.create(filed_list=filed, act="submitted", from_state="draft", to_state="submitted")
    add_plans(side)
    add_workbooks(side)


def add_plans(side: Any) -> None:
    """Add the drafts of the round to be allocated: `allocation_plan` pairs the approved request with the person."""
    side.allocation_plan = a_plan(side.decided_round)
    a_line(side.allocation_plan, side.approved_request, side.approved_nomination)
    a_gap(a_plan(side.decided_round, based_on=side.allocation_plan), request=side.approved_request)


def add_workbooks(side: Any) -> None:
    """Add a table that the receiver sent in for its requests, and one of the hospital for its nominations."""
    for key, unit in (("staffing_requests", side.receiver), ("nominations", side.hospital)):
        upload = Upload.objects.create(
            column_set=key, scope=f"{key}:{side.round.pk}:{unit.pk}", file=side.file, sha256=side.file.sha256,
            params={"campaign": side.round.pk, "unit": unit.pk}, state="planned", summary={}, digest="0" * 64,
            institution_id=unit.pk, created_by_name="示范",
        )  # fmt: skip
        setattr(side, f"{key}_upload", upload)
