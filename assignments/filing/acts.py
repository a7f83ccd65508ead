"""What the audit record calls the acts of this room: what units file in a campaign, requests and nominations."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Any] = {
    "lists.begun": _("Began a list"),
    "lists.taken_over": _("Took over who enters a list"),
    "lists.scanned": _("Filed another scan of a list"),
    "lists.saved": _("Saved a list"),
    "lists.nominated": _("Nominated people"),
    "lists.nomination_changed": _("Changed a nomination"),
    "lists.nominations_withdrawn": _("Took people off a nomination list"),
    "lists.nominations_exported": _("Exported nominations"),
    "lists.submitted": _("Submitted a list"),
    "lists.entered_on_behalf": _("Entered a list on a unit's behalf"),
    "lists.taken_back": _("Took back a list"),
    "lists.checked": _("Checked a list that was entered on behalf"),
    "lists.sent_back": _("Sent back a list"),
    "lists.reopened": _("Reopened an approved list"),
    "lists.approved": _("Approved lists"),
    "lists.exempted": _("Gave more time for a list"),
    "lists.struck": _("Struck a line of a list"),
    "lists.restored": _("Restored a struck line of a list"),
    "lists.exported": _("Exported the lists of a campaign"),
    "lists.requests_exported": _("Exported staffing requests"),
}
