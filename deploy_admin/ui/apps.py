"""The app's name and label."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "deploy_admin.ui"
    label = "ui"
    verbose_name = _("Ui")
