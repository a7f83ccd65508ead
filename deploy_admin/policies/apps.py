"""The app's name and label; at start it tells the audit what its acts are called."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "deploy_admin.policies"
    label = "policies"
    verbose_name = _("Policies")

    def ready(self) -> None:
        from deploy_admin.audit import acts

        acts.register(
            {
                "policies.drafted": _("Wrote a draft of a policy"),
                "policies.draft_edited": _("Edited the draft of a policy"),
                "policies.draft_discarded": _("Put the draft of a policy aside"),
                "policies.adopted": _("Adopted a policy"),
                "policies.withdrawn": _("Withdrew a policy"),
                "policies.downloaded": _("Downloaded the text of a policy"),
            }
        )
