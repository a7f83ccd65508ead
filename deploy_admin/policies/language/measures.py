"""The yearly figures the program knows by itself and what they break down by. Documents may declare more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list, with its words."""

    value: str
    label_zh: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a figure breaks down by."""

    id: str
    label_zh: str
    label_en: str
    values: tuple[Code, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code.value for code in self.values)


@dataclass(frozen=True, slots=True)
class Measure:
    """A yearly figure of a unit. `unit` is the Chinese measure word; `dimensions` are what it may break down by."""

    id: str
    label_zh: str
    label_en: str
    unit: str
    dimensions: tuple[str, ...] = ()
    declared: bool = False


PRACTICE_CATEGORIES = (
    Code("clinical", "临床", "clinical"),
    Code("tcm", "中医", "TCM"),
    Code("dental", "口腔", "dental"),
    Code("public_health", "公卫", "public health"),
)
MILITARY_STATUSES = (
    Code("civilian", "非军籍", "non-military"),
    Code("military", "军籍", "military"),
)
EMPLOYMENT_MODES = (
    Code("establishment", "在编", "on the establishment"),
    Code("headcount_filing", "总量备案制", "under total-headcount filing"),
    Code("off_establishment", "编外", "off the establishment"),
)
STAFF_CATEGORIES = (
    Code("physician", "执业医师类", "physicians"),
    Code("nursing", "护理", "nursing"),
    Code("pharmacy", "药学", "pharmacy"),
    Code("medical_technology", "医技", "medical technology"),
    Code("management", "管理", "management"),
    Code("other", "其他", "other"),
)

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {
        each.id: each
        for each in (
            Dimension("practice_category", "执业类别", "practice category", PRACTICE_CATEGORIES),
            Dimension("military_status", "军籍", "military status", MILITARY_STATUSES),
            Dimension("employment_mode", "用人方式", "employment mode", EMPLOYMENT_MODES),
            Dimension("staff_category", "人员类别", "staff category", STAFF_CATEGORIES),
        )
    }
)

BUILT_IN: Mapping[str, Measure] = MappingProxyType(
    {
        each.id: each
        for each in (
            Measure(
                "promoted_associate_chief",
                "新晋升副主任医师",
                "newly promoted associate chief physicians",
                "人",
                ("practice_category", "military_status"),
            ),
            Measure(
                "recruited_physicians",
                "招聘执业医师类人员",
                "recruited physicians",
                "人",
                ("employment_mode",),
            ),
            Measure(
                "recruited_professionals",
                "招聘专业技术人员",
                "recruited professional and technical staff",
                "人",
                ("staff_category",),
            ),
            Measure("staff_total", "在岗职工", "staff on post", "人", ("staff_category", "employment_mode")),
            Measure("physicians_total", "执业医师", "licensed physicians", "人", ("practice_category",)),
            Measure(
                "senior_title_total",
                "副高级及以上职称人员",
                "staff with associate-senior title or above",
                "人",
                ("staff_category",),
            ),
            Measure("establishment_posts", "编制", "authorised posts", "个"),
            Measure("dedicated_posts", "专项编制", "dedicated posts", "个"),
            Measure("transferred_posts", "调剂编制", "transferred posts", "个"),
            Measure("beds", "编制床位", "authorised beds", "张"),
            Measure("resident_population", "常住人口", "resident population", "人"),
        )
    }
)


def measures(document: PolicyDocument | None = None) -> dict[str, Measure]:
    """Return the built-in measures and those the document declares."""
    known = dict(BUILT_IN)
    for declared in document.measures if document else ():
        known[declared.id] = Measure(
            declared.id, declared.label_zh, declared.label_en, declared.unit, declared.dimensions, declared=True
        )
    return known
