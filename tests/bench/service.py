"""Service of a whole province: credit of a hundred thousand assignments, obligations of a hundred thousand people."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from assignments.models import Assignment, Leave, Obligation, ServiceCredit
from assignments.reckoning import CHUNK
from assignments.services import crediting, ending, following
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from tests.bench import at_post
from tests.bench.eligibility import FIRST, PEOPLE
from tests.bench.measure import Item, at_most, median, peak, seconds
from tests.factories import a_policy

TIMES = 3
RECEIVERS = 200

#: As the shipped policies have them: credit by place, full-time, with a result; three requirements of two kinds.
PLAN = """\
policy: bench-service
scheme: {code: municipal_county, names_zh: [示范], name_en: Model}
title_zh: 示范服务认定
title_en: Model service
issuer_zh: 示范卫生健康委员会
issuer_en: Model Health Commission
issued: 2021-12-01
jurisdiction: "500000"
in_force: {from: 2022-01-01}
leave:
  - id: leave
    topic: bench.leave
    label_zh: 请假
    label_en: Leave
    cite: 请假5天以上需备案，同时顺延
    binding: mandatory
    filing: {at_least: 5}
    extends: {personal: true}
service:
  - id: experience
    topic: bench.credit
    label_zh: 服务经历
    label_en: Service
    cite: 考核合格的工作时间视为基层工作经历
    binding: mandatory
    at: {any: [{kind: [township_health_centre, chsc]}, {tier: municipal}]}
    full_time: true
    credited_if: qualified
    minimum_segment: {length: {at_least: 3 months}, otherwise: warn}
requirements:
  - id: recruits
    topic: bench.recruits_serve
    label_zh: 新招聘人员
    label_en: Recruits
    cite: 五年内必须到基层工作至少一年
    binding: mandatory
    applies_to: {all: [{staff_category: physician}, {employment_mode: establishment}, {hire_date: {at_least: 2012-01-01}}]}
    service: {length: {at_least: 12 months}}
    due: {since: hire_date, within: 60 months}
    warn_after: 36 months
  - id: before_senior
    topic: bench.before_senior
    label_zh: 申报副高级职称前
    label_en: Before an associate-senior title
    cite: 在申报副高职称前必须到基层工作一年
    binding: mandatory
    target: title_application.associate_senior
    applies_to: {all: [{staff_category: physician}, {title_level: intermediate}]}
    service: {length: {at_least: 12 months}}
  - id: others
    topic: bench.others_serve
    label_zh: 其他人员
    label_en: Others
    cite: 累计一年以上
    binding: encouraged
    target: title_application.associate_senior
    applies_to: {staff_category: [nursing, pharmacy, medical_technology]}
    service: {length: {at_least: 12 months}}
"""  # noqa: E501


def clear(*tables: str) -> None:
    """Forget what was reckoned, so that each row has to be written again."""
    names = ", ".join(tables or ("assignments_servicecredit", "assignments_obligation", "assignments_reckoned"))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names}")


def serve(units: list[int]) -> Iterator[Item]:
    """Everybody from nothing, each kind of row by itself; again with nothing changed; the memory."""
    a_policy(PLAN)
    ids = range(FIRST, FIRST + PEOPLE)
    at_post.assignments(ids, units[RECEIVERS:], units[:RECEIVERS], "municipal_county")
    today = clock.today()

    def everybody() -> None:
        counts = crediting.refresh(on=today, by=SYSTEM)
        assert counts.people >= PEOPLE, counts

    figure = median(TIMES, everybody, lambda: clear("assignments_servicecredit"))
    assert ServiceCredit.objects.count() == PEOPLE
    yield seconds(f"credits-{PEOPLE}", figure, 20)
    figure = median(TIMES, everybody, lambda: clear("assignments_obligation"))
    assert Obligation.objects.count() > PEOPLE / 2
    yield seconds(f"obligations-{PEOPLE}", figure, 20)
    yield seconds(f"service-{PEOPLE}-unchanged", median(TIMES, everybody), 20)
    yield at_most("service-memory", grown(), 120, "MB")


def leave() -> Iterator[Item]:
    """One leave approved, until last day, credit, obligations and tallies are right; after what counts is there."""
    yield seconds("leave-approved-to-right", median(TIMES, approved, before_approval), 1)


def before_approval() -> None:
    """Let the leave of the first assignment wait for its decision, and everything be as it is without it."""
    Leave.objects.filter(assignment=at_post.FIRST).update(state="asked", decided_at=None, decided_by_name="")
    ending.recompute([at_post.FIRST], by=SYSTEM)
    following.follow_now([at_post.FIRST])
    assert Assignment.objects.get(pk=at_post.FIRST).extended_days == 0


def approved() -> None:
    """Approve it, and have last day, credit, obligations and tallies right."""
    Leave.objects.filter(assignment=at_post.FIRST).update(
        state="approved", decided_at=timezone.now(), decided_by_name="示范院长"
    )
    ending.recompute([at_post.FIRST], by=SYSTEM)
    following.follow_now([at_post.FIRST])
    held = Assignment.objects.get(pk=at_post.FIRST)
    assert (held.extended_days, held.ends_on - held.term_ends_on) == (5, timedelta(days=5))


def grown() -> float:
    """Return by how many MB a fresh process grows while it reckons everybody, beyond what the first chunk took."""
    script = "import django; django.setup(); from tests.bench import service; print(service.growth())"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(found.stdout.strip().rsplit("\n", 1)[-1])


def growth() -> float:
    """Reckon one chunk, then everybody, and return the difference of the peaks in MB."""
    today: date = clock.today()
    crediting.refresh(range(FIRST, FIRST + CHUNK), on=today, by=SYSTEM)
    before = peak()
    crediting.refresh(on=today, by=SYSTEM)
    return round(peak() - before, 1)
