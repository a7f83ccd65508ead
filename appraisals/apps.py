"""The app's name and label; at start it tells the audit what its acts are called, and jobs what they run."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalsConfig(AppConfig):
    name = "appraisals"
    label = "appraisals"
    verbose_name = _("Appraisals")

    def ready(self) -> None:
        from appraisals import notices  # noqa: F401 -- registers the sentences
        from appraisals.acts import ACTS
        from appraisals.feedback import matching
        from appraisals.models import IdempotentWrite
        from appraisals.review import scans
        from appraisals.scoring import following, words
        from assignments.services import months_hooks
        from deploy_admin.accounts import once
        from deploy_admin.audit import acts
        from deploy_admin.ui import explaining

        acts.register(ACTS)
        matching.register()
        once.keep_in(IdempotentWrite)
        scans.register()
        months_hooks.on_change("scores", following.follow)
        explaining.name_with(words.code_words)
