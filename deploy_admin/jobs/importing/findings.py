"""What is wrong with a cell, as code and data; the sentence and the remedy are made when somebody reads them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)
_templates: dict[str, tuple[Any, Any]] = {}


def register(templates: Mapping[str, tuple[Any, Any]]) -> None:
    """Add `{code: (lazy sentence, lazy remedy)}`, both with %(name)s placeholders. A code has one sentence."""
    if taken := templates.keys() & _templates.keys():
        raise ImproperlyConfigured(f"These findings have a sentence already: {', '.join(sorted(taken))}.")
    _templates.update(templates)


@dataclass(frozen=True)
class Finding:
    """One thing wrong, or worth knowing, at one place."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    column: str = ""  # key
    header: str = ""  # as the file writes it
    at: int = 0  # column number, from 1; 0 where the whole row is meant
    cell: str = ""  # address
    value: str = ""
    refuses: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "params": self.params,
            "column": self.column,
            "header": self.header,
            "at": self.at,
            "cell": self.cell,
            "value": self.value[:200],
            "refuses": self.refuses,
        }


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """Return what is wrong, in the reader's language."""
    return _rendered(code, params, 0)


def remedy(code: str, params: Mapping[str, Any]) -> str:
    """Return what would be right, in the reader's language."""
    return _rendered(code, params, 1)


def _rendered(code: str, params: Mapping[str, Any], which: int) -> str:
    template = _templates.get(code)
    if template is None:
        log.error("finding %s has no sentence", code)
        return code
    try:
        return str(template[which]) % dict(params)
    except (KeyError, TypeError, ValueError):
        log.exception("finding %s cannot be rendered", code)
        return code


register(
    {
        # cells
        "required": (_("must be filled in"), _("Fill in “%(column)s”.")),
        "digits_lost": (
            _("the spreadsheet program has rewritten the last digits; they cannot be restored"),
            _("Format the cell as text and type the number again."),
        ),
        "cell_error": (_("the cell shows an error: %(error)s"), _("Mend the formula, or type the value.")),
        "not_calculated": (
            _("the formula was never calculated"),
            _("Open the file in your spreadsheet program and save it, or type the value."),
        ),
        "not_a_number": (_("is not a number"), _("Write the number in digits, such as 12.")),
        "not_whole": (_("is not a whole number"), _("Write a whole number, such as 12.")),
        "too_small": (_("is less than %(minimum)s"), _("Write %(minimum)s or more.")),
        "too_large": (_("is more than %(maximum)s"), _("Write %(maximum)s or less.")),
        "too_long": (_("is longer than %(limit)s characters"), _("Shorten it to %(limit)s characters.")),
        "not_text": (_("is not text"), _("Write it as text.")),
        "not_a_year": (_("is not a year"), _("Write four digits, such as 2025.")),
        "not_a_month": (_("is not a month"), _("Write year and month, such as 2024-03.")),
        "not_a_date": (_("is not a valid date"), _("Write it as YYYY-MM-DD, such as 2024-12-05.")),
        "day_missing": (_("names a month, not a day"), _("Write the day too, such as 2024-03-05.")),
        "not_yes_no": (_("is neither yes nor no"), _("Write “是” or “否”.")),
        "not_in_list": (_("is not in the list of codes"), _("One of: %(allowed)s.")),
        "not_in_list_close": (_("is not in the list of codes"), _("Perhaps: %(close)s.")),
        "credit_code_wrong": (
            _("is not a valid unified social credit code: its check character does not fit"),
            _("Copy the 18 characters from the certificate."),
        ),
        "id_length": (
            _("has %(length)s characters; an ID number has 18"),
            _("Copy all 18 characters from the identity card."),
        ),
        "id_old_15": (
            _("is an ID number of the first generation, with 15 digits"),
            _("Write the 18 characters of the present identity card."),
        ),
        "id_characters": (
            _("is not an ID number: 17 digits and then a digit or X"),
            _("Copy the 18 characters from the identity card."),
        ),
        "id_checksum": (
            _("is not a valid ID number: its last character does not fit the others"),
            _("Compare it with the identity card, character by character."),
        ),
        "id_birth_date": (
            _("is not a valid ID number: digits 7 to 14 are not a date"),
            _("Compare digits 7 to 14, the date of birth, with the identity card."),
        ),
        "id_place": (
            _("begins with a place that was never in the list of divisions"),
            _("Compare the first six digits with the identity card."),
        ),
        "merged_value": (
            _("is merged with the cells above: whose number it is cannot be told"),
            _("Unmerge the cells and write the number into each row."),
        ),
        "same_row": (_("is the same as row %(row)s of sheet “%(sheet)s”"), _("Delete one of the two rows.")),
        "header_twice": (
            _("this header stands twice: also at %(other)s"),
            _("Delete or rename one of the two columns."),
        ),
        # whole files
        "sheet_missing": (_("The workbook holds no sheet with data."), _("Use the template of this page.")),
        "header_not_found": (
            _("No header row was found. Expected columns: %(columns)s."),
            _("Use the template of this page, or name the columns as it does."),
        ),
        "columns_missing": (
            _("Columns are missing on sheet “%(sheet)s”, row %(row)s: %(columns)s."),
            _("Add these columns, or use the template of this page."),
        ),
        "no_rows": (_("There is no row of data below the header."), _("Fill in at least one row.")),
        "fault": (
            _("The program met a fault it did not expect; the fault has been recorded."),
            _("Try again later, or choose another file."),
        ),
        # notices
        "columns_ignored": (_("Columns not known here are ignored: %(columns)s."), ""),
        "sheets_ignored": (_("Sheets without these columns are ignored: %(sheets)s."), ""),
        "hidden_sheets": (_("Hidden sheets are not read: %(sheets)s."), ""),
        "hidden_rows": (_("Rows hidden in the sheet are read too: %(rows)s."), ""),
        "example_skipped": (_("Example rows are skipped: %(rows)s."), ""),
        "totals_skipped": (_("Rows of totals are skipped: %(rows)s."), ""),
        "footers_skipped": (_("Rows of remarks are skipped: %(rows)s."), ""),
        "headers_skipped": (_("Repeated header rows are skipped: %(rows)s."), ""),
        "rows_without_value": (_("Rows without a number say nothing and are passed over: %(rows)s."), ""),
        "dashes_empty": (_("Cells holding only a dash are taken as empty: %(cells)s."), ""),
        "wide_form": (_("Read as the wide form: one number for each unit and column."), ""),
        "filled_down": (_("Merged cells are read as standing in every row: %(cells)s."), ""),
    }
)
