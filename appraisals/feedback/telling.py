"""Telling whom a letter or a report concerns: it has arrived, it waits to be received, it is due; closed when done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from appraisals.feedback import owing
from appraisals.feedback.report_listing import last_quarter, unreported
from appraisals.models import FeedbackLetter, SituationReport
from appraisals.states import ReportState
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox
from deploy_admin.months import Month
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Institution
from deploy_admin.workdays import WorkCalendar

#: So many working days after it was sent a letter that nobody received is asked after.
RECEIVE_WITHIN = 5
LETTER, LATE, OWED = "appraisals.letter:", "appraisals.letters_late:", "appraisals.feedback_owed:"
REPORT, DUE = "appraisals.report:", "appraisals.report_due:"
HR = (Role.SENDER_HR,)
RECEIVER = (Role.RECEIVER_CLERK, Role.RECEIVER_HEAD)
RELEASERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION)
REVIEWERS = (*RELEASERS, Role.PRIMARY_HEALTH_SECTION)
NEWS_DAYS = 14
Wanted = dict[str, dict[str, Any]]


def arrived(letters: Collection[FeedbackLetter]) -> None:
    """Tell the sending units; the note is closed when the letter is received."""
    names = _names({letter.authority_id for letter in letters})
    inbox.keep(LETTER, {_key(letter): _arrived(letter, names) for letter in letters}, closing=False)
    for authority in {letter.authority_id for letter in letters}:
        _owed_by(authority)


def received(letters: Collection[FeedbackLetter]) -> None:
    """Close what waited for these, and what their authorities were told of them."""
    Notice.objects.open().filter(key__in=[_key(letter) for letter in letters]).update(settled_at=clock.now())
    late = _late_letters(clock.today())
    keys = [f"{LATE}{letter.authority_id}" for letter in letters]
    inbox.keep(LATE, _late_of_authorities(late), opening=False, among=keys)


def keep_up(on: date) -> int:
    """Bring everything that waits up to date for `on`: late letters, results owed, reports due; return how many."""
    late = _late_letters(on)
    waiting = Notice.objects.open().filter(key__in=[_key(letter) for letter in late], due_on__isnull=True)
    waiting.update(code="appraisals.letter_late", due_on=on)  # the note that it has arrived goes on as this one
    inbox.keep(LATE, _late_of_authorities(late))
    wanted = _owed(owing.waiting(SYSTEM))
    inbox.keep(OWED, wanted)
    due = _reports_due(on)
    inbox.keep(DUE, due)
    before = clock.now() - timedelta(days=NEWS_DAYS)
    answered = Notice.objects.open().filter(key__startswith=REPORT, code="appraisals.report_noted")
    answered.filter(created_at__lt=before).update(settled_at=clock.now())
    return len(late) + len(wanted) + len(due)


def reported(report: SituationReport) -> None:
    """Tell whom the report waits for now: the authority it was submitted to, or the unit it went back to."""
    wanted: Wanted = {}
    unit = _names({report.institution_id}).get(report.institution_id, "")
    told = {"unit": unit, "first": f"{report.first_month:%Y-%m}", "last": f"{report.last_month:%Y-%m}"}
    url, state = report.get_absolute_url(), ReportState(report.state)
    if state is ReportState.SUBMITTED:
        authority = authority_over([report.institution_id], clock.today()).get(report.institution_id)
        wanted[f"{REPORT}{report.pk}:in"] = _note("appraisals.report_submitted", told, url, authority, REVIEWERS)
    elif state is ReportState.RETURNED:
        told["reason"] = report.answer[:200]
        wanted[f"{REPORT}{report.pk}:back"] = _note(
            "appraisals.report_returned", told, url, report.institution_id, RECEIVER
        )
    elif state is ReportState.RECEIVED:
        wanted[f"{REPORT}{report.pk}:noted"] = _note(
            "appraisals.report_noted", told, url, report.institution_id, RECEIVER
        )
    inbox.keep(f"{REPORT}{report.pk}:", wanted)
    Notice.objects.open().filter(key=f"{DUE}{report.institution_id}").update(settled_at=clock.now())


def receive_by(letter: FeedbackLetter, calendar: WorkCalendar | None = None) -> date:
    """Return until when a letter should be received: five working days after it was sent."""
    return (calendar or work_calendar()).after(timezone.localdate(letter.sent_at), RECEIVE_WITHIN)


def _late_letters(on: date) -> list[FeedbackLetter]:
    """The letters that nobody received in time."""
    calendar = work_calendar()
    rows = FeedbackLetter.objects.unreceived().select_related("paper").defer("paper__content").order_by("pk")
    return [row for row in rows if receive_by(row, calendar) < on]


def _late_of_authorities(late: Collection[FeedbackLetter]) -> Wanted:
    counted = Counter(letter.authority_id for letter in late)
    url = f"{reverse('appraisals:letters')}?received=no"
    return {
        f"{LATE}{authority}": _note("appraisals.letters_late", {"count": count}, url, authority, RELEASERS)
        for authority, count in counted.items()
    }


def _owed_by(authority: int) -> None:
    """Bring what one authority owes up to date, after letters went out."""
    rows = [each for each in owing.waiting(SYSTEM) if each.authority_id == authority]
    wanted = _owed(rows)
    keys = Notice.objects.open().filter(key__startswith=f"{OWED}{authority}:").values_list("key", flat=True)
    inbox.keep(OWED, wanted, opening=False, among={*keys, *wanted})


def _owed(waiting: Collection[owing.Waiting]) -> Wanted:
    """What is released and not fed back, per authority and month, with the day until which it should be."""
    wanted: Wanted = {}
    for each in waiting:
        told = {"count": each.people, "month": str(each.month)}
        if each.feed_back_by is not None:
            told["day"] = each.feed_back_by.isoformat()
        code = "appraisals.feedback_owed_by" if each.feed_back_by else "appraisals.feedback_owed"
        url = f"{reverse('appraisals:feedback_issue')}?month={each.month}&authority={each.authority_id}"
        note = _note(code, told, url, each.authority_id, RELEASERS)
        wanted[f"{OWED}{each.authority_id}:{each.month}"] = note | {"due_on": each.feed_back_by}
    return wanted


def _reports_due(on: date) -> Wanted:
    """The units that had people in the last quarter and have not reported on it."""
    first, last = last_quarter(on)
    told = {"first": str(first), "last": str(last)}
    url = f"{reverse('appraisals:report_new')}?first={first}&last={last}"
    units = unreported(first, last, SYSTEM)
    return {f"{DUE}{unit}": _note("appraisals.report_due", told, url, unit, RECEIVER) for unit in units}


def _arrived(letter: FeedbackLetter, names: Mapping[int, str]) -> dict[str, Any]:
    told = {
        "unit": names.get(letter.authority_id, ""),
        "month": str(Month(letter.month)),
        "count": letter.people,
    }
    return _note("appraisals.letter_arrived", told, letter.get_absolute_url(), letter.sending_unit_id, HR)


def _key(letter: FeedbackLetter) -> str:
    return f"{LETTER}{letter.pk}"


def _names(units: Collection[int]) -> dict[int, str]:
    return Institution.objects.filter(pk__in=units).named(clock.today())


def _note(
    code: str, params: Mapping[str, Any], url: str, institution_id: int | None, roles: Collection[Role]
) -> dict[str, Any]:
    return {
        "code": code,
        "params": dict(params),
        "url": url,
        "institution_id": institution_id,
        "roles": sorted(role.value for role in (roles if institution_id is not None else (Role.CITY_OFFICER,))),
        "user_id": None,
    }
