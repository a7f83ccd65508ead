"""A person says what is wrong in the own record; the own unit's personnel office answers."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.models import CorrectionRequest
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Role
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.models import Employment, HealthWorker


@transaction.atomic
def ask_correction(*, text: str, by: Actor) -> CorrectionRequest:
    """Tell the own unit what is wrong in the own record; an ID number in the text is masked before it is kept."""
    worker = HealthWorker.objects.living().visible_to(by).filter(pk=by.worker_id).first()
    if worker is None:
        raise RuleViolation(_("No record of yours is known to the system."), "no_record")
    employment = Employment.objects.filter(worker=worker, is_current=True).first()
    if employment is None:
        raise RuleViolation(_("You are on no unit's roster; turn to your authority."), "no_unit")
    with refusals():
        request = CorrectionRequest.objects.create(
            worker=worker, text=scrubbed(text.strip()), asked_by_id=by.user_id, asked_by_name=by.name
        )
    audit.record(act="assignments.correction_asked", by=by, on=request, label=worker.name)
    jobs.notify(
        code="assignments.correction_asked",
        params={"name": worker.name},
        url=request.get_absolute_url(),
        institution_id=employment.institution_id,
        roles=[Role.SENDER_HR],
        key=_key(request),
    )
    return request


@transaction.atomic
def answer_correction(*, request: CorrectionRequest, answer: str, by: Actor) -> CorrectionRequest:
    """Answer what a person said is wrong; the change itself is made in the record, where it belongs."""
    if not by.can(Permission.PEOPLE_EDIT):
        raise RuleViolation(_("You may not change people's records."), "not_permitted")
    text = scrubbed(answer.strip())
    if not text:
        sentence = _("Write the answer.")
        raise RuleViolation(sentence, "text_missing", fields={"answer": sentence})
    with refusals():
        answered = (
            CorrectionRequest.objects.visible_to(by)
            .open()
            .filter(pk=request.pk)
            .update(answer=text, answered_by_id=by.user_id, answered_by_name=by.name, answered_at=clock.now())
        )
    request.refresh_from_db()
    if not answered:
        raise Conflict(
            _("This was answered meanwhile."),
            "answered_meanwhile",
            context={"yours": {"answer": text}, "theirs": {"answer": request.answer}},
        )
    audit.record(act="assignments.correction_answered", by=by, on=request, label=str(request.worker))
    jobs.settle(key=_key(request))
    if request.asked_by_id is not None:
        jobs.notify(
            code="assignments.correction_answered",
            params={"name": by.name},
            url=reverse("assignments:my_record"),
            institution_id=None,
            roles=None,
            user_id=request.asked_by_id,
            key=f"{_key(request)}:answered",
        )
    return request


def _key(request: CorrectionRequest) -> str:
    return f"assignments.correction:{request.pk}"
