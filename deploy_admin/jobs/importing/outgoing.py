"""What a column set gives out: the year's template, and the current rows as a table that is itself a valid upload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from deploy_admin import spreadsheets
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, Type
from deploy_admin.spreadsheets.writing import TemplateColumn

TEXTUAL = (Type.TEXT, Type.CREDIT_CODE, Type.NATIONAL_ID, Type.DATE, Type.MONTH)


def header(column: Column) -> str:
    """Return the column's header: required ones carry a star, which reading takes off."""
    return f"{column.label}*" if column.required else column.label


def offered(column_set: ColumnSet, context: Context) -> list[Column]:
    """Return the columns that go out."""
    return [column for column in column_set.columns(context) if column.offered]


def template(column_set: ColumnSet, context: Context, *, marker: str = "") -> bytes:
    """Return the workbook to be filled in: what is known is filled in, lists drop down, one row shows how."""
    if (own := column_set.workbook(context, marker=marker)) is not None:
        return own
    columns = offered(column_set, context)
    rows = (
        [
            column.shown(row.get(column.key)) or None if column.type in TEXTUAL else _cell(column, row)
            for column in columns
        ]
        for row in column_set.rows_for_template(context)
    )
    return spreadsheets.template(
        [
            TemplateColumn(
                header(column),
                help=str(column.help),
                choices=_choices(column),
                example=column.shown(column.example) if column.type is Type.CODE else column.example,
                width=column.width,
                text=column.type in TEXTUAL,
                whole_number=column.type is Type.INTEGER,
            )
            for column in columns
        ],
        rows,
        title=f"{column_set.title} {column_set.subtitle(context)}".strip(),
        lead=str(column_set.lead),
        sheet_name=str(column_set.title),
        codes_name=_("Code lists"),
        example_mark=_("Example: "),
        marker=marker,
    )


def current(column_set: ColumnSet, context: Context, format: str) -> bytes:
    """Return the rows as they stand; sent in again, they change nothing."""
    columns = offered(column_set, context)
    rows = ([_cell(column, row) for column in columns] for row in column_set.rows_for_export(context))
    return spreadsheets.export([header(column) for column in columns], rows, format, title=str(column_set.title))


def _choices(column: Column) -> tuple[str, ...]:
    if column.type is Type.YES_NO:
        return (column.shown(True), column.shown(False))
    return tuple(code.label for code in column.codes)


def _cell(column: Column, row: Mapping[str, Any]) -> Any:
    value = row.get(column.key)
    if value is None or value == "":
        return None
    return column.shown(value) if column.type in (*TEXTUAL, Type.CODE, Type.YES_NO) else value
