"""What the audit record calls the acts of scores."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "scores.asked": _("Asked for the scores of a month to be computed again"),
    "scores.drift": _("Found scores that had to be others, and mended them"),
    "scores.exported": _("Exported scores"),
}
