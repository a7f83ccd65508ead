"""What the audit record calls the acts of months by workbook and REST."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "appraisals.workbook_downloaded": _("Downloaded a month's workbook"),
    "appraisals.months_written": _("A connected system wrote months"),
}
