"""What a person holds: titles, licences, other documents; entered, corrected, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker, HeldDocument, Licence, Title
from deploy_admin.people.services import rows
from deploy_admin.people.services.facts import LicenceFacts, TitleFacts

TITLE = tuple(field.name for field in fields(TitleFacts))
LICENCE = (*(field.name for field in fields(LicenceFacts)), "ended_on")


def _record(act: str, row: Model, worker: HealthWorker, by: Actor, detail: Mapping[str, Any]) -> None:
    about = {"worker": worker.pk, "number": worker.number}
    audit.record(act=act, by=by, on=row, label=f"{worker.name} · {row}", detail=about | dict(detail))


# ---------------------------------------------------------------- titles


@transaction.atomic
def add_title(*, worker: HealthWorker, facts: TitleFacts, version: int, by: Actor) -> Title:
    """Enter a title that the person was found qualified for."""
    wanted = rows.cleaned(asdict(facts))
    _check_title(wanted)
    rows.take(worker, version, by, yours=wanted)
    with refusals():
        title = Title.objects.create(worker=worker, **_with_series(wanted), **rows.recorded_by(by))
    _record("people.title_added", title, worker, by, {"title": wanted})
    return title


def _check_title(facts: Mapping[str, Any]) -> None:
    if "code" in facts and facts["code"] not in codes.TITLE_BY_CODE:
        sentence = _("This title is not in the code list.")
        raise RuleViolation(sentence, "title_unknown", fields={"code": sentence})
    if "scope" in facts:
        rows.check_code(facts["scope"], codes.TITLE_SCOPES, "scope")
    for name in ("qualified_on", "appointed_on"):
        rows.check_not_future(facts.get(name), name)


def _with_series(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Add the series and the level that the code says, where the code is among the facts."""
    if "code" not in facts:
        return dict(facts)
    known = codes.TITLE_BY_CODE[facts["code"]]
    return dict(facts) | {"series": known.series, "level": known.level}


@transaction.atomic
def correct_title(*, title: Title, facts: Mapping[str, Any], reason: str, version: int, by: Actor) -> Title:
    """Rewrite what was recorded wrongly of a title."""
    rows.check_names(facts, TITLE)
    wanted = rows.cleaned(facts)
    _check_title(wanted)
    text = rows.reason_given(reason)
    worker = rows.take(title.worker, version, by, yours=wanted)
    title.refresh_from_db()
    old, new = rows.changed(title, wanted)
    with refusals():
        rows.write(title, _with_series(new))
    _record("people.title_corrected", title, worker, by, {"reason": text, "old": old, "new": new})
    return title


@transaction.atomic
def revoke_title(*, title: Title, on: date, reason: str, version: int, by: Actor) -> Title:
    """Take the title away from `on`: on that day it is held no longer. The row stays."""
    text = rows.reason_given(reason)
    rows.check_not_future(on, "on")
    worker = rows.take(title.worker, version, by)
    title.refresh_from_db()
    if title.revoked_on is not None:
        sentence = _("This title was revoked on %(day)s.") % {"day": title.revoked_on.isoformat()}
        raise RuleViolation(sentence, "revoked_already", fields={"on": sentence})
    with refusals():
        rows.write(title, {"revoked_on": on})
    _record("people.title_revoked", title, worker, by, {"reason": text, "on": on})
    return title


# ---------------------------------------------------------------- licences


@transaction.atomic
def add_licence(*, worker: HealthWorker, facts: LicenceFacts, version: int, by: Actor) -> Licence:
    """Enter a licence. The ID number that a physician's qualification number holds is masked in it."""
    wanted = rows.cleaned(asdict(facts))
    _check_licence(wanted)
    rows.take(worker, version, by, yours=wanted)
    with refusals():
        licence = Licence.objects.create(worker=worker, **wanted, **rows.recorded_by(by))
    _record("people.licence_added", licence, worker, by, {"licence": wanted})
    return licence


def _check_licence(facts: Mapping[str, Any]) -> None:
    if "kind" in facts:
        rows.check_code(facts["kind"], codes.LICENCES, "kind")
    if "practice_category" in facts:
        rows.check_code(facts["practice_category"], codes.PRACTICE_CATEGORIES, "practice_category", blank=True)
    rows.check_not_future(facts.get("issued_on"), "issued_on")


@transaction.atomic
def correct_licence(*, licence: Licence, facts: Mapping[str, Any], reason: str, version: int, by: Actor) -> Licence:
    """Rewrite what was recorded wrongly of a licence."""
    rows.check_names(facts, LICENCE)
    wanted = rows.cleaned(facts)
    _check_licence(wanted)
    text = rows.reason_given(reason)
    worker = rows.take(licence.worker, version, by, yours=wanted)
    licence.refresh_from_db()
    old, new = rows.changed(licence, wanted)
    with refusals():
        rows.write(licence, new)
    _record("people.licence_corrected", licence, worker, by, {"reason": text, "old": old, "new": new})
    return licence


@transaction.atomic
def end_licence(*, licence: Licence, on: date, version: int, by: Actor) -> Licence:
    """End a licence; `on` is its last day."""
    worker = rows.take(licence.worker, version, by)
    licence.refresh_from_db()
    if licence.ended_on is not None:
        sentence = _("This licence ended on %(day)s.") % {"day": licence.ended_on.isoformat()}
        raise RuleViolation(sentence, "ended_already", fields={"on": sentence})
    with refusals():
        rows.write(licence, {"ended_on": on})
    _record("people.licence_ended", licence, worker, by, {"on": on})
    return licence


# ---------------------------------------------------------------- other documents


@transaction.atomic
def add_document(
    *,
    worker: HealthWorker,
    name: str,
    number: str = "",
    issued_on: date | None = None,
    valid_to: date | None = None,
    version: int,
    by: Actor,
) -> HeldDocument:
    """Enter another certificate that a policy may ask for."""
    rows.check_not_future(issued_on, "issued_on")
    wanted = {"name": rows.clean(name), "number": rows.clean(number), "issued_on": issued_on, "valid_to": valid_to}
    rows.take(worker, version, by, yours=wanted)
    with refusals():
        document = HeldDocument.objects.create(worker=worker, **wanted, **rows.recorded_by(by))
    _record("people.document_added", document, worker, by, {"document": wanted})
    return document


@transaction.atomic
def remove_document(*, document: HeldDocument, reason: str, version: int, by: Actor) -> None:
    """Delete a document that was entered wrongly; the audit keeps what it said."""
    text = rows.reason_given(reason)
    worker = rows.take(document.worker, version, by)
    found = HeldDocument.objects.filter(pk=document.pk).first()
    if found is None:
        raise RuleViolation(_("This document was removed meanwhile."), "removed_already")
    held = {name: getattr(found, name) for name in ("name", "number", "issued_on", "valid_to")}
    _record("people.document_removed", found, worker, by, {"reason": text, "document": held})
    found.delete()
