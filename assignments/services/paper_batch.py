"""Many papers at once, in the background: PDFs take their time, so a long batch shows how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.kinds import PaperKind
from assignments.models import Campaign
from assignments.services import papers
from assignments.services.paper_drafts import Chosen, Draft, drafted
from deploy_admin.access import Actor
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.handlers import Claim, handles
from deploy_admin.jobs.models import Job

JOB = "assignments.issue_papers"
#: More papers, or rows, than these are made in the background.
AT_ONCE, ROWS = 3, 150


def is_long(drafts: Sequence[Draft]) -> bool:
    """Whether making these takes too long for somebody to wait before a blank page."""
    return len(drafts) > AT_ONCE or sum(len(draft.lines) for draft in drafts) > ROWS


def start(*, chosen: Chosen, dated_on: date, number: str = "", contact: str = "", remark: str = "", by: Actor) -> Job:
    """Have the papers issued in the background; what is refused is refused at once."""
    drafted(chosen, by)
    params: dict[str, Any] = {
        "kind": chosen.kind.value,
        "assignments": sorted(chosen.assignment_ids),
        "leaves": sorted(chosen.leave_ids),
        "campaign": chosen.campaign.pk if chosen.campaign else None,
        "dated_on": dated_on.isoformat(),
        "number": number,
        "contact": contact,
        "remark": remark,
    }
    title = _("Issuing papers: %(kind)s") % {"kind": chosen.kind.label}
    return jobs.start(kind=JOB, params=params, by=by, title=title, url=reverse("assignments:papers"))


@handles(JOB)
def work(claim: Claim) -> dict[str, Any]:
    """Issue them all or none, as whoever asked for it."""
    said = claim.params
    chosen = Chosen(
        kind=PaperKind(said["kind"]),
        assignment_ids=frozenset(said["assignments"]),
        leave_ids=frozenset(said["leaves"]),
        campaign=Campaign.objects.get(pk=said["campaign"]) if said["campaign"] else None,
    )
    issued = papers.issue(
        chosen=chosen,
        dated_on=date.fromisoformat(said["dated_on"]),
        number=said["number"],
        contact=said["contact"],
        remark=said["remark"],
        progress=claim.progress,
        by=claim.actor,
    )
    return {"papers": len(issued)}
