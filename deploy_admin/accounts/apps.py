"""The app's name and label."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "deploy_admin.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
