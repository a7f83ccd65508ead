"""What the audit record calls the acts of inspections."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "assignments.inspection_opened": _("Opened an inspection"),
    "assignments.inspection_changed": _("Changed an inspection"),
    "assignments.inspection_discarded": _("Discarded an inspection"),
    "assignments.inspection_closed": _("Closed an inspection"),
    "assignments.inspections_exported": _("Exported the list of inspections"),
    "assignments.presence_recorded": _("Recorded presence in an inspection"),
    "assignments.finding_added": _("Added a finding"),
    "assignments.finding_removed": _("Removed a finding"),
    "assignments.order_answered": _("Answered a corrective order"),
    "assignments.order_returned": _("Sent the answer to an order back"),
    "assignments.order_settled": _("Settled a corrective order"),
    "assignments.sanction_recorded": _("Recorded a sanction"),
    "assignments.sanction_withdrawn": _("Took back a sanction"),
    "assignments.both_ends_exported": _("Exported the cross-check of both ends"),
}
