"""The app's name and label."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "deploy_admin.registry"
    label = "registry"
    verbose_name = _("Registry")
