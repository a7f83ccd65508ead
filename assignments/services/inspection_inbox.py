"""Telling a unit what an inspection ordered and the authority what was answered; reminding of what is overdue."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.urls import reverse

from assignments.models import Finding, Inspection
from assignments.services.telling import NEWS
from deploy_admin.access import Role
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.models import Institution

OVERDUE = "assignments.order_overdue:"
UNIT = (Role.SENDER_HR, Role.RECEIVER_CLERK, Role.RECEIVER_HEAD)
INSPECTORS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION, Role.PRIMARY_HEALTH_SECTION)


def closed(inspection: Inspection) -> None:
    """Tell the unit that it was inspected, and what it has to put right by when."""
    jobs.notify(
        code="assignments.inspection_closed",
        params={"day": inspection.on.isoformat()},
        url=inspection.get_absolute_url(),
        institution_id=inspection.institution_id,
        roles=UNIT,
        key=f"{NEWS}inspection:{inspection.pk}",
    )
    for finding in inspection.findings.exclude(order=""):
        finding.inspection = inspection
        _ordered(finding, "assignments.order_to_answer", {"text": finding.order[:200]})


def answered(finding: Finding) -> None:
    """Close what waited for the unit, and tell the authority that an answer waits to be looked at."""
    _no_more_waiting(finding)
    inspection = finding.inspection
    named = Institution.objects.filter(pk=inspection.institution_id).named(inspection.on)
    jobs.notify(
        code="assignments.order_answered",
        params={"unit": named.get(inspection.institution_id, ""), "text": finding.order[:200]},
        url=inspection.get_absolute_url(),
        institution_id=inspection.authority_id,
        roles=INSPECTORS,
        key=_answer(finding),
    )


def returned(finding: Finding, reason: str) -> None:
    """Tell the unit that its answer does not do yet."""
    jobs.settle(key=_answer(finding))
    _ordered(finding, "assignments.order_returned", {"text": finding.order[:200], "reason": reason[:200]})


def settled(finding: Finding) -> None:
    """Close whatever waits on account of the order."""
    jobs.settle(key=_answer(finding))
    _no_more_waiting(finding)


def remind(*, on: date) -> int:
    """Remind units of orders that nobody answered in time, and tell their authorities how many; return how many."""
    rows = Finding.objects.filter(
        inspection__closed_at__isnull=False, settled_on__isnull=True, answered_at__isnull=True, due_on__lt=on
    )
    late = list(rows.select_related("inspection").order_by("pk"))
    wanted = {
        f"{OVERDUE}{finding.pk}": _note(
            "assignments.order_overdue",
            {"text": finding.order[:200], "day": finding.due_on.isoformat()},
            finding.inspection.get_absolute_url(),
            finding.inspection.institution_id,
            UNIT,
            finding.due_on,
        )
        for finding in late
    }
    for authority, count in sorted(Counter(finding.inspection.authority_id for finding in late).items()):
        address = f"{reverse('assignments:inspections')}?orders=overdue"
        params = {"count": count}
        wanted[f"{OVERDUE}authority:{authority}"] = _note(
            "assignments.orders_overdue", params, address, authority, INSPECTORS, None
        )
    inbox.keep(OVERDUE, wanted)
    return len(late)


def _ordered(finding: Finding, code: str, params: dict[str, Any]) -> None:
    jobs.notify(
        code=code,
        params=params,
        url=finding.inspection.get_absolute_url(),
        institution_id=finding.inspection.institution_id,
        roles=UNIT,
        due_on=finding.due_on,
        key=_order(finding),
    )


def _no_more_waiting(finding: Finding) -> None:
    jobs.settle(key=_order(finding))
    jobs.settle(key=f"{OVERDUE}{finding.pk}")


def _note(
    code: str, params: dict[str, Any], url: str, institution_id: int, roles: tuple[Role, ...], due_on: date | None
) -> dict[str, Any]:
    return {
        "code": code,
        "params": params,
        "url": url,
        "institution_id": institution_id,
        "roles": sorted(role.value for role in roles),
        "due_on": due_on,
    }


def _order(finding: Finding) -> str:
    return f"assignments.order:{finding.pk}"


def _answer(finding: Finding) -> str:
    return f"assignments.order_answer:{finding.pk}"
