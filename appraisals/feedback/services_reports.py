"""Situation reports: begun, written, submitted with the numbers frozen, taken back, sent back, taken note of."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.feedback import report_content, report_numbers, telling
from appraisals.models import SituationReport
from appraisals.states import ReportState
from assignments.kinds import PaperKind
from assignments.services import moving, papers, standing_of
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.months import Month
from deploy_admin.people.services.rows import reason_given
from deploy_admin.registry.authority import authority_over

TEXTS = ("work", "results", "difficulties", "proposals")
LONGEST, MOST_MONTHS = 4000, 12


def writes(institution_id: int, actor: Actor) -> bool:
    """Whether the actor writes the reports of the unit: its own people."""
    return actor.can(Permission.MONTHS_ENTER) and actor.reach is Reach.UNIT and institution_id in actor.institution_ids


def answers(institution_id: int, actor: Actor) -> bool:
    """Whether the actor answers the unit's reports: the authority it answers to, and the city."""
    if not actor.can(Permission.MONTHS_REVIEW):
        return False
    if actor.reach is Reach.ALL:
        return True
    authority = authority_over([institution_id], clock.today()).get(institution_id)
    return actor.reach is Reach.DISTRICT and authority in actor.institution_ids


@transaction.atomic
def begin_report(
    *, institution_id: int, first: Month, last: Month, texts: Mapping[str, str] | None = None, by: Actor
) -> SituationReport:
    """Begin the report on these months; there is one on them."""
    if not writes(institution_id, by):
        raise standing_of.not_permitted()
    if last < first:
        sentence = _("The first month must not come after the last.")
        raise RuleViolation(sentence, "period_reversed", fields={"last": sentence})
    if len(report_numbers.months_of(first.first, last.first)) > MOST_MONTHS:
        sentence = _("A report is about at most %(n)d months.") % {"n": MOST_MONTHS}
        raise RuleViolation(sentence, "period_too_long", fields={"last": sentence})
    if last.first > clock.today():
        sentence = _("These months have not begun.")
        raise RuleViolation(sentence, "months_ahead", fields={"last": sentence})
    with refusals():
        report = SituationReport.objects.create(
            institution_id=institution_id,
            first_month=first.first,
            last_month=last.first,
            **_cleaned(texts or {}),
            **moving.recorded_by(by),
        )
    audit.record(act="reports.begun", by=by, on=report, label=_label(report))
    return report


@transaction.atomic
def save_report(
    *, report: SituationReport, texts: Mapping[str, str], version: int | None = None, by: Actor
) -> SituationReport:
    """Write down the words; the numbers are those of the months until it is submitted."""
    held = _taken(report, version, by)
    _check_writes(held, by)
    _check_state(held, ReportState.DRAFT, ReportState.RETURNED)
    cleaned = _cleaned(texts)
    for name, text in cleaned.items():
        setattr(held, name, text)
    _save(held, *cleaned)
    audit.record(act="reports.written", by=by, on=held, label=_label(held))
    return held


@transaction.atomic
def submit_report(*, report: SituationReport, version: int | None = None, by: Actor) -> SituationReport:
    """Submit it: the numbers are frozen as the months stand, and it is put on paper."""
    held = _taken(report, version, by)
    _check_writes(held, by)
    if not held.work.strip():
        sentence = _("Say what was done before the report is submitted.")
        raise RuleViolation(sentence, "report_empty", fields={"work": sentence})
    if clock.today() <= Month(held.last_month).last:
        sentence = _("The last month is not over: the report can be submitted from %(day)s on.")
        told = {"day": Month(held.last_month).next.first.isoformat()}
        raise RuleViolation(sentence % told, "month_not_over")
    _move(held, ReportState.SUBMITTED)
    held.numbers = report_numbers.numbers(held.institution_id, held.first_month, held.last_month)
    held.submitted_at, held.submitted_by_name, held.answer = clock.now(), by.name[:150], ""
    held.answered_at, held.answered_by_name = None, ""
    content, addressee = report_content.content(held, clock.today())
    held.paper = papers.issue_content(
        kind=PaperKind.SITUATION_REPORT,
        issuer_id=held.institution_id,
        addressee_id=addressee,
        lines=(),
        content=content,
        by=by,
    )
    columns = ("numbers", "submitted_at", "submitted_by_name", "answer", "answered_at", "answered_by_name", "paper")
    _save(held, "state", *columns)
    audit.record(act="reports.submitted", by=by, on=held, label=_label(held), detail={"sha256": held.paper.sha256})
    telling.reported(held)
    return held


@transaction.atomic
def take_back_report(*, report: SituationReport, version: int | None = None, by: Actor) -> SituationReport:
    """Take a submitted report back while nobody has answered it; its paper is withdrawn."""
    held = _taken(report, version, by)
    _check_writes(held, by)
    _move(held, ReportState.DRAFT)
    _withdraw_paper(held, _("taken back by the unit"), by)
    _save(held, "state")
    audit.record(act="reports.taken_back", by=by, on=held, label=_label(held))
    telling.reported(held)
    return held


@transaction.atomic
def send_back_report(
    *, report: SituationReport, reason: str, version: int | None = None, by: Actor
) -> SituationReport:
    """Send it back to the unit with the reason; its paper is withdrawn."""
    held = _taken(report, version, by)
    _check_answers(held, by)
    said = reason_given(reason)[:1000]
    _move(held, ReportState.RETURNED)
    _answer(held, said, by)
    _withdraw_paper(held, said, by)
    audit.record(act="reports.sent_back", by=by, on=held, label=_label(held), detail={"reason": said})
    telling.reported(held)
    return held


@transaction.atomic
def take_note_of_report(
    *, report: SituationReport, answer: str = "", version: int | None = None, by: Actor
) -> SituationReport:
    """Take note of it, with an answer or without."""
    held = _taken(report, version, by)
    _check_answers(held, by)
    _move(held, ReportState.RECEIVED)
    _answer(held, scrubbed(answer).strip()[:1000], by)
    audit.record(act="reports.noted", by=by, on=held, label=_label(held))
    telling.reported(held)
    return held


def _taken(report: SituationReport, version: int | None, by: Actor) -> SituationReport:
    """Lock the report and compare the version."""
    rows = SituationReport.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    held: SituationReport | None = rows.filter(pk=report.pk).first()
    if held is None:
        raise RuleViolation(_("You see no such report."), "report_unknown")
    if version is not None and version != held.version:
        raise Conflict(
            _("Somebody else has changed this report since you opened it."),
            "stale_version",
            context={
                "yours": {"version": version},
                "theirs": {"version": held.version, str(_("State")): str(held.get_state_display())},
                "url": held.get_absolute_url(),
            },
        )
    return held


def _check_writes(report: SituationReport, by: Actor) -> None:
    if not writes(report.institution_id, by):
        raise standing_of.not_permitted()


def _check_answers(report: SituationReport, by: Actor) -> None:
    if not answers(report.institution_id, by):
        raise standing_of.not_permitted()


def _check_state(report: SituationReport, *states: ReportState) -> None:
    if report.state not in states:
        sentence = _("The report is “%(state)s” by now.") % {"state": report.get_state_display()}
        raise RuleViolation(sentence, "report_settled")


def _move(report: SituationReport, state: ReportState) -> None:
    if state not in ReportState(report.state).may_become():
        _check_state(report)
    report.state = state


def _answer(report: SituationReport, text: str, by: Actor) -> None:
    report.answer, report.answered_at, report.answered_by_name = text, clock.now(), by.name[:150]
    _save(report, "state", "answer", "answered_at", "answered_by_name")


def _withdraw_paper(report: SituationReport, reason: str, by: Actor) -> None:
    if report.paper is not None:
        papers.supersede(paper=report.paper, reason=reason, by=by)


def _save(report: SituationReport, *columns: str) -> None:
    report.version += 1
    report.updated_at = clock.now()
    with refusals():
        report.save(update_fields=[*columns, "version", "updated_at"])


def _cleaned(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: scrubbed(str(texts[name])).strip()[:LONGEST] for name in TEXTS if name in texts}


def _label(report: SituationReport) -> str:
    first, last = f"{report.first_month:%Y-%m}", f"{report.last_month:%Y-%m}"
    return first if first == last else f"{first}–{last}"
