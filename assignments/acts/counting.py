"""What the audit record calls the acts of what counts for which quota."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTS = {
    "counted.confirmed": _("Confirmed what people count for"),
    "counted.declined": _("Decided that people do not count for a quota"),
    "counted.reopened": _("Took back a decision on what people count for"),
    "counted.chosen": _("Chose the quota somebody counts for"),
    "counted.exported": _("Exported what people count for"),
    "counted.refreshed": _("Proposed what people count for and added it up"),
    "counted.drift": _("Found tallies that differ from their rows"),
}
