"""The acts on one person: each is told here, acting.py gives it its page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from deploy_admin.errors import RuleViolation
from deploy_admin.people import scans, services
from deploy_admin.people.forms import holdings, people, posts
from deploy_admin.people.models import (
    Employment,
    HeldDocument,
    Licence,
    RecordedEvent,
    Title,
    Unavailability,
)
from deploy_admin.people.services import LicenceFacts, Paper, PostFacts, TitleFacts
from deploy_admin.people.views.acting import Act, page_for

PERSONAL = tuple(people.PersonalFacts.base_fields)
POST = tuple(people.PostFields.base_fields)


def _of(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _changed(form: Any, *beside: str) -> dict[str, Any]:
    """Return what says something else than was shown; nothing at all is refused."""
    facts = {name: value for name, value in form.changed().items() if name not in beside}
    if not facts:
        raise RuleViolation(str(_("Nothing differs from what is recorded.")), "nothing_to_correct")
    return facts


def _paper(data: dict[str, Any], worker: Any, by: Any) -> Paper:
    facts = {name: data[name] for name in ("document", "document_number", "document_date")}
    return Paper(**facts, scan=scans.kept(data["scan"], worker, by))


def _post(data: dict[str, Any]) -> PostFacts:
    return PostFacts(**{name: data[name] for name in POST})


def _correct(form: Any, worker: Any, by: Any) -> object:
    data = form.cleaned_data
    facts = _changed(form, "reason")
    return services.correct_worker(worker=worker, facts=facts, reason=data["reason"], version=data["version"], by=by)


def _correct_id(form: Any, worker: Any, by: Any) -> object:
    data = form.cleaned_data
    return services.correct_worker(
        worker=worker,
        facts={},
        national_id=data["national_id"],
        reason=data["reason"],
        version=data["version"],
        by=by,
    )


def _change_post(form: Any, worker: Any, by: Any) -> object:
    data = form.cleaned_data
    facts = _changed(form, "on")
    return services.change_post(worker=worker, on=data["on"], facts=facts, version=data["version"], by=by)


def _correct_employment(form: Any, employment: Any, by: Any) -> object:
    data = form.cleaned_data
    facts = _changed(form, "reason")
    return services.correct_employment(
        employment=employment, facts=facts, reason=data["reason"], version=data["version"], by=by
    )


def _transfer(form: Any, worker: Any, by: Any) -> object:
    data = form.cleaned_data
    return services.transfer(
        worker=worker,
        to=form.institution,
        first_day=data["first_day"],
        post=_post(data),
        version=data["version"],
        by=by,
    )


def _add_title(form: Any, worker: Any, by: Any) -> object:
    values = form.values()
    return services.add_title(worker=worker, facts=TitleFacts(**values), version=form.cleaned_data["version"], by=by)


def _add_licence(form: Any, worker: Any, by: Any) -> object:
    values = form.values()
    return services.add_licence(
        worker=worker, facts=LicenceFacts(**values), version=form.cleaned_data["version"], by=by
    )


def _unavailable(form: Any, worker: Any, by: Any) -> object:
    data = form.cleaned_data
    return services.enter_unavailability(
        worker=worker,
        paper=_paper(data, worker, by),
        **{name: data[name] for name in ("kind", "valid_from", "valid_to", "remark", "version")},
        by=by,
    )


def _claim(form: Any, worker: Any, by: Any) -> object:
    data = form.cleaned_data
    return services.claim_recognition(
        worker=worker,
        paper=_paper(data, worker, by),
        **{name: data[name] for name in ("kind", "served_from", "served_to", "place", "version")},
        by=by,
    )


def _record_event(form: Any, worker: Any, by: Any) -> object:
    data = form.cleaned_data
    return services.record_event(
        worker=worker,
        paper=_paper(data, worker, by),
        **{name: data[name] for name in ("kind", "happened_on", "version")},
        by=by,
    )


ACTS = {
    "correct": Act(
        people.CorrectForm,
        _correct,
        title=_("Correct what is recorded"),
        verb=_("Correct"),
        done=_("The correction is recorded."),
        lead=_(
            "Something about the person was recorded wrongly or is missing. Posts, titles and licences have their own."
        ),
        shown=lambda worker: _of(worker, "name", *PERSONAL),
    ),
    "correct_id": Act(
        people.CorrectIdForm,
        _correct_id,
        title=_("Correct the ID number"),
        verb=_("Correct"),
        done=_("The ID number is corrected; date of birth and sex follow it."),
        lead=_("The number is checked, kept encrypted and shown masked only."),
    ),
    "change_post": Act(
        posts.ChangePostForm,
        _change_post,
        title=_("Change the post"),
        verb=_("Change"),
        done=_("The change is recorded."),
        lead=_("Another department, category or kind of post within the unit. The day of hire stays."),
        shown=lambda worker: _of(worker.employment, *POST) if worker.employment else {},
    ),
    "employment_correct": Act(
        posts.CorrectEmploymentForm,
        _correct_employment,
        title=_("Correct an employment"),
        verb=_("Correct"),
        done=_("The correction is recorded."),
        lead=_("What was recorded wrongly. What has become different is a change of the post."),
        model=Employment,
        shown=lambda row: _of(row, *POST, "hired_on", "began_as", "valid_from", "valid_to"),
    ),
    "leave": Act(
        posts.LeaveForm,
        lambda form, worker, by: services.leave(worker=worker, **form.values(), version=_version(form), by=by),
        title=_("Enter the leaving"),
        verb=_("Enter the leaving"),
        done=_("The leaving is recorded."),
        lead=_(
            "The record stays with the unit until another takes the person on. Moving to another unit is a transfer."
        ),
        danger=True,
    ),
    "transfer": Act(
        posts.TransferForm,
        _transfer,
        title=_("Transfer to another unit"),
        verb=_("Transfer"),
        done=_("The transfer is recorded."),
        lead=_("A transfer does not restart the clocks that run from the day of hire."),
        shown=lambda worker: _of(worker.employment, "staff_category") if worker.employment else {},
    ),
    "title_add": Act(
        holdings.TitleForm,
        _add_title,
        title=_("Add a title"),
        verb=_("Add"),
        done=_("The title is recorded."),
        lead=_("Earlier titles stay as they are."),
    ),
    "title_correct": Act(
        holdings.CorrectTitleForm,
        lambda form, row, by: services.correct_title(
            title=row,
            facts=_changed(form, "reason"),
            reason=form.cleaned_data["reason"],
            version=_version(form),
            by=by,
        ),
        title=_("Correct a title"),
        verb=_("Correct"),
        done=_("The correction is recorded."),
        model=Title,
        shown=lambda row: _of(row, *(name for name in holdings.TitleForm.base_fields if name != "version")),
    ),
    "title_revoke": Act(
        holdings.RevokeTitleForm,
        lambda form, row, by: services.revoke_title(title=row, **form.values(), version=_version(form), by=by),
        title=_("Revoke a title"),
        verb=_("Revoke"),
        done=_("The title is revoked from that day on."),
        lead=_("It counts until the day before."),
        model=Title,
        danger=True,
    ),
    "licence_add": Act(
        holdings.LicenceForm,
        _add_licence,
        title=_("Add a licence"),
        verb=_("Add"),
        done=_("The licence is recorded."),
    ),
    "licence_correct": Act(
        holdings.CorrectLicenceForm,
        lambda form, row, by: services.correct_licence(
            licence=row,
            facts=_changed(form, "reason"),
            reason=form.cleaned_data["reason"],
            version=_version(form),
            by=by,
        ),
        title=_("Correct a licence"),
        verb=_("Correct"),
        done=_("The correction is recorded."),
        model=Licence,
        shown=lambda row: _of(row, *(name for name in holdings.LicenceForm.base_fields if name != "version")),
    ),
    "licence_end": Act(
        holdings.EndForm,
        lambda form, row, by: services.end_licence(
            licence=row, on=form.cleaned_data["last_day"], version=_version(form), by=by
        ),
        title=_("End a licence"),
        verb=_("End"),
        done=_("The licence ends on that day."),
        model=Licence,
        danger=True,
    ),
    "document_add": Act(
        holdings.DocumentForm,
        lambda form, worker, by: services.add_document(worker=worker, **form.values(), version=_version(form), by=by),
        title=_("Add a document"),
        verb=_("Add"),
        done=_("The document is recorded."),
        lead=_("A certificate that a policy may ask for."),
    ),
    "document_remove": Act(
        holdings.WithdrawForm,
        lambda form, row, by: services.remove_document(document=row, **form.values(), version=_version(form), by=by),
        title=_("Remove a document"),
        verb=_("Remove"),
        done=_("The document is removed; the audit record keeps what it was."),
        model=HeldDocument,
        danger=True,
    ),
    "unavailability_enter": Act(
        holdings.UnavailabilityForm,
        _unavailable,
        title=_("Enter an unavailability"),
        verb=_("Enter"),
        done=_("The unavailability is recorded."),
        lead=_(
            "Why the person cannot be sent, whatever the rules would allow. "
            "Personal reasons are told to the own unit and its authority only."
        ),
    ),
    "unavailability_end": Act(
        holdings.EndForm,
        lambda form, row, by: services.end_unavailability(
            unavailability=row, last_day=form.cleaned_data["last_day"], version=_version(form), by=by
        ),
        title=_("End an unavailability"),
        verb=_("End"),
        done=_("The unavailability ends on that day."),
        model=Unavailability,
    ),
    "unavailability_withdraw": Act(
        holdings.WithdrawForm,
        lambda form, row, by: services.withdraw_unavailability(
            unavailability=row, **form.values(), version=_version(form), by=by
        ),
        title=_("Take back an unavailability"),
        verb=_("Take the entry back"),
        done=_("The entry is taken back."),
        lead=_("It was entered by mistake and never held."),
        model=Unavailability,
        danger=True,
    ),
    "recognition_claim": Act(
        holdings.RecognitionForm,
        _claim,
        title=_("Claim earlier service"),
        verb=_("Claim"),
        done=_("The claim waits for the authority's decision."),
        lead=_("Service outside this system's assignments, or something equal to it. Somebody else decides on it."),
    ),
    "event_record": Act(
        holdings.EventForm,
        _record_event,
        title=_("Record an event"),
        verb=_("Record"),
        done=_("The event is recorded."),
        lead=_("The policies say which event bars a person and for how long."),
    ),
    "event_withdraw": Act(
        holdings.WithdrawForm,
        lambda form, row, by: services.withdraw_event(event=row, **form.values(), version=_version(form), by=by),
        title=_("Take back an event"),
        verb=_("Take the entry back"),
        done=_("The event is taken back."),
        model=RecordedEvent,
        danger=True,
    ),
}


def _version(form: Any) -> int:
    return int(form.cleaned_data["version"])


PAGES = {name: page_for(act) for name, act in ACTS.items()}
