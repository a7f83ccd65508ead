"""One assignment from plan to end as dated entries: steps, statements, pieces, leave, absence, papers. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments import durations, leave_words
from assignments.acts import ACTS
from assignments.kinds import EndReason, SegmentReason
from assignments.models import (
    Assignment,
    Inspection,
    IssuedPaper,
    PlanLine,
    PresenceCheck,
    Segment,
    ServiceCredit,
    Transition,
)
from assignments.states import CLOSED, AbsenceState, AssignmentState, LeaveState, PlanState
from deploy_admin.access import Actor
from deploy_admin.registry.models import Institution
from deploy_admin.ui.shell import url_if_any

#: What a step is called; a step of another room is called as its act in the record.
STEPS = {
    "placed": gettext_lazy("placed"),
    "renewal_planned": gettext_lazy("further term planned"),
    "stated": gettext_lazy("the sending unit states that the person goes"),
    "statement_withdrawn": gettext_lazy("statement withdrawn"),
    "practice_filed": gettext_lazy("multi-site practice filed"),
    "filing_exempted": gettext_lazy("practice exempt from filing by law"),
    "arrived": gettext_lazy("arrival confirmed"),
    "not_come": gettext_lazy("has not come"),
    "arrival_undone": gettext_lazy("arrival taken back"),
    "term_reached": gettext_lazy("term reached"),
    "term_resumed": gettext_lazy("term goes on"),
    "extended": gettext_lazy("days granted"),
    "extension_taken_back": gettext_lazy("granted days taken back"),
    "moved": gettext_lazy("moved to another receiving unit"),
    "unit_succeeded": gettext_lazy("goes on at the succeeding unit"),
    "full_time_changed": gettext_lazy("full-time or part-time changed"),
    "details_changed": gettext_lazy("details changed"),
    "deputy_appointed": gettext_lazy("posted as deputy director"),
    "deputy_ended": gettext_lazy("posting as deputy director ended"),
    "ended_early": gettext_lazy("ended before the term"),
    "recalled": gettext_lazy("recalled by the organisation"),
    "early_end_undone": gettext_lazy("early end taken back"),
    "evaluation_begun": gettext_lazy("evaluation begun"),
    "result_recorded": gettext_lazy("result recorded"),
    "closed": gettext_lazy("closed"),
    "reopened": gettext_lazy("opened for evaluation again"),
    "voided": gettext_lazy("not counted"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: on which day, what, by whom it was recorded and when.

    `kind` is step, suspension, filing, piece, leave, absence, inspection, paper, credit or end; `code` is stable for
    machines; `until` is the last day of what lasts.
    """

    on: date
    kind: str
    code: str
    label: str
    detail: str = ""
    reason: str = ""
    until: date | None = None
    recorded_at: datetime | None = None
    recorded_by: str = ""
    imported: bool = False
    on_behalf: bool = False
    url: str = ""

    @property
    def is_late(self) -> bool:
        """Whether it was recorded on a later day than it is of."""
        return self.recorded_at is not None and timezone.localdate(self.recorded_at) > self.on


def timeline(assignment: Assignment, actor: Actor) -> tuple[Entry, ...]:
    """Return everything about the assignment that the actor may know, by day. A constant number of queries."""
    steps = list(assignment.transitions.order_by("recorded_at", "pk"))
    pieces = list(assignment.segments.order_by("valid_from"))
    names = _names(steps, pieces)
    found = [*_allocation(assignment), *(_step(step, assignment, names) for step in steps)]
    found += _suspensions(assignment)
    found += _filing(assignment, steps)
    found += _pieces(pieces, names, assignment)
    found += _leave(assignment, actor)
    found += _absences(assignment)
    found += _inspections(assignment, actor)
    found += _papers(assignment, actor)
    found += _credit(assignment)
    found += _end(assignment)
    order = {entry: place for place, entry in enumerate(found)}
    return tuple(sorted(found, key=lambda entry: (entry.on, _moment(entry), order[entry])))


def _moment(entry: Entry) -> float:
    return entry.recorded_at.timestamp() if entry.recorded_at else 0.0


def _names(steps: list[Transition], pieces: list[Segment]) -> dict[int, str]:
    """Return what the units were called when the person came to each."""
    told = {unit for step in steps for unit in (step.detail.get("from_unit"), step.detail.get("to_unit")) if unit}
    units = {piece.receiving_unit_id for piece in pieces} | told
    rows = Institution.objects.filter(pk__in=units).order_by("pk", "-profiles__valid_from").distinct("pk")
    return {pk: name or "" for pk, name in rows.values_list("pk", "profiles__name")}


def _step(step: Transition, assignment: Assignment, names: dict[int, str]) -> Entry:
    label = STEPS.get(step.act) or ACTS.get(f"assignments.{step.act}") or step.act
    return Entry(
        step.on,
        "step",
        step.act,
        str(label),
        detail=" · ".join(_told(step, names)),
        reason=step.reason,
        recorded_at=step.recorded_at,
        recorded_by=step.recorded_by_name,
        imported=assignment.is_imported and step.act in ("placed", "imported"),
        on_behalf=bool(step.detail.get("on_behalf")),
    )


def _told(step: Transition, names: dict[int, str]) -> Iterator[str]:
    """What a step says besides its name: the states, the numbers, the units, who decided and the document."""
    detail = step.detail
    if step.from_state and step.from_state != step.to_state:
        yield f"{AssignmentState(step.from_state).label} → {AssignmentState(step.to_state).label}"
    if planned := detail.get("planned"):
        yield _("planned for %(day)s") % {"day": planned}
    if days := detail.get("days"):
        yield durations.days_in_words(abs(int(days)))
    if unit := detail.get("to_unit"):
        yield names.get(unit, "")
    if order := detail.get("order"):
        yield str(order)
    if detail.get("reason") in EndReason.values:
        yield str(EndReason(detail["reason"]).label)
    if detail.get("replacement"):
        yield _("a replacement is due")
    if isinstance(full_time := detail.get("full_time"), bool):
        yield _("full-time") if full_time else _("part-time")
    decided = [step.deciding_body, step.meeting_on.isoformat() if step.meeting_on else ""]
    document = [step.document, step.document_number, step.document_date.isoformat() if step.document_date else ""]
    for words in (decided, document):
        if said := " ".join(word for word in words if word):
            yield said


def _allocation(assignment: Assignment) -> Iterator[Entry]:
    """How the person came to be placed: nominated by the sending unit, allocated by a decision. One query."""
    lines = PlanLine.objects.filter(assignment=assignment.pk, plan__state=PlanState.DECIDED)
    line = lines.select_related("plan", "nomination__filed_list").first()
    if line is None:
        return
    filed, plan = line.nomination.filed_list, line.plan
    if filed.submitted_at is not None:
        yield Entry(
            timezone.localdate(filed.submitted_at),
            "step",
            "nominated",
            _("nominated by the sending unit"),
            recorded_at=filed.submitted_at,
            recorded_by=filed.submitted_by_name,
            on_behalf=filed.on_behalf,
        )
    decided = [plan.deciding_body, plan.meeting_on.isoformat() if plan.meeting_on else ""]
    document = [plan.document, plan.document_number, plan.document_date.isoformat() if plan.document_date else ""]
    told = (" ".join(word for word in words if word) for words in (decided, document))
    yield Entry(
        timezone.localdate(plan.decided_at),
        "step",
        "allocated",
        _("allocated to the receiving unit"),
        detail=" · ".join(said for said in told if said),
        recorded_at=plan.decided_at,
        recorded_by=plan.decided_by_name,
    )


def _suspensions(assignment: Assignment) -> Iterator[Entry]:
    for each in assignment.suspensions.filter(withdrawn_at__isnull=True).order_by("valid_from", "pk"):
        yield Entry(
            each.valid_from,
            "suspension",
            "suspended",
            _("practice suspended at the sending unit"),
            detail=" ".join(word for word in (each.document, each.document_number) if word),
            until=each.valid_to or assignment.ends_on,
            recorded_at=each.recorded_at,
            recorded_by=each.recorded_by_name,
            imported=assignment.is_imported,
            on_behalf=each.on_behalf,
        )


def _filing(assignment: Assignment, steps: list[Transition]) -> Iterator[Entry]:
    """A filing that no step tells of, and one that is still due."""
    if assignment.filed_on and not any(step.act == "practice_filed" for step in steps):
        label, number = str(STEPS["practice_filed"]), assignment.filing_number
        yield Entry(assignment.filed_on, "filing", "filed", label, number, imported=assignment.is_imported)
    elif assignment.filing_due_on and not assignment.filing_basis:
        yield Entry(assignment.filing_due_on, "filing", "filing_due", _("multi-site practice filing due"))


def _pieces(pieces: list[Segment], names: dict[int, str], assignment: Assignment) -> Iterator[Entry]:
    for piece in pieces:
        mode = _("full-time") if piece.full_time else _("part-time")
        if piece.reason == SegmentReason.START or len(pieces) == 1:
            label = (
                _("first day on post") if assignment.arrived_at or assignment.is_imported else _("planned first day")
            )
        else:
            label = piece.get_reason_display()
        yield Entry(
            piece.valid_from,
            "piece",
            piece.reason,
            str(label),
            detail=f"{names.get(piece.receiving_unit_id, '')} · {mode}",
            until=piece.valid_to or assignment.ends_on,
            imported=assignment.is_imported,
        )


def _leave(assignment: Assignment, actor: Actor) -> Iterator[Entry]:
    private_too = leave_words.knows_kinds(actor)
    for each in assignment.leaves.exclude(state=LeaveState.WITHDRAWN).order_by("first_day", "pk"):
        told = [each.get_state_display()]
        if each.filed_on:
            told.append(_("filed on %(day)s") % {"day": each.filed_on.isoformat()})
        elif each.filing_required:
            told.append(_("to be filed"))
        kind = each.kind if private_too else leave_words.kind_told(each.kind)
        yield Entry(
            each.first_day,
            "leave",
            kind,
            leave_words.kind_shown(each.kind, private_too=private_too),
            detail=" · ".join(told),
            until=each.last_day,
            recorded_at=each.recorded_at,
            recorded_by=each.recorded_by_name,
            imported=each.imported,
            on_behalf=each.on_behalf,
            url=url_if_any("assignments:leave", each.pk),
        )


def _absences(assignment: Assignment) -> Iterator[Entry]:
    for each in assignment.absences.exclude(state=AbsenceState.WITHDRAWN).order_by("first_day", "pk"):
        yield Entry(
            each.first_day,
            "absence",
            each.state,
            _("missing without leave"),
            detail=each.get_state_display(),
            until=each.last_day,
            recorded_at=each.recorded_at,
            recorded_by=each.recorded_by_name,
            imported=each.imported,
            url=url_if_any("assignments:absence", each.pk),
        )


def _inspections(assignment: Assignment, actor: Actor) -> Iterator[Entry]:
    seen: Any = Inspection.objects.visible_to(actor).order_by().values("pk")
    rows = PresenceCheck.objects.filter(assignment=assignment, inspection__in=seen).select_related("inspection")
    for each in rows.order_by("inspection__on", "pk"):
        yield Entry(
            each.inspection.on,
            "inspection",
            each.result,
            _("inspection: %(result)s") % {"result": each.get_result_display()},
            detail=each.remark,
            recorded_at=each.inspection.recorded_at,
            recorded_by=each.inspection.recorded_by_name,
            url=url_if_any("assignments:inspection", each.inspection_id),
        )


def _papers(assignment: Assignment, actor: Actor) -> Iterator[Entry]:
    seen = IssuedPaper.objects.visible_to(actor).filter(lines__assignment=assignment).distinct()
    for each in seen.order_by("dated_on", "pk"):
        yield Entry(
            each.dated_on,
            "paper",
            each.kind,
            each.get_kind_display(),
            detail=" · ".join(word for word in (each.number, each.get_state_display()) if word),
            reason=each.reason,
            recorded_at=each.recorded_at,
            recorded_by=each.recorded_by_name,
            url=url_if_any("assignments:paper", each.pk),
        )


def _credit(assignment: Assignment) -> Iterator[Entry]:
    """How much is credited, and up to which day."""
    credit = ServiceCredit.objects.filter(assignment=assignment, through__isnull=False).first()
    if credit is not None:
        yield Entry(
            credit.through,
            "credit",
            credit.state,
            _("credited up to here: %(length)s") % {"length": durations.in_words(credit.months, credit.days)},
            detail=credit.get_state_display(),
            url=url_if_any("assignments:credit", assignment.pk),
        )


def _end(assignment: Assignment) -> Iterator[Entry]:
    """The last day as it stands, with what lengthened it."""
    if assignment.state == AssignmentState.WITHDRAWN:
        return
    told = []
    if assignment.extended_days:
        told.append(_("%(days)s by leave") % {"days": durations.days_in_words(assignment.extended_days)})
    if assignment.granted_days:
        told.append(_("%(days)s granted") % {"days": durations.days_in_words(assignment.granted_days)})
    over = assignment.state in CLOSED
    label = _("last day") if over else _("last day as it stands now")
    yield Entry(assignment.ends_on, "end", "ended" if over else "ends", label, " · ".join(told))
