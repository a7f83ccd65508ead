"""The home page per desk: what waits first, then the few numbers the desk is judged by, then what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deploy_admin.access import Actor, Role
from deploy_admin.jobs.models import Job, Notice
from deploy_admin.ui.shell import url_if_any
from deploy_admin.workbench import changes, month_duties, numbers

#: The inbox shows the nearest; what is done makes room for the rest.
INBOX = 30
#: News for one unit or one person: to read it is all there is to do. Every app names its own news so.
NEWS = ("quotas.news:", "people.news:", "assignments.news:", "appraisals.news:")


@dataclass(frozen=True)
class Desk:
    """What a desk reads when nothing waits, where it goes then, and which numbers it is judged by."""

    quiet: Any
    action: Any = ""
    url_name: str = ""
    about: Any = ""
    numbers: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return url_if_any(self.url_name) if self.url_name else ""


_BOARD = gettext_lazy("To the quota board")
_COMMISSION = Desk(
    gettext_lazy("Figures to sign off and results of background jobs will be listed here."),
    _BOARD,
    "quotas:board",
    numbers=(
        "required",
        "short",
        "undetermined",
        "awaiting",
        "may_go",
        "on_post",
        "month_handed_in",
        "month_attendance",
        "month_visits",
        "letters_not_received",
    ),
)
_SECTION = Desk(
    gettext_lazy("What is addressed to your section will be listed here."),
    _BOARD,
    "quotas:board",
    numbers=("required", "short", "undetermined", "may_go", "on_post", "month_handed_in", "month_attendance"),
)
_FINANCE = replace(_SECTION, numbers=("required", "short", "undetermined", "on_post", "month_points"))
#: Clerk and head of a receiving unit have one desk; leave and absences wait for the head.
_RECEIVER = Desk(
    gettext_lazy("People announced to your unit, leave asked for, absences and terms that end will be listed here."),
    gettext_lazy("To the assignments"),
    "assignments:assignments",
    numbers=(
        "to_arrive",
        "on_post",
        "leaving",
        "leave_to_decide",
        "absences_open",
        "month_attendance",
        "month_visits",
        "members",
    ),
)
DESKS: dict[Role, Desk] = {
    Role.CITY_OFFICER: _COMMISSION,
    Role.DISTRICT_OFFICER: _COMMISSION,
    Role.PERSONNEL_SECTION: _COMMISSION,
    Role.PRIMARY_HEALTH_SECTION: _SECTION,
    Role.MEDICAL_ADMINISTRATION_SECTION: _SECTION,
    Role.FINANCE_SECTION: _FINANCE,
    Role.SENDER_HR: Desk(
        gettext_lazy(
            "Figures your unit owes, lists to confirm, transfers asked of you and answers to your uploads "
            "will be listed here."
        ),
        gettext_lazy("To our people"),
        "people:people",
        numbers=(
            "required",
            "short",
            "expected",
            "on_roster",
            "may_go",
            "unclear",
            "to_state",
            "on_post",
            "letters_to_receive",
            "month_points",
        ),
    ),
    Role.RECEIVER_CLERK: _RECEIVER,
    Role.RECEIVER_HEAD: _RECEIVER,
    Role.DEPLOYED_PERSON: Desk(
        gettext_lazy("Notices to you will be listed here."),
        gettext_lazy("To my service"),
        "assignments:my_service",
        gettext_lazy(
            "My record shows what is held about you and what each scheme says of it; something wrong there is told "
            "to your unit from the same page."
        ),
        numbers=("my_days_left", "my_points"),
    ),
    Role.AUDITOR: Desk(
        gettext_lazy("An auditor reads; nothing is addressed to this capacity."),
        _BOARD,
        "quotas:board",
        numbers=("required", "short", "undetermined", "may_go", "on_post", "events"),
    ),
    Role.SYSTEM_ADMIN: Desk(
        gettext_lazy("Background jobs that ended without result will be listed here."),
        gettext_lazy("To the background jobs"),
        "jobs:list",
        numbers=("jobs_open", "jobs_failed"),
    ),
    Role.SECURITY_ADMIN: Desk(
        gettext_lazy("Accounts that need a decision will be listed here."),
        gettext_lazy("To the members"),
        "accounts:members",
        numbers=("members", "ending"),
    ),
    Role.AUDIT_ADMIN: Desk(
        gettext_lazy("Breaks in the sealed record will be listed here."),
        gettext_lazy("To the audit record"),
        "audit:list",
        numbers=("events", "unsealed"),
    ),
}
NOBODY = Desk(gettext_lazy("Notices will be listed here."))


def home(actor: Actor, today: date) -> dict[str, Any]:
    """Return everything the home page shows this actor."""
    desk = DESKS.get(actor.role, NOBODY) if actor.role is not None else NOBODY
    mine = Notice.objects.open().visible_to(actor)
    inbox = list(mine.for_list()[: INBOX + 1])
    waiting = len(inbox) if len(inbox) <= INBOX else mine.count()
    since = changes.last_visit(actor)
    months = month_duties.of(actor, today, {notice.url for notice in inbox})
    return {
        "today": today,
        "desk": desk,
        "headline": headline(inbox, waiting, today, months),
        "months": months,
        "inbox": [{"notice": notice, "to_note": is_only_news(notice)} for notice in inbox[:INBOX]],
        "waiting": waiting,
        "last_visit": since,
        "numbers": numbers.of(actor, desk.numbers, today),
        "running": list(Job.objects.unfinished().filter(created_by_id=actor.user_id).for_list()[:3]),
        "changes": changes.seen_by(actor, since),
    }


def is_only_news(notice: Notice) -> bool:
    """Whether nothing remains to be done once it is read: news, or the end of one's own background work."""
    return notice.key.startswith(NEWS) or (notice.user_id is not None and notice.key.startswith("job:"))


def headline(inbox: list[Notice], waiting: int, today: date, months: month_duties.MonthsDesk | None = None) -> str:
    """Say in one line how urgent the day is."""
    late = sum(1 for notice in inbox if notice.due_on and notice.due_on < today)
    due = sum(1 for notice in inbox if notice.due_on == today)
    if months is not None:
        late, due, waiting = late + months.late(today), due + months.due(today), waiting + len(months.duties)
    if late and due:
        return _("%(due)s due today, %(late)s late") % {"due": due, "late": late}
    if late:
        return ngettext("%(n)d item is late", "%(n)d items are late", late) % {"n": late}
    if due:
        return ngettext("%(n)d item is due today", "%(n)d items are due today", due) % {"n": due}
    if waiting:
        return ngettext("%(n)d item waits for you", "%(n)d items wait for you", waiting) % {"n": waiting}
    return _("Nothing waits for you today")
