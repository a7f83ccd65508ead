"""An explanation in words: each step of a result as a line with its inputs, for the page, the API and paper alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from deploy_admin.policies.language import phrases_en, phrases_zh
from deploy_admin.policies.language.eligibility import EVENTS_KEY
from deploy_admin.policies.language.eligibility_telling import PERSONAL, local_names
from deploy_admin.policies.language.explained import Explained, Input, Step
from deploy_admin.policies.language.facts import FACTS, FactType
from deploy_admin.policies.language.measures import DIMENSIONS, measures
from deploy_admin.policies.language.month_words import month_missing
from deploy_admin.policies.language.nodes import Rounding
from deploy_admin.policies.language.types import PolicyDocument

_NEED = re.compile(
    r"(?P<measure>[a-z0-9_-]+)/(?P<period>[0-9-]+)(?:\[(?P<dims>[^\]]*)\])?(?:\[(?P<category>[^\]]*)\])?"
)


#: Operations whose result is an answer in words, said in the sentence itself.
_WITHOUT_NUMBER = {"owed_by", *PERSONAL}

Teller = Callable[[Step, PolicyDocument | None, str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One step in words; `result` is the number it came to, `inputs` the rows behind it, `kind` the step's code."""

    kind: str
    text: str
    result: str | None
    inputs: tuple[Input, ...] = ()


def told(explained: Explained[Any], document: PolicyDocument | None, lang: str = "zh") -> tuple[Line, ...]:
    """Return the steps of an explanation as lines; an operation that is not known by name is shown as its code."""
    lines = []
    for step in explained.steps:
        teller = _TELLERS.get(step.operation)
        text = teller(step, document, lang) if teller else step.operation
        result = None if step.result is None or step.operation in _WITHOUT_NUMBER else str(step.result)
        rows = tuple(each for each in step.inputs if each.ref is not None)
        lines.append(Line(step.operation, text, result, rows))
    return tuple(lines)


def figure_words(key: str, lang: str, document: PolicyDocument | None = None) -> str:
    """Return a figure's name in words: 2024年新晋升副主任医师（临床、中医）."""
    found = _NEED.fullmatch(key)
    if not found:
        return key
    measure = measures(document).get(found["measure"])
    label = (measure.label_zh if lang == "zh" else measure.label_en) if measure else found["measure"]
    values = [
        value
        for part in (found["dims"] or "").split(",")
        if "=" in part
        for value in _dimension_words(part.partition("=")[0], part.partition("=")[2].split("+"), lang)
    ]
    if found["category"]:
        values = [_any_dimension(found["category"], lang)]
    period = found["period"]
    if lang == "zh":
        when = f"{period}年" if len(period) == 4 else period.replace("--", "至")
        return f"{when}{label}" + (f"（{'、'.join(values)}）" if values else "")
    when = period.replace("--", " to ")
    return f"{label} in {when}" + (f" ({', '.join(values)})" if values else "")


def _dimension_words(dimension: str, values: list[str], lang: str) -> list[str]:
    found = DIMENSIONS.get(dimension)
    codes = {code.value: code.label_zh if lang == "zh" else code.label_en for code in found.values} if found else {}
    return [codes.get(value, value) for value in values]


def _any_dimension(value: str, lang: str) -> str:
    for dimension in DIMENSIONS.values():
        if value in dimension.codes:
            return _dimension_words(dimension.id, [value], lang)[0]
    return value


_MISSING = {
    "ratio": ("比例", "the ratio"),
    "number": ("人数", "the number"),
    "posts": ("编制数", "the number of posts"),
    "constant": ("基数", "the base"),
    "receivers": ("接收单位名单", "the list of receiving units"),
    "units": ("所辖单位的属性", "facts of the units"),
    "count_of:villages": ("行政村名册", "the register of villages"),
    "count_of:townships": ("乡镇名册", "the register of townships"),
    "period:application_year": ("申报日期", "the date of application"),
    EVENTS_KEY: ("处分、考核等情况的登记", "the record of events"),
}


def missing_words(code: str, lang: str = "zh", document: PolicyDocument | None = None) -> str:
    """Return in words what keeps a result from being known: 比例, 2024年新晋升副主任医师（中医）."""
    zh = lang == "zh"
    if code in _MISSING:
        return _MISSING[code][0 if zh else 1]
    if code.startswith("threshold:"):
        fact = FACTS.get(code.split(":")[1])
        label = (fact.label_zh if zh else fact.label_en) if fact else code
        return f"“{label}”的限值" if zh else f"the threshold of {label}"
    if code.startswith("bar:"):
        label = local_names(document, lang).get(code, code.partition(":")[2])
        return f"“{label}”的期限" if zh else f"how long “{label}” lasts"
    if code.startswith("ratio["):
        category = _any_dimension(code[6:-1], lang)
        return f"比例（{category}）" if zh else f"the ratio for {category}"
    if code.startswith("fact:"):
        fact = FACTS.get(code.split(":")[1])
        return (fact.label_zh if zh else fact.label_en) if fact else code
    return month_missing(code, lang, document) or figure_words(code, lang, document)


# ---------------------------------------------------------------- one teller per operation


def _value(step: Step, name: str) -> Any:
    return next((each.value for each in step.inputs if each.name == name), None)


def _shown(value: Any, lang: str) -> str:
    if value is None:
        return "待定" if lang == "zh" else "undetermined"
    return str(value)


def _owed_by(step: Step, document: PolicyDocument | None, lang: str) -> str:
    said = []
    for each in step.inputs:
        fact = FACTS.get(each.name.removeprefix("fact:"))
        if fact is None:
            continue
        if each.value is None:
            word = _shown(None, lang)
        elif fact.type is FactType.BOOLEAN:
            word = str((phrases_zh if lang == "zh" else phrases_en).ANSWERS[bool(each.value)])
        else:
            word = fact.word(each.value, lang)
        label = fact.label_zh if lang == "zh" else fact.label_en
        said.append(f"{label}：{word}" if lang == "zh" else f"{label}: {word}")
    answers = {
        "yes": ("属于本条适用对象", "owes under this article"),
        "no": ("不属于本条适用对象", "does not owe under this article"),
        "unknown": ("是否适用待定", "cannot be told yet"),
    }
    verdict = answers.get(str(step.result), ("", ""))[0 if lang == "zh" else 1]
    joint = "；" if lang == "zh" else "; "
    return verdict + (f"（{joint.join(said)}）" if said and lang == "zh" else f" ({joint.join(said)})" if said else "")


def _figure(step: Step, document: PolicyDocument | None, lang: str) -> str:
    words = figure_words(str(_value(step, "need")), lang, document)
    return f"{words}：{_shown(step.result, lang)}" if lang == "zh" else f"{words}: {_shown(step.result, lang)}"


def _ratio(step: Step, lang: str) -> str:
    ratio = _value(step, "ratio")
    words = phrases_zh if lang == "zh" else phrases_en
    return str(words.percent(None if ratio is None else Decimal(str(ratio))))


def _share(step: Step, document: PolicyDocument | None, lang: str) -> str:
    base = _shown(_value(step, "base"), lang)
    return f"{base} × {_ratio(step, lang)} = {_shown(step.result, lang)}"


def _per_unit(step: Step, document: PolicyDocument | None, lang: str) -> str:
    base, ratio, per = _shown(_value(step, "base"), lang), _value(step, "ratio"), _value(step, "per")
    each = _shown(ratio, lang)
    divided = f" ÷ {per}" if per else ""
    return f"{base}{divided} × {each} = {_shown(step.result, lang)}"


def _round(step: Step, document: PolicyDocument | None, lang: str) -> str:
    words = (phrases_zh if lang == "zh" else phrases_en).ROUNDING[Rounding(str(_value(step, "rounding")))]
    number, result = _shown(_value(step, "number"), lang), _shown(step.result, lang)
    return f"{number}{words}：{result}人" if lang == "zh" else f"{number} {words}: {result}"


def _bound(zh: str, en: str, name: str) -> Teller:
    def tell(step: Step, document: PolicyDocument | None, lang: str) -> str:
        number, bound, result = _shown(_value(step, "number"), lang), _value(step, name), _shown(step.result, lang)
        return (zh if lang == "zh" else en) % {"number": number, "bound": bound, "result": result}

    return tell


def _plain(zh: str, en: str) -> Teller:
    def tell(step: Step, document: PolicyDocument | None, lang: str) -> str:
        return (zh if lang == "zh" else en) % {"result": _shown(step.result, lang)}

    return tell


def _way(step: Step, document: PolicyDocument | None, lang: str) -> str:
    year, way = _value(step, "year"), _value(step, "way")
    named = year or way
    return (
        f"以{named}为基数年度计算"
        if lang == "zh" and year
        else f"With {named} as the base year"
        if year
        else (f"按方式“{way}”计算" if lang == "zh" else f"By the way “{way}”")
    )


def _either(step: Step, document: PolicyDocument | None, lang: str) -> str:
    said = [f"{each.name}: {_shown(each.value, lang)}" for each in step.inputs]
    if lang == "zh":
        return f"满足其一即可（{'；'.join(said)}），最少须：{_shown(step.result, lang)}"
    return f"One of them is enough ({'; '.join(said)}), so the least is: {_shown(step.result, lang)}"


def _category(step: Step, document: PolicyDocument | None, lang: str) -> str:
    word = _any_dimension(str(_value(step, "category")), lang)
    return f"{word}：{_shown(step.result, lang)}" if lang == "zh" else f"{word}: {_shown(step.result, lang)}"


def _count(step: Step, document: PolicyDocument | None, lang: str) -> str:
    nouns = {
        "receivers": ("接收单位数", "receiving units"),
        "townships": ("乡镇数", "townships"),
        "villages": ("行政村数", "villages"),
    }
    word = nouns[str(_value(step, "count_of"))][0 if lang == "zh" else 1]
    return f"{word}：{_shown(step.result, lang)}" if lang == "zh" else f"{word}: {_shown(step.result, lang)}"


def _between(zh: str, en: str) -> Teller:
    def tell(step: Step, document: PolicyDocument | None, lang: str) -> str:
        base, per = _value(step, "base"), _value(step, "per")
        ops = {"at_least": "≥", "more_than": ">", "at_most": "≤", "less_than": "<"}
        said = "、".join(f"{ops[each.name]} {each.value}" for each in step.inputs if each.name in ops)
        of = "" if base is None else f"{base} ÷ {per}, " if per not in (None, 1) else f"{base}, "
        if lang == "zh":
            of = of.replace(", ", "，")
        return f"{of}{said}{'；' if lang == 'zh' else '; '}{zh if lang == 'zh' else en}{_shown(step.result, lang)}"

    return tell


def _composition(step: Step, document: PolicyDocument | None, lang: str) -> str:
    part_id = _value(step, "part")
    for clause in document.quotas if document else ():
        for part in clause.composition:
            if clause.id == step.clause_id and part.id == part_id:
                part_id = part.label_zh if lang == "zh" else part.label_en
    most = _value(step, "at_most")
    zh = lang == "zh"
    said = [] if step.result is None else [f"不少于{step.result}人" if zh else f"at least {step.result}"]
    said += [] if most is None else [f"不超过{most}人" if zh else f"at most {most}"]
    return f"其中{part_id}：{'、'.join(said)}" if zh else f"Of these, {part_id}: {' and '.join(said)}"


_TELLERS: dict[str, Teller] = {
    "owed_by": _owed_by,
    "figure": _figure,
    "contribution": _figure,
    "sum": _plain("合计：%(result)s", "Together: %(result)s"),
    "category": _category,
    "constant": _plain("基数：%(result)s", "Base: %(result)s"),
    "posts": _plain("编制数：%(result)s", "Posts: %(result)s"),
    "count": _count,
    "population": _plain("服务人口：%(result)s", "People served: %(result)s"),
    "fixed": _plain("规定人数：%(result)s人", "The number stated: %(result)s"),
    "share": _share,
    "per_unit": _per_unit,
    "round": _round,
    "band": _plain("按所在档次：%(result)s人", "By its band: %(result)s"),
    "between_low": _between("最少：", "fewest: "),
    "between_high": _between("最多：", "most: "),
    "no_whole_number": lambda step, document, lang: (
        f"下限进位为{_value(step, 'low')}，上限舍去为{_value(step, 'high')}，范围内没有整数"
        if lang == "zh"
        else f"No whole number lies in the range: its lower end rounds up to {_value(step, 'low')}, "
        f"its upper down to {_value(step, 'high')}"
    ),
    "minimum": _bound("不少于%(bound)s人：%(result)s人", "No fewer than %(bound)s: %(result)s", "minimum"),
    "maximum": _bound("最多按%(bound)s人计：%(result)s人", "No more than %(bound)s are owed: %(result)s", "maximum"),
    "way": _way,
    "either": _either,
    "composition": _composition,
    **PERSONAL,
}
