"""The app's name and label."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from deploy_admin import sealing
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
                "batches.opened": _("Opened a collection of tables"),
                "batches.files_sent": _("Dropped files into a collection"),
                "batches.file_assigned": _("Gave a file to a unit by hand"),
                "batches.file_put_aside": _("Put a file of a collection aside"),
                "batches.package": _("Had prefilled workbooks made"),
                "batches.marked": _("Had marked workbooks collected"),
                "imports.exported": _("Exported a table for upload"),
            }
        )
        sealing.register(
            sealing.SealedColumn(
                "jobs.StoredFile",
                "content",
                "jobs.file",
                ("sha256",),
                lambda sha256: str(sha256).encode(),
                {"sealed": True, "removed_at": None},
            ),
            sealing.SealedColumn(
                "jobs.UploadRow",
                "sealed",
                "jobs.upload_row",
                ("upload_id", "position"),
                lambda upload_id, position: f"{upload_id}:{position}".encode(),
            ),
        )
        import_module("deploy_admin.jobs.importing.services")  # the kinds of work of every column set
        import_module("deploy_admin.jobs.importing.batches.packages")
        autodiscover_modules("tasks", "handlers", "notices", "importing")
