"""Names for the codes of an explanation, from the registers of the policy language: measures, categories, facts."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deploy_admin.policies.language import eligibility, facts, measures

#: a figure asked for: measure/period[dimension=value+value,…]; the period and the brackets may be absent
NEED = re.compile(r"(?P<measure>\w+)(?:/(?P<period>[\d-]+))?(?:\[(?P<said>[^\]]*)\])?")


@cache
def _labels() -> dict[str, Any]:
    named: dict[str, Any] = dict(measures.measures(None))
    for dimension in measures.DIMENSIONS.values():
        named[dimension.id] = dimension
        named |= {code.value: code for code in dimension.values}
    return named


def name(code: str) -> str | None:
    """Return what a code of the language means, or None where the registers do not know it."""
    if code.startswith("fact:"):
        asked_of, _sign, value = code.removeprefix("fact:").partition("=")
        fact = facts.FACTS.get(asked_of)
        if fact is None:
            return None
        return fact.word(value, "zh" if _in_chinese() else "en") if value else _say(fact)
    if code.startswith("event:"):
        return _say(eligibility.EVENTS[eligibility.EventCode(code.removeprefix("event:"))])
    if code.startswith("threshold:"):
        return _("threshold of %(fact)s") % {"fact": name(f"fact:{code.removeprefix('threshold:')}")}
    if code.startswith("ratio["):
        return _("ratio for %(category)s") % {"category": name(code[6:-1]) or code[6:-1]}
    asked = NEED.fullmatch(code)
    if asked is None or asked["measure"] not in _labels():
        return None
    words = [_say(_labels()[asked["measure"]])]
    values = [value.partition("=")[2].split("+") for value in (asked["said"] or "").split(",") if "=" in value]
    if values:
        words.append(
            ("、" if _in_chinese() else ", ").join(name(value) or value for group in values for value in group)
        )
    if asked["period"]:
        words.append(asked["period"])
    return " · ".join(words)


def _in_chinese() -> bool:
    return not (get_language() or "").startswith("en")


def _say(labelled: Any) -> str:
    return str(labelled.label_zh if _in_chinese() else labelled.label_en)
