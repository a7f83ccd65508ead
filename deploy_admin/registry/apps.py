"""The app's name and label; at start it tells the audit what its acts are called."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "deploy_admin.registry"
    label = "registry"
    verbose_name = _("Registry")

    def ready(self) -> None:
        from deploy_admin.audit import acts, scope
        from deploy_admin.registry.acts import ACTS
        from deploy_admin.registry.models import Institution

        acts.register(ACTS)
        scope.ask_institutions_through(lambda actor: Institution.objects.visible_to(actor).values("pk"))
