"""The app's name and label; at start it tells the audit what its acts are called."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "deploy_admin.people"
    label = "people"
    verbose_name = _("Health workers")

    def ready(self) -> None:
        from deploy_admin.audit import acts
        from deploy_admin.people.acts import ACTS

        acts.register(ACTS)
