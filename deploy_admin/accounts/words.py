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
}
