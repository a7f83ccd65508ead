"""What the audit record calls the acts of service credit and obligations."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "service.reckoned": _("Reckoned service credit and obligations"),
    "service.reckoning_asked": _("Asked for everybody's service to be reckoned again"),
    "service.exported": _("Exported service credit or obligations"),
    "assignments.short_service_filed": _("Filed that a short piece of service counts"),
}
