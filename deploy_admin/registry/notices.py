"""The sentences of the registry's notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from deploy_admin.jobs import notices

notices.register(
    {
        "registry.calendar_to_publish": _(
            "The work calendar of %(year)s is to be published; until then it is provisional."
        )
    }
)
