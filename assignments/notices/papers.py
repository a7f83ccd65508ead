"""The sentences of the notices about issued papers."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "assignments.paper_issued": _("%(unit)s has issued: %(title)s."),
}
