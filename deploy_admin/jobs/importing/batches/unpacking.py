"""Out of what was dropped, the files that may be tables: ZIP files unpacked, system litter left out, limits kept."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from deploy_admin.errors import RuleViolation
from deploy_admin.spreadsheets import Unreadable
from deploy_admin.spreadsheets.guard import MAX_BYTES, MEGABYTE, format_of

MAX_FILES = 500
MAX_TOTAL = 200 * MEGABYTE
MAX_DEPTH = 3
_LITTER = {"thumbs.db", "desktop.ini", ".ds_store"}
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")


class Found(NamedTuple):
    """One file, by its path in the ZIP it came in; or what is the matter with it, and then no content."""

    name: str
    content: bytes = b""
    problem: str = ""
    params: dict[str, Any] = {}


def found_in(files: Iterable[tuple[str, bytes]]) -> list[Found]:
    """Return every file in what was dropped, in order; RuleViolation where it is too much altogether."""
    found: list[Found] = []
    total = 0
    for name, content in files:
        for each in _unpacked(name, content, 0):
            total += len(each.content)
            if len(found) == MAX_FILES:
                raise RuleViolation(
                    _("These are more than %(limit)s files. Drop them in several goes.") % {"limit": MAX_FILES},
                    code="too_many_files",
                )
            if total > MAX_TOTAL:
                raise RuleViolation(
                    _("The files are larger than %(limit)s MB together. Drop them in several goes.")
                    % {"limit": MAX_TOTAL // MEGABYTE},
                    code="files_too_large",
                )
            found.append(each)
    return found


def _unpacked(name: str, content: bytes, depth: int) -> Iterator[Found]:
    if is_litter(name):
        return
    if content.startswith(_ARCHIVES):
        yield Found(name, problem="archive")
    elif content.startswith(b"PK") and not _is_package(content):
        if depth == MAX_DEPTH:
            yield Found(name, problem="nested_too_deep", params={"limit": MAX_DEPTH})
        else:
            yield from _members(name, content, depth)
    else:
        try:
            format_of(content)
        except Unreadable as refusal:
            yield Found(name, problem=refusal.code, params=dict(refusal.params))
        else:
            yield Found(name, content)


def _members(name: str, content: bytes, depth: int) -> Iterator[Found]:
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                inner = f"{name}/{member_name(member)}" if depth else member_name(member)
                if member.is_dir() or is_litter(inner):
                    continue
                if member.flag_bits & 1:
                    yield Found(inner, problem="zip_locked")
                    continue
                with archive.open(member) as stream:
                    held = stream.read(MAX_BYTES + 1)
                unpacked += len(held)
                if len(held) > MAX_BYTES:
                    yield Found(inner, problem="file_too_large", params={"limit": MAX_BYTES // MEGABYTE})
                elif unpacked > MAX_TOTAL:
                    yield Found(inner, problem="zip_bomb")
                    return
                else:
                    yield from _unpacked(inner, held, depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError):
        yield Found(name, problem="damaged")


def _is_package(content: bytes) -> bool:
    """Whether a ZIP file is itself a document (or too broken to tell) and not a folder of files."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {member.lower() for member in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError):
        return True
    return "[content_types].xml" in names or "mimetype" in names


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; programs of Chinese Windows write GBK where the standard has its own old letters."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return _tidy(name)
        for encoding in ("utf-8", "gb18030"):
            try:
                return _tidy(raw.decode(encoding))
            except UnicodeDecodeError:
                continue
    return _tidy(name)


def _tidy(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").replace("\x00", "").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "?"


def is_litter(name: str) -> bool:
    """Whether a file is a system's or an open program's own and nobody's table."""
    parts = PurePosixPath(name).parts
    last = parts[-1].lower() if parts else ""
    return "__MACOSX" in parts or last in _LITTER or last.startswith(("~$", ".~", "._"))
