"""A province full of hospitals, written by COPY: what the measurements run on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.utils import timezone

from deploy_admin.db import copy_rows
from deploy_admin.months import Period
from deploy_admin.registry import pinyin
from tests.factories import CATEGORIES, a_city, a_policy
from tests.policies.factories import a_text
from tests.registry.factories import a_division, an_authority

OPENED = date(2015, 1, 1)
STAFF = ("physician", "nursing", "pharmacy", "medical_technology")
DISTRICTS = 40

PHYSICIANS = """\
  - id: physicians
    topic: bench.physicians
    label_zh: 执业医师
    label_en: Physicians
    cite: 不低于上年度新晋升副主任医师数量的40%
    binding: mandatory
    owed_by: {affiliation: municipal}
    amount:
      share: "0.40"
      of: {measure: promoted_associate_chief, dimensions: {practice_category: [clinical, tcm, dental, public_health]}, year: previous}
    counts:
      who: {all: [{licence: physician}, {title_level: {at_least: intermediate}}]}
      term: {at_least: 12 months}
      exclusive_group: deployment
      excused: [called_away]
"""  # noqa: E501
RECRUITS = """\
  - id: recruits
    topic: bench.recruits
    label_zh: 招聘人员
    label_en: Recruits
    cite: 分类按照上年度招聘的专业技术人员的10%
    binding: in_principle
    owed_by: {all: [{affiliation: [municipal, military]}, {not: {ownership: private}}]}
    amount:
      share: "0.10"
      taken: per_category
      by: staff_category
      of: {measure: recruited_professionals, dimensions: {staff_category: [physician, nursing, pharmacy, medical_technology]}, year: previous}
    counts: {who: {title_level: {at_least: senior}}, term: {at_least: 12 months}, exclusive_group: deployment}
"""  # noqa: E501
TWO = """\
  - id: two
    topic: bench.two
    label_zh: 非临床人员
    label_en: Non-clinical staff
    cite: 每年至少派出不少于2名
    binding: mandatory
    owed_by: {affiliation: [municipal, military]}
    amount: {fixed: 2}
    counts:
      who: {all: [{staff_category: [nursing, pharmacy, medical_technology, management]}, {title_level: {at_least: intermediate}}]}
      where: {tier: [county, township, municipal]}
      term: {at_least: 6 months}
      exclusive_group: deployment
"""  # noqa: E501
BY_BEDS = """\
  - id: by_beds
    topic: bench.by_beds
    label_zh: 按床位
    label_en: By beds
    cite: 每100张床位派出1名
    binding: encouraged
    owed_by: {affiliation: municipal}
    amount: {per_unit: "1", per: 100, of: {measure: beds, year: current}}
    counts: {exclusive_group: deployment}
"""


def build(senders: int) -> list[int]:
    """Make the senders with profiles, four rules and last year's figures; return their ids."""
    city = a_city()
    an_authority(city)
    districts = [
        a_division(f"示范{n}区", parent=city, code=f"5001{n:02d}", name_en=f"Model District {n}")
        for n in range(1, DISTRICTS + 1)
    ]
    for district in districts:
        an_authority(district)
    a_policy(
        a_text("bench", "500000", PHYSICIANS, RECRUITS, TWO, BY_BEDS, since="2022-01-01"), quotas_from=date(2024, 1, 1)
    )
    first = 1_000_000
    ids = list(range(first, first + senders))
    institutions(ids, "示范医院", "general_hospital", "municipal", 3, "municipal", [each.pk for each in districts])
    copy_rows("quotas_figure", FIGURE_COLUMNS, figure_rows(ids))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return ids


def institutions(
    ids: Sequence[int], name: str, kind: str, tier: str, level: int, affiliation: str, divisions: Sequence[int]
) -> None:
    """Write so many public institutions with a profile each, spread over the divisions."""
    now = timezone.now()
    key, initials = pinyin.key(name), pinyin.initials(name)
    copy_rows(
        "registry_institution",
        ("id", "opened_on", "version", "created_at", "updated_at"),
        ((pk, OPENED, 1, now, now) for pk in ids),
    )
    copy_rows(
        "registry_institutionprofile",
        (
            "institution_id", "valid_from", "name", "short_name", "pinyin", "initials", "kind", "tier", "level",
            "ownership", "affiliation", "division_id", "settlement", "medical_community", "recorded_at", "recorded_by",
        ),
        (
            (
                pk, OPENED, f"{name}{pk}", "", f"{key}{pk}", f"{initials}{pk}", kind, tier, level,
                "public", affiliation, divisions[pk % len(divisions)], "", "", now, "",
            )
            for pk in ids
        ),
    )  # fmt: skip


FIGURE_COLUMNS = (
    "institution_id", "measure", "period_start", "period_end", "practice_category", "military_status",
    "employment_mode", "staff_category", "revision", "value", "state", "source", "reason", "corrects_signed",
    "on_behalf_of", "entered_by_name", "entered_at", "signed_off_by_name", "signed_off_at", "is_current",
)  # fmt: skip


def figure_rows(ids, year=2024):
    """Yield nine signed figures of each sender: promotions and recruits by category, and beds."""
    now = timezone.now()
    last, this = Period.year(year), Period.year(year + 1)
    for pk in ids:
        cells = [
            *(("promoted_associate_chief", last, name, "", (pk * 7 + n) % 19) for n, name in enumerate(CATEGORIES)),
            *(("recruited_professionals", last, "", name, (pk * 11 + n * 5) % 83) for n, name in enumerate(STAFF)),
            ("beds", this, "", "", 50 + pk % 1900),
        ]
        for measure, period, category, staff, value in cells:
            yield (
                pk, measure, period.first, period.last, category, "", "", staff, 1, value, "signed_off", "uploaded",
                "",                False, False, "示范经办", now, "示范审核", now, True,
            )  # fmt: skip
