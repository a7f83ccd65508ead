"""What the codes of credit and obligations mean in words: states, reasons, steps, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assignments import durations, reading
from assignments.states import OBLIGATION_SHAPES, CreditState, ObligationState
from deploy_admin.policies.language import telling
from deploy_admin.policies.language.types import PolicyDocument

CREDIT_SHAPES = {
    CreditState.RUNNING: "run",
    CreditState.PROVISIONAL: "warn",
    CreditState.RECOGNISED: "ok",
    CreditState.NONE: "mute",
    CreditState.UNDETERMINED: "und",
    CreditState.UNCONFIRMED: "warn",
}
#: Why days are not credited.
WHY = {
    "no_rule": gettext_lazy("no adopted rule credits service there"),
    "not_full_time": gettext_lazy("not full-time"),
    "place": gettext_lazy("not at a place that the rule names"),
    "unknown": gettext_lazy("something about the place is not known"),
    "short": gettext_lazy("shorter than the rule asks of one piece"),
    "void": gettext_lazy("the assignment is not counted"),
    "not_qualified": gettext_lazy("evaluated as not qualified"),
    "no_days": gettext_lazy("no day was served"),
}
WARNINGS = {
    "short_piece": gettext_lazy("A piece is shorter than the rule asks; it counts all the same."),
    "several_units": gettext_lazy("It was served at more than one receiving unit."),
}
_CODES: dict[str, Any] = {
    "credit.on_post": gettext_lazy("Days on post"),
    "credit.not_begun": gettext_lazy("Not begun yet"),
    "credit.passed": gettext_lazy("Days that are not credited"),
    "credit.leave_off": gettext_lazy("Days by which leave lengthened the term"),
    "credit.piece": gettext_lazy("Days reckoned as one piece"),
    "credit.by_duty_days": gettext_lazy("Counted in duty days"),
    "credit.worth": gettext_lazy("What the piece is worth"),
    "credit.sum": gettext_lazy("Pieces together"),
    "credit.part": "",
    "credit.term": gettext_lazy("At the end of the term"),
    "credit.nothing": gettext_lazy("Nothing is credited"),
    "credit.state": gettext_lazy("What it is worth at the moment"),
    "credit.short_piece": gettext_lazy("A short piece"),
    "credit.several_units": gettext_lazy("More than one receiving unit"),
    "credit.from": pgettext_lazy("day", "from"),
    "credit.to": pgettext_lazy("day", "to"),
    "credit.until": gettext_lazy("served until"),
    "credit.at": pgettext_lazy("place", "at"),
    "credit.why": gettext_lazy("because"),
    "credit.per_month": gettext_lazy("duty days of a month"),
    "credit.conversion": gettext_lazy("conversion"),
    "credit.ratio": gettext_lazy("times"),
    "credit.cap": gettext_lazy("at most"),
    "credit.whole_cap": gettext_lazy("in all at most"),
    "owed.piece": gettext_lazy("Service"),
    "owed.asked": gettext_lazy("Service asked"),
    "owed.of_which": gettext_lazy("Of which"),
    "owed.part": "",
    "owed.left": gettext_lazy("Still to be served"),
    "owed.minimum": gettext_lazy("a piece has at least"),
    "owed.due": gettext_lazy("Due on"),
    "owed.since": gettext_lazy("clock began"),
    "owed.within": gettext_lazy("within"),
    "owed.latest_start": gettext_lazy("Latest safe first day"),
    "owed.met_on": gettext_lazy("Met on"),
    "owed.state": gettext_lazy("Answer"),
    "owed.how": "",
    "how:counts": gettext_lazy("counts"),
    "how:proposed": gettext_lazy("counts with its result"),
    "how:to_come": gettext_lazy("still to come"),
}
#: What may be lacking besides facts, ratios and thresholds.
_MISSING = {
    "short_service_filing": gettext_lazy("filing that the short piece counts"),
    "duty_days_per_month": gettext_lazy("number of duty days of a month"),
    "duty_days": gettext_lazy("duty days of somebody who works shifts"),
    "due": gettext_lazy("time within which it is due"),
    "credit": gettext_lazy("credit of an assignment"),
    "applies_to": gettext_lazy("whether the rule speaks of the person"),
}


def code_words(code: str) -> str | None:
    """Return what a code of these explanations means; None where it is none of theirs."""
    if code in _CODES:
        return str(_CODES[code])
    kind, sign, value = code.partition(":")
    if not sign:
        return str(_MISSING[code]) if code in _MISSING else None
    match kind:
        case "length":
            months, _plus, days = value.partition("+")
            return durations.in_words(int(months), int(days))
        case "months":
            return durations.months_in_words(int(value))
        case "days":
            return durations.days_in_words(int(value))
        case "duty_days":
            return durations.duty_days_in_words(int(value)) if value != "None" else ""
        case "why":
            return str(WHY[value]) if value in WHY else None
        case "credit_state":
            return str(CreditState(value).label)
        case "owed_state":
            return str(ObligationState(value).label)
        case "conversion" if value:
            return _("ratio of a conversion")
        case "asked":
            return _("length of the service asked")
    return None


def missing_labels(missing: Iterable[str], document: PolicyDocument | None) -> list[str]:
    """Return in words what has to be entered, set or decided, each thing once."""
    said = []
    for code in missing:
        if code in _MISSING:
            said.append(str(_MISSING[code]))
        elif code.startswith("conversion:"):
            said.append(_("ratio of a conversion"))
        elif code.startswith("asked:"):
            said.append(_("length of the service asked"))
        else:
            said.append(telling.missing_words(code, reading.lang(), document))
    return list(dict.fromkeys(said))


def credit_shape(state: str) -> str:
    """Return the shape a credit's state wears beside its word."""
    return CREDIT_SHAPES[CreditState(state)]


def obligation_shape(state: str, binding: str) -> str:
    """Return the shape an obligation's state wears; what is only encouraged is never a fault, and grey."""
    shape = OBLIGATION_SHAPES[ObligationState(state)]
    return "mute" if binding == "encouraged" and shape in ("bad", "warn") else shape


def requirement_label(document: PolicyDocument, clause_id: str) -> str:
    """Return the requirement's short name."""
    found = next((each for each in document.requirements if each.id == clause_id), None)
    if found is None:
        return clause_id
    return found.label_zh if reading.in_chinese() else found.label_en


def service_label(document: PolicyDocument, clause_id: str) -> str:
    """Return the service clause's short name."""
    found = next((each for each in document.service if each.id == clause_id), None)
    if found is None:
        return clause_id
    return found.label_zh if reading.in_chinese() else found.label_en
