"""Where papers are offered: in lists, on a campaign's page, and right after what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from assignments.kinds import PaperKind
from assignments.models import Campaign, IssuedPaper, Leave
from assignments.services import papers, standing_of
from assignments.services.paper_drafts import GOING, PERMISSIONS
from assignments.sight import Sight
from assignments.states import RUNNING, LeaveState
from deploy_admin.access import Actor, ActorRequest, Reach
from deploy_admin.errors import RuleViolation

VERBS = {
    PaperKind.SUSPENSION_NOTICE: gettext_lazy("Suspension notice"),
    PaperKind.DISPATCH_NOTICE: gettext_lazy("Dispatch notice"),
    PaperKind.LEAVE_RECEIPT: gettext_lazy("Filing receipt"),
    PaperKind.EXTENSION_NOTICE: gettext_lazy("Extension notice"),
}
OF_ASSIGNMENTS = (PaperKind.SUSPENSION_NOTICE, PaperKind.DISPATCH_NOTICE, PaperKind.EXTENSION_NOTICE)
#: An address names so many; whoever chose more goes on from the list.
NAMED = 200


def issue_url(kind: PaperKind, **query: Any) -> str:
    """Return where papers of the kind are issued."""
    address = reverse(f"assignments:paper_issue_{kind.value}")
    return f"{address}?{urlencode(query, doseq=True)}" if query else address


def batch(actor: Actor) -> list[dict[str, Any]]:
    """Return label and address of the papers that the list of assignments offers for those chosen."""
    return [{"verb": VERBS[kind], "url": issue_url(kind)} for kind in OF_ASSIGNMENTS if actor.can(PERMISSIONS[kind])]


def next_step(kind: PaperKind, ids: Iterable[int], actor: Actor) -> str:
    """Return where the paper about what was just done is issued; nothing for whoever may not, or for too many."""
    chosen = sorted(ids)
    return issue_url(kind, ids=chosen) if actor.can(PERMISSIONS[kind]) and len(chosen) <= NAMED else ""


def receipt_url(leave: Leave, actor: Actor) -> str:
    """Return where the receipt of one filed leave is issued; nothing while it is not filed, or by others."""
    if leave.filed_on is None or leave.state != LeaveState.APPROVED:
        return ""
    try:
        standing_of.may_act_as_authority(leave.assignment, actor, PERMISSIONS[PaperKind.LEAVE_RECEIPT])
    except RuleViolation:
        return ""
    return issue_url(PaperKind.LEAVE_RECEIPT, ids=[leave.pk])


def of(sight: Sight) -> list[dict[str, Any]]:
    """Return label and address of the papers that the page of one assignment offers."""
    row, actor, found = sight.assignment, sight.actor, []
    if sight.sends and sight.state in GOING:
        found.append(PaperKind.SUSPENSION_NOTICE)
    if sight.decides and sight.state in RUNNING and (row.extended_days or row.granted_days):
        found.append(PaperKind.EXTENSION_NOTICE)
    return [
        {"verb": VERBS[kind], "url": issue_url(kind, ids=[row.pk])} for kind in found if actor.can(PERMISSIONS[kind])
    ]


def of_campaign(campaign: Campaign, actor: Actor) -> str:
    """Return where the dispatch notice of a whole campaign is issued; nothing for whoever does not run it."""
    runs = actor.reach is Reach.ALL or campaign.authority_id in actor.institution_ids
    kind = PaperKind.DISPATCH_NOTICE
    return issue_url(kind, campaign=campaign.pk) if runs and actor.can(PERMISSIONS[kind]) else ""


def named_in(request: ActorRequest) -> dict[str, Any]:
    """Return the paper that an address names (`?paper=`) as the document a form about an act begins with."""
    asked = request.GET.get("paper", "")
    if not asked.isdecimal() or len(asked) > 18:
        return {}
    paper = IssuedPaper.objects.visible_to(request.actor).filter(pk=int(asked)).first()
    if paper is None:
        return {}
    basis = papers.basis_of(paper)
    return {name: getattr(basis, name) for name in ("document", "document_number", "document_date")}
