"""What is the matter with a file of a collection: sentences for the codes kept in BatchFile.problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from deploy_admin.spreadsheets.refusals import SENTENCES

WAITING = "waiting"
ASIDE = "aside"
#: The file is there and only its unit is not known: it may be given to a unit by hand.
ASSIGNABLE = frozenset(
    {"unrecognised", "several_units", "unit_twice", "unit_not_expected", "other_collection", "other_table", ASIDE}
)

_SENTENCES: dict[str, Any] = {
    WAITING: _("Is being recognised."),
    ASIDE: _("Put aside."),
    "unrecognised": _("Neither the workbook, nor its name, nor its rows say whose it is. Choose the unit."),
    "several_units": _("Several units may be meant: %(names)s. Choose the unit."),
    "unit_twice": _("A file of this unit is here already: %(other)s. Choose the unit to take this one instead."),
    "unit_not_expected": _("The workbook was made for %(name)s, which is not in the list of this collection."),
    "other_collection": _(
        "The workbook was made for another collection: %(made_for)s. Choose the unit if it is right all the same."
    ),
    "other_table": _(
        "The workbook was made for another table: %(made_for)s. Choose the unit if it is right all the same."
    ),
    "same_file": _("The same file as %(other)s: it is read once."),
    "nested_too_deep": _("ZIP files inside ZIP files are unpacked to a depth of %(limit)s."),
    "archive": _("Archives other than ZIP are not unpacked. Drop the workbooks themselves, or a ZIP file."),
    "zip_locked": _("The ZIP file is locked with a password. Remove the password."),
}


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """Return what is the matter, in the reader's language; "" where nothing is."""
    if not code:
        return ""
    return str(_SENTENCES.get(code) or SENTENCES.get(code, code)) % dict(params)
