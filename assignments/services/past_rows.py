"""Entries about the past as they are said, and the rows that come of them: assignment, slot, piece, step, amounts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from assignments.kinds import Evidence, Kind, Origin, RosterPattern, SegmentReason
from assignments.models import Assignment, Segment, Slot, Transition
from assignments.models.past import PastCertificate, PastPayment
from assignments.rules.past import Fault, PastFacts, Settled, settled
from assignments.services import moving
from assignments.services.moving import NO_BASIS, Basis
from assignments.states import RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import copy_rows
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.models import HealthWorker

#: What is wrong with an entry, and the remedy: of a row in a table, and of a form.
findings.register(
    {
        "past_in_future": (
            _("the first day has not come yet"),
            _("Only what has begun is taken on; place others in a campaign."),
        ),
        "past_days_reversed": (
            _("the last day comes before the first, %(first)s"),
            _("Compare both days with the document."),
        ),
        "past_last_in_future": (
            _("the actual last day has not come yet"),
            _("Write “至今” and say the planned months; the last day then follows."),
        ),
        "past_term_missing": (
            _("neither the planned months or days nor the actual last day is given"),
            _("Write for how many months the person was sent, or the last day."),
        ),
        "past_term_too_long": (
            _("nobody is sent for more than %(months)s months and %(days)s days"),
            _("Correct the term."),
        ),
        "past_outcome_contradicts": (
            _("the days and how it ended contradict each other"),
            _("Correct one of the two; whoever is still there has no outcome."),
        ),
        "past_last_missing": (
            _("an early end has an actual last day"),
            _("Write the last day."),
        ),
        "past_not_early": (
            _("this is not before the end of the term, %(last)s"),
            _("Correct the last day, or leave out how it ended."),
        ),
        "past_why_ended": (
            _("the last day is %(days)s days before the end of the term, %(last)s, and no reason is given"),
            _("Choose why it ended early; or correct the last day or the months."),
        ),
        "past_not_ended_early": (
            _("a reason is given, but it did not end early"),
            _("Empty the cell, or correct the last day."),
        ),
        "past_void_basis": (
            _("not to count an assignment takes a body that decided, a document and a remark"),
            _("Fill in these three columns."),
        ),
        "past_result_running": (
            _("a result is given, but the assignment is still running"),
            _("Empty the cell; the result is recorded at the end."),
        ),
        "past_result_missing": (_("a day is given, but no result"), _("Choose the result, or empty the day.")),
        "past_result_too_early": (_("the result lies before the first day"), _("Correct the day of the result.")),
    }
)


@dataclass(frozen=True)
class Payment:
    """An amount that was paid, by purpose."""

    purpose: str
    amount: Decimal
    paid_on: date | None = None


@dataclass(frozen=True)
class Certificate:
    """A certificate that was issued."""

    number: str
    issued_on: date | None = None
    issuer: str = ""


@dataclass(frozen=True, kw_only=True)
class PastEntry:
    """One assignment of the past, or one that runs already, as it is said."""

    worker_id: int
    sending_unit_id: int
    receiving_unit_id: int
    kind: str
    scheme: str
    starts_on: date
    term_months: int = 0
    term_days: int = 0
    last_day: date | None = None
    running: bool = False
    outcome: str = ""
    end_reason: str = ""
    full_time: bool = True
    roster_pattern: str = RosterPattern.FIVE_DAY
    speciality: str = ""
    department: str = ""
    evidence: str = Evidence.NONE
    result: str = ""
    result_on: date | None = None
    basis: Basis = NO_BASIS
    remark: str = ""
    payments: tuple[Payment, ...] = ()
    certificate: Certificate | None = None

    def settled(self, today: date) -> Settled | Fault:
        """Return how the entry stands, or what cannot be so."""
        grounded = bool(self.basis.deciding_body and self.remark)
        grounded = grounded and bool(self.basis.document or self.basis.document_number)
        return settled(
            PastFacts(
                starts_on=self.starts_on,
                term_months=self.term_months,
                term_days=self.term_days,
                last_day=self.last_day,
                running=self.running,
                outcome=self.outcome,
                end_reason=self.end_reason,
                result=self.result,
                result_on=self.result_on,
                void_is_grounded=grounded,
            ),
            today,
        )

    def checked(self, today: date) -> Settled:
        """Return how the entry stands; refuse what cannot be so, in a sentence."""
        found = self.settled(today)
        if isinstance(found, Fault):
            raise RuleViolation(_sentence(found), found.code, fields={found.column: _sentence(found)})
        if self.kind not in Kind.values:
            raise RuleViolation(str(_("This kind of assignment is not in the code list.")), "kind_unknown")
        if self.evidence not in Evidence.values:
            raise RuleViolation(str(_("Say what the entry rests on.")), "evidence_missing")
        return found


def columns(entry: PastEntry, stands: Settled) -> dict[str, Any]:
    """Return the columns of the assignment that an entry says, the person apart."""
    return {
        "kind": entry.kind,
        "scheme": entry.scheme,
        "sending_unit_id": entry.sending_unit_id,
        "receiving_unit_id": entry.receiving_unit_id,
        "speciality": scrubbed(entry.speciality.strip())[:100],
        "department": scrubbed(entry.department.strip())[:100],
        "full_time": entry.full_time,
        "roster_pattern": entry.roster_pattern,
        "starts_on": entry.starts_on,
        "term_months": stands.term_months,
        "term_days": stands.term_days,
        "ended_on": stands.ended_on,
        "end_reason": entry.end_reason,
        "result": entry.result,
        "result_on": stands.result_on,
        "evidence": entry.evidence,
    }


def create(
    entries: Sequence[PastEntry],
    stands: Sequence[Settled],
    people: Mapping[int, HealthWorker],
    by: Actor,
    *,
    on_behalf: bool = False,
) -> list[Assignment]:
    """Write assignments with slot, piece and first step, amounts and certificates. Two statements per table."""
    now = clock.now()
    slots = [
        Slot(
            sending_unit_id=each.sending_unit_id,
            receiving_unit_id=each.receiving_unit_id,
            speciality=scrubbed(each.speciality.strip())[:100],
        )
        for each in entries
    ]
    _insert(slots)
    made = [
        Assignment(
            slot=slot,
            worker=people[entry.worker_id],
            state=how.state,
            term_ends_on=how.term_ends_on,
            ends_on=how.ends_on,
            origin=Origin.IMPORTED,
            on_behalf=on_behalf,
            sort_key=people[entry.worker_id].pinyin,
            updated_at=now,
            **columns(entry, how),
            **(moving.recorded_by(by) | {"recorded_at": now}),
        )
        for entry, how, slot in zip(entries, stands, slots, strict=True)
    ]
    for each, slot in zip(made, slots, strict=True):
        each.slot = slot  # whose key is known by now
    _insert(made)
    _insert([piece(each) for each in made])
    _insert([step(each, entry, "taken_on", by) for each, entry in zip(made, entries, strict=True)])
    beside(zip(made, entries, strict=True), by)
    return made


def piece(assignment: Assignment) -> Segment:
    """Return the only piece that the past is known to have."""
    return Segment(
        assignment=assignment,
        receiving_unit_id=assignment.receiving_unit_id,
        valid_from=assignment.starts_on,
        full_time=assignment.full_time,
        reason=SegmentReason.START,
    )


def step(assignment: Assignment, entry: PastEntry, act: str, by: Actor, from_state: str = "") -> Transition:
    """Return the step: on the day it speaks of, recorded now."""
    running = assignment.state in RUNNING
    return Transition(
        assignment=assignment,
        act=act,
        from_state=from_state,
        to_state=AssignmentState(assignment.state),
        on=assignment.starts_on if running else assignment.ends_on,
        reason=scrubbed(entry.remark.strip())[:500],
        detail={"evidence": entry.evidence},
        **entry.basis.columns(),
        **moving.recorded_by(by),
    )


def beside(pairs: Iterable[tuple[Assignment, PastEntry]], by: Actor) -> None:
    """Write the amounts and certificates of these assignments, which have none yet."""
    payments, certificates, said = [], [], moving.recorded_by(by)
    for assignment, entry in pairs:
        payments += [
            PastPayment(
                assignment=assignment,
                purpose=scrubbed(each.purpose.strip())[:100],
                amount=each.amount,
                paid_on=each.paid_on,
                **said,
            )
            for each in entry.payments
        ]
        if (held := entry.certificate) is not None:
            certificates.append(
                PastCertificate(
                    assignment=assignment,
                    number=scrubbed(held.number.strip())[:100],
                    issued_on=held.issued_on,
                    issuer=scrubbed(held.issuer.strip())[:200],
                    **said,
                )
            )
    _insert(payments)
    _insert(certificates)


def _insert(rows: Sequence[models.Model]) -> None:
    """Write new rows by one COPY, their keys taken from the sequence first; what bulk_create does in a third."""
    if not rows:
        return
    fields = rows[0]._meta.concrete_fields
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [rows[0]._meta.db_table, len(rows)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, connection.alias
    table = ([_plain(getattr(row, field.attname)) for field in fields] for row in rows)
    copy_rows(rows[0]._meta.db_table, [str(field.column) for field in fields], table)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.value if isinstance(value, Enum) else value


def _sentence(fault: Fault) -> str:
    said = findings.sentence(fault.code, fault.params)
    remedy = findings.remedy(fault.code, fault.params)
    return _("%(what)s. %(remedy)s") % {"what": f"{said[:1].upper()}{said[1:]}", "remedy": remedy}
