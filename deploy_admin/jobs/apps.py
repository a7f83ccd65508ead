"""The app's name and label."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from deploy_admin.audit import acts


class JobsConfig(AppConfig):
    name = "deploy_admin.jobs"
    label = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        """Meet every app's handlers, column sets and notices, in every process."""
        acts.register(
            {
                "files.read": _("Downloaded a file"),
                "jobs.cancelled": _("Took back waiting work"),
                "uploads.sent": _("Sent in a file"),
                "uploads.confirmed": _("Confirmed an upload"),
                "uploads.applied": _("Applied an upload"),
                "uploads.discarded": _("Discarded an upload"),
                "imports.exported": _("Exported a table for upload"),
            }
        )
        autodiscover_modules("tasks", "handlers", "notices", "importing")
