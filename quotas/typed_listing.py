"""One person typed into the list's form, as the services take it: whom it means, told the way an uploaded row is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy_admin import clock, national_ids
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing import findings
from deploy_admin.people import names
from deploy_admin.people.services.matching import Known, match
from quotas.models import ListKind
from quotas.services.listing import Listing, day_column


def typed(kind: str, institution_id: int, values: Mapping[str, Any], *, by: Actor) -> Listing:
    """Return the row that the form's values say; a RuleViolation beside the field where nobody can be told by them."""
    given = _id_number(values["national_id"])
    number, name = values["number"].strip().upper(), names.tidy(values["name"])
    found = match(
        ids={given.number} if given else (),
        numbers={number} if number else (),
        names={(institution_id, name)},
        actor=by,
        on=clock.today(),
    )
    known = _known(number, given, found.by_number.get(number), found.by_id.get(given.number if given else ""))
    if known is None and given is None:
        namesakes = found.by_name.get((institution_id, name), [])
        if len(namesakes) != 1:
            raise _refusal("name", "person_ambiguous" if namesakes else "person_unknown")
        known = namesakes[0]
    if known is not None and known.visible and known.name != name:
        raise _refusal("name", "name_other")
    row = Listing(
        institution_id,
        values[day_column(kind)],
        worker_id=known.worker_id if known else None,
        national_id=None if known else given,
        name=name,
        department=values["department"],
    )
    if kind == ListKind.PROMOTIONS:
        row.title_code, row.title_scope = values["title"], values["scope"]
        row.review_year, row.appointed_on = values["review_year"], values["appointed_on"]
        row.document_number = values["document_number"]
        row.practice_category = values["practice_category"]
        row.military = {"yes": True, "no": False}.get(values["military"])
    else:
        row.staff_category, row.employment_mode = values["staff_category"], values["employment_mode"]
    return row


def _id_number(text: str) -> national_ids.NationalId | None:
    if not text.strip():
        return None
    try:
        return national_ids.parse(text)
    except national_ids.WrongId as wrong:
        raise _refusal("national_id", f"id_{wrong.code}", length=len(national_ids.normalised(text))) from wrong


def _known(number: str, given: Any, by_number: Known | None, by_id: Known | None) -> Known | None:
    if number and by_number is None:
        raise _refusal("number", "number_unknown")
    if by_number is not None and by_id is not None and by_number.worker_id != by_id.worker_id:
        raise _refusal("number", "number_of_another")
    return by_number or by_id


def _refusal(field: str, code: str, **params: Any) -> RuleViolation:
    said = f"{findings.sentence(code, params)} {findings.remedy(code, params)}".strip()
    return RuleViolation(said, code, fields={field: said})
