"""The sentences of the notices about scores."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "appraisals.scores_drift": _(
        "The check of %(on)s found %(count)s scores that had to be others; they have been mended, and the record "
        "names them."
    ),
}
