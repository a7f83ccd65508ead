"""The sentences of the notices about what counts for which quota."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "counted.to_confirm": _("%(count)s assignments of %(period)s wait to be confirmed as counting for a quota."),
}
