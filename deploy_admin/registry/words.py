"""How workbooks write institutions: the columns, the Chinese words of the codes, and what people write instead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext_lazy, override

from deploy_admin.jobs.importing.columns import Code, Column, Type
from deploy_admin.registry.codes import Affiliation, Kind, Level, Ownership, Settlement, Tier

KINDS: Mapping[str, tuple[str, ...]] = {
    Kind.GENERAL_HOSPITAL: ("综合医院", "综合性医院", "人民医院"),
    Kind.TCM_HOSPITAL: ("中医医院", "中医院"),
    Kind.INTEGRATED_HOSPITAL: ("中西医结合医院",),
    Kind.SPECIALIST_HOSPITAL: ("专科医院",),
    Kind.MATERNAL_CHILD_HOSPITAL: ("妇幼保健院", "妇幼保健计划生育服务中心", "妇幼保健机构"),
    Kind.CDC: ("疾病预防控制中心", "疾控", "疾控中心"),
    Kind.BLOOD_CENTRE: ("血站", "血液中心", "中心血站", "采供血机构"),
    Kind.EMERGENCY_CENTRE: ("急救中心", "紧急医疗救援中心"),
    Kind.HEALTH_SUPERVISION: ("卫生监督机构", "卫生监督所"),
    Kind.PUBLIC_HEALTH_INSTITUTION: ("其他公共卫生机构", "公共卫生机构"),
    Kind.MEDICAL_SUB_CENTRE: ("区县域医疗卫生次中心", "医疗卫生次中心", "次中心"),
    Kind.CENTRAL_TOWNSHIP_HEALTH_CENTRE: ("中心卫生院",),
    Kind.TOWNSHIP_HEALTH_CENTRE: ("乡镇卫生院", "卫生院", "镇卫生院", "乡卫生院"),
    Kind.CHSC: ("社区卫生服务中心",),
    Kind.CHS_STATION: ("社区卫生服务站",),
    Kind.VILLAGE_CLINIC: ("村卫生室", "卫生室"),
    Kind.OTHER_HEALTH_INSTITUTION: ("其他医疗卫生机构", "其他"),
    Kind.HEALTH_AUTHORITY: ("卫生健康部门", "卫生健康委员会", "卫生健康委", "卫健委"),
}
TIERS: Mapping[str, tuple[str, ...]] = {
    Tier.MUNICIPAL: ("市级",),
    Tier.COUNTY: ("区县级", "区级", "县级"),
    Tier.TOWNSHIP: ("乡级", "乡镇级", "街道级", "基层"),
    Tier.VILLAGE: ("村级",),
}
LEVELS: Mapping[int, tuple[str, ...]] = {
    Level.PRIMARY: ("一级", "一级甲等", "一级乙等"),
    Level.SECONDARY: ("二级", "二级甲等", "二级乙等", "二甲", "二乙"),
    Level.TERTIARY: ("三级", "三级甲等", "三级乙等", "三甲", "三乙"),
}
OWNERSHIPS: Mapping[str, tuple[str, ...]] = {
    Ownership.PUBLIC: ("公立", "公办", "国有"),
    Ownership.PRIVATE: ("民营", "私立", "社会办"),
    Ownership.COLLECTIVE: ("集体", "集体办"),
}
AFFILIATIONS: Mapping[str, tuple[str, ...]] = {
    Affiliation.MUNICIPAL: ("市属", "市卫生健康委"),
    Affiliation.DISTRICT: ("区县属", "区属", "县属"),
    Affiliation.MILITARY: ("部队", "军队"),
    Affiliation.UNIVERSITY: ("高校附属", "高校", "大学附属"),
    Affiliation.OTHER: ("其他隶属", "其他"),
}
SETTLEMENTS: Mapping[str, tuple[str, ...]] = {
    Settlement.STREET: ("街道",),
    Settlement.TOWNSHIP: ("乡镇", "镇", "乡", "民族乡"),
}


def _codes(choices: type[Choices], words: Mapping[Any, tuple[str, ...]]) -> tuple[Code, ...]:
    with override("en"):  # the labels are lazy: they become words here, not where somebody first asks
        english = {value: str(label) for value, label in choices.choices}
    return tuple(Code(str(value), zh, english[value], tuple(more)) for value, (zh, *more) in words.items())


@cache
def kinds() -> tuple[Code, ...]:
    """Return the kinds with their words."""
    return _codes(Kind, KINDS)


@cache
def tiers() -> tuple[Code, ...]:
    """Return the tiers with their words."""
    return _codes(Tier, TIERS)


@cache
def levels() -> tuple[Code, ...]:
    """Return the grades with their words."""
    return _codes(Level, LEVELS)


@cache
def ownerships() -> tuple[Code, ...]:
    """Return the ownerships with their words."""
    return _codes(Ownership, OWNERSHIPS)


@cache
def affiliations() -> tuple[Code, ...]:
    """Return the affiliations with their words."""
    return _codes(Affiliation, AFFILIATIONS)


@cache
def settlements() -> tuple[Code, ...]:
    """Return the settlements with their words."""
    return _codes(Settlement, SETTLEMENTS)


def columns() -> tuple[Column, ...]:
    """Return the columns in the template's order."""
    code = Type.CODE
    return (
        Column(
            "name",
            "机构名称",
            "Name",
            required=True,
            aliases=("单位名称", "名称"),
            width=32,
            example="示范区人民医院（示范）",
        ),
        Column(
            "credit_code",
            "统一社会信用代码",
            "Social credit code",
            Type.CREDIT_CODE,
            aliases=("信用代码", "社会信用代码", "机构代码"),
            width=22,
        ),
        Column("short_name", "简称", "Short name", max_length=60),
        Column(
            "kind",
            "机构类别",
            "Kind",
            code,
            True,
            ("类别", "机构类型"),
            kinds(),
            width=20,
            example="general_hospital",
        ),
        Column("tier", "层级", "Tier", code, True, ("机构层级",), tiers(), example="county"),
        Column("level", "等级", "Grade", code, aliases=("医院等级", "级别"), codes=levels(), example="2"),
        Column(
            "ownership",
            "举办主体",
            "Ownership",
            code,
            True,
            ("所有制", "办医性质", "经济类型"),
            ownerships(),
            example="public",
        ),
        Column("affiliation", "隶属关系", "Affiliation", code, True, ("隶属",), affiliations(), example="district"),
        Column(
            "division",
            "所在区县",
            "District",
            required=True,
            aliases=("区县", "所在区划", "所在地", "行政区划"),
            help=gettext_lazy("Full name or division code; may name the street or town too."),
        ),
        Column("township", "所在街道乡镇", "Street or town", aliases=("街道", "乡镇", "街道乡镇", "镇街")),
        Column("administered_by", "主管单位", "Administered by", aliases=("举办单位", "主管部门"), width=28),
        Column("parent", "上级机构", "Branch of", aliases=("所属机构", "总院"), width=28),
        Column("settlement", "街道或乡镇", "Settlement", code, aliases=("城乡类型",), codes=settlements()),
        Column("remote", "边远地区", "Remote area", Type.YES_NO, aliases=("是否边远",)),
        Column("key_township", "重点乡镇", "Key township", Type.YES_NO, aliases=("乡村振兴重点乡镇", "是否重点乡镇")),
        Column("medical_community", "医共体", "Medical community", aliases=("所属医共体",), max_length=100),
        Column(
            "population", "服务人口", "Population served", Type.INTEGER, unit=("人",), minimum=0, maximum=100_000_000
        ),
        Column(
            "latitude",
            "纬度",
            "Latitude",
            Type.DECIMAL,
            aliases=("北纬", "纬度坐标"),
            minimum=3,
            maximum=54,
            help=gettext_lazy("In degrees, as 29.56301; both or neither."),
        ),
        Column("longitude", "经度", "Longitude", Type.DECIMAL, aliases=("东经", "经度坐标"), minimum=73, maximum=136),
        Column(
            "jurisdiction",
            "管辖区域",
            "Jurisdiction",
            aliases=("管辖区划",),
            max_length=2000,
            width=28,
            help=gettext_lazy("Only for health authorities: divisions, separated by 、"),
        ),
        Column(
            "from_day",
            "生效日期",
            "Holds from",
            Type.DATE,
            aliases=("起始日期", "成立日期"),
            help=gettext_lazy("Empty: the day named beside the file."),
        ),
    )
