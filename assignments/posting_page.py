"""What the page of one assignment shows an officer, a unit or the person: the head, and all that hangs on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from assignments import axis, durations, leave_words, owing, posting_rows
from assignments.axis import Mark
from assignments.kinds import FilingBasis
from assignments.models import Absence, Assignment, Counted, IssuedPaper, Leave
from assignments.sight import Sight
from assignments.states import STATE_SHAPES, AbsenceState, AssignmentState, LeaveState
from assignments.timeline import Entry, timeline
from deploy_admin.access import Actor, Permission
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.words import period
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import Institution
from deploy_admin.ui.shell import url_if_any
from quotas import reading
from quotas.reading import scheme_names

LEAVE_SHAPES = {
    LeaveState.ASKED: "run",
    LeaveState.APPROVED: "ok",
    LeaveState.DECLINED: "mute",
    LeaveState.WITHDRAWN: "mute",
    AbsenceState.TO_BE_CHECKED: "run",
    AbsenceState.ANSWERED: "run",
    AbsenceState.CONFIRMED: "bad",
    AbsenceState.EXCUSED: "ok",
}
Fact = tuple[str, Any]


class PostingPage:
    """One assignment's page for one actor; every part is asked for once."""

    def __init__(self, sight: Sight) -> None:
        self.sight, self.assignment, self.actor, self.today = sight, sight.assignment, sight.actor, sight.today

    def context(self) -> dict[str, Any]:
        """Return what page and phone show alike, whoever looks."""
        row = self.assignment
        pieces = list(row.segments.order_by("valid_from"))
        others = self._others()
        entries = self._entries()
        named = _names([row, *others], pieces, self.today)
        beside = posting_rows.dressed(Assignment.objects.filter(pk=row.pk), self.today).get()
        return {
            "assignment": row,
            "person": row.worker,
            "state": (STATE_SHAPES[AssignmentState(row.state)], row.get_state_display()),
            "campaign_url": url_if_any("assignments:campaign", row.campaign_id) if row.campaign_id else "",
            "sending": named.get(row.sending_unit_id, ""),
            "receiving": named.get(row.receiving_unit_id, ""),
            "scheme": self._scheme(),
            "today": self.today,
            "head": head(row, beside, self.today, own=self.sight.is_oneself),
            "owed": [owed for owed in owing.TAGGED if getattr(beside, f"owes_{owed.code}")],
            "facts": self._facts(beside),
            "pieces": _pieces(pieces, named) if len(pieces) > 1 or not row.full_time else [],
            "others": [_other(other, row, named) for other in others],
            "timeline": [(entry, _tone(entry, self.today)) for entry in entries],
            "axis": axis.axis(row, self._marks(entries), self.today),
            "axis_legend": axis.legend(),
            "leave": self._leave(),
            "absences": self._absences(),
            "papers": self._papers(),
        }

    def _scheme(self) -> str:
        """Return the scheme's name, unless the kind says the same."""
        name = scheme_names().get(row.scheme, "") if (row := self.assignment).scheme else ""
        return "" if name == row.get_kind_display() else name

    def _facts(self, beside: Any) -> list[Fact]:
        row, worker = self.assignment, self.assignment.worker
        title = posting_rows.highest_title(beside.titles, self.today, primary_care=beside.sending_kind in PRIMARY_CARE)
        facts: list[Fact] = [(_("Person number"), worker.number)] if self.sight.knows_person else []
        facts += [
            (_("Sex"), codes.label(codes.SEXES, worker.sex) if worker.sex in {"1", "2"} else ""),
            (_("Professional title"), title),
            (_("Speciality"), row.speciality or worker.speciality),
            (_("Department at the receiving unit"), row.department),
            (_("Supervisor"), row.supervisor),
            (_("Detachment"), _("full-time") if row.full_time else _("part-time")),
            (_("Roster pattern"), row.get_roster_pattern_display()),
            (_("Term"), durations.in_words(row.term_months, row.term_days)),
        ]
        facts += _practice(row)
        if row.deputy_from:
            facts.append((_("Deputy director"), f"{period(row.deputy_from, row.deputy_to)} · {row.deputy_order}"))
        if row.ended_on:
            facts.append((_("Actual last day"), f"{row.ended_on.isoformat()} {row.get_end_reason_display()}".strip()))
        if row.result_on:
            facts.append((_("Completion result"), f"{row.get_result_display()} · {row.result_on.isoformat()}"))
        if row.is_imported:
            facts.append((_("Taken on from the past"), _evidence(row)))
        return facts

    def _others(self) -> list[Assignment]:
        """Return those before and after it in its slot, and the terms it renews, as far as the actor sees them."""
        row = self.assignment
        seen = Assignment.objects.visible_to(self.actor).living().exclude(pk=row.pk).select_related("worker")
        beside = Q(slot=row.slot_id) | Q(renews=row.pk) | Q(pk=row.renews_id)
        return list(seen.filter(beside).order_by("starts_on", "pk"))

    def _entries(self) -> list[Entry]:
        """Return what happened; the person has pages of one's own to go to."""
        entries = list(timeline(self.assignment, self.actor))
        if not self.sight.is_oneself:
            return entries
        mine = reverse("assignments:my_leave")
        return [replace(entry, url=mine if entry.kind == "leave" else "") for entry in entries]

    @cached_property
    def leaves(self) -> list[Leave]:
        return list(self.assignment.leaves.exclude(state=LeaveState.WITHDRAWN).order_by("-first_day", "-pk"))

    @cached_property
    def missed(self) -> list[Absence]:
        return list(self.assignment.absences.exclude(state=AbsenceState.WITHDRAWN).order_by("-first_day", "-pk"))

    def _marks(self, entries: Iterable[Entry]) -> list[Mark]:
        """Return what is drawn below the days: leave that stands, absences that are not excused, inspections."""
        found = [
            Mark("leave", each.first_day, each.last_day, each.get_state_display())
            for each in self.leaves
            if each.state != LeaveState.DECLINED
        ]
        found += [
            Mark("absence", each.first_day, each.last_day, each.get_state_display())
            for each in self.missed
            if each.state != AbsenceState.EXCUSED
        ]
        return found + [
            Mark("inspection", entry.on, entry.on, entry.label) for entry in entries if entry.kind == "inspection"
        ]

    def _leave(self) -> list[dict[str, Any]]:
        private_too = leave_words.knows_kinds(self.actor)
        return [
            {
                "what": leave_words.kind_shown(each.kind, private_too=private_too),
                "when": leave_words.span(each.first_day, each.last_day),
                "shape": LEAVE_SHAPES[LeaveState(each.state)],
                "state": each.get_state_display(),
                "note": _filing(each),
                "url": self._row_url("leave", "my_leave", each.pk),
            }
            for each in self.leaves
        ]

    def _absences(self) -> list[dict[str, Any]]:
        return [
            {
                "what": _("missing without leave"),
                "when": leave_words.span(each.first_day, each.last_day),
                "shape": LEAVE_SHAPES[AbsenceState(each.state)],
                "state": each.get_state_display(),
                "note": _("answer by %(day)s") % {"day": each.answer_by.isoformat()}
                if each.state == AbsenceState.TO_BE_CHECKED
                else durations.duty_days_in_words(each.duty_days)
                if each.duty_days
                else "",
                "url": self._row_url("absence", "my_absence", each.pk),
            }
            for each in self.missed
        ]

    def _row_url(self, page: str, own: str, pk: int) -> str:
        """Return where leave or an absence is shown: the person has pages of one's own."""
        if not self.sight.is_oneself:
            return reverse(f"assignments:{page}", args=[pk])
        return reverse("assignments:my_leave") if own == "my_leave" else reverse(f"assignments:{own}", args=[pk])

    def _papers(self) -> list[IssuedPaper]:
        rows = IssuedPaper.objects.visible_to(self.actor).filter(lines__assignment=self.assignment.pk)
        return list(rows.distinct().order_by("-dated_on", "-pk"))


#: Steps after which something is not as it was planned.
_ATTENTION = frozenset(
    {"not_come", "extended", "ended_early", "recalled", "voided", "early_end_undone", "arrival_undone"}
)


def _tone(entry: Entry, today: date) -> str:
    """Return how an entry is drawn: what is to come, what moves the end or the count, the rest."""
    if entry.on > today:
        return "next"
    return "attn" if entry.kind == "absence" or entry.code in _ATTENTION else "done"


def head(row: Assignment, beside: Any, today: date, *, own: bool) -> dict[str, Any]:
    """Return the strip above everything: what is credited, the last day and why, how far along."""
    served = max(min((today - row.starts_on).days + 1, (row.ends_on - row.starts_on).days + 1), 0)
    credit = posting_rows.credit_words(beside.credit_state, beside.credit_months, beside.credit_days)
    return {
        "credit": credit,
        "credit_url": url_if_any(f"assignments:{'my_credit' if own else 'credit'}", row.pk)
        if beside.credit_state
        else "",
        "full": durations.in_words(row.term_months, row.term_days),
        "days": (row.ends_on - row.starts_on).days + 1,
        "served": served,
        "begun": row.arrived_at is not None or row.is_imported,
        "left": (row.ends_on - today).days,
        "is_over": row.state in _OVER or row.ends_on < today,
        "why": why_in_words(row),
    }


_OVER = frozenset(
    {
        AssignmentState.RETURNED, AssignmentState.RENEWED, AssignmentState.TRANSFERRED, AssignmentState.ENDED_EARLY,
        AssignmentState.VOID, AssignmentState.WITHDRAWN,
    }
)  # fmt: skip


def why_in_words(row: Assignment) -> list[str]:
    """Return in short sentences why the last day is what it is; the whole sum opens beside it."""
    begun = _("On post since %(day)s") if row.arrived_at or row.is_imported else _("Planned from %(day)s")
    term = {"term": durations.in_words(row.term_months, row.term_days), "day": row.term_ends_on.isoformat()}
    said = [begun % {"day": row.starts_on.isoformat()}, _("%(term)s end on %(day)s") % term]
    if row.extended_days:
        said.append(_("leave lengthens the term by %(days)s") % {"days": durations.days_in_words(row.extended_days)})
    if row.granted_days:
        said.append(_("%(days)s more are granted") % {"days": durations.days_in_words(row.granted_days)})
    if row.ended_on:
        said.append(_("ended on %(day)s") % {"day": row.ended_on.isoformat()})
    return said


def officers_part(sight: Sight) -> dict[str, Any]:
    """Return what only units and officers see: what it counts for, proposals, tasks, statements."""
    row, actor = sight.assignment, sight.actor
    return {
        "person_url": _person_url(row.worker_id, actor) if sight.knows_person else "",
        "counted": _counted(row, actor) if actor.can(Permission.QUOTAS_VIEW) else [],
        "may_decide": actor.can(Permission.ASSIGNMENTS_DECIDE),
        "proposals": list(row.proposals.open().order_by("proposed_at")) if sight.oversees or sight.receives else [],
        "tasks": list(row.tasks.filter(removed_at__isnull=True).order_by("pk")),
        "mentorings": list(row.mentorings.order_by("valid_from", "pk")),
        "suspensions": list(row.suspensions.filter(withdrawn_at__isnull=True).order_by("valid_from")),
    }


def _counted(row: Assignment, actor: Actor) -> list[tuple[Counted, str]]:
    """Return what it counts for, with the clause's label."""
    rows = list(
        Counted.objects.visible_to(actor).standing().filter(assignment=row.pk).order_by("period_start", "topic", "pk")
    )
    documents = reading.documents({line.version_id for line in rows})
    return [(line, reading.clause_label(documents[line.version_id], line.clause_id)) for line in rows]


def _person_url(worker_id: int, actor: Actor) -> str:
    seen = HealthWorker.objects.visible_to(actor).filter(pk=worker_id).exists()
    return reverse("people:person", args=[worker_id]) if seen else ""


def _practice(row: Assignment) -> list[Fact]:
    if row.filing_basis == FilingBasis.NONE:
        due = _("to be filed by %(day)s") % {"day": row.filing_due_on.isoformat()} if row.filing_due_on else ""
        return [(_("Basis of practice"), due)] if due else []
    filed = " · ".join(
        word for word in (row.filing_number, row.filed_on.isoformat() if row.filed_on else "") if word
    )  # fmt: skip
    return [
        (_("Basis of practice"), " · ".join(word for word in (str(row.get_filing_basis_display()), filed) if word))
    ]


def _evidence(row: Assignment) -> str:
    standing = (
        _("confirmed by %(name)s") % {"name": row.confirmed_by_name} if row.confirmed_at else _("not confirmed yet")
    )
    return f"{row.get_evidence_display()} · {standing}"


def _filing(leave: Any) -> str:
    if leave.state != LeaveState.APPROVED:
        return ""
    if leave.filed_on:
        return _("filed on %(day)s") % {"day": leave.filed_on.isoformat()}
    return _("to be filed") if leave.filing_required else ""


def _names(rows: Iterable[Assignment], pieces: Collection[Any], today: date) -> dict[int, str]:
    ids = {unit for row in rows for unit in (row.sending_unit_id, row.receiving_unit_id)}
    return Institution.objects.filter(pk__in=ids | {piece.receiving_unit_id for piece in pieces}).named(today)


def _pieces(pieces: Sequence[Any], named: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "unit": named.get(piece.receiving_unit_id, ""),
            "when": period(piece.valid_from, piece.valid_to),
            "full_time": piece.full_time,
            "reason": piece.get_reason_display(),
        }
        for piece in pieces
    ]


def _other(other: Assignment, row: Assignment, named: Mapping[int, str]) -> dict[str, Any]:
    """Return one that stands before or after this one, with what it is to it."""
    if other.pk == row.renews_id:
        how = _("the term before")
    elif other.renews_id == row.pk:
        how = _("the further term")
    else:
        how = _("the person before in this slot") if other.starts_on < row.starts_on else _("the person after")
    return {
        "how": how,
        "name": other.worker.name,
        "unit": named.get(other.receiving_unit_id, ""),
        "when": period(other.starts_on, other.ends_on),
        "shape": STATE_SHAPES[AssignmentState(other.state)],
        "state": other.get_state_display(),
        "url": other.get_absolute_url(),
    }
