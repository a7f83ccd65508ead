"""The sentences of the notices about who may go."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "assignments.correction_asked": _("%(name)s says that something in their record is wrong; look at it."),
    "assignments.correction_answered": _("%(name)s answered what you said about your record."),
}
