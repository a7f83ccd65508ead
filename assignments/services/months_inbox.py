"""Telling units and people what about a month waits for them: to enter it, to correct it, to look it over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import leave_inbox, month_window, telling
from assignments.states import MonthAnswer, SheetState
from deploy_admin.access import Role
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox

DUE = "assignments.month_due:"
RETURNED = "assignments.month_returned:"
EXEMPTED = f"{telling.NEWS}month_exempted:"
TO_CONFIRM = "assignments.month_to_confirm:"
UNIT = telling.RECEIVER


def submitted(sheet: MonthSheet) -> None:
    """Close what waited for the unit, and ask its people to look their month over."""
    leave_inbox.settle([f"{DUE}{sheet.pk}", f"{RETURNED}{sheet.pk}", f"{EXEMPTED}{sheet.pk}"])
    rows = AssignmentMonth.objects.filter(sheet=sheet, answer=MonthAnswer.NONE)
    owners = dict(rows.order_by("pk").values_list("pk", "assignment__worker_id"))
    users = leave_inbox.users_of(owners.values())
    leave_inbox.open_all(
        {
            f"{TO_CONFIRM}{sheet.pk}:{row}": {
                "code": "assignments.month_to_confirm",
                "params": {"month": f"{sheet.month:%Y-%m}"},
                "url": reverse("appraisals:my_month", args=[row]),
                "institution_id": None,
                "roles": [],
                "user_id": users[worker],
            }
            for row, worker in owners.items()
            if worker in users
        }
    )


def answered(row: AssignmentMonth) -> None:
    """Close what waited for the person."""
    leave_inbox.settle([f"{TO_CONFIRM}{row.sheet_id}:{row.pk}"])


def closed_to_people(sheets: Sequence[MonthSheet]) -> None:
    """Close what waited for the people of these months: it may become another one, or nobody answers any more."""
    rows = AssignmentMonth.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).order_by()
    leave_inbox.settle(f"{TO_CONFIRM}{sheet}:{row}" for row, sheet in rows.values_list("pk", "sheet_id"))


def taken_back(sheet: MonthSheet, on: date) -> None:
    """Close what waited for the people; the unit owes the month again."""
    closed_to_people([sheet])
    leave_inbox.open_all(_owed([sheet], on))


def sent_back(sheet: MonthSheet) -> None:
    """Tell the unit that its month came back, why, and until when it may correct it."""
    closed_to_people([sheet])
    until = month_window.window_of(sheet).last_day
    jobs.notify(
        code="assignments.month_returned",
        params=_named(sheet) | {"reason": sheet.reason[:200], "until": until.isoformat()},
        url=sheet.get_absolute_url(),
        institution_id=sheet.institution_id,
        roles=UNIT,
        due_on=until,
        key=f"{RETURNED}{sheet.pk}",
    )


def exempted(sheet: MonthSheet) -> None:
    """Tell the unit until when it may still enter."""
    if sheet.exempt_until is None:
        return
    jobs.notify(
        code="assignments.month_exempted",
        params=_named(sheet) | {"until": sheet.exempt_until.isoformat()},
        url=sheet.get_absolute_url(),
        institution_id=sheet.institution_id,
        roles=UNIT,
        due_on=sheet.exempt_until,
        key=f"{EXEMPTED}{sheet.pk}",
    )


def remind(on: date) -> int:
    """Bring the notes about months that are over and not handed in up to the day; return how many there are.

    A constant number of queries, whatever is owed.
    """
    owed = MonthSheet.objects.filter(state=SheetState.DRAFT, month__lt=on.replace(day=1)).order_by("pk")
    wanted = _owed(list(owed), on)
    # A note about a month that is late by now is another note.
    there = _codes(wanted)
    leave_inbox.settle(key for key, code in there.items() if wanted[key]["code"] != code)
    inbox.keep(DUE, wanted)
    return len(wanted)


def _owed(sheets: Sequence[MonthSheet], on: date) -> dict[str, dict[str, Any]]:
    """Return the notes about months that are with their units; what was sent back has a note of its own."""
    windows = month_window.windows_of(sheets, on)
    return {
        f"{DUE}{sheet.pk}": {
            "code": "assignments.month_late" if windows[sheet.pk].is_late else "assignments.month_due",
            "params": _named(sheet)
            | {"by": windows[sheet.pk].submit_by.isoformat(), "until": windows[sheet.pk].last_day.isoformat()},
            "url": sheet.get_absolute_url(),
            "institution_id": sheet.institution_id,
            "roles": _roles(UNIT),
            "due_on": windows[sheet.pk].submit_by,
        }
        for sheet in sheets
    }


def _codes(keys: Iterable[str]) -> dict[str, str]:
    """Return the codes of the open notices with these keys."""
    return dict(Notice.objects.open().filter(key__in=list(keys)).values_list("key", "code"))


def _named(sheet: MonthSheet) -> dict[str, str]:
    return {"month": f"{sheet.month:%Y-%m}"}


def _roles(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in roles)
