"""Entries about the past as a table writes them, and from a row back to what is said: nothing else is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from assignments.importing import words
from assignments.importing.past_columns import PAIRS
from assignments.kinds import Evidence, RosterPattern
from assignments.models import Assignment, Transition
from assignments.models.past import PastCertificate, PastPayment
from assignments.services.moving import Basis
from assignments.services.past_rows import Certificate, PastEntry, Payment
from assignments.states import CLOSED, RUNNING, AssignmentState

#: Follow from the days, so that days which are corrected are not held to them.
FOLLOWING = (AssignmentState.RETURNED, AssignmentState.ENDED_EARLY)
SAID = ("taken_on", "past_corrected")
CENT = Decimal("0.01")


@dataclass(slots=True)
class Held:
    """One assignment that is there already: what of it a table needs to know."""

    pk: int
    worker_id: int
    receiving_unit_id: int
    starts_on: date
    ends_on: date
    imported: bool
    confirmed: bool
    version: int
    row: dict[str, Any] = field(default_factory=dict)


def held_of(worker_ids: Collection[int], names: Mapping[int, str]) -> dict[int, list[Held]]:
    """Return the living assignments of these people; those of the past with their rows. Four queries."""
    found: dict[int, list[Held]] = defaultdict(list)
    rows = Assignment.objects.living().filter(worker__in=list(worker_ids)).order_by("starts_on")
    own = {each.pk: each for each in rows}
    written = as_rows([each for each in own.values() if each.is_imported], names)
    for each in own.values():
        found[each.worker_id].append(
            Held(
                each.pk,
                each.worker_id,
                each.receiving_unit_id,
                each.starts_on,
                each.ends_on,
                each.is_imported,
                each.confirmed_at is not None,
                each.version,
                written.get(each.pk, {}),
            )
        )
    return found


def as_rows(assignments: Collection[Assignment], names: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    """Return these entries by column key, the person apart; three queries for any number."""
    ids = [each.pk for each in assignments]
    steps: dict[int, Any] = {}
    told = Transition.objects.filter(assignment__in=ids, act__in=SAID).order_by("pk")
    for step in told.values(
        "assignment_id", "document", "document_number", "document_date", "deciding_body", "reason"
    ):
        steps[step["assignment_id"]] = step
    amounts: dict[int, list[Any]] = defaultdict(list)
    for payment in PastPayment.objects.filter(assignment__in=ids).order_by("pk"):
        amounts[payment.assignment_id].append(payment)
    certificates = {one.assignment_id: one for one in PastCertificate.objects.filter(assignment__in=ids)}
    return {
        each.pk: _row(each, names, steps.get(each.pk, {}), amounts[each.pk], certificates.get(each.pk))
        for each in assignments
    }


def _row(
    each: Assignment, names: Mapping[int, str], step: Mapping[str, Any], payments: list[Any], certificate: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sending_unit": names.get(each.sending_unit_id, ""),
        "receiving_unit": names.get(each.receiving_unit_id, ""),
        "kind": each.kind,
        "scheme": each.scheme or None,
        "starts_on": each.starts_on,
        "months": each.term_months,
        "days": each.term_days,
        "last_day": each.ended_on.isoformat() if each.ended_on else words.RUNNING if each.state in RUNNING else None,
        "full_time": each.full_time,
        "end_reason": each.end_reason or None,
        "outcome": each.state if each.state in CLOSED else None,
        "result": each.result or None,
        "result_on": each.result_on,
        "roster_pattern": each.roster_pattern,
        "department": each.department or None,
        "speciality": each.speciality or None,
        "evidence": each.evidence,
        "document": step.get("document") or None,
        "document_number": step.get("document_number") or None,
        "document_date": step.get("document_date"),
        "decided_by": step.get("deciding_body") or None,
        "remark": step.get("reason") or None,
        "amount_total": sum((one.amount for one in payments), Decimal(0)) or None,
    }
    for n, one in zip(PAIRS, [one for one in payments if one.purpose != words.TOTAL], strict=False):
        row[f"purpose_{n}"], row[f"amount_{n}"] = one.purpose, one.amount
    if certificate is not None:
        row["certificate_number"] = certificate.number
        row["certificate_on"], row["certificate_issuer"] = certificate.issued_on, certificate.issuer or None
    return row


def entry_of(
    values: Mapping[str, Any], there: Mapping[str, Any] | None, *, worker: int, sender: int, receiver: int
) -> PastEntry:
    """Return what the row says, beside what is recorded of it already: an empty cell leaves that."""
    old = {name: value for name, value in (there or {}).items() if value is not None}
    if old.get("outcome") in FOLLOWING:
        del old["outcome"]
    if values.get("last_day") == words.RUNNING:
        for name in ("outcome", "end_reason"):
            old.pop(name, None)
    said = {**old, **values}
    last = said.get("last_day")
    return PastEntry(
        worker_id=worker,
        sending_unit_id=sender,
        receiving_unit_id=receiver,
        kind=said["kind"],
        scheme=said.get("scheme") or "",
        starts_on=said["starts_on"],
        term_months=said.get("months") or 0,
        term_days=said.get("days") or 0,
        last_day=date.fromisoformat(last) if last and last != words.RUNNING else None,
        running=last == words.RUNNING,
        outcome=said.get("outcome") or "",
        end_reason=said.get("end_reason") or "",
        full_time=said.get("full_time", True),
        roster_pattern=said.get("roster_pattern") or RosterPattern.FIVE_DAY,
        speciality=said.get("speciality") or "",
        department=said.get("department") or "",
        evidence=said.get("evidence") or Evidence.NONE,
        result=said.get("result") or "",
        result_on=said.get("result_on"),
        basis=Basis(
            deciding_body=said.get("decided_by") or "",
            document=said.get("document") or "",
            document_number=said.get("document_number") or "",
            document_date=said.get("document_date"),
        ),
        remark=said.get("remark") or "",
        payments=_payments(said),
        certificate=_certificate(said),
    )


def _payments(said: Mapping[str, Any]) -> tuple[Payment, ...]:
    """Return the single amounts; where none is given, the total as one."""
    found = [
        Payment(purpose, amount)
        for n in PAIRS
        if (purpose := said.get(f"purpose_{n}")) and (amount := said.get(f"amount_{n}"))
    ]
    total = said.get("amount_total")
    return tuple(found) or ((Payment(words.TOTAL, total),) if total else ())


def _certificate(said: Mapping[str, Any]) -> Certificate | None:
    number = said.get("certificate_number")
    if not number:
        return None
    return Certificate(number, said.get("certificate_on"), said.get("certificate_issuer") or "")
