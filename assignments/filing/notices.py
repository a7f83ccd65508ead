"""The sentences of this room's notices: what units file in a campaign, requests and nominations."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "lists.requests_due": _("“%(campaign)s”: your unit's staffing requests are due by %(until)s."),
    "lists.requests_asked": _("“%(campaign)s”: your unit's staffing requests are asked for."),
    "lists.nominations_due": _("“%(campaign)s”: your unit's nominations are due by %(until)s."),
    "lists.nominations_asked": _("“%(campaign)s”: your unit's nominations are asked for."),
    "lists.requests_returned": _("“%(campaign)s”: your staffing requests were sent back: %(reason)s"),
    "lists.nominations_returned": _("“%(campaign)s”: your nominations were sent back: %(reason)s"),
    "lists.requests_approved": _("“%(campaign)s”: your staffing requests are approved."),
    "lists.nominations_approved": _("“%(campaign)s”: your nominations are approved."),
    "lists.requests_more_time": _("“%(campaign)s”: you have more time for your staffing requests, until %(until)s."),
    "lists.nominations_more_time": _("“%(campaign)s”: you have more time for your nominations, until %(until)s."),
    "lists.to_check": _(
        "“%(campaign)s”: %(by)s entered the list of %(unit)s on its behalf: a second person checks it."
    ),
    "lists.to_approve": _("“%(campaign)s”: lists wait for your decision: %(count)s."),
}
