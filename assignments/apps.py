"""The app's name and label; at start it tells the audit what its acts are called, and jobs what they run."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    name = "assignments"
    label = "assignments"
    verbose_name = _("Assignments")

    def ready(self) -> None:
        from assignments import notices, services  # noqa: F401 -- registers the job's handler and the sentences
        from assignments.acts import ACTS
        from deploy_admin.audit import acts

        acts.register(ACTS)
