"""Whether a sheet may be changed: the rules in force where its unit stands, asked through the one pure function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.month_window import FEED_BACK, SUBMIT, Window, standing
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import listed
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Month
from deploy_admin.policies.layering import MONTH, GoverningClause
from deploy_admin.policies.services import governing
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import InstitutionProfile

_CODES = {
    "not_yet": "month_not_begun",
    "closed": "month_closed",
    "submitted": "month_handed_in",
    "released": "month_released",
}


def window_of(sheet: MonthSheet, today: date | None = None) -> Window:
    """Return how one sheet stands today."""
    return windows_of([sheet], today)[sheet.pk]


def windows_of(sheets: Collection[MonthSheet], today: date | None = None) -> dict[int, Window]:
    """Return how these sheets stand today; a constant number of queries."""
    on, calendar = today or clock.today(), work_calendar()
    days = due_days(sheets)
    # Of a month that is over it does not matter who was there to the end.
    ends = last_days([sheet.pk for sheet in sheets if Month(sheet.month).last >= on])
    return {
        sheet.pk: standing(
            Month(sheet.month),
            on,
            calendar,
            *days[sheet.pk],
            sheet.state,
            sheet.exempt_until,
            ends_on=ends.get(sheet.pk),
        )
        for sheet in sheets
    }


def check_open(sheet: MonthSheet, by: Actor) -> Window:
    """Refuse where the unit may not change the month today, with the sentence that says why."""
    window = window_of(sheet)
    if not window.may_enter:
        raise RuleViolation(
            sentence_of(window), _CODES[window.code], context={"sheet": sheet.pk, "state": sheet.state}
        )
    return window


def sentence_of(window: Window) -> str:
    """Return why the month is shut to the unit, as a sentence; empty where it is open."""
    if window.code == "not_yet":
        return _("This month may be entered from %(day)s on.") % {"day": window.opens_on.isoformat()}
    if window.code == "closed":
        return _("This month closed on %(day)s, the day for feeding results back; ask the district for more time.") % {
            "day": window.feed_back_by.isoformat()
        }
    if window.code == "submitted":
        return _("This month is with the district: take it back, or ask for it to be sent back, to change it.")
    if window.code == "released":
        return _("This month is released: ask for a correction.")
    return ""


def due_days(sheets: Collection[MonthSheet]) -> dict[int, tuple[int, int]]:
    """Return by which working days of the following month each sheet is due and fed back: of several the earliest.

    The rules in force on the month's first day where the unit stands, of every scheme on the sheet.
    """
    schemes = _schemes([sheet.pk for sheet in sheets])
    places = _divisions({sheet.institution_id for sheet in sheets})
    held = governing.at_post() if sheets else None
    found: dict[int, tuple[int, int]] = {}
    for sheet in sheets:
        clauses = []
        division = _standing_on(places.get(sheet.institution_id, ()), sheet.month)
        if held is not None and division is not None:
            for scheme in sorted(schemes.get(sheet.pk, ())):
                rules = held.rules(MONTH, scheme, division, sheet.month, sheet.month)
                clauses += [rule.clause for rule in rules if isinstance(rule, GoverningClause)]
        found[sheet.pk] = (
            min((each.submit.working_day for each in clauses if each.submit), default=SUBMIT),
            min((each.feed_back.working_day for each in clauses if each.feed_back), default=FEED_BACK),
        )
    return found


def last_days(sheet_ids: Collection[int]) -> dict[int, date]:
    """Return the last day on which anybody on each sheet serves there."""
    found: dict[int, date] = {}
    if not sheet_ids:
        return found
    rows = AssignmentMonth.objects.filter(sheet__in=listed(sheet_ids))
    for sheet, month, days in rows.order_by().values_list("sheet_id", "month", "days"):
        open_days = [n for n, cell in enumerate(days) if cell != "Z"]
        if open_days:
            day = month + timedelta(days=open_days[-1])
            found[sheet] = max(day, found.get(sheet, day))
    return found


def _schemes(sheet_ids: list[int]) -> Mapping[int, set[str]]:
    rows = AssignmentMonth.objects.filter(sheet__in=listed(sheet_ids)).order_by()
    found: dict[int, set[str]] = defaultdict(set)
    for sheet, scheme in rows.values_list("sheet_id", "assignment__scheme").distinct():
        found[sheet].add(scheme)
    return found


def _divisions(units: Collection[int]) -> Mapping[int, list[tuple[date, int]]]:
    rows = InstitutionProfile.objects.filter(institution__in=listed(sorted(units)))
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for unit, first, division in rows.order_by("institution_id", "valid_from").values_list(
        "institution_id", "valid_from", "division_id"
    ):
        found[unit].append((first, division))
    return found


def _standing_on(held: Collection[tuple[date, int]], day: date) -> int | None:
    """Return the division on the day; before the first profile the first, after the last the last."""
    found = None
    for first, division in held:
        if found is None or first <= day:
            found = division
    return found
