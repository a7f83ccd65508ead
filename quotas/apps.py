"""The app's name and label; at start it tells the audit what its acts are called, and learns of merged people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuotasConfig(AppConfig):
    name = "quotas"
    label = "quotas"
    verbose_name = _("Quotas")

    def ready(self) -> None:
        from deploy_admin.audit import acts
        from deploy_admin.people.services import on_merge
        from quotas.acts import ACTS
        from quotas.services.merged_people import follow_merge, hold_lists

        acts.register(ACTS)
        on_merge("quotas", follow_merge, before=hold_lists)
