"""A paper as PDF and as a page: the frozen content in its print template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assignments.papers import contents, words
from assignments.papers.contents import Content
from deploy_admin import documents

TEMPLATE = "print/assignments/paper.html"
#: So many signs of a title stand on one line.
TITLE_SIGNS = 20


def context(content: Content, sha256: str = "", number: str = "") -> dict[str, Any]:
    """Return what print template, page and DOCX show; without a digest it is a preview, without a check code."""
    dated_on = date.fromisoformat(content["dated_on"])
    tables = [_table(table) for table in content["tables"]]
    return {
        "content": content,
        "title": content["title_lines"] if len(content["title"]) > TITLE_SIGNS else [content["title"]],
        "number": number or content["number"] or f"〔{dated_on.year}〕　　号",
        "day": words.day(dated_on),
        "texts": [table for table in tables if not table["annex"]],
        "annexes": [table for table in tables if table["annex"]],
        "code": contents.check_code(sha256) if sha256 else "",
        "is_preview": not sha256,
    }


def pdf(content: Content, sha256: str) -> bytes:
    """Return the paper as PDF."""
    return documents.pdf(TEMPLATE, context(content, sha256))


def html(content: Content, sha256: str = "") -> str:
    """Return the paper as the page that `pdf` prints."""
    return documents.html(TEMPLATE, context(content, sha256))


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with its rows numbered through, so that the template need not count."""
    total, groups = 0, []
    for group in table["groups"]:
        rows = []
        for row in group["rows"]:
            total += 1
            rows.append({"number": total, "cells": row["cells"], "assignment": row["assignment"]})
        groups.append({"label": group["label"], "rows": rows})
    widths = [6, *(round(94 * each / sum(table["widths"])) for each in table["widths"])]
    return {**table, "head": ["序号", *table["head"]], "widths": widths, "groups": groups, "rows": total}
