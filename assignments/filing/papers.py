"""Papers of filed lists: who may issue them, a look, issuing, and withdrawing them when the list goes back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.filing import paper_content, sides
from assignments.filing.paper_content import KINDS
from assignments.kinds import ListKind
from assignments.models import FiledList, IssuedPaper
from assignments.papers.contents import Content, Frame
from assignments.papers.numbering import normalised
from assignments.services import papers, standing_of
from assignments.states import ListState, PaperState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.services.rows import check_not_future

#: While a list is with the authority it may be printed: what is still being entered changes under the paper.
HANDED_IN = (ListState.SUBMITTED, ListState.APPROVED)


def papers_of(filed: FiledList, actor: Actor) -> list[IssuedPaper]:
    """Return the papers of the list that the actor sees, the latest first."""
    return list(_of(filed).filter(pk__in=IssuedPaper.objects.visible_to(actor).order_by().values("pk")))


def issue_url(filed: FiledList, actor: Actor) -> str:
    """Return where the list is printed; nothing for whoever may not, and while it is being entered."""
    if filed.state not in HANDED_IN or not (_as_unit(filed, actor) or _as_authority(filed, actor)):
        return ""
    name = "request_list_paper" if filed.kind == ListKind.REQUESTS else "nomination_list_paper"
    return reverse(f"assignments:{name}", args=[filed.pk])


def preview(
    *, filed: FiledList, dated_on: date, number: str = "", contact: str = "", remark: str = "", by: Actor
) -> Content:
    """Return what the paper would say; nothing is written."""
    as_authority = _check(filed, dated_on, by)
    return paper_content.content(
        filed,
        _frame(filed, dated_on, number, contact, remark),
        by_authority=as_authority,
        approved_on=paper_content.approved_on(filed),
    )


@transaction.atomic
def issue_list(
    *, filed: FiledList, dated_on: date, number: str = "", contact: str = "", remark: str = "", by: Actor
) -> IssuedPaper:
    """Issue the list as it is: by the unit to the authority, or, once approved, by the authority to the unit."""
    held = _held(filed, by)
    content = preview(filed=held, dated_on=dated_on, number=number, contact=contact, remark=remark, by=by)
    as_authority = content["by_authority"]
    unit, authority = held.institution_id, held.campaign.authority_id
    return papers.issue_content(
        kind=KINDS[ListKind(held.kind)],
        issuer_id=authority if as_authority else unit,
        addressee_id=unit if as_authority else authority,
        campaign=held.campaign,
        lines=(),
        content=content,
        by=by,
    )


@transaction.atomic
def supersede(filed: FiledList, *, reason: str, by: Actor) -> int:
    """Withdraw the papers of a list that went back; return how many."""
    rows = list(_of(filed).exclude(state=PaperState.WITHDRAWN))
    for paper in rows:
        papers.supersede(paper=paper, reason=reason, by=by)
    return len(rows)


def _of(filed: FiledList) -> Any:
    """Return the papers that name the list."""
    rows = IssuedPaper.objects.filter(kind=KINDS[ListKind(filed.kind)], campaign=filed.campaign_id)
    return rows.filter(content__filed_list=filed.pk).order_by("-dated_on", "-pk")


def _held(filed: FiledList, by: Actor) -> FiledList:
    """Lock the list, so that it does not change while it is put on paper."""
    rows = FiledList.objects.visible_to(by).select_related("campaign").select_for_update(of=("self",), no_key=True)
    held: FiledList | None = rows.filter(pk=filed.pk).first()
    if held is None:
        raise RuleViolation(_("You see no such list."), "list_unknown")
    return held


def _check(filed: FiledList, dated_on: date, by: Actor) -> bool:
    """Refuse whoever does not print the list, and one that is being entered; return whether it is the authority."""
    as_authority = _as_authority(filed, by)
    if not as_authority and not _as_unit(filed, by):
        if filed.state == ListState.SUBMITTED and sides.decides(filed.campaign, by):
            sentence = _("Approve the list first: until then it is the unit's own paper.")
            raise RuleViolation(sentence, "list_not_approved")
        raise standing_of.not_permitted()
    if filed.state not in HANDED_IN:
        raise RuleViolation(_("Hand the list in first, then print it."), "list_not_handed_in")
    check_not_future(dated_on, "dated_on")
    return as_authority


def _as_unit(filed: FiledList, by: Actor) -> bool:
    return sides.is_the_unit(filed.institution_id, filed.kind, by)


def _as_authority(filed: FiledList, by: Actor) -> bool:
    """Whether the actor answers the unit: the authority that approved the list."""
    return (
        filed.state == ListState.APPROVED
        and by.can(sides.ENTER[ListKind(filed.kind)])
        and sides.decides(filed.campaign, by)
    )


def _frame(filed: FiledList, dated_on: date, number: str, contact: str, remark: str) -> Frame:
    return Frame(
        dated_on=dated_on,
        made_at=clock.now().isoformat(),
        number=normalised(scrubbed(number))[:100],
        contact=scrubbed(contact)[:100].strip(),
        remark=scrubbed(remark)[:500].strip(),
        on_behalf=filed.on_behalf,
    )
