"""The sentences of the notices about service credit and obligations."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "assignments.obligations_pressing": _(
        "Service owed by your people: %(late)s out of time or overdue, %(soon)s to be planned; look at the dates."
    ),
}
