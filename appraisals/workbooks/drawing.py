"""Drawing a unit's workbook of a month: the grid with drop-downs, the counts beside it, the code list behind."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook as Book
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from appraisals.workbooks.columns import Heading, columns_for, count_key, day_key, reason_key
from appraisals.workbooks.matter import DayLies, Line, Matter
from appraisals.workbooks.signs import sign_of, signs
from assignments.rules.attendance_codes import CLOSED
from deploy_admin.jobs.importing.columns import Column, speaks_chinese
from deploy_admin.spreadsheets import markers, neutral
from deploy_admin.spreadsheets.writing import CODES_MARK

TITLE, LEAD, WEEKDAYS, HEAD = 1, 2, 3, 4
#: Of so many counts the usual range stands as a note at the cell; of more only what the column means.
NOTES = 600
_WHO = 3  # columns that say who it is
_HEAD_FONT, _TITLE_FONT = Font(bold=True), Font(bold=True, size=14)
_DIM = Font(color="7A8594")
_HEAD_FILL = PatternFill("solid", fgColor="E8EEF6")
_FILLS = {
    DayLies.REST: PatternFill("solid", fgColor="F0F1F3"),
    DayLies.HOLIDAY: PatternFill("solid", fgColor="F9E3DF"),
    DayLies.MAKE_UP: PatternFill("solid", fgColor="E4F1E6"),
}
_SHUT = PatternFill("solid", fgColor="C9CED6")
_THIN = Side(style="thin", color="C3CAD4")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(vertical="center", wrap_text=True)


def draw(matter: Matter, *, marker: str = "") -> bytes:
    """Return the workbook as XLSX, in the language of whoever asks for it."""
    book = Book()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101
    sheet.title = f"{matter.month}"
    columns = columns_for(matter.month, matter.indicators)
    _head(sheet, matter, columns)
    codes = book.create_sheet(_("Code lists"))
    listed = _code_list(codes)
    noted = sum(len(line.asked) for line in matter.lines) <= NOTES
    places = {column.key: index for index, column in enumerate(columns, 1)}
    for at, line in enumerate(matter.lines, HEAD + 1):
        _line(sheet, at, line, matter, places, noted)
    _drop_downs(sheet, matter, columns, f"'{codes.title}'!$A$2:$A${listed + 1}")
    sheet.freeze_panes = f"{get_column_letter(_WHO + 1)}{HEAD + 1}"
    sheet.print_title_rows = f"{WEEKDAYS}:{HEAD}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if marker:
        markers.put(book, marker)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _head(sheet: Worksheet, matter: Matter, columns: tuple[Column, ...]) -> None:
    sheet.cell(TITLE, 1, _text(_("%(unit)s: month %(month)s") % {"unit": matter.unit, "month": str(matter.month)}))
    sheet.cell(TITLE, 1).font = _TITLE_FONT
    lead = _(
        "Everybody is entered as present: change only what was different, by the signs of the code list. An empty "
        "day goes back to what the calendar, the roster and approved leave say; an empty count is left as it is. "
        "Grey days are not at this unit."
    )
    sheet.cell(LEAD, 1, _text(lead)).alignment = _LEFT
    sheet.merge_cells(start_row=LEAD, start_column=1, end_row=LEAD, end_column=len(columns))
    sheet.row_dimensions[LEAD].height = 30
    days = matter.month.last.day
    weekdays = (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))
    by_code = {count_key(each.code): each for each in matter.indicators}
    for at, column in enumerate(columns, 1):
        day = at - _WHO
        head = sheet.cell(HEAD, at)
        head.value = day if 1 <= day <= days else _text(_label(column, by_code.get(column.key)))
        head.font, head.fill, head.border, head.alignment = _HEAD_FONT, _HEAD_FILL, _BOX, _MIDDLE
        sheet.column_dimensions[get_column_letter(at)].width = column.width
        if 1 <= day <= days:
            name = sheet.cell(WEEKDAYS, at, weekdays[matter.month.period.first.replace(day=day).weekday()])
            name.font, name.alignment = _DIM, _MIDDLE
            if (fill := _FILLS.get(matter.lies[day - 1])) is not None:
                head.fill = name.fill = fill
    sheet.row_dimensions[HEAD].height = 32


def _label(column: Column, heading: Heading | None) -> str:
    if heading is None:
        return f"{column.label}*" if column.required else column.label
    unit = heading.unit_zh if speaks_chinese() else heading.unit_en
    return f"{column.label}（{unit}）" if speaks_chinese() else f"{column.label} ({unit})"


def _line(sheet: Worksheet, at: int, line: Line, matter: Matter, places: Mapping[str, int], noted: bool) -> None:
    zh = speaks_chinese()
    sheet.cell(at, 1, line.assignment_id).font = _DIM
    sheet.cell(at, 2, _text(line.name)).font = _HEAD_FONT
    sheet.cell(at, 3, _text(line.sending_unit)).font = _DIM
    for day, cell in enumerate(line.days, 1):
        box = sheet.cell(at, _WHO + day)
        if (sign := sign_of(cell, zh=zh)) != "":
            box.value = sign
        box.border, box.alignment = _BOX, _MIDDLE
        if cell == CLOSED:
            box.fill = _SHUT
        elif (fill := _FILLS.get(matter.lies[day - 1])) is not None:
            box.fill = fill
    for each in matter.indicators:
        box = sheet.cell(at, places[count_key(each.code)])
        box.border = _BOX
        if each.code not in line.asked:
            box.fill = _SHUT
            continue
        box.value = line.counts.get(each.code)
        box.number_format = "0" if not each.decimals else f"0.{'0' * each.decimals}"
        if noted and each.code in line.usual:
            box.comment = Comment(line.usual[each.code], "", width=220, height=50)
        if each.is_judged and (reason := line.reasons.get(each.code)):
            sheet.cell(at, places[reason_key(each.code)], _text(reason))


def _drop_downs(sheet: Worksheet, matter: Matter, columns: tuple[Column, ...], allowed: str) -> None:
    """Let every day be chosen from the list; what is typed in another of the known ways is asked about, not barred."""
    if not matter.lines:
        return
    first, last = HEAD + 1, HEAD + len(matter.lines)
    places = {column.key: get_column_letter(index) for index, column in enumerate(columns, 1)}
    days = DataValidation(type="list", formula1=allowed, allow_blank=True, errorStyle="warning")
    days.showErrorMessage = True
    days.error = _("This sign is not in the code list. Half days are written ½ and the sign.")
    days.add(f"{places[day_key(1)]}{first}:{places[day_key(len(matter.lies))]}{last}")
    sheet.add_data_validation(days)
    for each in matter.indicators:
        kind = "decimal" if each.decimals else "whole"
        rule = DataValidation(type=kind, operator="greaterThanOrEqual", formula1="0", allow_blank=True)  # type: ignore[arg-type]
        rule.showErrorMessage = True
        rule.add(f"{places[count_key(each.code)]}{first}:{places[count_key(each.code)]}{last}")
        sheet.add_data_validation(rule)


def _code_list(sheet: Worksheet) -> int:
    """Write every sign with its words, and how half days may be written; return how many signs there are."""
    zh = speaks_chinese()
    heads = (_("Sign"), _("Meaning"), _("Stored as"), _("Half days may also be written"))
    for at, (head, width) in enumerate(zip(heads, (10, 34, 10, 46), strict=True), 1):
        sheet.cell(1, at, f"{head}{CODES_MARK}").font = _HEAD_FONT
        sheet.column_dimensions[get_column_letter(at)].width = width
    listed = list(signs(zh=zh))
    for at, told in enumerate(listed, 2):
        for column, text in enumerate(told, 1):
            sheet.cell(at, column, text)
    examples: tuple[str, ...] = (
        _("½事, 事0.5, 0.5事, 半天事假, √/事 or Sh: half a day of personal leave, the other half at the post"),
        _("½ or Ph: half a day at the post and nothing else"),
    )
    for at, text in enumerate(examples, 2):
        sheet.cell(at, len(heads), text).alignment = _LEFT
    return len(listed)


def _text(value: Any) -> str:
    return neutral(str(value))
