"""The words of leave and absence: kinds as told to whom, what a leave does to the last day, codes of explanations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assignments.rules.terms import Ending
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.policies.language.leave import LEAVE_KINDS, LeaveKind

#: Kinds that say something of health or family: told to the own units and their authority only.
PRIVATE_KINDS = frozenset(
    str(kind)
    for kind in (
        LeaveKind.SICK,
        LeaveKind.MARRIAGE,
        LeaveKind.MATERNITY,
        LeaveKind.PATERNITY,
        LeaveKind.BEREAVEMENT,
        LeaveKind.WORK_INJURY,
        LeaveKind.FAMILY_VISIT,
    )
)
#: What REST and the audit record say of such a kind.
PRIVATE = "private"

#: The operations and inputs of explanations, as `rules.terms` and `rules.absences` write them.
_CODES: dict[str, Any] = {
    "term": gettext_lazy("The term by itself"),
    "months": gettext_lazy("months"),
    "days": gettext_lazy("days"),
    "first_day": gettext_lazy("from"),
    "last_day": gettext_lazy("to"),
    "no_leave_rule": gettext_lazy("No adopted rule speaks of leave here"),
    "leave_episode": gettext_lazy("Leave taken together"),
    "leave_filing": gettext_lazy("To be filed"),
    "leave_extension": gettext_lazy("Lengthens the term by (days)"),
    "leave_extension_unknown": gettext_lazy("Lengthening not settled by the clause"),
    "extending_days": gettext_lazy("days of kinds that lengthen"),
    "whole_episode": gettext_lazy("all of them"),
    "excess": gettext_lazy("what lies above"),
    "calendar_span": gettext_lazy("first to last day"),
    "extended_by": gettext_lazy("counted"),
    "more_favourable": gettext_lazy("The more favourable rule holds"),
    "ways": gettext_lazy("rules compared"),
    "longest": gettext_lazy("Several rules speak: the longest"),
    "ended_early": gettext_lazy("Ended before its term"),
    "ended_on": gettext_lazy("actual last day"),
    "term_ends_on": gettext_lazy("term"),
    "extended_days": gettext_lazy("days by leave"),
    "granted_days": gettext_lazy("Days granted by an officer"),
    "missed": gettext_lazy("Unapproved absence"),
    "duty_days": gettext_lazy("duty days"),
    "episodes": gettext_lazy("occurrences"),
    "times": gettext_lazy("counted"),
    "no_absence_rule": gettext_lazy("No adopted rule speaks of absence here"),
    "counted_by_episode": gettext_lazy("Each occurrence counts once"),
    "counted_by_day": gettext_lazy("Each duty day counts"),
    "absence_warning": gettext_lazy("Warning"),
    "void_proposed": gettext_lazy("Proposed not to be counted"),
    "long_episode": gettext_lazy("Long absence (duty days)"),
    "in_a_row": gettext_lazy("Duty days in a row"),
    "within_a_year": gettext_lazy("Duty days within the year"),
}


def code_words(code: str) -> str | None:
    """Return what a code of these explanations means; None where it is none of theirs."""
    if code.startswith("leave_duty_days:"):
        return _("%(kind)s (duty days)") % {"kind": kind_label(code.partition(":")[2])}
    if code.startswith("leave_days:"):
        return _("%(kind)s (calendar days)") % {"kind": kind_label(code.partition(":")[2])}
    return str(_CODES[code]) if code in _CODES else None


def kind_label(kind: str) -> str:
    """Return what a kind of leave is called."""
    if kind == PRIVATE:
        return _("leave for a private reason")
    code = LEAVE_KINDS[LeaveKind(kind)]
    return code.label_zh if speaks_chinese() else code.label_en


def kinds_to_choose() -> list[tuple[str, str]]:
    """Return (kind, words), for a form."""
    return [(str(kind), kind_label(str(kind))) for kind in LeaveKind]


def knows_kinds(actor: Actor) -> bool:
    """Whether the actor is told every kind: the person, the own units, and the authority that acts for them."""
    may = (Permission.POST_MANAGE, Permission.PEOPLE_EDIT, Permission.LEAVE_FILE)
    return actor.reach is Reach.SELF or any(map(actor.can, may))


def kind_shown(kind: str, *, private_too: bool) -> str:
    """Return the kind in words; of health and family only to those who are told it."""
    if kind in PRIVATE_KINDS and not private_too:
        return _("leave for a private reason")
    return kind_label(kind)


def kind_told(kind: str) -> str:
    """Return the code that leaves the own units: to REST clients and into the record."""
    return PRIVATE if kind in PRIVATE_KINDS else kind


def span(first: date, last: date) -> str:
    """Return “2023-05-08 – 2023-05-12”, or the one day."""
    return first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"


def outlook(before: date, ending: Ending, supposed: int = -1) -> str:
    """Return what a leave that is asked for would do: “with eight days of leave your last day becomes …”."""
    days = ending.counts()[supposed].days
    what = ngettext("%(n)d day of leave", "%(n)d days of leave", days) % {"n": days}
    if ending.ends_on == before:
        return _("With %(days)s the last day stays %(day)s.") % {"days": what, "day": before.isoformat()}
    told = {"days": what, "day": ending.ends_on.isoformat(), "before": before.isoformat()}
    return _("With %(days)s the last day becomes %(day)s instead of %(before)s.") % told


def without_private_kinds(explained: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON of an explanation in which kinds of health and family are not named."""
    return {**explained, "steps": [_step_without_kinds(step) for step in explained["steps"]]}


def _step_without_kinds(step: Mapping[str, Any]) -> dict[str, Any]:
    inputs = []
    for each in step["inputs"]:
        code, colon, kind = each["name"].partition(":")
        inputs.append(each | {"name": f"{code}:{PRIVATE}"} if colon and kind in PRIVATE_KINDS else each)
    return {**step, "inputs": inputs}
