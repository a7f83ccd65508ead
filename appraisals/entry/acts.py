"""What the audit record calls the acts of entering the month."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "appraisals.months_exported": _("List of month sheets exported"),
}
