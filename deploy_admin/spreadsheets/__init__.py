"""Reading and writing tables: what comes in is guarded and plain, what goes out cannot run."""

from deploy_admin.spreadsheets.cells import Cell, CellError
from deploy_admin.spreadsheets.limited import mark, read
from deploy_admin.spreadsheets.refusals import Unreadable
from deploy_admin.spreadsheets.workbook import Mark, Sheet, Workbook, address
from deploy_admin.spreadsheets.writing import CONTENT_TYPES, export, neutral, template, workbook

__all__ = [
    "CONTENT_TYPES",
    "Cell",
    "CellError",
    "Mark",
    "Sheet",
    "Unreadable",
    "Workbook",
    "address",
    "export",
    "mark",
    "neutral",
    "read",
    "template",
    "workbook",
]
