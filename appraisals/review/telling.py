"""Telling units, people and authorities what became of their months; of what comes back `assignments` tells itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from appraisals.models import MonthCorrection
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import telling as at_post
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution

#: News is closed after two weeks by `assignments.services.telling.keep_up`.
NEWS = f"{at_post.NEWS}months:"
ACCEPTED, RELEASED = "appraisals.month_accepted", "appraisals.month_released"
RECEIVER = at_post.RECEIVER
REVIEWERS = (*at_post.OFFICERS, Role.PRIMARY_HEALTH_SECTION)


def accepted(sheets: Iterable[MonthSheet]) -> None:
    """Tell the units that their months are accepted."""
    _tell_units(sheets, ACCEPTED)


def released(sheets: Iterable[MonthSheet], rows: Iterable[AssignmentMonth]) -> None:
    """Tell the units, and everybody who stands on their sheets, that the months are released."""
    _tell_units(sheets, RELEASED)
    people = list(rows)
    users = at_post.users_of(row.assignment.worker_id for row in people)
    wanted = {
        f"{NEWS}own:{row.pk}:{user}": _note(
            "appraisals.own_month_released",
            {"month": f"{row.month:%Y-%m}"},
            reverse("appraisals:my_month", args=[row.pk]),
            user_id=user,
        )
        for row in people
        for user in users.get(row.assignment.worker_id, ())
    }
    inbox.keep(f"{NEWS}own:", wanted, closing=False, among=list(wanted))


def correction_asked(correction: MonthCorrection) -> None:
    """Tell the authority that somebody asks to correct what was released."""
    unit = correction.row.sheet.institution_id
    office = authority_over({unit}, clock.today())[unit]
    jobs.notify(
        code="appraisals.correction_asked",
        params=_about(correction) | {"by": correction.recorded_by_name},
        url=reverse("appraisals:correction", args=[correction.pk]),
        institution_id=office,
        roles=REVIEWERS if office is not None else (Role.CITY_OFFICER,),
        key=_asked(correction),
    )


def correction_decided(correction: MonthCorrection) -> None:
    """Close what waited; tell whoever asked and the unit, and where something changed the person, too."""
    jobs.settle(key=_asked(correction))
    code = f"appraisals.correction_{correction.state}"
    url = reverse("appraisals:correction", args=[correction.pk])
    told = _about(correction)
    unit = correction.row.sheet.institution_id
    wanted = {f"{NEWS}{code}:{correction.pk}:unit": _note(code, told, url, institution_id=unit, roles=RECEIVER)}
    if correction.recorded_by_id is not None:
        wanted[f"{NEWS}{code}:{correction.pk}:asked"] = _note(code, told, url, user_id=correction.recorded_by_id)
    if correction.state == "approved":
        worker = correction.row.assignment.worker_id
        mine = reverse("appraisals:my_month", args=[correction.row_id])
        for user in at_post.users_of([worker]).get(worker, ()):
            key = f"{NEWS}{code}:{correction.pk}:{user}"
            month = {"month": f"{correction.row.month:%Y-%m}"}
            wanted[key] = _note("appraisals.own_month_corrected", month, mine, user_id=user)
    inbox.keep(f"{NEWS}{code}:{correction.pk}:", wanted, closing=False)


def withdrawn(correction: MonthCorrection) -> None:
    """Close what waited at the authority."""
    jobs.settle(key=_asked(correction))


def _tell_units(sheets: Iterable[MonthSheet], code: str) -> None:
    """Leave one note per sheet with its unit and close what it makes untrue. A fixed number of statements."""
    rows = list(sheets)
    names = Institution.objects.filter(pk__in={row.institution_id for row in rows}).named(clock.today())
    wanted = {
        f"{NEWS}{code}:{row.pk}": _note(
            code,
            {"month": str(row.period), "unit": names.get(row.institution_id, "")},
            row.get_absolute_url(),
            institution_id=row.institution_id,
            roles=RECEIVER,
        )
        for row in rows
    }
    inbox.keep(f"{NEWS}{code}:", wanted, closing=False, among=list(wanted))
    if code == RELEASED:
        inbox.keep(f"{NEWS}{ACCEPTED}:", {}, among=[f"{NEWS}{ACCEPTED}:{row.pk}" for row in rows])


def _about(correction: MonthCorrection) -> dict[str, str]:
    return {"name": correction.row.assignment.worker.name, "month": f"{correction.row.month:%Y-%m}"}


def _asked(correction: MonthCorrection) -> str:
    return f"appraisals.correction:{correction.pk}"


def _note(
    code: str,
    params: Mapping[str, Any],
    url: str,
    *,
    institution_id: int | None = None,
    roles: Iterable[Role] = (),
    user_id: int | None = None,
) -> dict[str, Any]:
    return {
        "code": code,
        "params": dict(params),
        "url": url,
        "institution_id": institution_id,
        "roles": sorted(role.value for role in roles),
        "user_id": user_id,
    }
