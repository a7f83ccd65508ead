"""What the audit record calls the acts of issued papers."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "papers.issued": _("Issued a paper"),
    "papers.numbered": _("Wrote down the number of a paper"),
    "papers.stamped": _("Filed the stamped copy of a paper"),
    "papers.withdrawn": _("Withdrew a paper"),
    "papers.exported": _("Exported the list of papers"),
    "papers.extract_read": _("Took an extract of a paper"),
}
