"""The app's name and label; at start it tells the audit what its acts are called, and jobs what they run."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    name = "assignments"
    label = "assignments"
    verbose_name = _("Assignments")

    def ready(self) -> None:
        from assignments import counted_people, notices, scans, services, standing_words  # noqa: F401 -- registers the job's handler and the sentences
        from assignments.acts import ACTS
        from assignments.allocation import paper_matching as decisions
        from assignments.filing import nomination_checks  # noqa: F401 -- registers what is checked before handing in
        from assignments.filing import paper_matching as lists
        from assignments.leave_words import code_words
        from assignments.papers import reading as papers
        from assignments.services import (
            crediting,  # noqa: F401 -- registers the job's handler
            merges,
            paper_batch,  # noqa: F401 -- registers the job's handler
        )
        from deploy_admin.audit import acts
        from deploy_admin.people.services import on_merge
        from deploy_admin.ui import explaining
        from quotas import naming

        acts.register(ACTS)
        naming.ask_through(counted_people.named)
        on_merge("assignments", merges.follow, before=merges.prepare)
        scans.register()
        papers.register()
        lists.register()
        decisions.register()
        explaining.name_with(code_words)
        explaining.name_with(standing_words.code_words)
