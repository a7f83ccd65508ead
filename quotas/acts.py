"""What the audit record calls the acts of this app."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTS = {
    "figures.entered": _("Entered figures"),
    "figures.corrected": _("Corrected signed figures"),
    "figures.signed_off": _("Signed off figures"),
    "figures.withdrawn": _("Withdrew figures"),
    "figures.reminded": _("Reminded units of missing figures"),
    "quotas.recompute_asked": _("Asked for a computation of quotas"),
    "quotas.recomputed": _("Computed quotas"),
    "quotas.tallied": _("Took down tallies"),
    "quotas.reason_given": _("Gave the reason for a shortfall"),
    "quotas.reason_accepted": _("Accepted the reason for a shortfall"),
    "quotas.reason_declined": _("Declined the reason for a shortfall"),
    "quotas.released": _("Released quotas"),
}
