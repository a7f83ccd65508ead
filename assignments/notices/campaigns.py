"""The sentences of the notices about campaigns and who is placed in them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "campaigns.people_placed": _(
        "%(count)s people of your unit are placed in “%(campaign)s”: state that they may go, and of physicians that "
        "their practice at your unit is suspended."
    ),
    "campaigns.people_coming": _("%(count)s people come to your unit in “%(campaign)s”; they report on %(day)s."),
    "campaigns.you_are_placed": _("You are placed at %(unit)s from %(day)s to %(last)s."),
}
