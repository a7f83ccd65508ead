"""The demonstration's months: a year entered, scored, released and fed back, one in review, one being entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from appraisals.feedback import services as feedback
from appraisals.models import FeedbackLetter, Workload
from appraisals.review import services as review
from appraisals.scoring import services as scoring
from appraisals.states import ValueSource
from appraisals.workload.services import Asked, indicators_for
from assignments.models import Assignment, AssignmentMonth, MonthSheet, RosterCycle, SheetStep
from assignments.services import months_inbox, months_opening
from assignments.states import MonthAnswer, SheetState
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.jobs.models import Notice
from deploy_admin.months import Month, add_months
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.workbench import demo_month_numbers as numbers
from deploy_admin.workbench import demo_month_policy, demo_month_stories
from deploy_admin.workbench.demo_bringing import actor_of, units_by_name
from deploy_admin.workbench.demo_campaigns import DIANJIANG, QINGXI, WANZHOU
from deploy_admin.workbench.demo_month_letters import Letters
from deploy_admin.workbench.demo_month_numbers import Person

#: So many whole months are told, the last of them still in review.
TOLD = 12
AT_ONCE = 2_000
#: Whose letters of the last two months, or of the last, are drawn as files, too.
DRAWN = ((WANZHOU, 2), (DIANJIANG, 1))
CLERK = "示范·接收单位经办"
HANDED_IN_BY, RELEASED_BY, FED_BACK_BY, RECEIVED_BY = 4, 8, 9, 12  # working days of the month after


@transaction.atomic
def load() -> list[str]:
    """Tell the months where no sheet is there yet; return what was done."""
    if MonthSheet.objects.exists():
        return []
    today = clock.today()
    last = Month.of(today).previous
    months = [Month(add_months(last.first, n)) for n in range(1 - TOLD, 1)]
    told = Telling(today, units_by_name())
    done = [demo_month_policy.adopt(months[0].first), told.rosters()]
    for month in months:
        told.entered(month)
    late = told.one_late(months[-2])
    for month in months[:-1]:
        told.closed(month, without=late)
    done.append(f"{len(months)} months, {told.rows} of people")
    done += demo_month_stories.tell(told, last)
    told.begun(last.next)
    _quiet(last)
    months_inbox.remind(today)
    return done


class Telling:
    """What the months share: who serves, with what kind of work, and where the units answer."""

    def __init__(self, today: date, units: dict[str, int]) -> None:
        self.today, self.units, self.rows = today, units, 0
        self.calendar, self.letters = work_calendar(), Letters()
        rows = Assignment.objects.select_related("worker")
        self.people = {
            row.pk: Person(row.pk, row.speciality or row.worker.speciality, row.roster_pattern, row.starts_on)
            for row in rows
        }

    def moment(self, month: Month, nth: int, hour: int = 10) -> datetime:
        """Return a moment of the n-th working day after the month, or now where that is still to come."""
        day = self.calendar.after(month.last, nth)
        return min(datetime.combine(day, time(hour), timezone.get_default_timezone()), clock.now())

    def rosters(self) -> str:
        """Say the shifts of those who work in shifts, from before the first month on."""
        shifts = [person for person in self.people.values() if person.pattern == "shift"]
        RosterCycle.objects.bulk_create(
            RosterCycle(
                assignment_id=person.pk,
                valid_from=person.since,
                cells=numbers.shifts_of(person),
                recorded_by_name=CLERK,
            )
            for person in shifts
        )
        return f"{len(shifts)} shift rosters"

    # ------------------------------------------------------------ entered

    def entered(self, month: Month) -> None:
        """Open the month everywhere, let it go as months go, count what was done, hand it in."""
        sheets = months_opening.open_month(month, by=SYSTEM)
        self.lived(month)
        self.worked(AssignmentMonth.objects.filter(sheet__in=sheets))
        self.handed_in(sheets, month)

    def lived(self, month: Month) -> None:
        """Set the days that were not as planned, and let people confirm their month."""
        rows = list(AssignmentMonth.objects.of(month))
        answered_at = self.moment(month, HANDED_IN_BY + 1, 20)
        for row in rows:
            person = self.people[row.assignment_id]
            before, row.days = row.days, numbers.lived(row.days, person, month.first)
            row.touched = numbers.touched(before, row.days)
            row.updated_by_name = CLERK
            if person.luck(month.first, "answer").random() < 0.8:
                row.answer, row.answered_at = MonthAnswer.CONFIRMED, answered_at
        columns = ["days", "touched", "answer", "answered_at", "updated_by_name"]
        AssignmentMonth.objects.bulk_update(rows, columns, batch_size=AT_ONCE)
        self.rows += len(rows)

    def worked(self, rows: Iterable[AssignmentMonth], *, said_only: bool = False) -> None:
        """Write what was done in these months: counted by the unit, or only said by the people so far."""
        held = list(rows)
        asked = indicators_for(held)
        new = [
            self._value(row, each, said_only=said_only)
            for row in held
            for each in asked.get(row.pk, ())
            if not (said_only and each.is_judged)
        ]
        Workload.objects.bulk_create(new, batch_size=AT_ONCE)

    def _value(self, row: AssignmentMonth, asked: Asked, *, said_only: bool) -> Workload:
        person, code = self.people[row.assignment_id], asked.indicator.code
        said_at = clock.now() if said_only else self.moment(Month(row.month), 2, 19)
        if asked.is_judged:
            value, reason = numbers.judged(asked.judged_most or Decimal(20), person, row.month)
        else:
            value, reason = Decimal(numbers.count_of(code, person, row.month, Decimal(row.attended_halves) / 2)), ""
        said = said_only or (not asked.is_judged and person.luck(row.month, "said").random() < 0.6)
        return Workload(
            row=row,
            indicator=asked.indicator,
            value=value,
            said=value if said else None,
            said_at=said_at if said else None,
            is_confirmed=not said_only,
            reason=reason,
            source=ValueSource.PERSON if said_only else ValueSource.CLERK,
            updated_by_name="" if said_only else CLERK,
            updated_at=said_at,
        )

    def handed_in(
        self, sheet_ids: Collection[int], month: Month, *, nth: int = HANDED_IN_BY, late: bool = False
    ) -> None:
        """Have the units hand these sheets in, in their own name, on the n-th working day."""
        at = self.moment(month, nth, 16)
        self.move(
            sheet_ids, SheetState.SUBMITTED, "submitted", SheetState.DRAFT, at, CLERK,
            submitted_at=at, submitted_by_name=CLERK, is_late=late,
        )  # fmt: skip

    def move(
        self,
        sheet_ids: Collection[int],
        to: SheetState,
        act: str,
        was: SheetState,
        at: datetime,
        by: str,
        **values: Any,
    ) -> None:
        """Set the state of many sheets with a step each, as the services would one by one."""
        rows = MonthSheet.objects.filter(pk__in=sheet_ids)
        rows.update(state=to, updated_at=at, **values)
        SheetStep.objects.bulk_create(
            SheetStep(sheet_id=pk, act=act, from_state=was, to_state=to, by_name=by, at=at)
            for pk in rows.values_list("pk", flat=True)
        )

    # ------------------------------------------------------------ scored, released, fed back

    def one_late(self, month: Month) -> list[int]:
        """Let one of the district's units hand the month in when the letters have gone out."""
        rows = MonthSheet.objects.of(month).exclude(institution=self.units[QINGXI]).order_by("pk")
        offices = authority_over(set(rows.values_list("institution_id", flat=True)), self.today)
        found = [sheet.pk for sheet in rows if offices[sheet.institution_id] == self.units[WANZHOU]][-1:]
        MonthSheet.objects.filter(pk__in=found).update(is_late=True, submitted_at=self.moment(month, FED_BACK_BY + 1))
        return found

    def closed(self, month: Month, *, without: Collection[int] = (), nth: int = RELEASED_BY) -> None:
        """Score what is submitted of the month, accept and release it, send the letters, have most received."""
        rows = MonthSheet.objects.of(month).filter(state=SheetState.SUBMITTED).exclude(pk__in=without)
        units = dict(rows.values_list("pk", "institution_id"))
        scoring.compute(list(units), by=SYSTEM)
        self.accepted(list(units), month, nth)
        self.released(units, month, nth)
        self.fed_back(month, nth + 1)

    def accepted(self, sheet_ids: Collection[int], month: Month, nth: int = RELEASED_BY) -> None:
        """Accept these sheets in the names of the authorities, the day before they are released."""
        at = self.moment(month, nth - 1)
        by = "示范·月度审核"
        self.move(
            sheet_ids, SheetState.ACCEPTED, "accepted", SheetState.SUBMITTED, at, by,
            opened_at=at, accepted_at=at, accepted_by_name=by,
        )  # fmt: skip

    def released(self, units: dict[int, int], month: Month, nth: int = RELEASED_BY) -> None:
        """Release accepted sheets, each by the authority the unit answers to."""
        wanzhou = self.units[WANZHOU]
        offices = authority_over(set(units.values()), self.today)
        by_desk: dict[str, list[int]] = defaultdict(list)
        for sheet, unit in units.items():
            by_desk["wanzhou" if offices[unit] == wanzhou else "shi"].append(sheet)
        with clock.supposed(self.moment(month, nth)):
            for desk, sheets in sorted(by_desk.items()):
                review.release(sheets=sheets, undetermined=True, by=actor_of(desk))

    def fed_back(self, month: Month, nth: int = FED_BACK_BY) -> None:
        """Send the letters that are owed of the month and have most received; of older months only their words."""
        moment, running = self.moment(month, nth), Month.of(self.today).first
        with clock.supposed(moment):
            owing = {each.authority_id for each in feedback.waiting(actor_of("shi")) if each.month == month}
            near = owing & {self.units[name] for name, since in DRAWN if add_months(month.first, since) >= running}
            self.letters.send(owing - near, month, moment, max(moment, self.moment(month, RECEIVED_BY)))
            for authority in sorted(near):
                desk = "wanzhou" if authority == self.units[WANZHOU] else "dianjiang"
                feedback.issue(authority_id=authority, month=month, dated_on=moment.date(), by=actor_of(desk))
        self.received(month)

    def received(self, month: Month) -> None:
        """Have the sending units confirm their letters; of the latest two months some have not yet."""
        latest = month >= Month.of(self.today).previous.previous
        rows = FeedbackLetter.objects.unreceived().filter(month=month.first).order_by("pk")
        letters = [pk for place, pk in enumerate(rows.values_list("pk", flat=True)) if not latest or place % 4]
        at = self.moment(month, RECEIVED_BY)
        FeedbackLetter.objects.filter(pk__in=letters).update(
            received_at=Greatest(Value(at), F("sent_at") + timedelta(hours=2)), received_by_name="示范·派出单位人事"
        )
        keys = [f"appraisals.letter:{pk}" for pk in letters]
        Notice.objects.open().filter(key__in=keys).update(settled_at=clock.now())

    # ------------------------------------------------------------ the month that runs

    def begun(self, month: Month) -> None:
        """Open the running month; some people have said already what they did."""
        months_opening.open_month(month, by=SYSTEM)
        rows = AssignmentMonth.objects.of(month).order_by("pk")
        self.worked((row for row in rows if row.assignment_id % 4 == 0), said_only=True)


def _quiet(last: Month) -> None:
    """Close the news of months long over: who signs in finds what is new."""
    for prefix in ("assignments.news:months:", "assignments.month_to_confirm:"):
        rows = Notice.objects.open().filter(key__startswith=prefix)
        rows.exclude(params__month=str(last)).update(settled_at=clock.now())
