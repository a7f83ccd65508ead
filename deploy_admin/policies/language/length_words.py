"""Counts, terms and lengths in words, in Chinese and English; what nobody has set is said to be so."""

from __future__ import annotations

from decimal import Decimal

from deploy_admin.policies.language import phrases_en, phrases_zh
from deploy_admin.policies.language.counts import CountThreshold
from deploy_admin.policies.language.nodes import Duration, Op, TermThreshold

#: Units of counts: the measure word, what an unset number of it is called, the English noun and its plural.
UNITS = {
    "times": ("次", "次数", "time", "times"),
    "days": ("天", "天数", "day", "days"),
    "duty_days": ("个工作日", "工作日数", "duty day", "duty days"),
}


def count(threshold: CountThreshold, unit: str, lang: str) -> str:
    """5天以上（含5天）, 超过3次; 5 or more days, more than 3 times."""
    word, unset, one, many = UNITS[unit]
    number, op = threshold.value, threshold.op
    if number is None:
        return f"达到一定{unset}（{phrases_zh.UNSET}）" if lang == "zh" else f"a number of {many} ({phrases_en.UNSET})"
    if lang == "zh":
        if op is Op.AT_LEAST:
            return f"{number}{word}以上（含{number}{word}）"
        return f"{phrases_zh.OP[op]}{number}{word}"
    if op is Op.AT_LEAST:
        return f"{number} or more {many}"
    return f"{phrases_en.OP[op]} {number} {one if number == 1 else many}"


def term(threshold: TermThreshold | None, lang: str) -> str:
    """不少于12个月, 超过1个月; at least 12 months."""
    if threshold is None:
        return f"一定时间（{phrases_zh.UNSET}）" if lang == "zh" else f"a certain time ({phrases_en.UNSET})"
    if lang == "zh":
        return f"{phrases_zh.OP[threshold.op]}{phrases_zh.duration(threshold.value)}"
    return f"{phrases_en.OP[threshold.op]} {phrases_en.duration(threshold.value)}"


def length(value: Duration | None, lang: str) -> str:
    """12个月; 12 months; a length nobody has set."""
    if value is None:
        return f"一定期限（{phrases_zh.UNSET}）" if lang == "zh" else f"a certain time ({phrases_en.UNSET})"
    return phrases_zh.duration(value) if lang == "zh" else phrases_en.duration(value)


def times(ratio: Decimal | None, lang: str) -> str:
    """1.5倍; 1.5 times."""
    if ratio is None:
        return f"一定倍数（{phrases_zh.UNSET}）" if lang == "zh" else f"a number of times ({phrases_en.UNSET})"
    return f"{plain(ratio)}倍" if lang == "zh" else f"{plain(ratio)} times"


def points(ratio: Decimal, lang: str) -> str:
    """2个百分点; 2 percentage points."""
    shown = plain(ratio * 100)
    if lang == "zh":
        return f"{shown}个百分点"
    return f"{shown} percentage point{'' if shown == '1' else 's'}"


def plain(number: Decimal) -> str:
    """A number without trailing zeros."""
    return f"{number.normalize():f}"
