"""The paper of a decided plan: issued with the decision, in the same transaction."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.allocation import paper_content
from assignments.kinds import PaperKind
from assignments.models import AllocationPlan, IssuedPaper, PlanLine
from assignments.papers.contents import Frame
from assignments.papers.matter import Line
from assignments.papers.numbering import normalised
from assignments.services import campaigns, papers
from assignments.states import PlanState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.services.rows import check_not_future


@transaction.atomic
def issue_decision(*, plan: AllocationPlan, dated_on: date, number: str = "", by: Actor) -> IssuedPaper:
    """Put a decided plan on paper: its basis, the order of the criteria, and everybody it placed."""
    campaigns.check_may_run(plan.campaign.authority_id, by, Permission.ALLOCATION_DECIDE)
    if plan.state != PlanState.DECIDED:
        raise RuleViolation(_("Only a decided plan is put on paper."), "plan_not_decided")
    check_not_future(dated_on, "dated_on")
    lines = lines_of(plan)
    if not lines:
        raise RuleViolation(_("The plan places nobody: there is nothing to put on paper."), "plan_empty")
    frame = Frame(dated_on=dated_on, made_at=clock.now().isoformat(), number=normalised(scrubbed(number))[:100])
    return papers.issue_content(
        kind=PaperKind.ALLOCATION_DECISION,
        issuer_id=plan.campaign.authority_id,
        addressee_id=None,
        campaign=plan.campaign,
        lines=lines,
        content=paper_content.content(plan, lines, frame),
        by=by,
    )


def lines_of(plan: AllocationPlan) -> list[Line]:
    """Return the assignments that the decision made, in the order of the plan."""
    rows = PlanLine.objects.filter(plan=plan, assignment__isnull=False).order_by("request_id", "seat")
    return [Line(pk) for pk in rows.values_list("assignment_id", flat=True)]
