"""What a file really is, told by its bytes, and whether it may be opened at all."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Literal

from deploy_admin.spreadsheets.refusals import Unreadable

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_UNPACKED = 400 * MEGABYTE
MAX_RATIO = 200  # of a part over one megabyte; sheets of numbers pack to about a twentieth
MAX_PARTS = 3000

Format = Literal["xlsx", "xls", "csv"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")
_HTML = re.compile(rb"<(!doctype\s+html|html|head|meta|table|body|style|script)\b", re.IGNORECASE)


def format_of(content: bytes) -> Format:
    """Return what `content` is; refuse, by name, what is not a workbook or must not be opened."""
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Unreadable("file_empty")
    if len(content) > MAX_BYTES:
        raise Unreadable("file_too_large", limit=MAX_BYTES // MEGABYTE)
    if content.startswith(b"PK"):
        _check_package(content)
        return "xlsx"
    if content.startswith(OLE):
        _check_compound(content)
        return "xls"
    if content[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        raise Unreadable("other_format")  # workbooks older than 1997
    if content.startswith(OTHERS):
        raise Unreadable("not_a_workbook")
    start = content[:4096].replace(b"\x00", b"")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise Unreadable("xml_table")
    if _HTML.search(start) or start.lstrip().startswith(b"MIME-Version:"):
        raise Unreadable("web_page")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml"):
        raise Unreadable("not_a_workbook")
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("not_a_workbook")
    return "csv"


def _check_package(content: bytes) -> None:
    """Unpack every part, counting and keeping nothing: what a part claims about itself is not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS:
                raise Unreadable("zip_bomb")
            names = {part.filename.lower() for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable("encrypted")
            unpacked = 0
            for part in parts:
                size = 0
                with package.open(part) as stream:
                    while chunk := stream.read(MEGABYTE):
                        size += len(chunk)
                        unpacked += len(chunk)
                        outsized = size > MEGABYTE and size > MAX_RATIO * max(part.compress_size, 1)
                        if outsized or unpacked > MAX_UNPACKED:
                            raise Unreadable("zip_bomb")
            kinds = package.read("[Content_Types].xml") if "[content_types].xml" in names else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, KeyError) as error:
        raise Unreadable("damaged") from error
    if any(name.endswith("vbaproject.bin") for name in names) or b"macroEnabled" in kinds:
        raise Unreadable("macros")
    if "xl/workbook.xml" not in names and b"spreadsheetml.sheet.main" not in kinds:
        known = "xl/workbook.bin" in names or "mimetype" in names or any(n.endswith(".iwa") for n in names)
        raise Unreadable("other_format" if known else "not_a_workbook")


def _check_compound(content: bytes) -> None:
    """Look for the names of streams that tell what an old compound file holds."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise Unreadable("encrypted")
    if holds("_VBA_PROJECT"):
        raise Unreadable("macros")
    if not holds("Workbook") and not holds("Book"):
        raise Unreadable("not_a_workbook")
