"""The app's name and label; at start it tells the audit what its acts are called."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuotasConfig(AppConfig):
    name = "quotas"
    label = "quotas"
    verbose_name = _("Quotas")

    def ready(self) -> None:
        from deploy_admin.audit import acts
        from quotas.acts import ACTS

        acts.register(ACTS)
