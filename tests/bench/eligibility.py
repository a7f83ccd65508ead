"""Judging a whole province: a hundred thousand people from nothing, again with nothing changed, and one of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from assignments import services
from assignments.judging import CHUNK
from assignments.models import Eligibility
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.db import copy_rows
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry import pinyin
from tests.bench.measure import Item, at_most, median, peak, seconds
from tests.factories import a_policy

PEOPLE = 100_000
FIRST = 20_000_000
TIMES = 3

#: Four clauses as the shipped policies have them, with an age that exempts and a sanction that bars.
PLAN = """\
policy: bench-eligibility
scheme: {code: bench, names_zh: [示范], name_en: Model}
title_zh: 示范派出条件
title_en: Model conditions
issuer_zh: 示范卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "500000"
in_force: {from: 2022-01-01}
eligibility:
  - id: physicians
    topic: bench.physicians_sent
    label_zh: 执业医师
    label_en: Physicians
    cite: 派出中级及以上职称的执业医师
    binding: mandatory
    target: dispatch
    applies_to: {all: [{affiliation: municipal}, {staff_category: physician}]}
    requires: {all: [{licence: physician}, {title_level: {at_least: intermediate}}, {years_of_clinical_work: {at_least: 5}}]}
    exemptions:
      - {id: near_retirement, label_zh: 临近退休, label_en: near retirement, when: {age: {at_least: 55}}}
    bars:
      - {id: sanction, label_zh: 受处分, label_en: sanction, after: disciplinary_sanction, for: 12 months}
  - id: others
    topic: bench.others_sent
    label_zh: 其他人员
    label_en: Others
    cite: 中级及以上职称的非临床医师类人员
    binding: mandatory
    target: dispatch
    applies_to: {staff_category: [nursing, pharmacy, medical_technology, management]}
    requires: {title_level: {at_least: intermediate}}
  - id: community
    topic: bench.community_sent
    label_zh: 医共体
    label_en: Medical communities
    cite: 派出中级及以上专业技术职务人员
    binding: mandatory
    target: dispatch
    applies_to: {all: [{affiliation: municipal}, {ownership: public}]}
    requires: {title_level: {at_least: intermediate}}
  - id: deputy
    topic: bench.deputy
    label_zh: 副院长
    label_en: Deputy directors
    cite: 具有一定管理经验
    binding: encouraged
    target: deputy_director
    requires: {all: [{title_level: {at_least: intermediate}}, {management_experience: true}]}
"""  # noqa: E501


def people(units: list[int], count: int = PEOPLE, first: int = FIRST, specialities: Sequence[str] = ("内科",)) -> None:
    """Write so many people with an employment, a title and a licence each, spread over the units."""
    now, today = timezone.now(), clock.today()
    ids = range(first, first + count)
    categories = [code.value for code in codes.STAFF_CATEGORIES]
    titles = [title for title in codes.TITLES if title.code.isdigit()]
    key, initials = pinyin.key("示范人员"), pinyin.initials("示范人员")
    copy_rows(
        "people_healthworker",
        (
            "id", "number", "name", "pinyin", "initials", "sex", "ethnicity", "born_on", "id_masked", "education",
            "degree", "major", "speciality", "clinical_since", "management_experience", "version", "created_at",
            "updated_at",
        ),
        (
            (
                pk, f"P{pk:08d}", f"示范人员{pk}", f"{key}{pk}", initials, "1", "01",
                date(1966, 1, 1) + timedelta(days=pk * 37 % 14_000), "", "bachelor", "bachelor", "临床医学",
                specialities[pk * 31 % len(specialities)],
                date(2000, 1, 1) + timedelta(days=pk * 53 % 9_000), pk % 7 == 0, 1, now, now,
            )
            for pk in ids
        ),
    )  # fmt: skip
    copy_rows(
        "people_employment",
        (
            "worker_id", "institution_id", "department", "staff_category", "employment_mode", "military", "hired_on",
            "began_as", "valid_from", "ended_as", "is_current", "recorded_by_name", "recorded_at",
        ),
        (
            (
                pk, units[pk % len(units)], "内科", categories[0 if pk % 3 else pk % len(categories)], "establishment",
                False, hired, "recruited", hired, "", True, "", now,
            )
            for pk in ids
            for hired in (date(2005, 1, 1) + timedelta(days=pk * 29 % 7_000),)
        ),
    )  # fmt: skip
    copy_rows(
        "people_title",
        (
            "worker_id", "code", "series", "level", "scope", "qualified_on", "document_number", "recorded_by_name",
            "recorded_at",
        ),
        (
            (pk, title.code, title.series, title.level, "general", date(2010, 1, pk % 28 + 1), "", "", now)
            for pk in ids
            for title in (titles[pk % len(titles)],)
        ),
    )  # fmt: skip
    copy_rows(
        "people_licence",
        ("worker_id", "kind", "number", "practice_category", "recorded_by_name", "recorded_at"),
        ((pk, "physician" if pk % 3 else "registered_nurse", "", "clinical" if pk % 3 else "", "", now) for pk in ids),
    )
    copy_rows(
        "people_unavailability",
        (
            "worker_id",
            "kind",
            "valid_from",
            "document",
            "document_number",
            "remark",
            "withdrawn_by_name",
            "recorded_by_name",
            "recorded_at",
        ),
        ((pk, "further_study", today, "", "", "", "", "", now) for pk in ids if pk % 25 == 0),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def clear() -> None:
    """Forget every answer, so that each has to be written again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE assignments_eligibility, assignments_judged")


def judge(units: list[int]) -> Iterator[Item]:
    """A hundred thousand people from nothing; the same again; one record that changed; and the memory it takes."""
    people(units)
    a_policy(PLAN)
    today = clock.today()

    def everybody() -> None:
        counts = services.refresh(on=today, by=SYSTEM)
        assert counts.people >= PEOPLE, counts

    figure = median(TIMES, everybody, clear)
    assert Eligibility.objects.count() > 2 * PEOPLE
    yield seconds(f"eligibility-{PEOPLE}", figure, 20)
    yield seconds(f"eligibility-{PEOPLE}-unchanged", median(TIMES, everybody), 20)
    HealthWorker.objects.filter(pk__gte=FIRST + 1).update(updated_at=timezone.now() - timedelta(days=30))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assignments_judged judged SET record_at = worker.updated_at "
            "FROM people_healthworker worker WHERE worker.id = judged.worker_id"
        )

    def one() -> None:
        HealthWorker.objects.filter(pk=FIRST).update(updated_at=timezone.now())
        assert services.refresh_changed() == 1

    yield seconds("eligibility-one-changed", median(TIMES, one), 1)
    yield at_most("eligibility-memory", grown(), 120, "MB")


def grown() -> float:
    """Return by how many MB a fresh process grows while it judges everybody, beyond what the first chunk took."""
    script = "import django; django.setup(); from tests.bench import eligibility; print(eligibility.growth())"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(found.stdout.strip().rsplit("\n", 1)[-1])


def growth() -> float:
    """Judge one chunk, then everybody, and return the difference of the peaks in MB."""
    today = clock.today()
    services.refresh(range(FIRST, FIRST + CHUNK), on=today, by=SYSTEM)
    before = peak()
    services.refresh(on=today, by=SYSTEM)
    return round(peak() - before, 1)
