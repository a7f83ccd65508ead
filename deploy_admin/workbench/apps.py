"""The app's name and label; it hands the frame around every page what that shows."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkbenchConfig(AppConfig):
    name = "deploy_admin.workbench"
    label = "workbench"
    verbose_name = _("Workbench")

    def ready(self) -> None:
        from deploy_admin.ui import explaining, shell
        from deploy_admin.workbench import frame, naming

        shell.provide("navigation", frame.navigation)
        shell.provide("capacities", frame.capacities)
        shell.provide("account_links", frame.account_links)
        shell.provide("waiting", frame.waiting)
        shell.provide("running", frame.running)
        explaining.name_with(naming.name)
