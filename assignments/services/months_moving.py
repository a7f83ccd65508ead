"""Moving sheets on: submitted, taken back, opened, sent back, accepted, released; the only place that sets a state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assignments.models import Assignment, AssignmentMonth, MonthSheet, SheetStep
from assignments.services import (
    month_window,
    months_findings,
    months_hooks,
    months_inbox,
    months_opening,
    months_records,
    months_rows,
    months_standing,
)
from assignments.services.months_entry import take
from assignments.states import SHEET_HANDED_IN, SHEET_OPEN, SheetState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import StoredFile
from deploy_admin.registry.calendar import work_calendar

_S = SheetState
#: So many working days a unit has at least to correct what was sent back.
CORRECTED_WITHIN = 5
_NOT_ACCEPTED: Mapping[str, Any] = {"accepted_at": None, "accepted_by_id": None, "accepted_by_name": ""}


@transaction.atomic
def submit(
    *,
    sheet: MonthSheet,
    version: int | None = None,
    findings: Collection[str] = (),
    scan: StoredFile | None = None,
    by: Actor,
) -> MonthSheet:
    """Hand the month in: leave and absence marked on it open their records, and the district may begin.

    An authority does so on behalf of a unit, with the unit's letter. `findings` are what apps above found besides.
    """
    _hold_assignments(sheet, by)
    held = _taken(sheet, version, by)
    on_behalf = months_standing.may_enter(held, by)
    if on_behalf and scan is None:
        sentence = _("Attach the unit's letter from which you enter on its behalf.")
        raise RuleViolation(sentence, "scan_missing", fields={"scan": sentence})
    _check_from(held, SHEET_OPEN)
    window = month_window.check_open(held, by)
    if not window.may_submit:
        sentence = _("This month may be submitted from %(day)s on, when its last day is over.")
        raise RuleViolation(sentence % {"day": window.submit_from.isoformat()}, "month_not_over")
    months_opening.refresh([held.pk])
    if not AssignmentMonth.objects.filter(sheet=held).exists():
        raise RuleViolation(_("Nobody stands on this sheet."), "sheet_empty")
    opened = months_records.open_records(held, by)
    held = _again(held)
    values = {
        "submitted_at": clock.now(),
        "submitted_by_id": by.user_id,
        "submitted_by_name": by.name[:150],
        "is_late": window.is_late,
        "on_behalf": on_behalf,
        "scan": scan,
        "opened_at": None,
        **_NOT_ACCEPTED,
    }
    _move([held], _S.SUBMITTED, "submitted", by, values=values, on_behalf=on_behalf, detail=opened)
    found = {finding.code for finding in months_findings.find([held.pk]).get(held.pk, ())}
    _set_findings(held, found | set(findings))
    months_inbox.submitted(held)
    return held


@transaction.atomic
def withdraw(*, sheet: MonthSheet, version: int | None = None, by: Actor) -> MonthSheet:
    """Take a submitted month back to go on entering, as long as the district has not opened it."""
    held = _taken(sheet, version, by)
    on_behalf = months_standing.may_enter(held, by)
    if held.state == _S.IN_REVIEW:
        raise RuleViolation(_("The district has opened this month; ask for it to be sent back."), "opened_by_district")
    _check_from(held, (_S.SUBMITTED,))
    window = month_window.window_of(held)
    if window.last_day < clock.today():
        sentence = _("This month closed on %(day)s: taken back, it could not be submitted again. Ask the district.")
        raise RuleViolation(sentence % {"day": window.last_day.isoformat()}, "month_closed")
    values: dict[str, Any] = {
        "submitted_at": None,
        "submitted_by_id": None,
        "submitted_by_name": "",
        "is_late": False,
        "findings": [],
    }
    _move([held], _S.DRAFT, "withdrawn", by, values=values, on_behalf=on_behalf)
    months_opening.refresh([held.pk])
    held = _again(held)
    months_inbox.taken_back(held, clock.today())
    return held


@transaction.atomic
def open_review(*, sheet: MonthSheet, by: Actor) -> MonthSheet:
    """Begin the review of a submitted month: from now on the unit does not take it back. Safe to repeat."""
    held = _taken(sheet, None, by)
    months_standing.may_review(held, by)
    if held.state != _S.SUBMITTED:
        return held
    found = {finding.code for finding in months_findings.find([held.pk]).get(held.pk, ())}
    # What apps above found at submission stays.
    kept = {code for code in held.findings if code not in months_findings.CODES}
    _move(
        [held], _S.IN_REVIEW, "review_opened", by, values={"opened_at": clock.now(), "findings": sorted(found | kept)}
    )
    return held


@transaction.atomic
def send_back(*, sheet: MonthSheet, reason: str, version: int | None = None, by: Actor) -> MonthSheet:
    """Send a month back to its unit with the reason; what was accepted is opened again by it.

    The unit has at least five working days to correct it, whatever the calendar of the month says.
    """
    held = _taken(sheet, version, by)
    months_standing.may_review(held, by)
    _check_from(held, (_S.SUBMITTED, _S.IN_REVIEW, _S.ACCEPTED))
    text = _said(reason)
    act = "reopened" if held.state == _S.ACCEPTED else "sent_back"
    values = {"reason": text, "findings": [], **_NOT_ACCEPTED} | _time_to_correct(held, text)
    _move([held], _S.RETURNED, act, by, reason=text, values=values)
    months_opening.refresh([held.pk])
    held = _again(held)
    months_inbox.sent_back(held)
    return held


@transaction.atomic
def accept(*, sheets: Sequence[MonthSheet], by: Actor) -> list[MonthSheet]:
    """Accept months as they are, one or many: all or nothing, a fixed number of statements."""
    ids = sorted({sheet.pk for sheet in sheets})
    seen = set(MonthSheet.objects.visible_to(by).filter(pk__in=ids).values_list("pk", flat=True))
    if not ids or len(seen) != len(ids):
        raise months_standing.unknown()
    held = months_rows.lock_sheets(ids)
    months_standing.may_review(held, by)
    for each in held:
        _check_from(each, (_S.SUBMITTED, _S.IN_REVIEW))
        if each.on_behalf and by.user_id is not None and each.submitted_by_id == by.user_id:
            sentence = _("Somebody else than who entered a month on a unit's behalf accepts it.")
            raise RuleViolation(sentence, "second_person", context={"sheet": each.pk})
    values = {"accepted_at": clock.now(), "accepted_by_id": by.user_id, "accepted_by_name": by.name[:150]}
    _move(held, _S.ACCEPTED, "accepted", by, values=values)
    return held


@transaction.atomic
def exempt(*, sheet: MonthSheet, until: date, reason: str, by: Actor) -> MonthSheet:
    """Give the unit more time for a month that it still has."""
    held = _taken(sheet, None, by)
    months_standing.may_review(held, by)
    _check_from(held, SHEET_OPEN)
    if until < clock.today():
        sentence = _("More time lies in the days to come.")
        raise RuleViolation(sentence, "in_the_past", fields={"until": sentence})
    text = _said(reason)
    values = {"exempt_until": until, "exemption_reason": text[:300]}
    _move([held], _S(held.state), "exempted", by, reason=text, values=values, detail={"until": until})
    months_inbox.exempted(held)
    return held


@transaction.atomic
def mark_released(sheet_ids: Collection[int], *, by: Actor) -> list[MonthSheet]:
    """Mark accepted months as released; what is released of them is written by who calls."""
    held = months_rows.lock_sheets(sorted(set(sheet_ids)))
    for each in held:
        _check_from(each, (_S.ACCEPTED,))
    _move(held, _S.RELEASED, "released", by, values={"released_at": clock.now()})
    months_inbox.closed_to_people(held)
    return held


# ------------------------------------------------------------ steps


def _move(
    sheets: Sequence[MonthSheet],
    to: SheetState,
    act: str,
    by: Actor,
    *,
    reason: str = "",
    values: Mapping[str, Any],
    on_behalf: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Set the state of sheets that are held, write a step for each and one event, tell who asked to be told."""
    now = clock.now()
    crossed = {each.pk for each in sheets if (each.state in SHEET_HANDED_IN) != (to in SHEET_HANDED_IN)}
    steps = []
    for each in sheets:
        state = _S(each.state)
        if to is not state and to not in state.may_become():
            raise _wrong(each)
        steps.append(
            SheetStep(
                sheet=each,
                act=act,
                from_state=state,
                to_state=to,
                reason=reason,
                on_behalf=on_behalf,
                by_id=by.user_id,
                by_name=by.name[:150],
                at=now,
            )
        )
        each.state, each.version, each.updated_at = to, each.version + 1, now
        each.revision += each.pk in crossed
        for name, value in values.items():
            setattr(each, name, value)
    rows = MonthSheet.objects.filter(pk__in=[each.pk for each in sheets])
    with refusals():
        rows.update(state=to, version=F("version") + 1, updated_at=now, **values)
        MonthSheet.objects.filter(pk__in=crossed).update(revision=F("revision") + 1)
        SheetStep.objects.bulk_create(steps)
    _record(sheets, act, by, {"reason": reason, "on_behalf": on_behalf, **(detail or {})})
    months_hooks.changed(crossed)


def _record(sheets: Sequence[MonthSheet], act: str, by: Actor, detail: Mapping[str, Any]) -> None:
    told = {name: value for name, value in detail.items() if value not in (None, "", False, [], {}, 0)}
    if len(sheets) == 1:
        one = sheets[0]
        told |= {"institution": one.institution_id}
        audit.record(act=f"assignments.month_{act}", by=by, on=one, label=f"{one.month:%Y-%m}", detail=told)
        return
    many = {"count": len(sheets), "sheets": sorted(each.pk for each in sheets)}
    audit.record(act=f"assignments.month_{act}", by=by, detail=many | told)


def _hold_assignments(sheet: MonthSheet, by: Actor) -> None:
    """Lock the people's assignments before the sheet, as every act on an assignment that reaches a sheet does."""
    ids = AssignmentMonth.objects.filter(sheet=sheet.pk).values("assignment")
    rows = Assignment.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    list(rows.values_list("pk", flat=True))


def _taken(sheet: MonthSheet, version: int | None, by: Actor) -> MonthSheet:
    held = take(sheet, by)
    if version is not None and version != held.version:
        raise Conflict(
            _("Somebody else has moved this month on since you opened it."),
            "stale_version",
            context={
                "yours": {"version": version},
                "theirs": {"version": held.version, "state": held.state},
                "sheet": held.pk,
            },
        )
    return held


def _check_from(sheet: MonthSheet, states: Collection[str]) -> None:
    if sheet.state not in states:
        raise _wrong(sheet)


def _wrong(sheet: MonthSheet) -> RuleViolation:
    sentence = _("This month is “%(state)s” by now.") % {"state": sheet.get_state_display()}
    return RuleViolation(sentence, "sheet_moved", context={"sheet": sheet.pk, "state": sheet.state})


def _said(reason: str) -> str:
    text = scrubbed(reason.strip())[:500]
    if not text:
        sentence = _("Say why.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return text


def _time_to_correct(sheet: MonthSheet, reason: str) -> dict[str, Any]:
    """Return the more time that somebody needs to whom a month is sent back when it closes too soon."""
    until = work_calendar().after(clock.today(), CORRECTED_WITHIN)
    if month_window.window_of(sheet).last_day >= until:
        return {}
    return {"exempt_until": until, "exemption_reason": reason[:300]}


def _set_findings(sheet: MonthSheet, codes: Collection[str]) -> None:
    sheet.findings = sorted(codes)
    months_findings.keep({sheet.pk: codes})


def _again(sheet: MonthSheet) -> MonthSheet:
    sheet.refresh_from_db()
    return sheet
