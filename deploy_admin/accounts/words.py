"""Permissions in words, for the page where a machine's token is made."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Permission

PERMISSION_LABELS = {
    Permission.INSTITUTIONS_VIEW: _("Read institutions"),
    Permission.POLICIES_VIEW: _("Read policies"),
    Permission.FIGURES_VIEW: _("Read figures"),
    Permission.FIGURES_ENTER: _("Hand in figures"),
    Permission.QUOTAS_VIEW: _("Read quotas"),
    Permission.RUNS_VIEW: _("Read runs"),
    Permission.RELEASES_VIEW: _("Read releases"),
    Permission.PEOPLE_VIEW: _("Read health workers, without ID numbers"),
    Permission.PEOPLE_IDS: _("Read whole ID numbers"),
    Permission.ELIGIBILITY_VIEW: _("Read who may be sent"),
    Permission.ASSIGNMENTS_VIEW: _("Read campaigns, assignments, leave, credit and papers"),
    Permission.MONTHS_VIEW: _("Read months, without kinds of private leave"),
    Permission.MONTHS_ENTER: _("Enter the unit's attendance and workload"),
    Permission.FEEDBACK_VIEW: _("Read feedback letters with points and pay factors"),
    Permission.FEEDBACK_RECEIVE: _("Confirm that feedback letters have arrived"),
    Permission.INSPECTIONS_VIEW: _("Read inspections"),
    Permission.REQUESTS_VIEW: _("Read staffing requests"),
    Permission.REQUESTS_ENTER: _("File the unit's staffing requests"),
    Permission.NOMINATIONS_VIEW: _("Read nominations"),
    Permission.NOMINATIONS_ENTER: _("File the unit's nominations"),
    Permission.ALLOCATION_VIEW: _("Read allocation plans"),
    Permission.ALLOCATION_PLAN: _("Have an allocation plan proposed"),
}
#: What stands under a scope that needs a second thought.
WARNINGS = {
    Permission.PEOPLE_IDS: _(
        "Whoever holds this token reads the whole ID number of everybody your capacity sees, and every reading is on "
        "record. Give it only to a system that cannot do without, and for a short time."
    ),
}
