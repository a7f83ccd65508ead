"""Words and shapes that every page says alike: verdicts, binding levels, deadlines, changes, conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

#: verdict → (shape, word). Only what a mandatory duty falls short of is ever red.
VERDICTS = {
    "met": ("ok", gettext_lazy("Met")),
    "short": ("bad", gettext_lazy("Short")),
    "explained": ("warn", gettext_lazy("Explained")),
    "target_gap": ("mute", gettext_lazy("Below target")),
    "pending": ("run", gettext_lazy("Pending")),
    "undetermined": ("und", gettext_lazy("Undetermined")),
    "not_applicable": ("mute", gettext_lazy("Not applicable")),
    "no_whole_number": ("warn", gettext_lazy("No whole number in range")),
    "too_many": ("warn", gettext_lazy("Too many")),
    "not_computed": ("und", gettext_lazy("Not computed")),
}
BINDINGS = {
    "mandatory": gettext_lazy("Mandatory"),
    "in_principle": gettext_lazy("In principle"),
    "encouraged": gettext_lazy("Encouraged"),
}


def verdict_label(code: str) -> Any:
    """Return the verdict in words; a code nobody knows is shown as it is rather than hidden."""
    return VERDICTS[code][1] if code in VERDICTS else code


def verdict_shape(code: str, binding: str = "mandatory", enforcement: str = "") -> str:
    """Return the verdict's shape; falling short of what is encouraged or to be co-ordinated is no violation."""
    shape = VERDICTS.get(code, ("mute", ""))[0]
    if shape == "bad" and (binding == "encouraged" or enforcement == "coordinate"):
        return "mute"
    if shape == "bad" and binding == "in_principle":
        return "warn"
    return shape


def binding_label(level: str) -> Any:
    """Return the binding level in words."""
    return BINDINGS.get(level, level)


def undetermined() -> str:
    """The word for a number that cannot be known yet."""
    return _("Undetermined")


def deadline(day: date | None, today: date) -> tuple[str, str]:
    """Return shape and words of a deadline seen from `today`."""
    if day is None:
        return "mute", _("No deadline")
    left = (day - today).days
    if left < 0:
        return "bad", ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left}
    if left == 0:
        return "warn", _("Today")
    return "run" if left <= 14 else "mute", ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}


def signed(number: Any) -> str:
    """Return a change with its sign, as paper writes it: U+2212, not a hyphen."""
    if number is None or number == "":
        return "—"
    value = Decimal(str(number))
    if value == 0:
        return _("unchanged")
    return f"+{value}" if value > 0 else f"−{-value}"


def versus(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return name, yours and theirs for each field of a Conflict's context."""
    yours, theirs = context.get("yours"), context.get("theirs")
    if not isinstance(yours, Mapping) or not isinstance(theirs, Mapping):
        return [{"name": "", "yours": yours, "theirs": theirs}]
    names = [*yours, *(name for name in theirs if name not in yours)]
    labels = context.get("labels") or {}
    return [
        {
            "name": labels.get(n, n),
            "yours": yours.get(n),
            "theirs": theirs.get(n),
            "differs": yours.get(n) != theirs.get(n),
        }
        for n in names
    ]
