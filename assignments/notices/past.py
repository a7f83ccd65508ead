"""The sentences of the notices about taking on the past and placing by workbook."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "assignments.past_to_confirm": _("%(count)s entries about past service wait to be confirmed."),
    "assignments.past_returned": _("%(count)s entries about past service came back: %(reason)s"),
}
