"""The steps of an eligibility answer in words: one teller per operation, and the names a document gives its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from deploy_admin.policies.language import phrases_en, phrases_zh
from deploy_admin.policies.language.eligibility import EVENTS, EventCode
from deploy_admin.policies.language.explained import Step
from deploy_admin.policies.language.facts import FACTS, FactType
from deploy_admin.policies.language.types import PolicyDocument

Teller = Callable[[Step, PolicyDocument | None, str], str]

#: answer → its words
ANSWERS = {
    "not_applicable": ("不适用", "not applicable"),
    "may": ("可以", "may"),
    "exempt": ("不受约束（可以不作要求）", "exempt"),
    "barred": ("限制期内，不得", "barred for now"),
    "may_not": ("不符合", "may not"),
    "undetermined": ("待定", "undetermined"),
}
_TRUTHS = {"yes": ("是", "yes"), "no": ("否", "no"), "unknown": ("待定", "unknown")}
_OPS = {"at_least": "≥", "more_than": ">", "at_most": "≤", "less_than": "<"}


def local_names(document: PolicyDocument | None, lang: str = "zh") -> dict[str, str]:
    """Return what a document calls the parts of its clauses and its sets: `bar:sanction` → 受处分的不得派出."""
    found: dict[str, str] = {}
    named: list[tuple[str, Iterable[Any]]] = []
    for rule in document.service if document else ():
        named += [("conversion", rule.conversions), ("equivalent", rule.equivalents)]
    for requirement in document.requirements if document else ():
        named += [("alternative", requirement.alternatives), ("exemption", requirement.exemptions)]
        named += [("subtotal", asked.subtotals) for asked in requirement.asked]
    for clause in document.eligibility if document else ():
        named += [("alternative", clause.alternatives), ("exemption", clause.exemptions), ("bar", clause.bars)]
    for kind, parts in named:
        for part in parts:
            found[f"{kind}:{part.id}"] = part.label_zh if lang == "zh" else part.label_en
    for each in document.sets if document else ():
        found[f"in_set:{each.id}"] = each.label_zh if lang == "zh" else each.label_en
    return found


def value_words(fact_name: str, value: Any, lang: str) -> str:
    """Return a fact's value in words; several of them as a list, none as none, the unknown as unknown."""
    zh = lang == "zh"
    if value is None:
        return "待定" if zh else "unknown"
    fact = FACTS.get(fact_name)
    words = phrases_zh if zh else phrases_en
    if isinstance(value, bool):
        return str(words.ANSWERS[value])
    if fact is not None and fact.type is FactType.BOOLEAN and value in ("yes", "no"):
        return str(words.ANSWERS[value == "yes"])
    said = [
        ("无" if zh else "none")
        if each == "none" and (fact is None or "none" not in fact.codes)
        else each
        if fact is None
        else fact.word(each, lang)
        for each in str(value).split("/")
    ]
    return ("、" if zh else ", ").join(said)


def _given(step: Step, name: str) -> Any:
    return next((each for each in step.inputs if each.name == name), None)


def _truth(step: Step, lang: str) -> str:
    return _TRUTHS[str(step.result)][0 if lang == "zh" else 1]


def _fact(step: Step, document: PolicyDocument | None, lang: str) -> str:
    asked, against = step.inputs
    name = asked.name.removeprefix("fact:")
    fact = FACTS.get(name)
    zh = lang == "zh"
    label = name if fact is None else fact.label_zh if zh else fact.label_en
    if against.name == "in_set":
        wanted = local_names(document, lang).get(f"in_set:{against.value}", str(against.value))
    else:
        wanted = value_words(name, against.value, lang) if against.value is not None else "未定" if zh else "not set"
    sign = _OPS.get(against.name, "=")
    when = "曾经" if zh and asked.on == "ever" else "ever" if asked.on == "ever" else asked.on
    held = value_words(name, asked.value, lang)
    if zh:
        return f"{label}（{when}）：{held}；要求{sign}{wanted}：{_truth(step, lang)}"
    return f"{label} ({when}): {held}; asked {sign} {wanted}: {_truth(step, lang)}"


def _plain(zh: str, en: str) -> Teller:
    def tell(step: Step, document: PolicyDocument | None, lang: str) -> str:
        return f"{zh}：{_truth(step, lang)}" if lang == "zh" else f"{en}: {_truth(step, lang)}"

    return tell


def _named(kind: str, zh: str, en: str) -> Teller:
    def tell(step: Step, document: PolicyDocument | None, lang: str) -> str:
        part = _given(step, kind)
        label = local_names(document, lang).get(f"{kind}:{part.value}", str(part.value))
        window = [each.value for each in step.inputs if each.name in ("from", "to")]
        if lang == "zh":
            days = f"（{'至'.join(str(day) for day in window)}）" if window else ""
            return f"{zh}“{label}”{days}：{_truth(step, lang)}"
        days = f" ({' to '.join(str(day) for day in window)})" if window else ""
        return f"{en} “{label}”{days}: {_truth(step, lang)}"

    return tell


def _bar(step: Step, document: PolicyDocument | None, lang: str) -> str:
    zh = lang == "zh"
    said = _named("bar", "限制", "Bar")(step, document, lang)
    event, until = _given(step, "event"), _given(step, "until")
    parts = []
    if event is not None:
        code = EVENTS[EventCode(event.value)]
        parts.append(f"{event.on}{code.label_zh}" if zh else f"{code.label_en} on {event.on}")
    if until is not None:
        parts.append(f"限制至{until.value}（含当日）" if zh else f"barred until {until.value}, that day included")
    if not parts:
        return said
    return f"{said}（{'，'.join(parts)}）" if zh else f"{said} ({', '.join(parts)})"


def _standing(step: Step, document: PolicyDocument | None, lang: str) -> str:
    zh = lang == "zh"
    word = ANSWERS[str(step.result)][0 if zh else 1]
    names = local_names(document, lang)
    parts = [
        names.get(f"{each.name}:{each.value}", str(each.value))
        for each in step.inputs
        if each.name in ("alternative", "exemption", "bar")
    ]
    if not parts:
        return f"结论：{word}" if zh else f"Answer: {word}"
    return f"结论：{word}（{'、'.join(parts)}）" if zh else f"Answer: {word} ({', '.join(parts)})"


PERSONAL: dict[str, Teller] = {
    "fact": _fact,
    "applies_to": _plain("属于本条所称人员", "The article speaks of this person"),
    "requires": _plain("符合要求", "What is required is met"),
    "documents": _plain("持有证书或材料", "The papers are held"),
    "alternative": _named("alternative", "情形", "Alternative"),
    "mixed": _plain("各项分别按不同情形满足", "Each part is met under one alternative or another"),
    "exemption": _named("exemption", "不受约束情形", "Exemption"),
    "bar": _bar,
    "standing": _standing,
}
