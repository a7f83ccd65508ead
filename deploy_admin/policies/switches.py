"""The switches that weigh on people: an officer answers each when adopting; no defaults (AMB-22, 24, 25, 27)."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from deploy_admin.policies.language import PolicyDocument


class Switch(NamedTuple):
    """One question, and the section of a document that raises it."""

    code: str
    section: str
    sentence: Any


SWITCHES = (
    Switch("maternity_leave_extends", "leave", _("Maternity leave extends the term.")),
    Switch("absence_by_day", "leave", _("Each day of unapproved absence counts as one time, not each episode.")),
    Switch("void_takes_extension", "service", _("A void takes away the extension of the term as well.")),
    Switch("gap_breaks_continuity", "service", _("A gap longer than the tolerance breaks continuous service.")),
)


def asked_of(document: PolicyDocument) -> tuple[Switch, ...]:
    """Return the switches that the document's sections raise."""
    sections = {name for name, _content in document.later}
    return tuple(switch for switch in SWITCHES if switch.section in sections)
