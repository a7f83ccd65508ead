"""What a person's page shows: facts in the order of the official form, what is dated, and the acts each row allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deploy_admin.access import Actor, Permission
from deploy_admin.jobs.models import StoredFile, Upload, UploadState
from deploy_admin.jobs.models.upload import RowKind, UploadRow
from deploy_admin.people import codes, history, words
from deploy_admin.people.models import Employment, HealthWorker, TransferRequest
from deploy_admin.people.models.dated import Documented
from deploy_admin.people.models.history import TransferState
from deploy_admin.people.models.recognitions import RecognitionState
from deploy_admin.people.standing import Standing, standing
from deploy_admin.people.storytelling import merges, story
from deploy_admin.registry.tables import names_of

#: How many uploads back a person's row is looked for.
UPLOADS_BACK = 10
SHAPES = {
    RecognitionState.CLAIMED: "run",
    RecognitionState.RECOGNISED: "ok",
    RecognitionState.DECLINED: "mute",
    TransferState.ASKED: "run",
    TransferState.AGREED: "ok",
    TransferState.DECLINED: "mute",
    TransferState.WITHDRAWN: "mute",
}


def shape(state: str) -> str:
    """Return the shape a state of a claim or a request wears."""
    return SHAPES.get(state, "und")  # type: ignore[call-overload]  # text choices are found by their text


def eligibility_address(person: int) -> str:
    """Return where the app above says whether the person may go; empty where it is not installed."""
    return _above("assignments:eligibility_of", person)


def service_address(person: int) -> str:
    """Return where the app above says what service the person has and owes; empty where it is not installed."""
    return _above("assignments:service_of", person)


def _above(name: str, person: int) -> str:
    try:
        return reverse(name, args=[person])
    except NoReverseMatch:
        return ""


def facts(worker: HealthWorker, held: Standing, named: dict[int, str]) -> list[tuple[str, Any]]:
    """Return the facts of the official form and what the schemes ask beyond it, as label and words."""
    post = held.employment or held.left
    title = held.title or (held.titles[0] if held.titles else None)
    both = (codes.label(codes.EDUCATIONS, worker.education), codes.label(codes.DEGREES, worker.degree))
    return [
        (pgettext("person", "Name"), worker.name),
        (_("Sex"), worker.sex_label),
        (_("Ethnicity"), worker.ethnicity_label),
        (_("Born"), worker.birth_month),
        (_("Education and degree"), _(", ").join(word for word in both if word)),
        (_("Major"), worker.major),
        (_("Unit"), named.get(post.institution_id, "") if post else ""),
        (_("Department"), post.department if post else ""),
        (_("Speciality"), worker.speciality),
        (_("Present title"), codes.TITLE_BY_CODE[title.code].label if title else ""),
        (_("Scope of the title"), codes.label(codes.TITLE_SCOPES, title.scope) if title else ""),
        (_("Appointed on"), title.appointed_on if title else None),
        (_("Staff category"), codes.label(codes.STAFF_CATEGORIES, post.staff_category) if post else ""),
        (_("Establishment kind"), codes.label(codes.EMPLOYMENT_MODES, post.employment_mode) if post else ""),
        (_("On the establishment since"), held.establishment_since),
        (_("Date of hire"), held.hired_on),
        (_("In clinical work since"), worker.clinical_since),
        (_("Military status"), words.yes_no(post.military) if post else ""),
        (_("Management experience"), words.yes_no(worker.management_experience)),
    ]


class Doing:
    """The links of the acts that the actor may do on rows of one person."""

    def __init__(self, worker: HealthWorker, *, allowed: bool) -> None:
        self.worker, self.allowed = worker, allowed

    def __call__(self, *acts: tuple[str, Any], row: int | None = None) -> list[dict[str, Any]]:
        """Return label and address of each act, on the person or on one row."""
        if not self.allowed:
            return []
        args = [self.worker.pk] if row is None else [self.worker.pk, row]
        return [{"label": label, "url": reverse(f"people:{name}", args=args)} for name, label in acts]


def employments(worker: HealthWorker, named: dict[int, str], doing: Doing) -> list[dict[str, Any]]:
    """Return the employments, latest first."""
    return [
        {
            "what": named.get(row.institution_id, f"#{row.institution_id}"),
            "more": _(", ").join(
                word
                for word in (
                    row.department,
                    codes.label(codes.STAFF_CATEGORIES, row.staff_category),
                    codes.label(codes.EMPLOYMENT_MODES, row.employment_mode),
                )
                if word
            ),
            "when": words.period(row.valid_from, row.valid_to),
            "note": _(", ").join(filter(None, (_how(row), _without_hire(row)))),
            "acts": doing(("employment_correct", _("Correct")), row=row.pk),
        }
        for row in worker.employments.order_by("-valid_from", "-pk")
    ]


def _how(row: Employment) -> str:
    return str(codes.label(codes.ENDINGS if row.ended_as else codes.BEGINNINGS, row.ended_as or row.began_as))


def _without_hire(row: Employment) -> str:
    """Say that the first day is only the day from which the system knows the person: clocks cannot run from it."""
    return _("date of hire not recorded") if row.hired_on is None and row.is_current else ""


def titles(worker: HealthWorker, doing: Doing) -> list[dict[str, Any]]:
    """Return the titles, latest first."""
    acts = (("title_correct", _("Correct")), ("title_revoke", _("Revoke")))
    return [
        {
            "what": str(row),
            "more": _(", ").join(word for word in (row.scope_label, row.document_number) if word),
            "when": _("qualified %(day)s") % {"day": row.qualified_on}
            + (_("; appointed %(day)s") % {"day": row.appointed_on} if row.appointed_on else ""),
            "note": _("revoked %(day)s") % {"day": row.revoked_on} if row.revoked_on else "",
            "acts": doing(*(acts if row.revoked_on is None else acts[:1]), row=row.pk),
        }
        for row in worker.titles.order_by("-qualified_on", "-pk")
    ]


def licences(worker: HealthWorker, doing: Doing) -> list[dict[str, Any]]:
    """Return the licences, standing ones first."""
    acts = (("licence_correct", _("Correct")), ("licence_end", _("End")))
    return [
        {
            "what": str(row),
            "more": _(", ").join(word for word in (row.practice_category_label, row.number) if word),
            "when": words.period(row.issued_on, row.ended_on) if row.issued_on or row.ended_on else "",
            "note": "",
            "acts": doing(*(acts if row.ended_on is None else acts[:1]), row=row.pk),
        }
        for row in worker.licences.order_by("ended_on", "-pk")
    ]


def documents(worker: HealthWorker, doing: Doing) -> list[dict[str, Any]]:
    """Return the other papers held."""
    return [
        {
            "what": row.name,
            "more": row.number,
            "when": words.period(row.issued_on, row.valid_to) if row.issued_on or row.valid_to else "",
            "note": "",
            "acts": doing(("document_remove", _("Remove")), row=row.pk),
        }
        for row in worker.documents.order_by("name", "pk")
    ]


def _scan(row: Documented) -> str:
    return StoredFile(pk=row.scan_id).get_absolute_url() if row.scan_id is not None else ""


def unavailabilities(worker: HealthWorker, doing: Doing, *, personal_too: bool, on: date) -> list[dict[str, Any]]:
    """Return what keeps the person away, latest first; a personal reason only to those who are told it."""
    shown = []
    for row in worker.unavailabilities.order_by("-valid_from", "-pk"):
        told = personal_too or not row.is_personal
        ended = row.valid_to is not None and row.valid_to < on
        acts = [("unavailability_withdraw", _("Take the entry back"))]
        acts = acts if ended else [("unavailability_end", _("End")), *acts]
        shown.append(
            {
                "what": words.reason_shown(row.kind, personal_too=personal_too),
                "more": _(", ").join(word for word in (row.remark, row.document) if word) if told else "",
                "when": words.period(row.valid_from, row.valid_to),
                "note": _("taken back") if row.withdrawn_at else "",
                "scan": _scan(row) if told else "",
                "acts": doing(*acts, row=row.pk) if row.withdrawn_at is None else [],
            }
        )
    return shown


def recognitions(worker: HealthWorker, actor: Actor) -> list[dict[str, Any]]:
    """Return claimed and recognised service, latest first."""
    decides = actor.can(Permission.PEOPLE_RECOGNISE)
    return [
        {
            "what": row.kind_label,
            "more": _(", ").join(word for word in (row.place, row.document, row.document_number, row.remark) if word),
            "when": words.period(row.served_from, row.served_to),
            "note": row.get_state_display(),
            "shape": shape(row.state),
            "scan": _scan(row),
            "acts": [{"label": _("Decide"), "url": reverse("people:recognition_decide", args=[row.pk])}]
            if decides and row.state == RecognitionState.CLAIMED and row.recorded_by_id != actor.user_id
            else [],
        }
        for row in worker.recognitions.order_by("-served_from", "-pk")
    ]


def events(worker: HealthWorker, doing: Doing) -> list[dict[str, Any]]:
    """Return the recorded events, latest first."""
    return [
        {
            "what": row.kind_label,
            "more": _(", ").join(word for word in (row.document, row.document_number) if word),
            "when": row.happened_on.isoformat(),
            "note": _("taken back") if row.withdrawn_at else "",
            "scan": _scan(row),
            "acts": doing(("event_withdraw", _("Take the entry back")), row=row.pk)
            if row.withdrawn_at is None
            else [],
        }
        for row in worker.events.order_by("-happened_on", "-pk")
    ]


def transfers(worker: HealthWorker, actor: Actor, named: dict[int, str]) -> list[dict[str, Any]]:
    """Return the requests to take the person on that the actor may know about."""
    rows = TransferRequest.objects.visible_to(actor).filter(worker=worker)
    return [
        {
            "what": _("%(old)s → %(new)s")
            % {"old": named.get(row.from_institution_id, ""), "new": named.get(row.to_institution_id, "")},
            "more": row.remark,
            "when": row.first_day.isoformat(),
            "note": row.get_state_display(),
            "shape": shape(row.state),
            "acts": [],
        }
        for row in rows
    ]


def uploads(worker: HealthWorker, actor: Actor) -> Sequence[Upload]:
    """Return the latest applied uploads of the actor's view that entered or changed this person."""
    recent = (
        Upload.objects.visible_to(actor)
        .filter(column_set="roster", state=UploadState.APPLIED)
        .order_by("-pk")
        .values_list("pk", flat=True)[:UPLOADS_BACK]
    )
    mine = Q(values__person_number=worker.number)
    if worker.id_masked:
        mine |= Q(values__national_id=worker.id_masked, values__name=worker.name)
    touched = UploadRow.objects.filter(mine, upload__in=list(recent), kind__in=(RowKind.NEW, RowKind.CHANGED))
    return list(Upload.objects.for_list().filter(pk__in=touched.values("upload")))


def page_context(worker: HealthWorker, actor: Actor, on: date) -> dict[str, Any]:
    """Return everything the person's page shows, in a number of queries that does not grow with the rows."""
    held = standing([worker.pk], on)[worker.pk]
    entries = history.timeline(worker)
    units = {row.institution_id for row in worker.employments.all()}
    for request in worker.transfer_requests.all():
        units |= {request.from_institution_id, request.to_institution_id}
    named = names_of(units, on)
    merged = worker.merged_into_id is not None
    personal_too = words.knows_personal_reasons(actor)
    doing = Doing(worker, allowed=actor.can(Permission.PEOPLE_EDIT) and not merged)
    return {
        "person": worker,
        "held": held,
        "facts": facts(worker, held, named),
        "timeline": story(entries, named, personal_too=personal_too, on=on),
        "employments": employments(worker, named, doing),
        "titles": titles(worker, doing),
        "licences": licences(worker, doing),
        "documents": documents(worker, doing),
        "unavailabilities": unavailabilities(worker, doing, personal_too=personal_too, on=on),
        "recognitions": recognitions(worker, actor),
        "events": events(worker, doing),
        "transfers": transfers(worker, actor, named),
        "merges": merges(worker),
        "uploads": uploads(worker, actor),
        "eligibility_url": eligibility_address(worker.pk) if actor.can(Permission.ELIGIBILITY_VIEW) else "",
        "service_url": service_address(worker.pk) if actor.can(Permission.ELIGIBILITY_VIEW) else "",
        "may_edit": doing.allowed,
        "may_merge": actor.can(Permission.PEOPLE_MERGE),
        "may_reveal": actor.can(Permission.PEOPLE_IDS) and bool(worker.id_masked),
    }
