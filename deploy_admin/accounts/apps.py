"""The app's name and label; its acts; what apps below learn from it when it is ready."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "deploy_admin.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from deploy_admin import access, sealing
        from deploy_admin.accounts import acts as own
        from deploy_admin.accounts.models.factors import SEALED
        from deploy_admin.accounts.reauth import confirm_identity
        from deploy_admin.accounts.services.workers import after_merge
        from deploy_admin.audit import acts, scope
        from deploy_admin.people.services import on_merge
        from deploy_admin.registry.models import Institution

        acts.register(own.ACTS)
        sealing.register(*SEALED)
        on_merge("accounts", after_merge)
        access.confirm_through(confirm_identity)
        scope.ask_institutions_through(lambda actor: Institution.objects.visible_to(actor).values("pk"))
