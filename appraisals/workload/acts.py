"""What the audit record calls the acts of workload."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "appraisals.workload_entered": _("Entered workload"),
    "appraisals.workload_confirmed": _("Confirmed the workload that people said"),
}
