"""Which papers come of what was chosen: who issues each, to whom, whom it names; refused where there is none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from assignments.kinds import PaperKind
from assignments.models import Assignment, Campaign, Leave
from assignments.papers import contents, suspension
from assignments.papers.contents import Content, Frame
from assignments.papers.matter import Line
from assignments.services import moving, standing_of
from assignments.states import COMING, RUNNING, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.authority import authority_over

#: Who may issue, number, file and withdraw a paper of each kind.
PERMISSIONS: Mapping[PaperKind, Permission] = {
    PaperKind.SUSPENSION_NOTICE: Permission.SUSPENSIONS_STATE,
    PaperKind.DISPATCH_NOTICE: Permission.ASSIGNMENTS_PLAN,
    PaperKind.LEAVE_RECEIPT: Permission.LEAVE_FILE,
    PaperKind.EXTENSION_NOTICE: Permission.ASSIGNMENTS_DECIDE,
    PaperKind.FEEDBACK_LETTER: Permission.MONTHS_RELEASE,
    PaperKind.SITUATION_REPORT: Permission.MONTHS_ENTER,
    PaperKind.REQUEST_LIST: Permission.REQUESTS_ENTER,
    PaperKind.NOMINATION_LIST: Permission.NOMINATIONS_ENTER,
    PaperKind.ALLOCATION_DECISION: Permission.ALLOCATION_DECIDE,
}
#: Whom a notice about going concerns: nobody who has come back or never goes.
GOING = COMING | RUNNING


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What papers are asked for: assignments, leaves, or a whole campaign."""

    kind: PaperKind
    assignment_ids: frozenset[int] = frozenset()
    leave_ids: frozenset[int] = frozenset()
    campaign: Campaign | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One paper that is not issued yet."""

    kind: PaperKind
    issuer_id: int
    addressee_id: int | None
    campaign: Campaign | None
    lines: tuple[Line, ...]
    on_behalf: bool = False
    whole: bool = False

    def content(
        self, *, dated_on: date, number: str = "", contact: str = "", remark: str = "", made_at: str = ""
    ) -> Content:
        """Return what the paper says as the rows are now."""
        frame = Frame(
            dated_on=dated_on,
            made_at=made_at or clock.now().isoformat(),
            number=number,
            contact=contact.strip(),
            remark=remark.strip(),
            on_behalf=self.on_behalf,
            whole=self.whole,
        )
        return contents.build(self.kind, self.lines, issuer_id=self.issuer_id, campaign=self.campaign, frame=frame)


@dataclass(frozen=True)
class Drafted:
    """The papers that come of a choice, and who of those chosen stands on none."""

    drafts: tuple[Draft, ...]
    left_out: tuple[str, ...] = field(default=())


def drafted(chosen: Chosen, by: Actor) -> Drafted:
    """Return the papers; refuses whoever may not issue them, and a choice of which there is nothing to say."""
    if not by.can(PERMISSIONS[chosen.kind]):
        raise standing_of.not_permitted()
    return _BY_KIND[chosen.kind](chosen, by)


def _suspensions(chosen: Chosen, by: Actor) -> Drafted:
    """One notice a sending unit."""
    rows = _rows(chosen, by)
    moving.check_state(rows, GOING)
    needed = suspension.needed_of(rows)
    if not needed:
        sentence = _("Nobody of those chosen has practice to be suspended.")
        raise RuleViolation(sentence, "suspension_not_needed")
    drafts = [
        Draft(
            kind=chosen.kind,
            issuer_id=unit,
            addressee_id=None,
            campaign=_only_campaign(found),
            lines=_lines(found),
            on_behalf=standing_of.may_act_for_sender(found, by),
        )
        for unit, found in _grouped((row for row in rows if row.pk in needed), lambda row: row.sending_unit_id).items()
    ]
    return Drafted(tuple(drafts), tuple(row.worker.name for row in rows if row.pk not in needed))


def _dispatches(chosen: Chosen, by: Actor) -> Drafted:
    """One notice a campaign; without campaign, one an authority."""
    if chosen.campaign is not None:
        seen = Assignment.objects.visible_to(by).filter(campaign=chosen.campaign.pk, state__in=GOING)
        rows = list(seen.select_related("worker", "campaign").order_by("pk"))
        if not rows:
            raise RuleViolation(_("Nobody of this campaign goes, or is there."), "nobody_to_dispatch")
    else:
        rows = _rows(chosen, by)
        moving.check_state(rows, GOING)
    standing_of.may_decide(rows, by, Permission.ASSIGNMENTS_PLAN)
    offices = _offices(rows, by)
    return Drafted(
        tuple(
            Draft(
                kind=chosen.kind,
                issuer_id=office,
                addressee_id=None,
                campaign=_only_campaign(found),
                lines=_lines(found),
                whole=chosen.campaign is not None,
            )
            for (office, _campaign), found in _grouped(rows, lambda row: (offices[row.pk], row.campaign_id)).items()
        )
    )


def _receipts(chosen: Chosen, by: Actor) -> Drafted:
    """One receipt an office and receiving unit."""
    seen = Leave.objects.visible_to(by).filter(pk__in=chosen.leave_ids)
    leaves = list(seen.select_related("assignment__worker", "assignment__campaign").order_by("first_day", "pk"))
    if not leaves or len(leaves) != len(chosen.leave_ids):
        raise RuleViolation(_("You see no such leave."), "leave_unknown")
    for leave in leaves:
        if leave.state != LeaveState.APPROVED or leave.filed_on is None:
            named = {"name": leave.assignment.worker.name, "day": leave.first_day.isoformat()}
            sentence = _("The leave of %(name)s from %(day)s on is not filed: take the filing down first.") % named
            raise RuleViolation(sentence, "leave_not_filed")
    rows = [leave.assignment for leave in leaves]
    standing_of.may_act_as_authority(rows, by, Permission.LEAVE_FILE)
    offices = _offices(rows, by, unit=lambda row: row.receiving_unit_id)
    if by.reach is Reach.DISTRICT and by.institution_id is not None:
        offices = dict.fromkeys(offices, by.institution_id)  # the office that took it down
    groups = _grouped(leaves, lambda leave: (offices[leave.assignment_id], leave.assignment.receiving_unit_id))
    return Drafted(
        tuple(
            Draft(
                kind=chosen.kind,
                issuer_id=office,
                addressee_id=receiver,
                campaign=_only_campaign(leave.assignment for leave in found),
                lines=tuple(Line(leave.assignment_id, leave.pk) for leave in found),
            )
            for (office, receiver), found in groups.items()
        )
    )


def _extensions(chosen: Chosen, by: Actor) -> Drafted:
    """One notice an assignment: it tells why this person stays longer."""
    rows = _rows(chosen, by)
    standing_of.may_decide(rows, by, Permission.ASSIGNMENTS_DECIDE)
    longer = [row for row in rows if (row.extended_days or row.granted_days) and row.ended_on is None]
    if not longer:
        raise RuleViolation(_("The term of nobody chosen is longer than it was planned."), "nothing_extended")
    moving.check_state(longer, RUNNING)
    offices = _offices(longer, by)
    drafts = [
        Draft(
            kind=chosen.kind,
            issuer_id=offices[row.pk],
            addressee_id=row.receiving_unit_id,
            campaign=row.campaign,
            lines=(Line(row.pk),),
        )
        for row in longer
    ]
    return Drafted(tuple(drafts), tuple(row.worker.name for row in rows if row not in longer))


_BY_KIND: dict[PaperKind, Callable[[Chosen, Actor], Drafted]] = {
    PaperKind.SUSPENSION_NOTICE: _suspensions,
    PaperKind.DISPATCH_NOTICE: _dispatches,
    PaperKind.LEAVE_RECEIPT: _receipts,
    PaperKind.EXTENSION_NOTICE: _extensions,
}


def _rows(chosen: Chosen, by: Actor) -> list[Assignment]:
    """Return the assignments chosen, by pinyin; refuses none, one unseen, and one no officer confirmed yet."""
    if not chosen.assignment_ids:
        raise RuleViolation(_("Choose at least one person."), "nobody_chosen")
    seen = Assignment.objects.visible_to(by).filter(pk__in=chosen.assignment_ids)
    rows = list(seen.select_related("worker", "campaign").order_by("sort_key", "pk"))
    if len(rows) != len(chosen.assignment_ids):
        raise moving.unknown()
    if not all(row.is_confirmed for row in rows):
        raise RuleViolation(_("What is taken on from the past gets a paper once it is confirmed."), "not_confirmed")
    return rows


def _offices(
    rows: Collection[Assignment], by: Actor, unit: Callable[[Assignment], int] = lambda row: row.sending_unit_id
) -> dict[int, int]:
    """Return by assignment the authority that issues: the campaign's, else that of the unit, else the actor's own."""
    loose = {unit(row) for row in rows if row.campaign is None}
    answers = authority_over(loose, clock.today()) if loose else {}
    found: dict[int, int] = {}
    for row in rows:
        office = row.campaign.authority_id if row.campaign else answers.get(unit(row)) or by.institution_id
        if office is None:
            raise RuleViolation(_("No authority is known that issues this paper."), "authority_unknown")
        found[row.pk] = office
    return found


def _lines(rows: Iterable[Assignment]) -> tuple[Line, ...]:
    return tuple(Line(row.pk) for row in rows)


def _only_campaign(rows: Iterable[Assignment]) -> Campaign | None:
    """Return the campaign all of them are of; None where they are of several, or of none."""
    found = {row.campaign for row in rows}
    return found.pop() if len(found) == 1 else None


def _grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
