"""What the audit record calls the acts of trends."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "trends.read": _("Opened a person's months"),
    "trends.exported": _("Exported the months behind a chart"),
}
