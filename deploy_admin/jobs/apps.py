"""The app's name and label."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "deploy_admin.jobs"
    label = "jobs"
    verbose_name = _("Jobs")
