"""What happens at the demonstration's posts: leave in every state, absences on each step, tasks, checklists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from assignments.kinds import ChecklistItem, Kind, MentoringMode, TaskKind
from assignments.models import Assignment, Campaign, Leave
from assignments.services import absences, changing, duties, leaves, tasks_at_post
from assignments.services.moving import Basis
from assignments.services.tasks_at_post import TaskEntry
from assignments.states import AssignmentState
from deploy_admin.access import Actor
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Institution
from deploy_admin.workbench.demo_bringing import actor_of
from deploy_admin.workbench.demo_campaigns import QINGXI

_DAY = timedelta(days=1)


@dataclass
class Posts:
    """Who is on post on the day, for one story each: whoever had a story steps back."""

    today: date
    units: dict[str, int]
    told: set[int] = field(default_factory=set)

    def some(
        self, number: int, kind: Kind, division: str = "", *, year: int | None = None, since: int = 60, left: int = 0,
        at: str = "", **more: Any,
    ) -> list[Assignment]:  # fmt: skip
        """Return people on post since and still for some days at least, of whom nothing is told yet."""
        rows = Assignment.objects.filter(
            state=AssignmentState.ON_POST, kind=kind, starts_on__lte=self.today - timedelta(days=since),
            ends_on__gte=self.today + timedelta(days=left) if left else date.min, **more,
        ).exclude(pk__in=self.told)  # fmt: skip
        if division:
            rows = rows.filter(campaign__authority__profiles__name__startswith=division).distinct()
        if year is not None:
            rows = rows.filter(campaign__year=year)
        rows = (
            rows.filter(receiving_unit=self.units[at])
            if at
            else rows.exclude(receiving_unit=self.units[QINGXI]).exclude(slot__campaign=None)
        )
        found = list(rows.select_related("worker", "campaign").order_by("pk")[:number])
        self.told |= {row.pk for row in found}
        return found

    def workday(self, day: date) -> date:
        """Return the day, or the next working day after it."""
        return work_calendar().after(day - _DAY, 1)

    def stretch(self, day: date, days: int) -> tuple[date, date]:
        """Return the first and last of so many working days in a row, from about `day` on."""
        first = self.workday(day)
        return first, work_calendar().after(first, days - 1)


def approve(row: Assignment, kind: str, days: tuple[date, date], by: Actor, head: Actor, **more: Any) -> Leave:
    """Have leave asked for and approved."""
    leave = leaves.ask_leave(assignment=row, kind=kind, first_day=days[0], last_day=days[1], by=by, **more)
    return leaves.approve_leave(leave_ids=[leave.pk], by=head)[0]


def _named(posts: Posts, name: str) -> Assignment | None:
    row = (
        Assignment.objects.filter(worker__name=name, state=AssignmentState.ON_POST, ends_on__gte=posts.today)
        .select_related("worker", "campaign")
        .order_by("pk")
        .last()
    )
    if row is not None:
        posts.told.add(row.pk)
    return row


def _district_person(posts: Posts) -> None:
    """The district's deployed person with an account: a longer term by leave, filing due, an absence to answer."""
    clerk, head, today = actor_of("qingxi"), actor_of("yuanzhang"), posts.today
    if (own := _named(posts, "蒋心桐")) is not None:
        approve(own, "sick", posts.stretch(today - timedelta(days=75), 6), clerk, head)
        approve(own, "personal", posts.stretch(today - timedelta(days=40), 2), clerk, head)
        first, last = posts.stretch(today - timedelta(days=5), 1)
        absences.report_absence(
            assignment=own, first_day=first, last_day=last, remark="门诊排班未到岗，电话未接", by=clerk
        )
        soon = posts.stretch(today + timedelta(days=20), 5)
        leaves.ask_leave(assignment=own, kind="personal", first_day=soon[0], last_day=soon[1], by=clerk)


def _clerk_and_head(posts: Posts) -> None:
    """Qingxi's own desk: asked, declined, filed and merged, an absence that was answered."""
    clerk, head, today = actor_of("qingxi"), actor_of("yuanzhang"), posts.today
    rows = posts.some(3, Kind.COUNTY_TOWNSHIP, at=QINGXI, left=30)
    if rows:
        soon = posts.stretch(today + timedelta(days=9), 8)
        leaves.ask_leave(
            assignment=rows[0], kind="personal", first_day=soon[0], last_day=soon[1], remark="子女就医", by=clerk
        )
    if len(rows) > 1:
        past = posts.stretch(today - timedelta(days=18), 7)
        leave = leaves.ask_leave(assignment=rows[1], kind="personal", first_day=past[0], last_day=past[1], by=clerk)
        leaves.decline_leave(leave=leave, reason="门诊无人顶岗，请改期", by=head)
        first, last = posts.stretch(today - timedelta(days=12), 2)
        absence = absences.report_absence(assignment=rows[1], first_day=first, last_day=last, by=clerk)
        absences.answer_absence(absence=absence, answer="山洪封路，已向科主任口头说明", by=clerk)
    if len(rows) > 2:
        # Two episodes with nothing but days off between them are one: four and three days are filed together.
        friday = today - timedelta(days=100)
        friday += timedelta(days=(4 - friday.weekday()) % 7)
        merged = [
            approve(rows[2], "personal", days, clerk, head)
            for days in ((friday - 3 * _DAY, friday), (friday + 3 * _DAY, friday + 5 * _DAY))
        ]
        due = [leave.pk for leave in Leave.objects.filter(pk__in=[leave.pk for leave in merged], filing_required=True)]
        if due:
            leaves.file_leave(
                leave_ids=due, number="万州请备〔2026〕3号", on=merged[1].first_day, by=actor_of("wanzhou")
            )


def _leave_elsewhere(posts: Posts) -> None:
    """Maternity leave, shifts, annual leave, at units without an account."""
    officer, city, today = actor_of("wanzhou"), actor_of("shi"), posts.today
    for row in posts.some(1, Kind.COUNTY_TOWNSHIP, "万州", left=60, worker__sex="2", roster_pattern="five_day"):
        first = today - timedelta(days=45)
        approve(row, "maternity", (first, min(first + timedelta(days=157), row.ends_on)), officer, city)
    for row in posts.some(2, Kind.COUNTY_TOWNSHIP, "万州", left=30, roster_pattern="shift"):
        first = today - timedelta(days=30)
        approve(row, "sick", (first, first + timedelta(days=11)), officer, city, stated_duty_days=5)
    for row in posts.some(2, Kind.COUNTY_TOWNSHIP, "忠县", left=30):
        approve(row, "annual", posts.stretch(today - timedelta(days=60), 5), actor_of("renshi"), city)


def _leave_inside_the_extension(posts: Posts) -> None:
    """A term that was lengthened by leave, and again by leave on the days it was lengthened by."""
    officer, city = actor_of("wanzhou"), actor_of("shi")
    year = posts.today.year - 1
    for row in posts.some(2, Kind.COUNTY_TOWNSHIP, "万州", year=year, roster_pattern="five_day"):
        approve(row, "personal", posts.stretch(row.starts_on + timedelta(days=90), 9), officer, city)
        row.refresh_from_db()
        approve(row, "sick", posts.stretch(row.ends_on - timedelta(days=8), 5), officer, city)


def _confirmed(posts: Posts, row: Assignment, starts: Sequence[date], days: int = 1) -> None:
    """Report absences one after the other; each is heard and then confirmed by somebody else."""
    officer, city = actor_of("wanzhou"), actor_of("shi")
    for day in starts:
        first, last = posts.stretch(day, days)
        absence = absences.report_absence(assignment=row, first_day=first, last_day=last, by=officer)
        absence = absences.answer_absence(absence=absence, answer="本人表示无正当理由", by=officer)
        absences.confirm_absence(absence=absence, remark="经核实未履行请假手续", by=city)


def _absences(posts: Posts) -> None:
    """One, a third with its warning, a fourth with its proposal, and a long one; one that was excused."""
    today = posts.today
    weeks = [today - timedelta(days=days) for days in (70, 56, 42, 28)]
    assert all(before < after for before, after in pairwise(weeks))  # noqa: S101 -- each a week of its own
    rows = posts.some(4, Kind.COUNTY_TOWNSHIP, "万州", since=90, left=30, roster_pattern="five_day")
    for row, starts in zip(rows, (weeks, weeks[:3], weeks[:1]), strict=False):
        _confirmed(posts, row, starts)
    if len(rows) > 3:
        _confirmed(posts, rows[3], [today - timedelta(days=50)], days=5)
    officer = actor_of("wanzhou")
    for row in posts.some(1, Kind.COUNTY_TOWNSHIP, "万州", left=30, roster_pattern="six_day"):
        first, last = posts.stretch(today - timedelta(days=20), 2)
        absence = absences.report_absence(assignment=row, first_day=first, last_day=last, by=officer)
        absence = absences.answer_absence(absence=absence, answer="急性阑尾炎住院，附出院记录", by=officer)
        absences.excuse_absence(absence=absence, reason="补交住院病历", leave_kind="sick", by=actor_of("shi"))


def _city_person(posts: Posts) -> None:
    """The deployed person with an account: leave, a term that was lengthened, an absence to answer."""
    clerk, head, city, today = actor_of("qingxi"), actor_of("yuanzhang"), actor_of("shi"), posts.today
    own = _named(posts, "许清和")
    if own is None:
        return
    approve(own, "annual", posts.stretch(today - timedelta(days=95), 5), clerk, head)
    soon = posts.stretch(today + timedelta(days=15), 3)
    leaves.ask_leave(assignment=own, kind="personal", first_day=soon[0], last_day=soon[1], by=clerk)
    first, last = posts.stretch(today - timedelta(days=6), 1)
    absences.report_absence(assignment=own, first_day=first, last_day=last, remark="上午查岗不在岗", by=clerk)
    basis = Basis(
        deciding_body="示范市卫生健康委员会", document="关于延长派驻期限的批复", document_number="示范卫复〔2026〕9号"
    )
    changing.grant_extension(assignment=own, days=10, basis=basis, version=None, by=city, reason="新技术项目收尾")


def _tasks_and_checklists(posts: Posts) -> None:
    """Tasks with goals, whom they teach, and what units have put in place."""
    clerk = actor_of("qingxi")
    here = Assignment.objects.filter(receiving_unit=posts.units[QINGXI], state=AssignmentState.ON_POST)
    for row in here.select_related("worker", "campaign").order_by("pk"):
        made = tasks_at_post.add_tasks(
            assignment=row, by=clerk,
            tasks=[
                TaskEntry(TaskKind.SPECIALITY_DEPARTMENT, "建成高血压、糖尿病专病门诊", 1),
                TaskEntry(TaskKind.TEACHING_ROUND, "每周教学查房一次", 40),
                TaskEntry(TaskKind.NEW_TECHNIQUE, "开展动态血压监测", 1),
            ],
        )  # fmt: skip
        tasks_at_post.change_task(task=made[1], reached_number=26, outcome="已覆盖内科、全科", by=clerk)
        tasks_at_post.add_mentoring(
            assignment=row, mode=MentoringMode.APPRENTICE, mentee="示范·田小禾", post="全科医师",
            valid_from=row.starts_on + timedelta(days=14), by=clerk,
        )  # fmt: skip
    campaign = Campaign.objects.filter(assignments__in=here).order_by("-year", "pk").first()
    if campaign is None:
        return
    unit = Institution.objects.get(pk=posts.units[QINGXI])
    for item in (ChecklistItem.WORKING_GROUP, ChecklistItem.TASKS, ChecklistItem.POSTS, ChecklistItem.LOGISTICS):
        done_on = min(campaign.starts_on, posts.today)
        duties.record_duty(campaign=campaign, institution=unit, item=item, done_on=done_on, by=clerk)


STORIES = (
    _district_person,
    _city_person,
    _clerk_and_head,
    _leave_elsewhere,
    _leave_inside_the_extension,
    _absences,
    _tasks_and_checklists,
)
