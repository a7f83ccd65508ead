"""What the demonstration's offices do besides: inspections, sanctions, papers, what counts, the past."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.templatetags.static import static

from assignments import roll
from assignments.kinds import Evidence, InspectionKind, Kind, PaperKind, Presence
from assignments.models import Assignment, Campaign, Counted, Inspection, IssuedPaper
from assignments.services import counting, crediting, deciding, inspections, orders, papers, past, presence, sanctions
from assignments.services.moving import Basis
from assignments.services.paper_drafts import Chosen
from assignments.services.past_rows import PastEntry
from assignments.services.presence import Found
from assignments.states import AssignmentState, CountedState
from deploy_admin.access import SYSTEM
from deploy_admin.people.models import Employment
from deploy_admin.registry.models import Institution
from deploy_admin.workbench.demo_at_post import Posts
from deploy_admin.workbench.demo_bringing import actor_of
from deploy_admin.workbench.demo_campaigns import QINGXI

_DAY = timedelta(days=1)
_HOSPITAL = "示范万州区人民医院"


def _inspected(posts: Posts) -> str:
    """Two houses on one day: at neither was one of them to be found. Orders overdue, answered, and one to come."""
    officer, clerk = actor_of("wanzhou"), actor_of("qingxi")
    day = posts.workday(posts.today - 24 * _DAY)
    here = Institution.objects.get(pk=posts.units[QINGXI])
    home = Institution.objects.get(pk=posts.units[_HOSPITAL])
    who = (
        Assignment.objects.on(day)
        .filter(receiving_unit=here, sending_unit=home, state=AssignmentState.ON_POST)
        .order_by("pk")
        .last()
    )
    at_post = inspections.open_inspection(
        institution=here, kind=InspectionKind.UNANNOUNCED, on=day, inspectors="示范·谭越、示范·田青", by=officer,
        summary="查岗、台账、后勤保障",
    )  # fmt: skip
    if who is not None:
        presence.record_presence(
            inspection=at_post, found={who.pk: Found(Presence.ABSENT, "称回派出单位，未见手续")}, by=officer
        )
    if any(line.check is None for line in roll.of(at_post).received):
        presence.record_the_rest(inspection=at_post, received=True, by=officer)
    overdue = orders.add_finding(
        inspection=at_post,
        text="考勤签到与排班表不一致",
        order="补齐九月以来的考勤记录",
        due_on=day + 7 * _DAY,
        by=officer,
    )
    answered = orders.add_finding(
        inspection=at_post, text="周转宿舍热水器损坏", order="修复并落实住宿", due_on=day + 10 * _DAY, by=officer
    )
    orders.add_finding(inspection=at_post, text="师带徒台账完整", by=officer)
    inspections.close_inspection(inspection=at_post, version=_version(at_post), accept_unchecked=True, by=officer)
    answered.refresh_from_db()
    orders.answer_order(finding=answered, answer="已更换热水器，附照片", version=answered.version, by=clerk)

    at_home = inspections.open_inspection(
        institution=home, kind=InspectionKind.UNANNOUNCED, on=day, inspectors="示范·程越", by=officer
    )
    if who is not None:
        presence.record_presence(inspection=at_home, found={who.pk: Found(Presence.NOT_THERE)}, by=officer)
    inspections.close_inspection(inspection=at_home, version=_version(at_home), accept_unchecked=True, by=officer)

    stone = Institution.objects.get(pk=posts.units["示范白石镇卫生院"])
    inspections.open_inspection(
        institution=stone, kind=InspectionKind.PLANNED, on=posts.workday(posts.today + 12 * _DAY),
        inspectors="示范·谭越", by=officer,
    )  # fmt: skip
    overdue.refresh_from_db()
    sanctions.record_sanction(
        institution=here, legal_basis="《事业单位工作人员处分规定》", text="对单位负责人约谈提醒",
        decided_on=day + 3 * _DAY, deciding_body="万州区卫生健康委员会（示范）", finding=overdue, by=officer,
        basis=Basis(document="约谈通知", document_number="示范万卫约〔2026〕2号"),
    )  # fmt: skip
    return "three inspections, one sanction"


def _version(row: Inspection) -> int:
    """Return the version by now: every entry moves it."""
    row.refresh_from_db()
    return row.version


def _past(posts: Posts) -> str:
    """Taken on from before the system: most confirmed, some still to be, one without any document."""
    hospital = posts.units[_HOSPITAL]
    people = list(
        Employment.objects.filter(
            institution=hospital, valid_from__lt=date(2020, 1, 1), valid_to__isnull=True, staff_category="physician"
        )
        .order_by("worker_id")
        .values_list("worker_id", flat=True)
    )
    at = [posts.units[name] for name in (QINGXI, "示范白石镇卫生院", "示范云岭乡卫生院", "示范雁湖镇卫生院")]
    entries = [
        PastEntry(
            worker_id=worker, sending_unit_id=hospital, receiving_unit_id=at[n % 4], kind=Kind.COUNTY_TOWNSHIP,
            scheme="county_township", starts_on=date(2021, 3, 15) if n % 2 else date(2022, 3, 7), term_months=12,
            outcome="returned", result="qualified", result_on=date(2022, 4, 1) if n % 2 else date(2023, 3, 20),
            last_day=date(2022, 3, 14) if n % 2 else date(2023, 3, 6),
            evidence=Evidence.NONE if n == 3 else Evidence.ARCHIVE if n % 3 else Evidence.ORIGINAL,
            basis=Basis(document="派遣通知", document_number=f"示范万卫派〔{2021 if n % 2 else 2022}〕{n + 1}号"),
        )
        for n, worker in enumerate(people[:14])
    ]  # fmt: skip
    made = past.take_on(entries, by=actor_of("renmin"))
    confirmed = [row.pk for row in made[4:]]
    past.confirm(assignments=confirmed, by=actor_of("wanzhou"))
    return f"{len(made)} taken on from the past, {len(confirmed)} confirmed"


def _reckoned(posts: Posts) -> str:
    """Reckon credit and obligations, propose what counts: otherwise it would wait for the worker."""
    crediting.refresh(None, on=posts.today, by=SYSTEM)
    counts = counting.refresh(None, by=SYSTEM)
    return f"counted: {counts.lines} lines, {counts.tallies} tallies"


def _counted(posts: Posts) -> str:
    """Have the city confirm the first batches, and decline two of them."""
    city = actor_of("shi")
    rows = Counted.objects.filter(state=CountedState.PROPOSED, assignment__campaign__starts_on__lt=posts.today)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    declined = ids[5:7]
    deciding.decline(declined, reason="服务地点变更材料不全，待补", by=city)
    held = [pk for n, pk in enumerate(ids) if pk not in declined and n % 6 != 5]
    confirmed = deciding.confirm(held, by=city)
    return f"{confirmed} confirmed, {len(declined)} declined"


def _papers(posts: Posts) -> str:
    """Issue a dispatch notice with its stamped copy, and a notice of suspension that waits for its stamp."""
    if not _can_print():
        return "no papers: this machine prints no PDF"
    city = actor_of("shi")
    campaign = Campaign.objects.filter(kind=Kind.COUNTY_TOWNSHIP, starts_on__lte=posts.today).latest("starts_on", "pk")
    (dispatched,) = papers.issue(
        chosen=Chosen(kind=PaperKind.DISPATCH_NOTICE, campaign=campaign), dated_on=campaign.starts_on,
        number=f"示范派〔{campaign.year}〕1号", contact="示范·程野", by=city,
    )  # fmt: skip
    papers.file_stamped(paper=dispatched, scan=SimpleUploadedFile("盖章件.png", SCAN, "image/png"), by=city)
    own = Assignment.objects.filter(
        sending_unit=posts.units["示范市第一医院"], state=AssignmentState.ON_POST, campaign__year=posts.today.year,
        kind=Kind.MUNICIPAL_COUNTY,
    )  # fmt: skip
    if ids := frozenset(own.values_list("pk", flat=True)):
        papers.issue(
            chosen=Chosen(kind=PaperKind.SUSPENSION_NOTICE, assignment_ids=ids), dated_on=posts.today,
            by=actor_of("yiyuan"),
        )  # fmt: skip
    return f"{IssuedPaper.objects.count()} papers"


def _can_print() -> bool:
    """Whether PDF can be made here: Pango is installed, and the style sheets are collected where that is needed."""
    try:
        import weasyprint  # noqa: F401

        static("css/notice.css")
    except (OSError, ValueError):
        return False
    return True


#: A scan of one white point: the smallest PNG there is.
SCAN = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)

STORIES = (_inspected, _past, _reckoned, _counted, _papers)
