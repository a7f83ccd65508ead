"""What the audit record calls what follows from the work calendar."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "assignments.calendar_followed": _("Computed leave and last days again after a change of the work calendar"),
}
