"""The app's name and label; its own acts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "deploy_admin.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from deploy_admin.audit import acts

        acts.register(acts.OWN)
