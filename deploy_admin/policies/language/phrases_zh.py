"""The clauses in Chinese: the sentences a policy officer would read aloud. Words of lists come from their labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from deploy_admin.policies.language.amounts import AmountNode, Bands, Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.bases import (
    BaseNode,
    Constant,
    CountOf,
    Either,
    MeasureBase,
    Offset,
    Population,
    Posts,
    Sum,
)
from deploy_admin.policies.language.conditions import All, AnyOf, Compare, ConditionNode, InSet, Is, Not
from deploy_admin.policies.language.facts import DOCUMENT_FACTS, FACTS, Fact, FactType
from deploy_admin.policies.language.measures import DIMENSIONS, measures
from deploy_admin.policies.language.nodes import Binding, Bounds, Duration, DurationUnit, Op, Rounding
from deploy_admin.policies.language.periods import ApplicationYear, Calendar, PeriodNode, Programme, Rolling, Twelve
from deploy_admin.policies.language.quota import Quota, UnitScope
from deploy_admin.policies.language.types import PolicyDocument

Names = Callable[[str], str]

BINDING = {Binding.MANDATORY: "应当", Binding.IN_PRINCIPLE: "原则上应当", Binding.ENCOURAGED: "鼓励"}
BINDING_LABEL = {Binding.MANDATORY: "应当", Binding.IN_PRINCIPLE: "原则上", Binding.ENCOURAGED: "鼓励"}
ROUNDING = {Rounding.UP: "进位取整", Rounding.DOWN: "舍去取整", Rounding.HALF_UP: "四舍五入"}
UNSET = "未定"
OP = {Op.AT_LEAST: "不少于", Op.MORE_THAN: "超过", Op.AT_MOST: "不超过", Op.LESS_THAN: "低于"}
DATE_OP = {Op.AT_LEAST: "不早于", Op.MORE_THAN: "晚于", Op.AT_MOST: "不晚于", Op.LESS_THAN: "早于"}
SUFFIX = {Op.AT_LEAST: "及以上", Op.MORE_THAN: "以上（不含）", Op.AT_MOST: "及以下", Op.LESS_THAN: "以下（不含）"}
UNITS = {DurationUnit.MONTHS: "个月", DurationUnit.DAYS: "天", DurationUnit.DUTY_DAYS: "个工作日"}
EXCUSED = {
    "called_away": "组织调离",
    "force_majeure": "不可抗力",
    "grave_illness": "重病",
    "death": "死亡",
}
ANSWERS = {True: "是", False: "否"}


def day(value: date) -> str:
    """2025年1月1日."""
    return f"{value.year}年{value.month}月{value.day}日"


def ordinal(number: int) -> str:
    """第十二条, up to ninety-nine."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return f"第{ten}{digits[ones] if ones or not tens else ''}条"


def percent(ratio: Decimal | None) -> str:
    """40%, or what is said of a ratio nobody has set."""
    if ratio is None:
        return f"一定比例（{UNSET}）"
    return f"{(ratio * 100).normalize():f}%"


def duration(value: Duration) -> str:
    """12个月."""
    return f"{value.number}{UNITS[value.unit]}"


# ---------------------------------------------------------------- conditions

_HEADS = {"kind", "licence", "staff_category"}
_NOUNS = {"title_level": "职称", "degree": "学位", "education": "学历"}


def _word(fact: Fact, value: Any, names: Names) -> str:
    if value is None:
        return UNSET
    return names(str(value)) if fact.type is FactType.DIVISION else fact.word(value, "zh")


def _leaf(node: Is | Compare | InSet, document: PolicyDocument, names: Names) -> tuple[str, str]:
    """Return what stands before the noun and what may stand as the noun; one of them is empty."""
    fact = FACTS[node.fact]
    match node:
        case Is():
            words = "、".join(_word(fact, value, names) for value in node.values)
            match node.fact:
                case "kind" | "licence":
                    return "", words
                case "staff_category":
                    return "", words if words.endswith("类") else f"{words}类人员"
                case "affiliation" | "ownership" | "tier" | "level" | "area_group" | "settlement" | "education":
                    return words, ""
                case "located_in":
                    return f"位于{words}的", ""
                case "administered_by":
                    return f"由{words}主管的", ""
                case "title_level" | "practice_category":
                    return f"{words}{'职称' if node.fact == 'title_level' else '类别'}的", ""
                case "employment_mode" | "speciality":
                    return f"{words}的", ""
                case "sex":
                    return "".join(f"{word}性" for word in words.split("、")), ""
                case "documents_held" | "documents_valid":
                    return f"持有{papers(node, document)}的", ""
                case "unavailability":
                    return f"处于{words}情形的", ""
            if fact.type is FactType.BOOLEAN:
                return _boolean(node, fact), ""
            return f"{fact.label_zh}为{words}的", ""
        case InSet():
            if node.fact in DOCUMENT_FACTS:
                return f"持有{papers(node, document)}的", ""
            label = next((named.label_zh for named in document.sets if named.id == node.in_set), node.in_set)
            if node.fact == "located_in":
                return f"位于{label}的", ""
            return f"{fact.label_zh}属于{label}的", ""
        case Compare():
            word = _word(fact, node.value, names)
            if fact.values:
                return f"{word}{SUFFIX[node.op]}{_NOUNS.get(node.fact, '')}的", ""
            if fact.type is FactType.DATE:
                said = UNSET if node.value is None else day(date.fromisoformat(str(node.value)))
                return f"{fact.label_zh}{DATE_OP[node.op]}{said}的", ""
            return f"{fact.label_zh}{OP[node.op]}{word}{fact.unit_zh}的", ""
        case _:
            assert_never(node)


def papers(node: Is | InSet, document: PolicyDocument) -> str:
    """The papers of which one must be held: “甲证”或者“乙证”（在有效期内）."""
    if isinstance(node, InSet):
        label = next((named.label_zh for named in document.sets if named.id == node.in_set), node.in_set)
        said = f"“{label}”之一"
    else:
        said = "或者".join(f"“{value}”" for value in node.values)
    return f"{said}（在有效期内）" if node.fact == "documents_valid" else said


def _boolean(node: Is, fact: Fact) -> str:
    if len(node.values) > 1:
        return f"{fact.label_zh}已明确的"
    yes = bool(node.values[0])
    special = {
        "military_status": ("军籍", "非军籍"),
        "remote": ("边远地区的", "非边远地区的"),
        "key_township": ("乡村振兴重点乡镇的", "非乡村振兴重点乡镇的"),
        "in_medical_community": ("医共体成员", "非医共体成员"),
        "full_time": ("全脱产的", "非全脱产的"),
        "same_district": ("与派出单位同一区县的", "与派出单位不在同一区县的"),
        "same_community": ("与派出单位同一医共体的", "与派出单位不在同一医共体的"),
        "paired": ("与派出单位有对口支援关系的", "与派出单位没有对口支援关系的"),
        "in_programme": ("有相应专科专病建设项目的", "没有相应专科专病建设项目的"),
        "management_experience": ("具有管理经验的", "没有管理经验的"),
    }
    pair = special.get(node.fact, (f"{fact.label_zh}的", f"非{fact.label_zh}的"))
    return pair[0] if yes else pair[1]


def phrase(node: ConditionNode | None, noun: str, document: PolicyDocument, names: Names) -> str:
    """Return the condition as a noun phrase: 市属公立中医医院, 中级及以上职称的执业医师."""
    if node is None:
        return noun
    match node:
        case All():
            before, heads, clauses = [], [], []
            for part in node.all:
                if isinstance(part, Is | Compare | InSet):
                    front, head = _leaf(part, document, names)
                    if front:
                        before.append(front)
                    if head:
                        heads.append(head)
                elif isinstance(part, Not) and isinstance(part.part, Is | Compare | InSet):
                    before.append(_negated(part.part, document, names))
                else:
                    clauses.append(phrase(part, noun, document, names))
            before.sort(key=lambda front: front.endswith("的"))
            said = "".join(before) + ("且为".join(heads) if heads else "" if clauses else noun)
            return "，且为".join(each for each in (said, *clauses) if each)
        case AnyOf():
            return "，或者".join(phrase(part, noun, document, names) for part in node.any)
        case Not():
            if isinstance(node.part, Is | Compare | InSet):
                return _negated(node.part, document, names) + noun
            return f"除{phrase(node.part, noun, document, names)}以外的{noun}"
        case Is() | Compare() | InSet():
            front, head = _leaf(node, document, names)
            return front + (head or noun)
        case _:
            assert_never(node)


_OPPOSITE = {Op.AT_LEAST: Op.LESS_THAN, Op.MORE_THAN: Op.AT_MOST, Op.AT_MOST: Op.MORE_THAN, Op.LESS_THAN: Op.AT_LEAST}


def _negated(node: Is | Compare | InSet, document: PolicyDocument, names: Names) -> str:
    if isinstance(node, Compare):
        return _leaf(node.model_copy(update={"op": _OPPOSITE[node.op]}), document, names)[0]
    if isinstance(node, Is) and len(node.values) == 1 and isinstance(node.values[0], bool):
        return _boolean(node.model_copy(update={"values": (not node.values[0],)}), FACTS[node.fact])
    front, head = _leaf(node, document, names)
    return f"非{(front or head).removesuffix('的')}的"


# ---------------------------------------------------------------- bases and amounts


def period(shape: PeriodNode) -> str:
    """How often, or during which time."""
    match shape:
        case Calendar():
            return "每年"
        case Twelve():
            return f"每个年度（{shape.twelve_from}月至次年{shape.twelve_from - 1}月）"
        case Programme():
            return f"{day(shape.programme.from_)}至{day(shape.programme.to)}期间累计"
        case Rolling():
            return f"每连续{shape.rolling_months}个月"
        case ApplicationYear():
            return f"申报前{shape.application_year}个月内"
        case _:
            assert_never(shape)


def _year(offset: Offset) -> str:
    words = {0: "当年", -1: "上一年度"}
    return words.get(offset.offset, f"前推{-offset.offset}个年度")


def years(year: Offset | Either) -> str:
    """上一年度, or 当年或者上一年度."""
    return _year(year) if isinstance(year, Offset) else "或者".join(_year(part) for part in year.either)


def base(node: BaseNode, clause: Quota, document: PolicyDocument, names: Names) -> str:
    """What the number is taken of."""
    match node:
        case MeasureBase():
            measure = measures(document).get(node.measure)
            label = measure.label_zh if measure else node.measure
            dims = "；".join(
                "、".join(dimension_word(dimension, value) for value in values)
                for dimension, values in node.dimensions
            )
            if isinstance(clause.scope, UnitScope):
                whose = "本单位"
            elif node.units is not None:
                whose = f"所辖{phrase(node.units, '医疗机构', document, names)}"
            else:
                whose = "所辖医疗机构"
            return f"{years(node.year)}{whose}{label}" + (f"（{dims}）" if dims else "") + _counted_as(measure)
        case Constant():
            return UNSET if node.constant is None else str(node.constant)
        case Posts():
            if isinstance(node.posts, str):
                measure = measures(document).get(node.posts)
                return f"{measure.label_zh if measure else node.posts}数"
            return f"编制数（{UNSET if node.posts is None else f'{node.posts}个'}）"
        case CountOf():
            nouns = {"receivers": "接收单位", "townships": "乡镇（街道）", "villages": "行政村"}
            return f"{_within(node.within)}{phrase(node.where, nouns[node.count_of], document, names)}数"
        case Population():
            if node.population == "unit":
                return "服务人口数"
            return f"{_within(node.within)}{phrase(node.where, '接收单位', document, names)}服务人口数"
        case Sum():
            return "、".join(base(part, clause, document, names) for part in node.sum) + "之和"
        case _:
            assert_never(node)


def _counted_as(measure: Any) -> str:
    return "人数" if measure is None or measure.unit == "人" else "数"


def dimension_word(dimension: str, value: str) -> str:
    """The word of a dimension's value."""
    found = DIMENSIONS.get(dimension)
    return next((code.label_zh for code in found.values if code.value == value), value) if found else value


def _within(within: str) -> str:
    return {"district": "本区县", "group": "本组", "jurisdiction": "辖区"}[within]


def amount(node: AmountNode, clause: Quota, document: PolicyDocument, names: Names) -> str:
    """How many, as the end of the sentence 派出人数……."""
    match node:
        case Fixed():
            return f"不少于{UNSET if node.fixed is None else node.fixed}人"
        case PerUnit():
            of = base(node.of, clause, document, names)
            if node.per_unit is None:
                return f"不少于按{of}的一定标准（{UNSET}）计算的人数"
            if node.per_unit == node.per == 1:
                return f"不少于{of}"
            per = "1" if node.per == 1 else str(node.per)
            each = f"{node.per_unit.normalize():f}"
            return f"不少于按{of}每{per}配{each}人计算的人数（{ROUNDING[node.rounding]}）"
        case Share():
            of = base(node.of, clause, document, names)
            if node.taken == "total":
                ratio = node.share if isinstance(node.share, Decimal) else None
                return f"不少于{of}的{percent(ratio)}（{ROUNDING[node.rounding]}）"
            by = DIMENSIONS[node.by].label_zh if node.by and node.by in DIMENSIONS else str(node.by)
            if isinstance(node.share, tuple):
                table = "，".join(f"{dimension_word(str(node.by), key)}{percent(ratio)}" for key, ratio in node.share)
                return f"不少于{of}分{by}按下列比例计算之和：{table}（各类分别{ROUNDING[node.rounding]}后相加）"
            return f"不少于{of}分{by}的{percent(node.share)}（各类分别{ROUNDING[node.rounding]}后相加）"
        case Between():
            if node.of is None:
                return f"{bounds(node.between)}人"
            of = base(node.of, clause, document, names)
            if node.per == 1 and all(value == 1 for value in (node.between.at_least, node.between.at_most) if value):
                return f"{bounds(node.between).replace('1', '')}{of}"
            per = "" if node.per == 1 else f"每{node.per}"
            return f"按{of}{per}配{bounds(node.between)}人计算（下限进位、上限舍去取整）"
        case Bands():
            of = base(node.of, clause, document, names)
            rows = "；".join(
                f"{bounds(band.bounds)}的不少于{UNSET if band.gives is None else band.gives}人" for band in node.bands
            )
            return f"按{of}分档：{rows}"
        case _:
            assert_never(node)


def bounds(node: Bounds) -> str:
    """不少于1.2且不超过1.7."""
    ends = [
        f"{word}{value.normalize():f}"
        for word, value in (
            ("不少于", node.at_least),
            ("超过", node.more_than),
            ("不超过", node.at_most),
            ("低于", node.less_than),
        )
        if value is not None
    ]
    return "、".join(ends)
