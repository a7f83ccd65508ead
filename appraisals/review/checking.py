"""What a correction may say: cells of the attendance list on open days, counts within their bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from appraisals.models import ReleasedScore
from appraisals.workload import services as workload_services
from appraisals.workload.asked import Asked
from appraisals.workload.values import parse, parse_asked
from assignments.models import AssignmentMonth, Leave
from assignments.rules.attendance_codes import CELLS, CLOSED, DAY_CODES, CountsAs
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.models import Indicator

_AT_POST = frozenset({CountsAs.ATTENDED, CountsAs.OFF})


def asked_of(row: AssignmentMonth, released: ReleasedScore) -> dict[str, Asked]:
    """Return the counts that a correction may set: what is asked of the month, and what was released of it."""
    found = {each.indicator.code: each for each in workload_services.indicators_for([row]).get(row.pk, [])}
    others = set(released.values.get("workload", {})) - set(found)
    found |= {each.code: Asked(each) for each in Indicator.objects.filter(code__in=others)}
    return found


def checked_days(row: AssignmentMonth, released: ReleasedScore, days: Sequence[str]) -> list[str]:
    """Return the cells, or refuse: unknown codes, days not at this post, days on approved leave."""
    was = released.values["days"]
    if len(days) != len(was):
        raise RuleViolation(_("A row has one cell for each day of its month."), "days_of_month")
    unknown = next((cell for cell in days if cell not in CELLS), None)
    if unknown is not None:
        sentence = _("“%(cell)s” is not a code of the attendance list.") % {"cell": unknown[:10]}
        raise RuleViolation(sentence, "code_unknown")
    for n, (old, new) in enumerate(zip(was, days, strict=True), 1):
        if CLOSED in (old, new) and old != new:
            sentence = _("%(day)s: the person was not at this post then.")
            raise RuleViolation(sentence % {"day": (row.month + timedelta(days=n - 1)).isoformat()}, "day_closed")
    _refuse_leave(row, was, days)
    return list(days)


def _refuse_leave(row: AssignmentMonth, was: Sequence[str], now: Sequence[str]) -> None:
    """Refuse a day at the post on which leave is approved: the leave is taken back first."""
    changed = [
        row.month + timedelta(days=n)
        for n, (old, new) in enumerate(zip(was, now, strict=True))
        if old != new and len(new) == 1 and DAY_CODES[new].counts_as in _AT_POST
    ]
    if not changed:
        return
    held = Leave.objects.approved().filter(
        assignment=row.assignment_id, first_day__lte=changed[-1], last_day__gte=changed[0]
    )
    for leave in held:
        day = next((each for each in changed if leave.first_day <= each <= leave.last_day), None)
        if day is not None:
            sentence = _("%(day)s: leave from %(from)s to %(to)s is approved; take the leave back first.")
            words = {"day": day, "from": leave.first_day, "to": leave.last_day}
            raise RuleViolation(
                sentence % {name: each.isoformat() for name, each in words.items()},
                "on_leave",
                context={"leave": leave.pk},
            )


def checked_workload(
    row: AssignmentMonth, released: ReleasedScore, workload: Mapping[str, Decimal | str | int | None]
) -> dict[str, Decimal | None]:
    """Return every count of the month, those that are not named as released; refuse what is not asked or possible."""
    asked = asked_of(row, released)
    unknown = next((code for code in workload if code not in asked), None)
    if unknown is not None:
        sentence = _("“%(code)s” is not counted in this month.") % {"code": unknown[:60]}
        raise RuleViolation(sentence, "indicator_unknown")
    found: dict[str, Decimal | None] = {
        code: None if value is None else Decimal(value) for code, value in released.values.get("workload", {}).items()
    }
    for code, written in workload.items():
        # What stays as it was released is not judged by today's bounds.
        if code in found and _same(written, found[code]):
            continue
        found[code] = (
            parse_asked(written, asked[code]) if asked[code].clause else parse(written, asked[code].indicator)
        )
    return found


def _same(written: Decimal | str | int | None, value: Decimal | None) -> bool:
    if written is None or written == "":
        return value is None
    try:
        return value is not None and Decimal(str(written)) == value
    except ArithmeticError:
        return False
