"""What of a paper a unit or a district reads that is named on it with others: its own rows, marked as an extract."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from assignments.papers.contents import Content

MARK = "摘录（只含本单位、本辖区有关人员，全文存发文单位）"


def extract(content: Content, assignment_ids: Collection[int]) -> Content:
    """Return the paper with the rows of these assignments only; a group or table without any is left out."""
    tables = [table | {"groups": _groups(table["groups"], assignment_ids)} for table in content["tables"]]
    return content | {"tables": [table for table in tables if table["groups"]], "extract": MARK}


def _groups(groups: list[dict[str, Any]], kept: Collection[int]) -> list[dict[str, Any]]:
    found = [group | {"rows": [row for row in group["rows"] if row["assignment"] in kept]} for group in groups]
    return [group for group in found if group["rows"]]
