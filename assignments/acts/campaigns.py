"""What the audit record calls the acts of campaigns, checklists and plans."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "campaigns.created": _("Prepared a campaign"),
    "campaigns.changed": _("Changed a campaign"),
    "campaigns.opened": _("Opened a campaign"),
    "campaigns.closed": _("Closed a campaign"),
    "campaigns.reopened": _("Opened a closed campaign again"),
    "campaigns.put_back": _("Put a campaign back into preparation"),
    "campaigns.withdrawn": _("Withdrew a campaign"),
    "campaigns.exported": _("Exported the people of a campaign"),
    "campaigns.duty_done": _("Recorded an item of a unit's checklist"),
    "campaigns.duty_undone": _("Took back an item of a unit's checklist"),
    "assignments.placed": _("Placed people"),
    "assignments.plan_changed": _("Changed a plan"),
    "assignments.plan_withdrawn": _("Took plans back"),
}
