"""What the page of one inspection shows: the roll with its results, findings with their orders, what may be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments import roll, sides
from assignments.kinds import Presence
from assignments.models import Absence, Assignment, Finding, Inspection, Sanction
from assignments.services import inspections, orders, sanctions
from assignments.states import AbsenceState
from assignments.told_people import Told, told
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.registry.models import Institution

SHAPES = {
    Presence.PRESENT: "ok",
    Presence.ON_LEAVE: "mute",
    Presence.OFFICIAL_DUTY: "mute",
    Presence.OFF_DUTY: "mute",
    Presence.ABSENT: "bad",
    Presence.PRACTISING: "warn",
    Presence.NOT_THERE: "ok",
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One person of the roll in words, with the choices a tap has."""

    line: roll.Line
    name: str
    about: str
    unit: str
    known: str
    result: str
    shape: str
    choices: tuple[tuple[str, str, bool], ...]  # value, word, whether it is recorded
    url: str = ""
    absence_url: str = ""

    @property
    def pk(self) -> int:
        return int(self.line.assignment.pk)

    @property
    def remark(self) -> str:
        return self.line.check.remark if self.line.check else ""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding with how its order stands and what this actor may do about it."""

    row: Finding
    about: str
    shape: str
    state: str
    may_answer: bool
    may_settle: bool
    sanctions: tuple[Sanction, ...]


class Page:
    """One inspection in one actor's eyes."""

    def __init__(self, inspection: Inspection, actor: Actor) -> None:
        self.inspection, self.actor, self.today = inspection, actor, clock.today()

    @cached_property
    def held(self) -> roll.Roll:
        return roll.of(self.inspection)

    @cached_property
    def may_record(self) -> bool:
        return inspections.may_record(self.inspection, self.actor)

    @cached_property
    def _words(self) -> dict[int, Told]:
        return told((line.assignment for line in self.held.lines), self.inspection.on)

    @cached_property
    def _visible(self) -> set[int]:
        ids = [line.assignment.pk for line in self.held.lines]
        rows = Assignment.objects.visible_to(self.actor).filter(pk__in=ids) if ids else Assignment.objects.none()
        return set(rows.order_by().values_list("pk", flat=True))

    @cached_property
    def _reported(self) -> set[int]:
        """Whose absence on the day is reported already."""
        day = self.inspection.on
        rows = Absence.objects.filter(
            assignment__in=[line.assignment.pk for line in self.held.received], first_day__lte=day, last_day__gte=day
        )
        return set(rows.exclude(state=AbsenceState.WITHDRAWN).values_list("assignment_id", flat=True))

    def lines(self, listed: Iterable[roll.Line]) -> list[ShownLine]:
        """Return these people in words."""
        return [self._shown(line) for line in listed]

    def _shown(self, line: roll.Line) -> ShownLine:
        said = self._words[line.assignment.pk]
        seen = line.assignment.pk in self._visible and self.actor.can(Permission.ASSIGNMENTS_VIEW)
        return ShownLine(
            line=line,
            name=said.name,
            about=said.about,
            unit=said.sending_unit if line.is_received else said.receiving_unit,
            known=str(line.known.label) if line.known else "",
            result=str(line.result.label) if line.result else "",
            shape=SHAPES[line.result] if line.result else "und",
            choices=tuple((str(each), str(each.label), each == line.result) for each in line.possible),
            url=line.assignment.get_absolute_url() if seen else "",
            absence_url=self._absence_url(line) if seen else "",
        )

    def _absence_url(self, line: roll.Line) -> str:
        """Where whoever was absent is reported, for who may report it and where nobody has."""
        if self.inspection.closed_at is None or line.result is not Presence.ABSENT:
            return ""
        if line.assignment.pk in self._reported or line.assignment.pk not in self._reportable:
            return ""
        return reverse("assignments:inspection_absence", args=[self.inspection.pk, line.assignment.pk])

    @cached_property
    def _reportable(self) -> set[int]:
        """Whose absence this actor may report, for the receiving unit or on its behalf."""
        absent = [line.assignment for line in self.held.received if line.result is Presence.ABSENT]
        if not absent or not self.actor.can(Permission.POST_MANAGE):
            return set()
        return {each.pk for each in sides.of(absent, sides.Side.RECEIVER, self.actor, self.today)}

    def findings(self) -> list[ShownFinding]:
        """Return what was found, with the sanctions this actor may know of."""
        rows = list(self.inspection.findings.select_related("assignment__worker", "scan"))
        known: dict[int | None, list[Sanction]] = {}
        for sanction in Sanction.objects.visible_to(self.actor).filter(finding__in=rows).order_by("decided_on", "pk"):
            known.setdefault(sanction.finding_id, []).append(sanction)
        may_answer = orders.may_answer(self.inspection, self.actor) if rows else False
        return [self._finding(row, may_answer, tuple(known.get(row.pk, ()))) for row in rows]

    def _finding(self, row: Finding, may_answer: bool, held: tuple[Sanction, ...]) -> ShownFinding:
        shape, state = order_state(row, self.today)
        running = bool(row.order) and row.settled_on is None and self.inspection.closed_at is not None
        return ShownFinding(
            row=row,
            about=row.assignment.worker.name if row.assignment else "",
            shape=shape,
            state=state,
            may_answer=running and may_answer,
            may_settle=running and row.answered_at is not None and self.may_record,
            sanctions=held,
        )


def order_state(row: Finding, today: Any) -> tuple[str, str]:
    """Return shape and word of how an order stands; nothing where nothing was ordered."""
    if not row.order:
        return "", ""
    if row.settled_on is not None:
        return "ok", pgettext("order", "settled")
    if row.answered_at is not None:
        return "warn", _("answer to be looked at")
    if row.due_on is not None and row.due_on < today:
        return "bad", _("order overdue")
    return "und", _("order to be answered")


def context(inspection: Inspection, actor: Actor) -> dict[str, Any]:
    """Return what the page of an inspection shows this actor. A fixed number of queries."""
    page = Page(inspection, actor)
    units = {inspection.institution_id, inspection.authority_id}
    names = Institution.objects.filter(pk__in=units).named(page.today)
    received, sent = page.lines(page.held.received), page.lines(page.held.sent)
    return {
        "inspection": inspection,
        "unit": names.get(inspection.institution_id, ""),
        "authority": names.get(inspection.authority_id, ""),
        "rolls": [(_("On post here"), received), (_("Sent from here, on post elsewhere"), sent)],
        "received": received,
        "sent": sent,
        "count": len(received) + len(sent),
        "checked": page.held.checked,
        "findings": page.findings(),
        "may_record": page.may_record,
        "may_sanction": inspection.closed_at is not None
        and sanctions.may_record_for(inspection.institution_id, actor),
        "has_begun": inspection.on <= page.today,
        "today": page.today,
    }
