"""What the codes of scores mean in words: steps, inputs, measures, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from appraisals.states import SCORE_SHAPES, ScoreState
from deploy_admin.policies.language import telling
from deploy_admin.policies.language.month import Deduction, MonthRule, Veto
from deploy_admin.policies.language.month_words import SHEET_WORDS, indicator_word
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.registry.models import Indicator

_CODES: dict[str, Any] = {
    "month.shown": gettext_lazy("Shown, scores nothing"),
    "month.not_asked": gettext_lazy("Not asked of this person"),
    "month.target": gettext_lazy("Measured against the target"),
    "month.share_of": gettext_lazy("Share of another value"),
    "month.bands": gettext_lazy("By steps"),
    "month.per_unit": gettext_lazy("Points for each"),
    "month.judged": gettext_lazy("Points given by the unit"),
    "month.deduction": gettext_lazy("Deduction"),
    "month.left": gettext_lazy("Left of the fixed sum"),
    "month.veto": gettext_lazy("Undoes the month"),
    "month.total": gettext_lazy("Points of the month"),
    "month.factor": gettext_lazy("Pay factor"),
    "month.target_number": pgettext_lazy("score", "target"),
    "month.history": gettext_lazy("earlier months"),
    "month.part": gettext_lazy("duty days of the month"),
    "month.weight": pgettext_lazy("score", "weight"),
    "month.cap": gettext_lazy("at most times"),
    "month.each": gettext_lazy("for each"),
    "month.steps": "",
    "month.worth": pgettext_lazy("score", "points"),
    "month.points": pgettext_lazy("score", "points"),
    "month.most": gettext_lazy("at most"),
    "month.from": pgettext_lazy("number", "from"),
    "month.floor": gettext_lazy("not below"),
    "steps:full": gettext_lazy("whole steps"),
    "steps:started": gettext_lazy("begun steps too"),
}
#: Words for a few minutes: an indicator's name changes about never, and is asked for with every step.
_KEPT_SECONDS = 30.0
_labels: dict[str, tuple[str, str]] = {}
_read_at: list[float] = [float("-inf")]


def lang() -> str:
    """Return `zh` or `en` for the language in use."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def code_words(code: str) -> str | None:
    """Return what a code of a score's explanation means; None where it is none of theirs."""
    if code in _CODES:
        return str(_CODES[code])
    kind, sign, name = code.partition(":")
    if sign and kind == "measure":
        return measure_word(name)
    return _missing(code, None)


def measure_word(measure: str) -> str:
    """Return what a measure is called: by the sheet, otherwise by the register of indicators."""
    at = 0 if lang() == "zh" else 1
    if measure in SHEET_WORDS:
        return SHEET_WORDS[measure][at]
    if measure not in _labels or monotonic() - _read_at[0] > _KEPT_SECONDS:
        _labels.clear()
        for code, zh, en in Indicator.objects.values_list("code", "label_zh", "label_en"):
            _labels[code] = zh, en
        _read_at[0] = monotonic()
    return _labels[measure][at] if measure in _labels else measure


def missing_labels(missing: Iterable[str], document: PolicyDocument | None) -> list[str]:
    """Return in words what has to be entered, decided or set, each thing once."""
    said = [_missing(code, document) or telling.missing_words(code, lang(), document) for code in missing]
    return list(dict.fromkeys(said))


def _missing(code: str, document: PolicyDocument | None) -> str | None:
    kind, sign, name = code.partition(":")
    if not sign:
        return _("whether the rule speaks of the person") if code == "applies_to" else None
    match kind:
        case "value":
            return measure_word(name)
        case "target_zero":
            return _("a target above zero for “%(name)s”") % {"name": _item(name, document)}
        case "contradiction":
            if name == "clause":
                return _("a clause that does not contradict itself")
            return _("a value of “%(name)s” that does not contradict the clause") % {"name": measure_word(name)}
        case "applies":
            return _("whether “%(name)s” is asked of the person") % {"name": _item(name, document)}
        case "target" | "history" | "points" if document is None:
            return None
    return None


def _item(name: str, document: PolicyDocument | None) -> str:
    for clause in document.month if document is not None else ():
        if (named := item_names(clause).get(f"item:{name}")) is not None:
            return named
    return name


def item_names(clause: MonthRule | None) -> dict[str, str]:
    """Return what a clause calls its indicators, deductions and vetoes, for the steps of an explanation."""
    if clause is None:
        return {}
    spoken = lang()
    names = {f"item:{each.id}": indicator_word(each, clause, spoken, measure_word) for each in clause.indicators}
    parts: list[Deduction | Veto] = [*(clause.deductions.items if clause.deductions else ()), *clause.veto]
    for part in parts:
        names[f"item:{part.id}"] = part.label_zh if spoken == "zh" else part.label_en
    return names


def names_of(clause: MonthRule | None, document: PolicyDocument | None, missing: Iterable[str]) -> dict[str, str]:
    """Return every name that the explanation of one score needs besides the codes."""
    codes = tuple(missing)
    return item_names(clause) | dict(zip(codes, (missing_labels([code], document)[0] for code in codes), strict=True))


def clause_label(clause: MonthRule | None) -> str:
    """Return the clause's short name."""
    if clause is None:
        return ""
    return clause.label_zh if lang() == "zh" else clause.label_en


def shape(state: str) -> str:
    """Return the shape a score's state wears beside its word."""
    return SCORE_SHAPES[ScoreState(state)]
