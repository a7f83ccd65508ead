"""The names of acts: code → words in the reader's language. Each app registers its own when it is ready."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_labels: dict[str, str | Promise] = {}


def register(labels: Mapping[str, str | Promise]) -> None:
    """Add `labels` (dotted code → lazy label). The same code with another label is a mistake."""
    for code, text in labels.items():
        if code in _labels and str(_labels[code]) != str(text):
            raise ValueError(f"The act {code!r} is registered twice.")
        _labels[code] = text


def label(code: str) -> str:
    """Return the act's label, or the code itself where none is registered."""
    return str(_labels.get(code, code))


def all_labels() -> dict[str, str]:
    """Return every registered act with its label in the active language, sorted by code."""
    return {code: str(text) for code, text in sorted(_labels.items())}


OWN = {
    "audit.exported": _("Exported the audit record"),
    "audit.verified": _("Verified the audit chain"),
}
