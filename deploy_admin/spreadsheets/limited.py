"""Opening foreign files in a process of its own, with bounds on memory and time: if it dies, only it dies."""

from __future__ import annotations

import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

from deploy_admin.spreadsheets.cells import Cell, from_wire, to_wire
from deploy_admin.spreadsheets.guard import format_of
from deploy_admin.spreadsheets.reading import opened, read_here
from deploy_admin.spreadsheets.refusals import Unreadable
from deploy_admin.spreadsheets.workbook import Mark, Sheet, Span, Workbook
from deploy_admin.spreadsheets.writing import marked_copy, marked_rows

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
WALL_SECONDS = 120
BEYOND_BOUNDS = 70  # the worker's own word for "out of memory"; the kernel's is a signal
ROWS_AT_ONCE = 500
COPY_CELLS = 300_000  # a larger workbook is not copied with its styles: openpyxl would need half a gigabyte for it


def read(content: bytes, filename: str = "") -> Workbook:
    """Return the workbook as plain rows; Unreadable says in a sentence what is wrong with the file."""
    if not content.startswith(b"PK"):
        format_of(content)  # cheap, and most refusals need no second process; the worker looks into packages itself
    met: dict[Any, Cell] = {}
    head: dict[str, Any] = {}
    sheets: list[Sheet] = []
    rows: list[list[Cell]] = []
    with _asked({"task": "read"}, content) as answer:
        for line in answer:
            said = json.loads(line)
            if "rows" in said:
                rows.extend(from_wire(said, met))
            elif "refused" in said:
                raise Unreadable(said["refused"], **said["params"])
            elif "format" in said:
                head = said
            else:
                spans = tuple(Span(*span) for span in said["merged"])
                rows = []
                sheets.append(Sheet(said["sheet"], rows, said["hidden"], frozenset(said["hidden_rows"]), spans))
    return Workbook(tuple(sheets), head["format"], head["encoding"], head["marker"])


def mark(content: bytes, marks: Sequence[Mark], *, heading: str) -> bytes:
    """Return the same workbook as XLSX with the named cells marked and the reason in a comment.

    A file that is not XLSX, or a very large one, comes back as its plain rows with the same marks.
    """
    format_of(content)
    with _asked({"task": "mark", "marks": [tuple(m) for m in marks], "heading": heading}, content) as answer:
        return answer.read()


@contextmanager
def _asked(question: dict[str, Any], content: bytes) -> Iterator[IO[bytes]]:
    """Ask a worker and read what it answers while it is still at it; how it ended is looked at when all is read."""
    with tempfile.TemporaryFile() as complaints:
        worker = subprocess.Popen(
            [sys.executable, "-m", "deploy_admin.spreadsheets.limited"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert worker.stdin is not None  # noqa: S101
        assert worker.stdout is not None  # noqa: S101
        asking = threading.Thread(target=_tell, args=(worker.stdin, question, content), daemon=True)
        asking.start()
        late = threading.Timer(WALL_SECONDS, worker.kill)
        late.start()
        try:
            try:
                yield worker.stdout
            except (ValueError, KeyError, IndexError, TypeError) as error:  # the answer breaks off where it died
                worker.kill()
                worker.wait()
                _look_at_its_end(worker.returncode, complaints)
                raise Unreadable("damaged") from error
            worker.wait()
            _look_at_its_end(worker.returncode, complaints)
        finally:
            late.cancel()
            worker.kill()
            worker.wait()
            asking.join()
            worker.stdout.close()


def _tell(pipe: IO[bytes], question: dict[str, Any], content: bytes) -> None:
    with suppress(BrokenPipeError), pipe:  # whoever refuses a file need not have read all of it
        pipe.write(json.dumps(question).encode() + b"\n")
        pipe.write(content)


def _look_at_its_end(code: int, complaints: IO[bytes]) -> None:
    """Say in a sentence how the worker ended, if not well."""
    if code == BEYOND_BOUNDS or code < 0:
        raise Unreadable("reading_took_too_much")
    if code:
        complaints.seek(0)
        log.warning("a file made the limited worker fail: %s", _places(complaints.read().decode(errors="replace")))
        raise Unreadable("damaged")


def _places(complaint: str) -> str:
    """Return where it failed and by which exception; its words may quote what stands in the file."""
    lines = complaint[-8000:].splitlines()
    kind = lines[-1].partition(":")[0] if lines else ""
    return " ".join([*(line.strip() for line in lines if line.startswith("  File ")), kind[:80]])[-2000:]


def _answer(question: dict[str, Any], content: bytes) -> Iterator[bytes]:
    if question["task"] == "mark":
        marks = [Mark(*m) for m in question["marks"]]
        if format_of(content) == "xlsx":
            book = read_here(content)
            if sum(len(sheet.rows) * len(sheet.rows[0]) for sheet in book.sheets if sheet.rows) <= COPY_CELLS:
                yield marked_copy(content, marks, heading=question["heading"])
                return
        else:
            book = read_here(content)
        yield marked_rows(book, marks, heading=question["heading"])
        return
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for said in _read(content):
        yield encode(said).encode() + b"\n"


def _read(content: bytes) -> Iterator[dict[str, Any]]:
    try:
        source = opened(content)
        yield {"format": source.format, "encoding": source.encoding, "marker": source.marker}
        for page in source.pages:
            yield {
                "sheet": page.name,
                "hidden": page.hidden,
                "hidden_rows": sorted(page.hidden_rows),
                "merged": [list(span) for span in page.merged],
            }
            while rows := list(islice(page.rows, ROWS_AT_ONCE)):
                yield to_wire(rows)
    except Unreadable as refusal:
        yield {"refused": refusal.code, "params": refusal.params}


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY, MEMORY))  # openpyxl writes through temporary files
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    question = json.loads(sys.stdin.buffer.readline())
    try:
        for part in _answer(question, sys.stdin.buffer.read()):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
    except MemoryError:
        sys.exit(BEYOND_BOUNDS)


if __name__ == "__main__":
    _main()
