"""Turns the JSON of an Explained, codes and values, into words: the same for page, drawer and paper.

The arithmetic's own words are here. Names that belong to an app above (measures, categories) are handed down through
`name_with`, as navigation is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

Namer = Callable[[str], str | None]
_NAMERS: list[Namer] = []

#: operation → its word. The arithmetic's own vocabulary; an operation nobody has worded shows its code, legibly.
OPERATIONS: dict[str, Any] = {
    "owed_by": gettext_lazy("Owed by this unit"),
    "way": gettext_lazy("Way of meeting it"),
    "either": gettext_lazy("Either way"),
    "composition": gettext_lazy("Within the team"),
    "no_whole_number": gettext_lazy("No whole number in range"),
    "figure": gettext_lazy("Base figure"),
    "contribution": gettext_lazy("Brought in by one unit"),
    "constant": gettext_lazy("Fixed base"),
    "posts": gettext_lazy("Posts"),
    "count": gettext_lazy("Units counted"),
    "population": gettext_lazy("Population"),
    "sum": gettext_lazy("Sum"),
    "category": gettext_lazy("Category"),
    "fixed": gettext_lazy("Number set by the clause"),
    "per_unit": gettext_lazy("So many each"),
    "share": gettext_lazy("Share of the base"),
    "round": gettext_lazy("Whole people"),
    "between_low": gettext_lazy("Not fewer than"),
    "between_high": gettext_lazy("Not more than"),
    "band": gettext_lazy("By band"),
    "minimum": gettext_lazy("At least"),
    "maximum": gettext_lazy("At most"),
    "fact": gettext_lazy("Asked"),
    "applies_to": gettext_lazy("Speaks of this person"),
    "requires": gettext_lazy("What is required"),
    "documents": gettext_lazy("Papers held"),
    "alternative": gettext_lazy("One way of meeting it"),
    "mixed": gettext_lazy("Parts met in different ways"),
    "exemption": gettext_lazy("Exemption"),
    "bar": gettext_lazy("Bar"),
    "standing": gettext_lazy("Answer"),
}
#: names of inputs that every kind of clause knows
NAMES: dict[str, Any] = {
    "base": gettext_lazy("base"),
    "ratio": gettext_lazy("ratio"),
    "number": gettext_lazy("number"),
    "minimum": gettext_lazy("minimum"),
    "maximum": gettext_lazy("maximum"),
    "population": gettext_lazy("population"),
    "at_least": gettext_lazy("at least"),
    "more_than": gettext_lazy("more than"),
    "at_most": gettext_lazy("at most"),
    "less_than": gettext_lazy("less than"),
    "per": gettext_lazy("per"),
    "posts": gettext_lazy("posts"),
    "constant": gettext_lazy("fixed base"),
    "units": gettext_lazy("which units are meant"),
    "receivers": gettext_lazy("receiving units"),
    "events": gettext_lazy("record of events"),
}
#: the answers to who may go
ANSWERS = {
    "not_applicable": gettext_lazy("not applicable"),
    "may": gettext_lazy("may"),
    "exempt": gettext_lazy("exempt"),
    "barred": gettext_lazy("barred"),
    "may_not": gettext_lazy("may not"),
    "undetermined": gettext_lazy("undetermined"),
}
_SIGNS = {"at_least": "≥", "more_than": ">", "at_most": "≤", "less_than": "<", "is": "=", "in_set": "∈"}
#: steps that ask something of a person and answer yes, no or unknown
_PERSONAL = {"applies_to", "requires", "documents", "alternative", "mixed", "exemption", "bar"}
#: how a number with a fraction becomes whole: what is written around it, and why
ROUNDING: dict[str, tuple[str, Any]] = {
    "up": ("⌈{}⌉", gettext_lazy("“Not less than”: the smallest whole number that is not below it.")),
    "down": ("⌊{}⌋", gettext_lazy("Rounded down, as the clause says.")),
    "half_up": ("≈ {}", gettext_lazy("Rounded to the nearest whole number, a half upwards.")),
}
TRUTHS = {"yes": gettext_lazy("yes"), "no": gettext_lazy("no"), "unknown": gettext_lazy("unknown")}
STATES = {
    "signed": gettext_lazy("signed off"),
    "expected": gettext_lazy("expected, not signed off"),
    "awaited": gettext_lazy("expected, results still awaited"),
}


def name_with(namer: Namer) -> None:
    """Let an app above name what its codes mean; the first that knows a code names it."""
    if namer not in _NAMERS:
        _NAMERS.append(namer)


def name_of(code: str) -> str:
    """Return what a code means in words, or the code itself, legibly, where nobody has named it."""
    if code in NAMES:
        return str(NAMES[code])
    for namer in _NAMERS:
        if (named := namer(code)) is not None:
            return named
    return code.replace("_", " ")


def shown(value: Any) -> str | None:
    """Return a value for reading: None stays unknown, truth becomes a word, lists are joined."""
    if value is None:
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return _(", ").join(part for part in map(shown, value) if part)
    return str(value)


def ratio(value: Any) -> str:
    """Return a share as a person says it: "0.40" is 40%."""
    try:
        scaled = (Decimal(str(value)) * 100).normalize()
    except InvalidOperation:
        return str(value)
    return f"{scaled:f}%"


def in_language(text: Any) -> Any:
    """Return the half of a {zh, en} pair for the language in use; anything else as it is."""
    if isinstance(text, Mapping) and ("zh" in text or "en" in text):
        first, second = ("en", "zh") if (get_language() or "").startswith("en") else ("zh", "en")
        return text.get(first) or text.get(second) or ""
    return text


def input_row(each: Mapping[str, Any], links: Mapping[str, str]) -> dict[str, Any]:
    """Return one row of “where the numbers come from”."""
    notes = [shown(each.get("on")), str(STATES[each["state"]]) if each.get("state") in STATES else None]
    if (each.get("revision") or 0) > 1:
        notes.append(_("revision %(n)s") % {"n": each["revision"]})
    return {
        "label": name_of(each["name"]),
        "value": shown(each["value"]),
        "url": links.get(each.get("ref") or "") or links.get(each["name"], ""),
        "note": " · ".join(note for note in notes if note),
    }


def step_row(step: Mapping[str, Any], names: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """Return one numbered step: word, formula, result, reason. `names` are what the document calls its own parts."""
    operation, inputs, result = step["operation"], step["inputs"], step["result"]
    word = str(OPERATIONS[operation]) if operation in OPERATIONS else name_of(operation)
    given = {each["name"]: each["value"] for each in inputs}
    formula, why = "", ""
    if "need" in given:
        why = name_of(str(given["need"]))
        formula = " + ".join(shown(each["value"]) or "?" for each in inputs if each["name"] != "need")
    elif operation == "share":
        formula = f"{_or_unknown(given['base'])} × {ratio(given['ratio']) if given['ratio'] else _or_unknown(None)}"
    elif operation == "per_unit":
        formula = f"{_or_unknown(given['base'])} × {_or_unknown(given['ratio'])}"
        formula += f" ÷ {given['per']}" if "per" in given else ""
    elif operation == "round":
        around, why = ROUNDING.get(str(given["rounding"]), ("{}", ""))
        formula = around.format(_or_unknown(given["number"]))
    elif operation == "category":
        word = name_of(str(given["category"]))
    elif operation == "owed_by":
        said = (f"{name_of(each['name'])} {_fact(each)}" for each in inputs)
        formula, result = _(", ").join(said), TRUTHS.get(str(result), result)
    elif operation == "way":
        formula, result = _(", ").join(dict.fromkeys(shown(each["value"]) or "" for each in inputs)), ""
    elif operation == "no_whole_number":
        formula, result = f"{given['low']} > {given['high']}", ""
    elif operation in ("minimum", "maximum"):
        limit = given[operation]
        formula = f"{'max' if operation == 'minimum' else 'min'}({_or_unknown(given['number'])}, {limit})"
    elif operation == "fact":
        asked, against = inputs
        word = name_of(asked["name"])
        wanted = _fact({**asked, "value": against["value"]}, names)
        formula = f"{_fact(asked, names)} {_SIGNS[against['name']]} {wanted}"
        why, result = _asked_on(asked.get("on")), TRUTHS.get(str(result), result)
    elif operation in _PERSONAL:
        formula, why = _part(operation, inputs, names)
        result = TRUTHS.get(str(result), result)
    elif operation == "standing":
        formula = _(", ").join(
            names.get(f"{each['name']}:{each['value']}", str(each["value"]))
            for each in inputs
            if each["name"] != "until"
        )
        result = ANSWERS.get(str(result), result)
    elif operation == "sum":
        formula = " + ".join(_or_unknown(each["value"]) for each in inputs)
    else:
        if "item" in given:  # a part of the clause that has a name of its own; what is done with it is the reason
            word, why = names.get(f"item:{given['item']}") or word, word
        parts = [each for each in inputs if each["name"] != "item"]
        formula = _(", ").join(f"{name_of(each['name'])} {_read(each['value'])}" for each in parts)
        # A result that says of what kind it is, such as length:11+30, has its words from the namers too.
        result = TRUTHS.get(str(result)) or (name_of(result) if isinstance(result, str) and ":" in result else result)
    return {"label": word, "formula": formula, "result": shown(result), "why": str(why)}


def _fact(each: Mapping[str, Any], names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a fact's value in words: the namers are asked for `fact:affiliation=municipal`, each of several apart."""
    value = each["value"]
    if not isinstance(value, str):
        return _or_unknown(value)
    return _(", ").join(_one_value(each["name"], part, names) for part in value.split("/"))


def _one_value(name: str, value: str, names: Mapping[str, str]) -> str:
    if (local := names.get(f"in_set:{value}")) is not None:
        return local
    whole = f"{name}={value}"
    named = name_of(whole)
    if named not in (whole.replace("_", " "), value):
        return named
    return {"none": _("none"), "yes": _("yes"), "no": _("no")}.get(value, value)


def _asked_on(day: Any) -> str:
    return "" if day is None else _("at any time") if day == "ever" else _("as of %(day)s") % {"day": day}


def _part(operation: str, inputs: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[str, str]:
    """Return what a part of a clause is called, and the event or the days it rests on."""
    given = {each["name"]: each for each in inputs}
    label = ""
    if operation in given:
        value = given[operation]["value"]
        label = names.get(f"{operation}:{value}", str(value).replace("_", " "))
    said = []
    if "event" in given:
        event = given["event"]
        said.append(_("%(event)s on %(day)s") % {"event": name_of(f"event:{event['value']}"), "day": event["on"]})
    if "until" in given:
        said.append(_("until %(day)s, that day included") % {"day": given["until"]["value"]})
    if "from" in given:
        said.append(_("from %(day)s on") % {"day": given["from"]["value"]})
    if "to" in given:
        said.append(_("until %(day)s, that day included") % {"day": given["to"]["value"]})
    return label, _(", ").join(said)


def _read(value: Any) -> str:
    return name_of(value) if isinstance(value, str) else _or_unknown(value)


def _or_unknown(value: Any) -> str:
    return shown(value) or _("unknown")


def present(
    explained: Mapping[str, Any],
    links: Mapping[str, str],
    *,
    sums: Iterable[Mapping[str, Any]] = (),
    clauses: Iterable[Mapping[str, Any]] = (),
    basis: Iterable[Mapping[str, Any]] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return all parts of the explanation as the template needs them; every input appears once, in order of use."""
    steps = explained.get("steps") or []
    rows: dict[Any, dict[str, Any]] = {}
    for step in steps:
        for each in step["inputs"]:
            if each.get("ref") or each.get("state"):
                rows.setdefault((each.get("ref"), each["name"], each.get("on")), input_row(each, links))
    value = explained.get("value")
    unknown: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    return {
        "sums": [_worded(row) for row in sums],
        "clauses": [
            _worded({"quote": "", "source": "", "article": "", "binding": "", "url": "", **row}) for row in clauses
        ],
        "missing": [names.get(code) or name_of(code) for code in unknown.get("missing", ())],
        "not_built": unknown.get("reason") == "not_built",
        "at_least": unknown.get("at_least"),
        "at_most": unknown.get("at_most"),
        "inputs": list(rows.values()),
        "steps": [step_row(step, names) for step in steps],
        "basis": [_worded({"url": "", **row}) for row in basis],
    }


def _worded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: in_language(value) for key, value in row.items()}
