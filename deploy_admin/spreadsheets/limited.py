"""Opening foreign files in a process of its own, with bounds on memory and time: if it dies, only it dies."""

from __future__ import annotations

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy_admin.spreadsheets.cells import from_wire, to_wire
from deploy_admin.spreadsheets.guard import format_of
from deploy_admin.spreadsheets.reading import read_here
from deploy_admin.spreadsheets.refusals import Unreadable
from deploy_admin.spreadsheets.workbook import Mark, Sheet, Span, Workbook
from deploy_admin.spreadsheets.writing import marked_copy, marked_rows

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
WALL_SECONDS = 120
BEYOND_BOUNDS = 70  # the worker's own word for "out of memory"; the kernel's is a signal
COPY_CELLS = 300_000  # a larger workbook is not copied with its styles: openpyxl would need half a gigabyte for it


def read(content: bytes, filename: str = "") -> Workbook:
    """Return the workbook as plain rows; Unreadable says in a sentence what is wrong with the file."""
    format_of(content)  # cheap, and most refusals need no second process
    answer = json.loads(_ask({"task": "read", "filename": filename}, content))
    if "refused" in answer:
        raise Unreadable(answer["refused"], **answer["params"])
    return Workbook(
        tuple(
            Sheet(
                name=sheet["name"],
                rows=[[from_wire(cell) for cell in row] for row in sheet["rows"]],
                hidden=sheet["hidden"],
                hidden_rows=frozenset(sheet["hidden_rows"]),
                merged=tuple(Span(*span) for span in sheet["merged"]),
            )
            for sheet in answer["sheets"]
        ),
        answer["format"],
        answer["encoding"],
    )


def mark(content: bytes, marks: Sequence[Mark], *, heading: str) -> bytes:
    """Return the same workbook as XLSX with the named cells marked and the reason in a comment.

    A file that is not XLSX, or a very large one, comes back as its plain rows with the same marks.
    """
    format_of(content)
    return _ask({"task": "mark", "marks": [tuple(m) for m in marks], "heading": heading}, content)


def _ask(question: dict[str, Any], content: bytes) -> bytes:
    try:
        worker = subprocess.run(
            [sys.executable, "-m", "deploy_admin.spreadsheets.limited"],
            input=json.dumps(question).encode() + b"\n" + content,
            capture_output=True,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("reading_took_too_much") from error
    if worker.returncode == BEYOND_BOUNDS or worker.returncode < 0:
        raise Unreadable("reading_took_too_much")
    if worker.returncode:
        log.warning("a file made the limited worker fail: %s", worker.stderr.decode(errors="replace")[-2000:])
        raise Unreadable("damaged")
    return worker.stdout


def _answer(question: dict[str, Any], content: bytes) -> bytes:
    if question["task"] == "mark":
        marks = [Mark(*m) for m in question["marks"]]
        if format_of(content) == "xlsx":
            book = read_here(content)
            if sum(len(sheet.rows) * len(sheet.rows[0]) for sheet in book.sheets if sheet.rows) <= COPY_CELLS:
                return marked_copy(content, marks, heading=question["heading"])
        else:
            book = read_here(content)
        return marked_rows(book, marks, heading=question["heading"])
    try:
        book = read_here(content, question["filename"])
    except Unreadable as refusal:
        return json.dumps({"refused": refusal.code, "params": refusal.params}).encode()
    sheets = [
        {
            "name": sheet.name,
            "rows": [[to_wire(cell) for cell in row] for row in sheet.rows],
            "hidden": sheet.hidden,
            "hidden_rows": sorted(sheet.hidden_rows),
            "merged": [list(span) for span in sheet.merged],
        }
        for sheet in book.sheets
    ]
    return json.dumps({"format": book.format, "encoding": book.encoding, "sheets": sheets}).encode()


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY, MEMORY))  # openpyxl writes through temporary files
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    question = json.loads(sys.stdin.buffer.readline())
    try:
        sys.stdout.buffer.write(_answer(question, sys.stdin.buffer.read()))
    except MemoryError:
        sys.exit(BEYOND_BOUNDS)


if __name__ == "__main__":
    _main()
