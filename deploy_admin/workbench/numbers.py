"""The few numbers of a desk: each says what it counts, opens the list behind it, and shows no unknown as zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments import owing
from assignments.codes import State
from assignments.models import Assignment, Eligibility
from assignments.states import COMING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach, Role
from deploy_admin.accounts.models import Membership
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.language import Target
from deploy_admin.ui.shell import url_if_any
from deploy_admin.workbench.month_numbers import MonthNumbers
from quotas.models import Figure, Quota, Run

Shown = dict[str, Any]
#: how many runs a trend looks back
RUNS = 12


class Desk(MonthNumbers):
    """The questions of one home page; the quotas are asked once for all the numbers that come from them."""

    def __init__(self, actor: Actor, today: date) -> None:
        self.actor = actor
        self.today = today
        self._quotas: dict[str, int] | None = None
        self._standings: dict[str, int] | None = None
        self._postings: dict[str, Any] | None = None

    @property
    def quotas(self) -> dict[str, int]:
        """Counts and sums over the present period's duties of units; what is merely encouraged is outside."""
        if self._quotas is None:
            duties = (
                Quota.objects.visible_to(self.actor)
                .current()
                .filter(period_start__lte=self.today, period_end__gte=self.today, scope="unit")
            )
            duties = duties.exclude(binding="encouraged")
            short = Q(verdict="short", to_coordinate=False)
            self._quotas = duties.aggregate(
                rows=Count("pk"),
                required=Sum("required", filter=Q(state="known"), default=0),
                undetermined=Count("pk", filter=Q(state="undetermined")),
                short=Count("pk", filter=short),
                short_units=Count("institution", distinct=True, filter=short),
                pending=Count("pk", filter=Q(verdict="pending")),
                missing_units=Count("institution", distinct=True, filter=Q(state="undetermined")),
            )
        return self._quotas

    def required(self) -> Shown | None:
        q = self.quotas
        if not q["rows"]:
            return {
                "label": _("People owed this year"),
                "value": None,
                "note": _("Not computed for this period yet"),
                "url": url_if_any("quotas:board"),
            }
        note = ""
        if q["undetermined"]:
            note = ngettext("and %(n)d undetermined", "and %(n)d undetermined", q["undetermined"]) % {
                "n": q["undetermined"]
            }
        return {
            "label": _("People owed this year"),
            "value": q["required"],
            "note": note,
            "url": url_if_any("quotas:board"),
        }

    def short(self) -> Shown | None:
        q = self.quotas
        if not q["rows"]:
            return None
        pending = ngettext("%(n)d still pending", "%(n)d still pending", q["pending"]) % {"n": q["pending"]}
        units = ngettext("%(n)d unit", "%(n)d units", q["short_units"]) % {"n": q["short_units"]}
        return {
            "label": _("Quotas short"),
            # while nothing has been counted, 0 short would be a claim nobody can make
            "value": q["short"] if q["short"] or not q["pending"] else _("Pending"),
            "css": "short" if q["short"] else "",
            "note": pending if q["pending"] else (units if q["short"] else ""),
            "url": with_query("quotas:board", "verdict=short"),
        }

    def undetermined(self) -> Shown | None:
        q = self.quotas
        if not q["rows"]:
            return None
        units = ngettext("%(n)d unit without a figure", "%(n)d units without a figure", q["missing_units"])
        return self.trend_of("undetermined") | {
            "label": _("Undetermined quotas"),
            "value": q["undetermined"],
            "note": units % {"n": q["missing_units"]} if q["undetermined"] else _("Every figure is there"),
            "url": with_query("quotas:board", "verdict=undetermined"),
        }

    def trend_of(self, count: str) -> Shown:
        """How a count went over the last whole runs of this period, for those who see all units."""
        if self.actor.reach is not Reach.ALL:
            return {}
        runs = Run.objects.visible_to(self.actor).published().for_list()
        runs = runs.filter(period_start__lte=self.today, period_end__gte=self.today, institution_ids__isnull=True)
        went = [counts.get(count, 0) for counts in runs.values_list("counts", flat=True)[:RUNS]][::-1]
        if len(went) < 2:
            return {}
        label = _("the last %(n)s runs: from %(first)s to %(last)s") % {
            "n": len(went),
            "first": went[0],
            "last": went[-1],
        }
        return {"trend": went, "trend_label": label, "change": went[-1] - went[-2]}

    def awaiting(self) -> Shown:
        waiting = Figure.objects.visible_to(self.actor).current().expected().count()
        return {
            "label": _("Figures to sign off"),
            "value": waiting,
            "note": _("expected, so quotas rest on them provisionally") if waiting else "",
            "url": with_query("quotas:figures", "state=expected"),
        }

    def expected(self) -> Shown:
        return self.awaiting() | {"label": _("Our figures not signed off yet"), "note": ""}

    @property
    def standings(self) -> dict[str, int]:
        """How many people stand how when it comes to being sent; who stands so under several rules counts once."""
        if self._standings is None:
            judged: Any = Eligibility.objects.visible_to(self.actor).current().filter(target=Target.DISPATCH)
            counted = judged.order_by().values("state").annotate(n=Count("worker", distinct=True))
            self._standings = dict(counted.values_list("state", "n"))
        return self._standings

    def on_roster(self) -> Shown:
        """People employed today; where a unit has none yet, the way to the first upload."""
        people = HealthWorker.objects.visible_to(self.actor).living()
        here = people.employed_at(self.actor.institution_ids, self.today).count()
        return {
            "label": _("People on our roster"),
            "value": here,
            "note": "" if here else _("Upload a roster, or enter the first person"),
            "url": url_if_any("people:people" if here else "people:rosters"),
        }

    def may_go(self) -> Shown | None:
        if not self.standings:
            return None
        away = self.standings.get(State.UNAVAILABLE, 0)
        return {
            "label": _("People who may go now"),
            "value": self.standings.get(State.MAY, 0),
            "note": ngettext("and %(n)d away for now", "and %(n)d away for now", away) % {"n": away} if away else "",
            "url": with_query("assignments:eligibility", f"target={Target.DISPATCH}&state={State.MAY}"),
        }

    def unclear(self) -> Shown | None:
        if not self.standings:
            return None
        unclear = self.standings.get(State.UNDETERMINED, 0)
        return {
            "label": _("People whose record lacks something"),
            "value": unclear,
            "note": _("so nobody can say whether they may go") if unclear else _("Every question can be answered"),
            "css": "short" if unclear else "",
            "url": with_query("assignments:eligibility", f"target={Target.DISPATCH}&state={State.UNDETERMINED}"),
        }

    @property
    def own_postings(self) -> Any:
        """The assignments of this desk: a sender's own, those a receiver receives, or all it sees."""
        if self.actor.role is Role.SENDER_HR:
            return Assignment.objects.sent_by(self.actor).confirmed()
        if self.actor.role in (Role.RECEIVER_CLERK, Role.RECEIVER_HEAD):
            return Assignment.objects.received_by(self.actor).confirmed()
        return Assignment.objects.visible_to(self.actor).confirmed()

    @property
    def postings(self) -> dict[str, Any]:
        """What waits at a unit's assignments. One query."""
        if self._postings is None:
            coming = Q(state__in=COMING)
            asked = ("suspension", "arrival", "leave", "absence", "ends_30")
            self._postings = self.own_postings.aggregate(
                coming=Count("pk", filter=coming),
                next_first=Min("starts_on", filter=coming),
                next_last=Min("ends_on", filter=Q(state=AssignmentState.ON_POST, ends_on__gte=self.today)),
                **{code: Count("pk", filter=owing.condition(code, self.today)) for code in asked},
            )
        return self._postings

    def on_post(self) -> Shown:
        states = dict(self.own_postings.order_by().values_list("state").annotate(n=Count("pk")))
        coming = sum(states.get(state, 0) for state in COMING)
        return {
            "label": _("People on post"),
            "value": states.get(AssignmentState.ON_POST, 0),
            "note": ngettext("and %(n)d to come", "and %(n)d to come", coming) % {"n": coming} if coming else "",
            "url": with_query("assignments:assignments", "state=on_post"),
        }

    def to_state(self) -> Shown:
        n = self.postings["suspension"]
        return {
            "label": _("People whose going we have to state"),
            "value": n,
            "note": _("practice with us is suspended by it") if n else "",
            "url": with_query("assignments:assignments", "owes=suspension"),
        }

    def to_arrive(self) -> Shown:
        day, due = self.postings["next_first"], self.postings["arrival"]
        note = _("nearest first day %(day)s") % {"day": day.isoformat()} if day else ""
        return {
            "label": _("People who come to us"),
            "value": self.postings["coming"],
            "css": "short" if due else "",
            "note": ngettext("%(n)d arrival to confirm", "%(n)d arrivals to confirm", due) % {"n": due}
            if due
            else note,
            "url": url_if_any("assignments:arrivals"),
        }

    def leaving(self) -> Shown:
        day = self.postings["next_last"]
        return {
            "label": _("Terms that end within 30 days"),
            "value": self.postings["ends_30"],
            "note": _("nearest last day %(day)s") % {"day": day.isoformat()} if day else "",
            "url": with_query("assignments:assignments", "owes=ends_30"),
        }

    def leave_to_decide(self) -> Shown:
        n = self.postings["leave"]
        return {
            "label": _("People whose leave is to be decided"),
            "value": n,
            "css": "short" if n else "",
            "url": with_query("assignments:leaves", "state=asked"),
        }

    def absences_open(self) -> Shown:
        return {
            "label": _("People whose absence is to be heard"),
            "value": self.postings["absence"],
            "url": url_if_any("assignments:absences"),
        }

    def my_days_left(self) -> Shown | None:
        """How many days one's own service still has; nothing before it begins and after it ended."""
        rows = Assignment.objects.visible_to(self.actor).confirmed().filter(state=AssignmentState.ON_POST)
        last = rows.order_by("starts_on").values_list("ends_on", flat=True).first()
        if last is None:
            return None
        return {
            "label": _("Days of service left"),
            "value": max((last - self.today).days, 0),
            "note": _("last day %(day)s") % {"day": last.isoformat()},
            "url": url_if_any("assignments:my_service"),
        }

    def members(self) -> Shown:
        held = Membership.objects.visible_to(self.actor).valid_on(self.today).count()
        return {"label": _("Capacities held today"), "value": held, "url": url_if_any("accounts:members")}

    def ending(self) -> Shown:
        held = Membership.objects.visible_to(self.actor).valid_on(self.today)
        soon = held.filter(valid_to__lte=self.today + timedelta(days=30)).count()
        return {"label": _("Capacities ending within 30 days"), "value": soon, "url": url_if_any("accounts:members")}

    def jobs_open(self) -> Shown:
        jobs = Job.objects.visible_to(self.actor).unfinished().count()
        return {"label": _("Background jobs under way"), "value": jobs, "url": url_if_any("jobs:list")}

    def jobs_failed(self) -> Shown:
        since = clock.now() - timedelta(days=7)
        failed = Job.objects.visible_to(self.actor).filter(state=JobState.FAILED, finished_at__gte=since).count()
        return {
            "label": _("Ended without result, last 7 days"),
            "value": failed,
            "css": "short" if failed else "",
            "url": with_query("jobs:list", "state=failed"),
        }

    def events(self) -> Shown:
        since = clock.now() - timedelta(days=1)
        events = Event.objects.visible_to(self.actor).filter(recorded_at__gte=since).count()
        return {"label": _("Recorded acts, last 24 hours"), "value": events, "url": url_if_any("audit:list")}

    def unsealed(self) -> Shown:
        late = (
            Event.objects.visible_to(self.actor).unsealed().filter(recorded_at__lt=clock.now() - timedelta(minutes=10))
        )
        return {
            "label": _("Acts not sealed after 10 minutes"),
            "value": (unsealed := late.count()),
            "css": "short" if unsealed else "",
            "url": url_if_any("audit:list"),
        }


def with_query(name: str, query: str) -> str:
    """Return the address with its filter set, or nothing if no app has it."""
    url = url_if_any(name)
    return f"{url}?{query}" if url else ""


def of(actor: Actor, names: Iterable[str], today: date) -> list[Shown]:
    """Return the named numbers in order; one that says nothing yet is left out."""
    desk = Desk(actor, today)
    asked: list[Callable[[], Shown | None]] = [getattr(desk, name) for name in names]
    return [shown for ask in asked if (shown := ask()) is not None]
