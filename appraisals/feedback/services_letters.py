"""Feedback letters: issued for everything a month owes, each result told once; received by the sending unit."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from appraisals.feedback import guard, letter_content, owing, telling
from appraisals.feedback.owing import Owed
from appraisals.models import FeedbackLetter, LetterLine
from assignments.kinds import PaperKind
from assignments.papers.contents import Content, Frame
from assignments.papers.numbering import normalised
from assignments.services import papers, standing_of
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.months import Month
from deploy_admin.people.services.rows import check_not_future


@transaction.atomic
def issue(
    *,
    authority_id: int,
    month: Month,
    dated_on: date,
    number: str = "",
    contact: str = "",
    remark: str = "",
    units: Collection[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
    by: Actor,
) -> list[FeedbackLetter]:
    """Issue the letters the authority owes of the month, to all sending units or to these. All or none.

    Issued twice at the same moment, the second finds nothing left. Of several letters each gets its number later.
    """
    check_issuing(authority_id, month, dated_on, by)
    guard.alone(authority_id)
    due = owing.owed(authority_id, month, units)
    if not due:
        raise RuleViolation(_("Everything released of this month is fed back already."), "nothing_owed")
    if number and len(due) > 1:
        sentence = _("These are %(n)d letters: each is given its own number afterwards.") % {"n": len(due)}
        raise RuleViolation(sentence, "number_for_one", fields={"number": sentence})
    frame = frame_of(dated_on=dated_on, number=number, contact=contact, remark=remark)
    issued = []
    for done, each in enumerate(due, start=1):
        issued.append(_issued(each, frame, by))
        if progress is not None:
            progress(done, len(due))
    telling.arrived(issued)
    return issued


def preview(owed: Owed, *, dated_on: date, number: str = "", contact: str = "", remark: str = "") -> Content:
    """Return what a letter would say; nothing is written."""
    content, _named = letter_content.content(
        owed, frame_of(dated_on=dated_on, number=number, contact=contact, remark=remark)
    )
    return content


def check_issuing(authority_id: int, month: Month, dated_on: date, by: Actor) -> None:
    """Refuse whoever does not issue for the authority, and a day on which no such letter was written."""
    if not owing.may_issue(authority_id, by):
        raise standing_of.not_permitted()
    check_not_future(dated_on, "dated_on")
    if dated_on < month.first:
        sentence = _("A letter about a month is not dated before it.")
        raise RuleViolation(sentence, "dated_before_month", fields={"dated_on": sentence})


@transaction.atomic
def receive(*, letters: Collection[int], by: Actor) -> list[FeedbackLetter]:
    """Confirm that these letters have arrived; who did so first stands. Returns those received now."""
    if not by.can(Permission.FEEDBACK_RECEIVE) or by.reach is not Reach.UNIT:
        raise standing_of.not_permitted()
    wanted = set(letters)
    rows = FeedbackLetter.objects.visible_to(by).filter(pk__in=wanted).order_by("pk")
    held = list(rows.select_for_update(of=("self",), no_key=True))
    if len(held) != len(wanted):
        raise RuleViolation(_("You see no such letter."), "letter_unknown")
    received = [letter for letter in held if letter.received_at is None]
    for letter in received:
        letter.received_at, letter.received_by_id = clock.now(), by.user_id
        letter.received_by_name = by.name[:150]
    with refusals():
        FeedbackLetter.objects.bulk_update(received, ["received_at", "received_by_id", "received_by_name"])
    telling.received(received)
    for letter in received:
        detail = {"month": f"{letter.month:%Y-%m}", "people": letter.people}
        audit.record(act="feedback.received", by=by, on=letter, detail=detail)
    return received


def receive_all(*, by: Actor) -> list[FeedbackLetter]:
    """Confirm every letter to the own unit that is not received yet."""
    waiting = FeedbackLetter.objects.visible_to(by).unreceived().values_list("pk", flat=True)
    return receive(letters=list(waiting), by=by)


def frame_of(*, dated_on: date, number: str, contact: str, remark: str) -> Frame:
    """Return what the office adds, as it is printed."""
    return Frame(
        dated_on=dated_on,
        made_at=clock.now().isoformat(),
        number=normalised(scrubbed(number))[:100],
        contact=scrubbed(contact)[:100].strip(),
        remark=scrubbed(remark)[:500].strip(),
    )


def _issued(owed: Owed, frame: Frame, by: Actor) -> FeedbackLetter:
    content, named = letter_content.content(owed, frame)
    paper = papers.issue_content(
        kind=PaperKind.FEEDBACK_LETTER,
        issuer_id=owed.authority_id,
        addressee_id=owed.sending_unit_id,
        lines=named,
        content=content,
        by=by,
    )
    of_unit = FeedbackLetter.objects.filter(
        authority=owed.authority_id, sending_unit=owed.sending_unit_id, month=owed.month.first
    )
    last = of_unit.aggregate(last=Max("sequence"))["last"] or 0
    with refusals():
        letter = FeedbackLetter.objects.create(
            authority_id=owed.authority_id,
            sending_unit_id=owed.sending_unit_id,
            month=owed.month.first,
            sequence=last + 1,
            kind=owed.kind,
            paper=paper,
            people=len(named),
            sent_at=clock.now(),
            sent_by_name=by.name[:150],
        )
        LetterLine.objects.bulk_create([LetterLine(letter=letter, released=score) for score in owed.scores])
    detail = {"month": str(owed.month), "kind": owed.kind.value, "people": len(named), "sequence": letter.sequence}
    audit.record(act="feedback.sent", by=by, on=letter, detail=detail)
    return letter
