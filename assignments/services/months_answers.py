"""What the deployed person says of the own month before it is released: right, or what is not right about it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import months_inbox
from assignments.services.standing_of import not_permitted
from assignments.states import SHEET_HANDED_IN, MonthAnswer, SheetState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed


@transaction.atomic
def answer(*, row: AssignmentMonth, answer: str, remark: str = "", version: int | None = None, by: Actor) -> None:
    """Confirm the own month or dispute it, from its submission until its release; the reviewer sees it."""
    if by.reach is not Reach.SELF or not by.can(Permission.OWN_SERVICE):
        raise not_permitted()
    seen = AssignmentMonth.objects.visible_to(by).filter(pk=row.pk)
    if not seen.exists():
        raise RuleViolation(_("You see no such month."), "row_unknown")
    sheet = MonthSheet.objects.select_for_update(of=("self",), no_key=True).get(pk=row.sheet_id)
    held = AssignmentMonth.objects.select_related("assignment__worker").get(pk=row.pk)
    if sheet.state not in SHEET_HANDED_IN or sheet.state == SheetState.RELEASED:
        sentence = _("You may answer from when the unit has handed the month in until it is released.")
        raise RuleViolation(sentence, "not_to_answer_now")
    if answer not in (MonthAnswer.CONFIRMED, MonthAnswer.DISPUTED):
        raise RuleViolation(_("Say whether the month is right."), "answer_unknown")
    if version is not None and version != held.version:
        raise RuleViolation(_("The month has changed since you opened it; look again."), "stale_version")
    text = scrubbed(remark.strip())[:500]
    if answer == MonthAnswer.DISPUTED and not text:
        sentence = _("Say what is not right about the month.")
        raise RuleViolation(sentence, "answer_incomplete", fields={"remark": sentence})
    with refusals():
        AssignmentMonth.objects.filter(pk=held.pk).update(
            answer=answer, answer_remark=text, answered_at=clock.now(), version=F("version") + 1
        )
    label = held.assignment.worker.name
    audit.record(act=f"assignments.month_{answer}", by=by, on=held, label=label, detail={"remark": text})
    months_inbox.answered(held)
    row.refresh_from_db()
