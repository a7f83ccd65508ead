"""The words of the month review: findings in short, the reminder for the group chat, cells as they may be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from appraisals.review.groups import LABELS, NOT_ASKED, OF_FINDING, Facts, Group
from assignments.leave_words import PRIVATE_KINDS
from assignments.rules.attendance_codes import DAY_CODES, HALF, CountsAs
from assignments.states import SheetState
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.months import Month
from deploy_admin.ui import words as ui_words

if TYPE_CHECKING:
    from appraisals.review.board import Line
    from appraisals.review.board_reading import SheetRow

#: A finding in two or three words, for a line of the list; the sheet's own page has the sentence.
SHORT: dict[str, Any] = {
    "person_missing": gettext_lazy("somebody is missing on it"),
    "unchecked": gettext_lazy("days to be checked"),
    "absence_undecided": gettext_lazy("absence not decided"),
    "absence_without_record": gettext_lazy("absence without a record"),
    "leave_without_record": gettext_lazy("leave without a record"),
    "leave_after_submission": gettext_lazy("leave changed afterwards"),
    "contradicts_leave": gettext_lazy("contradicts approved leave"),
    "contradicts_absence": gettext_lazy("contradicts an absence"),
    "contradicts_inspection": gettext_lazy("contradicts an inspection"),
    "practising_at_sender": gettext_lazy("practising at the sending unit"),
    "two_sheets": gettext_lazy("at two units on one day"),
    "outside_stay": gettext_lazy("days outside the stay"),
    "duty_days_moved": gettext_lazy("duty days have changed"),
    "unchanged": gettext_lazy("attendance as last month"),
    "no_attendance": gettext_lazy("not one day at the post"),
    "extra_duties": gettext_lazy("many duties on rest days"),
    "calendar_provisional": gettext_lazy("calendar not published"),
    "workload_missing": gettext_lazy("workload not entered"),
    "workload_unusual": gettext_lazy("workload out of range"),
    "workload_unchanged": gettext_lazy("workload as last month"),
    "workload_said_differs": gettext_lazy("person and unit differ"),
    "judged_without_reason": gettext_lazy("points without a reason"),
}
_PRIVATE = frozenset(letter for letter, code in DAY_CODES.items() if code.leave_kind in PRIVATE_KINDS)
SIGNS: dict[CountsAs, Any] = {CountsAs.LEAVE: pgettext_lazy("sign of any leave", "假")}


def short(code: str) -> str:
    """Return a finding in a few words."""
    return str(SHORT.get(code) or LABELS[OF_FINDING.get(code, Group.CONTRADICTORY)])


def notes(facts: Facts, sheet: SheetRow) -> tuple[str, ...]:
    """Return what a line says beside its unit, each thing once."""
    found = [short(code) for code in facts.findings if code not in NOT_ASKED]
    if facts.disputed:
        found.append(ngettext("%(n)d person disputes", "%(n)d people dispute", facts.disputed) % {"n": facts.disputed})
    if facts.undetermined and facts.is_scored:
        text = ngettext("%(n)d score undetermined", "%(n)d scores undetermined", facts.undetermined)
        found.append(text % {"n": facts.undetermined})
    if sheet.on_behalf:
        found.append(_("entered on behalf by %(name)s") % {"name": sheet.submitted_by_name})
    if facts.state == SheetState.RETURNED and sheet.reason:
        found.append(_("sent back: %(reason)s") % {"reason": sheet.reason})
    if sheet.exempt_until and facts.state in (SheetState.DRAFT, SheetState.RETURNED):
        found.append(_("more time until %(day)s") % {"day": sheet.exempt_until.isoformat()})
    return tuple(dict.fromkeys(found))


def reminder(month: Month, owing: Sequence[Line], today: date) -> str:
    """Return the text to copy into the group chat: exactly who still owes, until when, whom to turn to."""
    head = ngettext(
        "Month sheet of %(month)s: %(count)d unit has still to submit.",
        "Month sheets of %(month)s: %(count)d units have still to submit.",
        len(owing),
    )
    head %= {"month": str(month), "count": len(owing)}
    return "\n".join([head, *(f"{n}. {_owing(line, today)}" for n, line in enumerate(owing, 1))])


def _owing(line: Line, today: date) -> str:
    said = [line.unit]
    until = line.sheet.exempt_until if line.sheet and line.sheet.exempt_until else line.submit_by
    if line.group is Group.RETURNED:
        said.append(_("sent back, to be submitted again"))
    elif until is not None:
        left = ui_words.deadline(until, today)[1]
        said.append(_("until %(day)s (%(left)s)") % {"day": until.isoformat(), "left": left})
    if line.contacts:
        said.append(_("contact: %(names)s") % {"names": _names(line.contacts)})
    else:
        said.append(_("no account: entered on behalf from a letter"))
    return pgettext("between parts of a line", ", ").join(said)


def _names(names: Iterable[str]) -> str:
    return pgettext("between names", ", ").join(names)


def cell_shown(cell: str, *, knows_kinds: bool) -> tuple[str, str]:
    """Return sign and words of a day; of health and family only that it was leave, where the kind is not told."""
    letter, half = cell[0], cell.endswith(HALF)
    code = DAY_CODES[letter]
    if letter in _PRIVATE and not knows_kinds:
        sign, words = str(SIGNS[CountsAs.LEAVE]), _("leave for a private reason")
    else:
        sign, words = code.sign, code.label_zh if speaks_chinese() else code.label_en
    if half:
        return f"½{sign}", _("half a day: %(what)s") % {"what": words}
    return sign, words


def cell_told(cell: str) -> str:
    """Return a day as it leaves the own units: leave of health and family without its kind."""
    return f"Q{HALF if cell.endswith(HALF) else ''}" if cell[0] in _PRIVATE else cell


def cells_to_choose() -> list[tuple[str, str]]:
    """Return (cell, words) for a form: whole days first, then the halves; what is closed is not chosen."""
    found = []
    for halves in (False, True):
        for letter, code in DAY_CODES.items():
            if code.counts_as is CountsAs.CLOSED or (halves and not code.halves):
                continue
            label = code.label_zh if speaks_chinese() else code.label_en
            cell = letter + HALF if halves else letter
            found.append((cell, f"½ {label}" if halves else f"{code.sign} {label}"))
    return found
