"""The words of months: days of the palette, what a reviewer should look at, steps of a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.rules.attendance_codes import DAY_CODES, HALF
from assignments.services.months_findings import Finding
from deploy_admin.jobs.importing.columns import speaks_chinese

#: What each finding says; the days are listed by number. Kinds of leave are not told.
FINDINGS: Mapping[str, Promise] = {
    "late": _("Submitted after the last day for it."),
    "calendar_provisional": _("The work calendar of this year is provisional."),
    "person_missing": _("%(name)s served here this month and does not stand on the sheet."),
    "unchecked": _("Days still to be checked: %(days)s."),
    "absence_undecided": _("Marked as unapproved absence, and nobody has decided on it: %(days)s."),
    "absence_without_record": _("Marked as absence without a record of it: %(days)s."),
    "leave_without_record": _("Marked as leave that was not asked for or not granted: %(days)s."),
    "leave_after_submission": _("Leave was approved after the month was submitted: %(days)s."),
    "contradicts_leave": _("Leave is approved, the sheet says otherwise: %(days)s."),
    "contradicts_absence": _("Recorded as absent, the sheet says present: %(days)s."),
    "contradicts_inspection": _("An inspection found it otherwise: %(days)s."),
    "practising_at_sender": _("Seen practising at the sending unit on days marked present: %(days)s."),
    "two_sheets": _("Another unit's sheet has the same days: %(days)s."),
    "outside_stay": _("The days at this unit have changed since the sheet was handed in."),
    "duty_days_moved": _("Roster or calendar have changed: %(was)s duty days then, %(now)s now."),
    "unchanged": _("The same exceptions on the same days as last month."),
    "disputed": _("The person disputes the month: %(remark)s"),
    "no_attendance": _("Not one day at the post."),
    "extra_duties": _("%(n)s duties on rest days."),
}
STEPS: Mapping[str, Promise] = {
    "submitted": pgettext_lazy("sheet step", "Submitted"),
    "withdrawn": pgettext_lazy("sheet step", "Taken back by the unit"),
    "review_opened": pgettext_lazy("sheet step", "Opened by the district"),
    "sent_back": pgettext_lazy("sheet step", "Sent back"),
    "reopened": pgettext_lazy("sheet step", "Opened again"),
    "accepted": pgettext_lazy("sheet step", "Accepted"),
    "exempted": pgettext_lazy("sheet step", "More time given"),
    "released": pgettext_lazy("sheet step", "Released"),
    "days_settled": pgettext_lazy("sheet step", "Days to be checked settled as decided"),
}


def finding_words(finding: Finding) -> str:
    """Return what a finding says; the code itself of one that an app above found and has its own words for."""
    sentence = FINDINGS.get(finding.code)
    return finding.code if sentence is None else str(sentence) % _plain(finding.params)


def step_words(act: str) -> str:
    """Return what a step of a sheet is called."""
    return str(STEPS.get(act, act))


def cell_words(cell: str) -> str:
    """Return what a cell says, in the language of the page."""
    code = DAY_CODES[cell[0]]
    label = code.label_zh if speaks_chinese() else code.label_en
    return str(_("half a day: %(what)s") % {"what": label}) if cell.endswith(HALF) else label


def _plain(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
