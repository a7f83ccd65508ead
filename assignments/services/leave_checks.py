"""What is asked of a leave before it is written: who may, and on which days this person can be on leave at all."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from assignments.models import Assignment, Leave
from assignments.rules.duty import SHIFT, Duty
from assignments.services import standing_of
from assignments.states import AssignmentState, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.policies.language.leave import LEAVE_KINDS, LeaveKind
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.workdays import WorkCalendar

LONGEST = 366
AT_POST = frozenset({AssignmentState.ON_POST, AssignmentState.TERM_REACHED})


# ------------------------------------------------------------ who may


def allow_asking(assignment: Assignment, by: Actor) -> bool:
    """Refuse whoever may not ask; return whether it is on the person's behalf."""
    if by.reach is Reach.SELF:
        if not by.can(Permission.OWN_SERVICE) or by.worker_id != assignment.worker_id:
            raise standing_of.not_permitted()
        return False
    standing_of.may_act_for_receiver(assignment, by, Permission.POST_MANAGE)
    return True


def allow_withdrawing(leave: Leave, by: Actor) -> None:
    if by.reach is Reach.SELF:
        own = by.can(Permission.OWN_SERVICE) and by.worker_id == leave.assignment.worker_id
        begun = leave.state == LeaveState.APPROVED and leave.first_day <= clock.today()
        if not own or begun:
            raise standing_of.not_permitted()
        return
    decided = leave.state == LeaveState.APPROVED
    permission = Permission.POST_DECIDE if decided else Permission.POST_MANAGE
    standing_of.may_act_for_receiver(leave.assignment, by, permission)


# ------------------------------------------------------------ which days


def check_days(
    assignment: Assignment, kind: str, first_day: date, last_day: date, stated_duty_days: int | None
) -> int | None:
    """Refuse days on which this person cannot be on leave; return the stated duty days where they are asked for."""
    if kind not in {str(each) for each in LEAVE_KINDS}:
        sentence = _("This kind of leave is not in the code list.")
        raise RuleViolation(sentence, "leave_kind_unknown", fields={"kind": sentence})
    check_at_post(assignment, first_day, last_day)
    return possible(assignment, kind, first_day, last_day, stated_duty_days)


def check_at_post(assignment: Assignment, first_day: date, last_day: date) -> None:
    """Refuse who is not on post, and days outside the assignment; days of a term that is over may still be."""
    if AssignmentState(assignment.state) not in AT_POST:
        raise RuleViolation(_("%(name)s is not on post.") % {"name": assignment.worker.name}, "not_on_post")
    within(assignment, first_day, last_day)


def within(assignment: Assignment, first_day: date, last_day: date) -> None:
    """Refuse days that are not all of the assignment, what it was lengthened by included."""
    if first_day < assignment.starts_on or last_day > assignment.ends_on:
        words = _("These days are not all within the assignment of %(name)s, from %(first)s to %(last)s.") % {
            "name": assignment.worker.name,
            "first": assignment.starts_on.isoformat(),
            "last": assignment.ends_on.isoformat(),
        }
        raise RuleViolation(words, "outside_assignment", fields={"first_day": words})


def possible(
    assignment: Assignment,
    kind: str,
    first_day: date,
    last_day: date,
    stated: int | None,
    *,
    shift_says: bool = True,
    calendar: WorkCalendar | None = None,
) -> int | None:
    """Refuse impossible days; return the duty days that the roster states, of somebody who works shifts."""
    if last_day < first_day:
        sentence = _("The first day must not come after the last.")
        raise RuleViolation(sentence, "period_reversed", fields={"last_day": sentence})
    days = (last_day - first_day).days + 1
    if days > LONGEST:
        sentence = _("One leave is at most %(n)d days long.") % {"n": LONGEST}
        raise RuleViolation(sentence, "too_long", fields={"last_day": sentence})
    if assignment.roster_pattern == SHIFT:
        return stated_days(stated, days, shift_says=shift_says)
    calendar = calendar or work_calendar()
    if kind != LeaveKind.MATERNITY and not Duty(assignment.roster_pattern, calendar).count(first_day, last_day):
        sentence = _("None of these days is a duty day.")
        raise RuleViolation(sentence, "no_duty_day", fields={"first_day": sentence})
    return None


def stated_days(stated: int | None, days: int, *, shift_says: bool) -> int | None:
    if stated is None and shift_says:
        sentence = _("Who works shifts says how many duty days lie in it, as the roster has them.")
        raise RuleViolation(sentence, "duty_days_missing", fields={"stated_duty_days": sentence})
    if stated is not None and not 0 < stated <= days:
        sentence = _("From 1 to %(n)d duty days can lie in it.") % {"n": days}
        raise RuleViolation(sentence, "duty_days_impossible", fields={"stated_duty_days": sentence})
    return stated


def duty_days(assignment: Assignment, first_day: date, last_day: date, stated: int | None = None) -> int:
    """Return how many duty days of the person lie from one day to the other."""
    return Duty(assignment.roster_pattern, work_calendar()).count(first_day, last_day, stated)
