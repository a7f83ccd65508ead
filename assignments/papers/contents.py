"""A paper as data: what it says, frozen in JSON, with its digest; pages, PDF and DOCX are made from this alone."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation

from assignments.kinds import PaperKind
from assignments.models import Campaign
from assignments.papers import dispatch, extension, receipt, suspension, words
from assignments.papers.matter import Body, Line, Matter, Paragraph, Table

SCHEMA = 1
CODE_LENGTH = 12
#: What a paper says: plain JSON values.
Content = dict[str, Any]

BUILDERS: dict[PaperKind, Callable[[Matter], Body]] = {
    PaperKind.SUSPENSION_NOTICE: suspension.build,
    PaperKind.DISPATCH_NOTICE: dispatch.build,
    PaperKind.LEAVE_RECEIPT: receipt.build,
    PaperKind.EXTENSION_NOTICE: extension.build,
}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What the office adds to what the rows say, and when the paper was made."""

    dated_on: date
    made_at: str
    number: str = ""
    contact: str = ""
    remark: str = ""
    on_behalf: bool = False
    #: Whether it lists everybody of its campaign: then whoever is placed later is missing on it.
    whole: bool = False


def build(
    kind: PaperKind, lines: Sequence[Line], *, issuer_id: int, campaign: Campaign | None, frame: Frame
) -> Content:
    """Return what the paper says as the rows are now. The words are Chinese, whatever the reader's language."""
    with translation.override("zh-hans"):
        matter = Matter(lines, issuer_id, campaign, frame.dated_on)
        return compose(kind, BUILDERS[kind](matter), issuer=matter.issuer, frame=frame)


def compose(kind: PaperKind, body: Body, *, issuer: str, frame: Frame) -> Content:
    """Return the content of a paper whose body is written: what rooms above write goes through here too."""
    return {
        "schema": SCHEMA,
        "kind": kind.value,
        "issuer": issuer,
        "number": frame.number,
        "title": "".join(body.title),
        "title_lines": list(body.title),
        "to": body.to,
        "paragraphs": _paragraphs(body.paragraphs),
        "closing": _paragraphs(body.closing),
        "remark": words.plain(frame.remark) if frame.remark else "",
        "quotes": [{"phrase": phrase, "source": source} for phrase, source in body.quotes],
        "tables": [_table(table) for table in body.tables],
        "copies": body.copies,
        "contact": words.plain(frame.contact) if frame.contact else "",
        "dated_on": frame.dated_on.isoformat(),
        "made_at": frame.made_at,
        "on_behalf": frame.on_behalf,
        "whole": frame.whole,
    }


def frame_of(content: Mapping[str, Any]) -> Frame:
    """Return what the office added to a paper as it was issued."""
    return Frame(
        dated_on=date.fromisoformat(content["dated_on"]),
        made_at=content["made_at"],
        number=content["number"],
        contact=content["contact"],
        remark=content["remark"],
        on_behalf=content["on_behalf"],
        whole=content["whole"],
    )


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the content, the same for the same words in whatever order they were stored."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check_code(sha256: str) -> str:
    """Return the code that is printed: twelve characters in three groups."""
    head = sha256[:CODE_LENGTH].upper()
    return "-".join((head[:4], head[4:8], head[8:]))


def code_typed(text: str) -> str:
    """Return the beginning of the digest that somebody typed as a code; nothing where it cannot be one."""
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(sign for sign in folded if sign not in "-–—－ \t" and not sign.isspace())
    return kept if len(kept) == CODE_LENGTH and set(kept) <= set("0123456789abcdef") else ""


def rows_of(content: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every row with its group and its table."""
    for table in content["tables"]:
        for group in table["groups"]:
            for row in group["rows"]:
                yield table, group, row


def _paragraphs(said: Sequence[Paragraph]) -> list[dict[str, str]]:
    return [{"head": each.head, "text": each.text} for each in said]


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "annex": table.annex,
        # Said only where it is so: papers issued before it existed keep their digest when they are written again.
        **({"landscape": True} if table.landscape else {}),
        "head": list(table.head),
        "widths": list(table.widths),
        "groups": [
            {
                "label": group.label,
                "rows": [
                    {"assignment": row.assignment_id, "leave": row.leave_id, "cells": list(row.cells)}
                    for row in group.rows
                ],
            }
            for group in table.groups
        ],
    }
