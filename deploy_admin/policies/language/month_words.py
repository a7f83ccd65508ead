"""Words of month clauses shared by both languages: measures, labels, numbers, and what is missing for a score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from deploy_admin.policies.language import phrases_en, phrases_zh
from deploy_admin.policies.language.length_words import plain
from deploy_admin.policies.language.month import (
    Deduction,
    FactorBand,
    MonthIndicator,
    MonthRule,
    PointsBand,
    SheetMeasure,
    Veto,
)
from deploy_admin.policies.language.nodes import Bounds

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

Step = TypeVar("Step", PointsBand, FactorBand)

#: What the month sheet tells, in words.
SHEET_WORDS: dict[str, tuple[str, str]] = {
    SheetMeasure.ATTENDANCE_DAYS: ("出勤天数", "days of attendance"),
    SheetMeasure.DUTY_DAYS: ("应出勤天数", "duty days of the roster"),
    SheetMeasure.LEAVE_DAYS: ("请假天数", "days of leave"),
    SheetMeasure.PERSONAL_LEAVE_DAYS: ("事假天数", "days of personal leave"),
    SheetMeasure.SICK_LEAVE_DAYS: ("病假天数", "days of sick leave"),
    SheetMeasure.ABSENT_DAYS: ("旷工天数", "days of unapproved absence"),
    SheetMeasure.ABSENT_TIMES: ("旷工次数", "times of unapproved absence"),
    SheetMeasure.NIGHT_DUTIES: ("夜班次数", "night duties"),
    SheetMeasure.REST_DAY_DUTIES: ("休息日值班次数", "duties on rest days"),
    SheetMeasure.ROUND_DAYS: ("巡诊天数", "days of outreach rounds"),
}
#: By which list of the facts the groups of a table of targets are coded; specialities are free words.
GROUP_FACTS = {"staff_category": "staff_category", "receiving_kind": "kind"}
_OPEN = {
    "unchecked_days": ("待核的出勤", "days still to be checked"),
    "absence_open": ("旷工的认定", "the decision on an absence"),
    "factor": ("绩效工资系数", "the pay factor"),
    "duty_days": ("全月应出勤天数", "the duty days of the whole month"),
}
#: What keeps an indicator, a deduction or a measure from scoring: “%s” is its label.
_OF = {
    "weight": ("“%s”的权重", "the weight of “%s”"),
    "target": ("“%s”的目标值", "the target of “%s”"),
    "target_zero": ("“%s”的目标值（现为零）", "the target of “%s”, which is zero"),
    "history": ("“%s”的以往月份", "earlier months of “%s”"),
    "points": ("“%s”的分值", "the points of “%s”"),
    "most": ("“%s”的最高分", "the most points of “%s”"),
    "contradiction": ("“%s”的数据（相互矛盾）", "the figures of “%s”, which contradict each other"),
}


def own_label(node: MonthIndicator | Deduction | Veto, lang: str) -> str | None:
    """The label that the clause itself gives."""
    return node.label_zh if lang == "zh" else node.label_en


def measure_word(measure: str, clause: MonthRule | None, lang: str, names: phrases_zh.Names | None = None) -> str:
    """What a measure is called: by the month sheet, by the clause's indicator of it, by the register, or its code."""
    at = 0 if lang == "zh" else 1
    if measure in SHEET_WORDS:
        return SHEET_WORDS[measure][at]
    for indicator in clause.indicators if clause is not None else ():
        if indicator.measure == measure and (label := own_label(indicator, lang)):
            return label
    return names(measure) if names is not None else measure


def indicator_word(
    indicator: MonthIndicator, clause: MonthRule | None, lang: str, names: phrases_zh.Names | None = None
) -> str:
    """What an indicator is called: by its label, else by what it measures."""
    return own_label(indicator, lang) or measure_word(indicator.measure, clause, lang, names)


def points_word(points: Decimal | None, lang: str) -> str:
    """5分; 5 points; a number of points that nobody has set."""
    if points is None:
        return f"一定分值（{phrases_zh.UNSET}）" if lang == "zh" else f"a number of points ({phrases_en.UNSET})"
    shown = plain(points)
    return f"{shown}分" if lang == "zh" else f"{shown} point{'' if points == 1 else 's'}"


def is_shown_only(indicator: MonthIndicator) -> bool:
    """Whether it scores nothing: without a form, or with a weight nobody has set."""
    return indicator.form is None or (indicator.form in ("target", "share_of") and indicator.weight is None)


def step_bounds(low: Decimal | None, high: Decimal | None, lang: str) -> str:
    """不少于60、低于90的; at least 60 and less than 90; of one step without ends: whatever it is."""
    held = Bounds(at_least=low, less_than=high)
    if low is None and high is None:
        return "不论多少" if lang == "zh" else "whatever it is"
    return f"{phrases_zh.bounds(held)}的" if lang == "zh" else phrases_en.bounds(held)


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps of a table from the lowest to the highest."""
    return sorted(steps, key=lambda step: (step.at_least is not None, step.at_least or Decimal(0)))


def step_words(each: Decimal, steps: str, lang: str) -> str:
    """每增加1, 每满0.5, 每0.5（不足0.5的按0.5计）; each, for every full 0.5, for every 0.5 or part of it."""
    shown = plain(each)
    if steps == "started":
        return f"每{shown}（不足{shown}的按{shown}计）" if lang == "zh" else f"for every {shown} or part of it"
    if each == 1:
        return "每增加1" if lang == "zh" else "each"
    return f"每满{shown}" if lang == "zh" else f"for every full {shown}"


def month_missing(code: str, lang: str, document: PolicyDocument | None) -> str | None:
    """What is missing for a month's score, in words; None where the code is not one of a month."""
    at = 0 if lang == "zh" else 1
    if code in _OPEN:
        return _OPEN[code][at]
    kind, _, name = code.partition(":")
    rules = document.month if document is not None else ()
    if not name or (kind != "value" and kind not in _OF):
        return None
    label = next(_labels(name, rules, lang), measure_word(name, None, lang))
    return label if kind == "value" else _OF[kind][at] % label


def _labels(name: str, rules: tuple[MonthRule, ...], lang: str) -> Iterator[str]:
    """What the clauses call an indicator, a deduction or a veto of this id, or a measure of this code."""
    for rule in rules:
        for indicator in rule.indicators:
            if name in (indicator.id, indicator.measure):
                yield indicator_word(indicator, rule, lang)
        parts: list[Deduction | Veto] = [*rule.veto]
        if rule.deductions is not None:
            parts += rule.deductions.items
        yield from (own_label(part, lang) or name for part in parts if part.id == name)
