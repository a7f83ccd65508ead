"""Credit and obligations in words: lines of the lists, and where one person stands altogether."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assignments import durations, reading, standing_words
from assignments.models import Obligation, ServiceCredit
from assignments.rules.lengths import Length, total
from assignments.states import CreditState, ObligationState
from deploy_admin import clock
from deploy_admin.policies.language.eligibility_telling import local_names
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.registry.models import Institution
from quotas.reading import documents

#: What counts, or will with its result.
ADDS_UP = (CreditState.RUNNING, CreditState.PROVISIONAL, CreditState.RECOGNISED)


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One credit with everything a page or an export shows of it."""

    row: ServiceCredit
    name: str
    number: str
    sending: str
    receiving: str
    first_day: date
    last_day: date
    state: str
    shape: str
    amount: str
    full: str
    note: str
    rule: str
    url: str
    why_url: str


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """One obligation with everything a page or an export shows of it."""

    row: Obligation
    name: str
    number: str
    unit: str
    label: str
    scheme: str
    before: str
    state: str
    shape: str
    left: str
    credited: str
    reason: str
    person_url: str
    why_url: str


@dataclass(frozen=True, slots=True)
class StandingOfWorker:
    """Where one person stands: every assignment's credit, every requirement, and how much is credited in all."""

    credits: list[CreditLine]
    obligations: list[ObligationLine]
    credited: str
    reckoned: bool


def standing_of_worker(worker_id: int, *, own: bool = False) -> StandingOfWorker:
    """Return where one person stands, as it was last reckoned: the pages have asked whether it may be seen."""
    credits_ = list(
        ServiceCredit.objects.filter(worker=worker_id)
        .select_related("worker", "assignment")
        .order_by("-assignment__starts_on", "-pk")
    )
    owed = list(Obligation.objects.current().filter(worker=worker_id).for_list())
    today = clock.today()
    adding = [Length(row.months, row.days) for row in credits_ if row.state in ADDS_UP]
    return StandingOfWorker(
        credit_lines(credits_, today, own=own),
        obligation_lines(owed, today, own=own),
        durations.in_words(*total(adding)),
        bool(credits_ or owed),
    )


def credit_lines(rows: Sequence[ServiceCredit], on: date, *, own: bool = False) -> list[CreditLine]:
    """Return the rows with their words: two queries for any number."""
    texts = documents({row.policy_version_id for row in rows if row.policy_version_id})
    ids = {unit for row in rows for unit in (row.assignment.sending_unit_id, row.assignment.receiving_unit_id)}
    units = Institution.objects.filter(pk__in=ids).named(on)
    return [_credit_line(row, texts.get(row.policy_version_id or 0), units, own=own) for row in rows]


def _credit_line(
    row: ServiceCredit, document: PolicyDocument | None, units: dict[int, str], *, own: bool
) -> CreditLine:
    assignment = row.assignment
    nothing = row.state == CreditState.NONE
    return CreditLine(
        row=row,
        name=row.worker.name,
        number=row.worker.number,
        sending=units.get(assignment.sending_unit_id, ""),
        receiving=units.get(assignment.receiving_unit_id, ""),
        first_day=assignment.starts_on,
        last_day=assignment.ends_on,
        state=row.get_state_display(),
        shape=standing_words.credit_shape(row.state),
        amount="" if nothing else durations.in_words(row.months, row.days),
        full="" if nothing else durations.in_words(row.term_months, row.term_days),
        note=credit_note(row, document),
        rule=standing_words.service_label(document, row.clause_id) if document else "",
        url="" if own else assignment.get_absolute_url(),
        why_url=reverse("assignments:my_credit" if own else "assignments:credit", args=[row.assignment_id]),
    )


def credit_note(row: ServiceCredit, document: PolicyDocument | None) -> str:
    """Return what has to be said beside the state: what is missing, what is pointed out."""
    said = [str(standing_words.WARNINGS[code]) for code in row.warnings if code in standing_words.WARNINGS]
    if row.missing:
        lacking = _(", ").join(standing_words.missing_labels(row.missing, document))
        said.insert(0, _("missing: %(facts)s") % {"facts": lacking})
    return " ".join(said)


def obligation_lines(rows: Sequence[Obligation], on: date, *, own: bool = False) -> list[ObligationLine]:
    """Return the rows with their words: two queries for any number."""
    texts = documents({row.policy_version_id for row in rows})
    units = Institution.objects.filter(pk__in={row.institution_id for row in rows}).named(on)
    return [_obligation_line(row, texts[row.policy_version_id], units, own=own) for row in rows]


def _obligation_line(row: Obligation, document: PolicyDocument, units: dict[int, str], *, own: bool) -> ObligationLine:
    key: list[Any] = [row.policy, row.clause_id]
    address = "assignments:my_obligation" if own else "assignments:obligation"
    return ObligationLine(
        row=row,
        name=row.worker.name,
        number=row.worker.number,
        unit=units.get(row.institution_id, ""),
        label=standing_words.requirement_label(document, row.clause_id),
        scheme=reading.scheme_label(document),
        before=reading.target_label(row.target) if row.target else "",
        state=row.get_state_display(),
        shape=standing_words.obligation_shape(row.state, row.binding),
        left=left_words(row),
        credited=durations.in_words(row.credited_months, row.credited_days),
        reason=reason(row, document),
        person_url="" if own else row.worker.get_absolute_url(),
        why_url=reverse(address, args=key if own else [row.worker_id, *key]),
    )


def left_words(row: Obligation) -> str:
    """Return how much is still to be served; nothing where nothing is, or it cannot be told."""
    if row.remaining_months is None or not (row.remaining_months or row.remaining_days):
        return ""
    return durations.in_words(row.remaining_months, row.remaining_days or 0)


def reason(row: Obligation, document: PolicyDocument) -> str:
    """Return in one line why the person stands so."""
    names = local_names(document, reading.lang())
    match ObligationState(row.state):
        case ObligationState.SERVING:
            return _("met on %(day)s") % {"day": row.met_on.isoformat()} if row.met_on else ""
        case ObligationState.EXEMPT:
            return names.get(f"exemption:{row.exemption}", row.exemption)
        case ObligationState.MET:
            return names.get(f"alternative:{row.alternative}", "") if row.alternative else ""
        case ObligationState.UNDETERMINED:
            lacking = _(", ").join(standing_words.missing_labels(row.missing, document))
            return _("missing: %(facts)s") % {"facts": lacking}
        case ObligationState.ENDED:
            return _("left, merged, or no rule speaks any more")
        case _:
            return _owing(row)


def _owing(row: Obligation) -> str:
    said = [_("%(length)s to be served") % {"length": left_words(row)}] if left_words(row) else []
    if row.due_on is not None:
        said.append(_("due on %(day)s") % {"day": row.due_on.isoformat()})
    if row.met_on is not None:
        said.append(_("the planned service ends too late, on %(day)s") % {"day": row.met_on.isoformat()})
    return _(", ").join(said)
