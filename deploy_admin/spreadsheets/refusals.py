"""Why a whole file is refused: a code for machines, a sentence and a way out for people."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from deploy_admin.errors import RuleViolation

SENTENCES: dict[str, Any] = {
    "file_empty": _("The file is empty. Choose the filled-in table."),
    "file_too_large": _("The file is larger than %(limit)s MB. Delete pictures and unused sheets, or split it."),
    "too_many_cells": _("The table is too large: at most %(rows)s rows and %(columns)s columns. Split it."),
    "zip_bomb": _(
        "Unpacked, the file is out of all proportion to its size. Save it again in your spreadsheet program."
    ),
    "macros": _("The file carries macros. Save it as an ordinary workbook (.xlsx)."),
    "encrypted": _("The file is locked with a password. Remove the password and save it again."),
    "web_page": _("The file is a web page saved under the name of a workbook. Open it and save it as .xlsx."),
    "xml_table": _("The file is an XML table of an old program. Open it and save it as .xlsx."),
    "not_a_workbook": _("The file is not a workbook. XLSX, old XLS and CSV (UTF-8 or GB 18030) are read."),
    "other_format": _("Files of this format are not read. Open it and save it as .xlsx."),
    "damaged": _("The file is damaged. Open it in your spreadsheet program and save it again."),
    "unknown_encoding": _("The text file is neither UTF-8 nor GB 18030. Save it as XLSX, or as CSV in UTF-8."),
    "reading_took_too_much": _("Reading the file took too much time or memory. Delete unused rows and sheets."),
}


class Unreadable(RuleViolation):
    """The file as a whole cannot be read."""

    def __init__(self, code: str, **params: Any) -> None:
        self.params = params
        sentence = lazy(lambda: str(SENTENCES[code]) % params, str)()  # the limited worker has no settings to ask
        super().__init__(sentence, code, context=params)
