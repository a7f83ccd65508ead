"""The app's name and label; at start it tells the audit its acts, the vault its sealed column."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "deploy_admin.people"
    label = "people"
    verbose_name = _("Health workers")

    def ready(self) -> None:
        from deploy_admin import sealing
        from deploy_admin.audit import acts
        from deploy_admin.people import scans
        from deploy_admin.people.acts import ACTS
        from deploy_admin.people.models.workers import ID_PURPOSE

        acts.register(ACTS)
        scans.register()
        sealing.register(
            sealing.SealedColumn(
                model="people.HealthWorker",
                column="id_sealed",
                purpose=ID_PURPOSE,
                bound_by=("id_digest",),
                bound_to=bytes,
            )
        )
