"""What the audit record calls the acts of this app."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTS = {
    "figures.entered": _("Entered figures"),
    "figures.corrected": _("Corrected signed figures"),
    "figures.signed_off": _("Signed off figures"),
    "figures.withdrawn": _("Withdrew figures"),
    "figures.reminded": _("Reminded units of missing figures"),
    "lists.entered": _("Put people on lists"),
    "lists.withdrawn": _("Took a person off a list"),
    "lists.nobody": _("Declared a list empty"),
    "lists.awaited": _("Said that results are still awaited"),
    "lists.results_in": _("Said that no results are awaited any more"),
    "lists.confirmed": _("Confirmed a list"),
    "lists.objected": _("Objected to a row of a list"),
    "lists.objection_accepted": _("Accepted an objection to a list"),
    "lists.objection_declined": _("Declined an objection to a list"),
    "quotas.recompute_asked": _("Asked for a computation of quotas"),
    "quotas.recomputed": _("Computed quotas"),
    "quotas.tallied": _("Took down tallies"),
    "quotas.reason_given": _("Gave the reason for a shortfall"),
    "quotas.reason_accepted": _("Accepted the reason for a shortfall"),
    "quotas.reason_declined": _("Declined the reason for a shortfall"),
    "quotas.released": _("Released quotas"),
}
