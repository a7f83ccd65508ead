"""How the demonstration's assignments take a turn: early ends, replacements, moves, renewals, deputies, results."""

from __future__ import annotations

from datetime import date, timedelta

from assignments.kinds import CompletionResult, EndReason, Kind
from assignments.models import Assignment
from assignments.services import (
    arriving,
    changing,
    closing,
    deputies,
    going,
    placing,
    reaching,
    renewing,
    stopping,
    successions,
)
from assignments.services.moving import Basis
from assignments.services.placing import Placement
from assignments.states import AssignmentState
from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from deploy_admin.people.models import Employment
from deploy_admin.registry import services as registry
from deploy_admin.registry.models import Institution, InstitutionProfile
from deploy_admin.workbench.demo_at_post import Posts
from deploy_admin.workbench.demo_bringing import actor_of
from deploy_admin.workbench.demo_campaigns import QINGXI, WANZHOU
from deploy_admin.workbench.demo_placing import ACCEPTED, GRASSROOTS

_DAY = timedelta(days=1)
_DECISION = Basis(
    deciding_body="万州区卫生健康委员会（示范）", document="人员调整决定", document_number="示范万卫〔2026〕21号"
)


def _early_ends(posts: Posts) -> None:
    """Called away, recalled, resigned with a replacement due, resigned and replaced."""
    city, today = actor_of("shi"), posts.today
    rows = posts.some(4, Kind.MUNICIPAL_COUNTY, year=today.year, since=40, left=30)
    reasons = (EndReason.CALLED_AWAY, EndReason.RESIGNED, EndReason.RESIGNED)
    for row, reason in zip(rows, reasons, strict=False):
        stopping.end_early(
            assignment=row, last_day=max(row.starts_on + 20 * _DAY, today - 25 * _DAY), reason=reason,
            remark="已与派出、接收单位沟通", version=None, by=city, replace=reason is EndReason.RESIGNED,
        )  # fmt: skip
    if len(rows) > 3:
        basis = Basis(deciding_body="示范市卫生健康委党委", document="抽调通知", document_number="示范卫调〔2026〕4号")
        stopping.recall(
            assignment=rows[3], last_day=today - 10 * _DAY, remark="抽调参加应急救援队", version=None, by=city,
            basis=basis,
        )  # fmt: skip
    if len(rows) > 2:
        _replaced(posts, rows[2])


def _replaced(posts: Posts, gone: Assignment) -> None:
    """Place a colleague into the slot of somebody who left."""
    gone.refresh_from_db()
    assert gone.campaign is not None and gone.slot_id is not None  # noqa: S101, PT018 -- placed in a campaign above
    first = posts.today - 14 * _DAY
    city = actor_of("shi")
    colleagues = Employment.objects.filter(
        institution=gone.sending_unit_id, valid_to__isnull=True, staff_category="physician"
    )
    rows = [
        Placement(
            worker_id=worker, receiving_unit_id=gone.receiving_unit_id, starts_on=first, term_months=6,
            slot_id=gone.slot_id,
        )
        for worker in colleagues.order_by("-worker_id").values_list("worker_id", flat=True)
    ]  # fmt: skip
    for row in rows:
        if all(one.code in ACCEPTED for one in placing.check_all([row], campaign=gone.campaign, by=city)[0]):
            (placed,) = placing.place_all([row], campaign=gone.campaign, accept=ACCEPTED, by=city)
            going.state_suspensions(assignments=[placed], on=first, by=city)
            arriving.confirm_arrivals(assignments=[placed], on=first, by=city)
            return


def _changes(posts: Posts) -> None:
    """Moved to another unit; full-time or not."""
    city, today = actor_of("shi"), posts.today
    for row in posts.some(1, Kind.COUNTY_TOWNSHIP, "梁平", left=30):
        beside = InstitutionProfile.objects.standing(today).filter(division__code="500155", kind__in=GRASSROOTS)
        to = beside.exclude(institution=row.receiving_unit_id).select_related("institution").latest("pk").institution
        changing.move_to(
            assignment=row, receiving_unit=to, first_day=today - 35 * _DAY, reason="该院外科缺人",
            version=None, by=city,
        )  # fmt: skip
    for row in posts.some(1, Kind.MUNICIPAL_COUNTY, year=today.year, since=40, left=30):
        changing.change_full_time(
            assignment=row,
            full_time=False,
            first_day=today - 20 * _DAY,
            reason="每周回院坐诊一天",
            version=None,
            by=city,
        )


def _merged(posts: Posts) -> None:
    """Let one grassroots unit have merged into another while somebody was there."""
    rows = Assignment.objects.filter(
        state=AssignmentState.ON_POST, ends_on__gte=posts.today, campaign__authority=posts.units[WANZHOU]
    ).exclude(pk__in=posts.told)
    fixed = {posts.units[name] for name in (QINGXI, "示范白石镇卫生院", "示范北塘街道社区卫生服务中心")}
    row = rows.exclude(receiving_unit__in=fixed).order_by("pk").first()
    if row is None:
        return
    gone = row.receiving_unit
    heir = Institution.objects.get(pk=posts.units["示范北塘街道社区卫生服务中心"])
    registry.merge(
        predecessors={gone.pk: gone.version}, heir=heir, heir_version=heir.version, on=posts.today - 21 * _DAY,
        document=registry.Document(title="关于整合基层医疗卫生机构的批复", number="示范万府〔2026〕18号"),
        by=actor_of("wanzhou"),
    )  # fmt: skip
    successions.follow_successions(on=posts.today, by=SYSTEM)


def _deputies(posts: Posts) -> str:
    """Post more deputy directors than the tolerance has room for."""
    rows = Assignment.objects.filter(
        state=AssignmentState.ON_POST, ends_on__gte=posts.today + 30 * _DAY, kind=Kind.COUNTY_TOWNSHIP,
        campaign__authority=posts.units[WANZHOU],
    )  # fmt: skip
    posted = 0
    for row in rows.select_related("worker", "campaign").order_by("pk"):
        try:
            deputies.appoint_deputy(
                assignment=row, first_day=row.starts_on + 30 * _DAY, order=f"示范万卫挂职〔2026〕{posted + 1}号",
                version=None, by=actor_of("wanzhou"),
            )  # fmt: skip
        except RuleViolation as refusal:
            if refusal.code != "deputy_may_not":
                raise
            continue
        posted += 1
        if posted == 4:
            break
    return f"{posted} deputy directors"


def _reached(posts: Posts) -> None:
    """Let the terms that are over be over."""
    reaching.reach_terms(on=posts.today, by=SYSTEM)


def _over(posts: Posts, before: date, **more: object) -> list[Assignment]:
    rows = Assignment.objects.filter(state=AssignmentState.TERM_REACHED, ends_on__lt=before, **more)
    return list(rows.select_related("worker", "campaign").order_by("pk"))


def _renewed(posts: Posts) -> None:
    """Two of last year's serve on at the same unit; one of them has not been let go for it yet."""
    city, today = actor_of("shi"), posts.today
    rows = _over(posts, today, kind=Kind.MUNICIPAL_COUNTY, term_months=12, ends_on__gte=today - 120 * _DAY)[:2]
    if not rows:
        return
    made = renewing.renew(assignments=rows, months=12, by=city)
    going.state_suspensions(assignments=[made[0]], on=made[0].starts_on, by=city)
    arriving.confirm_arrivals(assignments=[made[0]], on=made[0].starts_on, by=city)


def _evaluated(posts: Posts) -> None:
    """Terms long over are closed with their result, some await it, the latest are only over."""
    city, today = actor_of("shi"), posts.today
    long_over = [row.pk for row in _over(posts, today - 150 * _DAY, renewed_by__isnull=True)]
    if long_over:
        on = today - 60 * _DAY
        closing.begin_evaluation(assignments=long_over, on=on, by=city)
        # One did not reach it, one went over to the receiving unit for good, and two still wait.
        fail, stay, wait, rest = long_over[:1], long_over[1:2], long_over[2:4], long_over[4:]
        last = max(Assignment.objects.filter(pk__in=rest).values_list("ends_on", flat=True), default=on) + _DAY
        assert last <= on or not wait  # noqa: S101 -- all of them were over by then
        qualified = CompletionResult.QUALIFIED
        returned, transferred = AssignmentState.RETURNED, AssignmentState.TRANSFERRED
        closing.close(assignments=rest, outcome=returned, on=on, by=city, result=qualified)
        closing.close(assignments=fail, outcome=returned, on=on, by=city, result=CompletionResult.NOT_QUALIFIED)
        closing.close(assignments=stay, outcome=transferred, on=on, by=city, result=qualified)
    recent = [row.pk for row in _over(posts, today - 78 * _DAY, renewed_by__isnull=True)]
    if recent:
        closing.begin_evaluation(assignments=recent, on=today - 20 * _DAY, by=city)


def _void(posts: Posts) -> None:
    """One service of earlier years was decided not to count."""
    row = (
        Assignment.objects.filter(state=AssignmentState.RETURNED, campaign__authority=posts.units[WANZHOU])
        .select_related("worker", "campaign")
        .order_by("pk")
        .first()
    )
    if row is not None:
        stopping.void(
            assignment=row, on=posts.today - 30 * _DAY, reason="经核查累计旷工超过3次", basis=_DECISION, version=None,
            by=actor_of("wanzhou"),
        )  # fmt: skip


STORIES = (_early_ends, _changes, _merged, _deputies, _reached, _renewed, _evaluated, _void)
