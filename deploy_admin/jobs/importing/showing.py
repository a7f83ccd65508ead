"""What the plan page shows: counts, the chosen kind of rows, a page of them, reasons in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from deploy_admin.access import ActorRequest
from deploy_admin.http import page_of
from deploy_admin.jobs.importing.columns import ColumnSet, Context
from deploy_admin.jobs.importing.findings import remedy, sentence
from deploy_admin.jobs.models import RowKind, Upload, UploadState
from deploy_admin.spreadsheets.refusals import SENTENCES

#: Of alike warnings so many cells are named, the rest counted; so many rows are looked through.
CELLS_SHOWN = 4
ROWS_SEARCHED = 2_000
ORDER = (RowKind.REFUSED, RowKind.CHANGED, RowKind.NEW, RowKind.UNCHANGED)


def plan_context(request: ActorRequest, upload: Upload, column_set: ColumnSet, context: Context) -> dict[str, Any]:
    """Return what the template needs about the plan, or about why there is none."""
    summary = upload.summary
    if upload.state == UploadState.UNREADABLE:
        return {"unreadable": _whole_file(summary)}
    if "applied_before" in summary or "counts" not in summary:
        return {"applied_before": summary.get("applied_before")}
    counts = summary["counts"]
    kinds = [kind for kind in ORDER if counts[kind]]
    asked = request.GET.get("show", "")
    shown = RowKind(asked) if asked in kinds else (kinds[0] if kinds else RowKind.NEW)
    columns = {column.key: column for column in column_set.columns(context)}
    page = page_of(request, upload.rows.filter(kind=shown).order_by("position"))
    rows = [_row(row, columns, shown) for row in page.object_list]
    used = [key for key in columns if any(row["values"].get(key) not in (None, "") for row in rows)]
    return {
        "counts": counts,
        "total": sum(counts.values()),
        "to_write": counts[RowKind.NEW] + counts[RowKind.CHANGED],
        "cells_refused": summary["cells_refused"],
        "tabs": [
            {"value": kind, "label": kind.label, "count": counts[kind], "current": kind == shown} for kind in kinds
        ],
        "shown": shown,
        "page": page,
        "rows": rows,
        "headers": [columns[key].label for key in used],
        "cells": [(row, [(columns[key].label, row["shown"].get(key, "")) for key in used]) for row in rows],
        "notices": [sentence(notice["code"], notice["params"]) for notice in summary["notices"]],
        "sheets": [{**sheet, "first": sheet["header_last"] + 1} for sheet in summary["sheets"]],
        "warnings": _warnings(upload, columns) if summary.get("cells_warned") else [],
        "warned": summary.get("cells_warned", 0),
        "made_again": summary["made_again"],
        "not_applied": summary.get("not_applied", ""),
    }


def _warnings(upload: Upload, columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is worth a look, one line for each column and reason: a slip is often in every row."""
    alike: dict[tuple[str, str], dict[str, Any]] = {}
    rows = upload.rows.exclude(findings=[]).order_by("position").only("sheet", "row", "kind", "findings")
    for row in rows[:ROWS_SEARCHED]:
        for finding in row.findings:
            if finding["refuses"]:
                continue
            shown = _finding(row, finding, columns)
            line = alike.setdefault((shown["column"], shown["sentence"]), {**shown, "cells": [], "more": 0})
            if len(line["cells"]) < CELLS_SHOWN:
                line["cells"].append({"place": shown["place"], "value": shown["value"]})
            else:
                line["more"] += 1
    return list(alike.values())


def _whole_file(summary: dict[str, Any]) -> dict[str, str]:
    if summary["file"]:
        return {"sentence": str(SENTENCES[summary["code"]]) % summary["params"], "remedy": ""}
    return {
        "sentence": sentence(summary["code"], summary["params"]),
        "remedy": remedy(summary["code"], summary["params"]),
    }


def _row(row: Any, columns: dict[str, Any], kind: RowKind) -> dict[str, Any]:
    shown = {key: columns[key].shown(value) for key, value in row.values.items() if key in columns}
    return {
        "label": row.label,
        "sheet": row.sheet,
        "row": row.row,
        "values": row.values,
        "shown": shown,
        "changes": [
            {
                "label": columns[change["column"]].label if change["column"] in columns else change["column"],
                "was": _shown(columns, change["column"], change["was"]),
                "now": _shown(columns, change["column"], change["now"]),
            }
            for change in row.changes
        ],
        "findings": [_finding(row, finding, columns) for finding in row.findings],
    }


def _finding(row: Any, finding: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    return {
        "place": finding["cell"] or _("row %(row)s") % {"row": row.row},
        "column": finding["header"] or (columns[finding["column"]].label if finding["column"] in columns else ""),
        "value": finding["value"],
        "sentence": sentence(finding["code"], finding["params"]),
        "remedy": remedy(finding["code"], finding["params"]),
        "refuses": finding["refuses"],
    }


def _shown(columns: dict[str, Any], key: str, value: Any) -> str:
    return str(columns[key].shown(value)) if key in columns else str(value)
