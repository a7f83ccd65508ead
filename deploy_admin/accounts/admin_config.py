"""Puts the house's own admin site in the place of Django's default one."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig


class OperationAdminConfig(SimpleAdminConfig):
    """The admin site for the system administrator, found through every app's admin module."""

    default_site = "deploy_admin.accounts.admin_site.OperationSite"

    def ready(self) -> None:
        super().ready()
        admin.autodiscover()
