"""A paper as PDF and as a page: the frozen content in its print template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    annexes = [table for table in tables if table["annex"]]
    for number_of_annex, table in enumerate(annexes, start=1):
        table["mark"] = f"附件{number_of_annex}" if len(annexes) > 1 else "附件"
        table["listed"] = f"{number_of_annex}. {table['title']}" if len(annexes) > 1 else table["title"]
    return {
        "content": content,
        "title": content["title_lines"] if len(content["title"]) > TITLE_SIGNS else [content["title"]],
        "number": number or content["number"] or f"〔{dated_on.year}〕　　号",
        "day": words.day(dated_on),
        "texts": [table for table in tables if not table["annex"]],
        "annexes": annexes,
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
    first = 3 if table.get("landscape") else 6
    return {
        **table,
        "landscape": bool(table.get("landscape")),
        "head": ["序号", *table["head"]],
        "widths": [first, *_percent(table["widths"], 100 - first)],
        "groups": groups,
        "rows": total,
    }


def _percent(shares: Sequence[int], whole: int) -> list[int]:
    """Return the shares as whole percent that add up to `whole`: what is left over goes to those cut the most."""
    exact = [whole * each / sum(shares) for each in shares]
    found = [int(each) for each in exact]
    most_cut = sorted(range(len(shares)), key=lambda at: found[at] - exact[at])
    for at in most_cut[: whole - sum(found)]:
        found[at] += 1
    return found
