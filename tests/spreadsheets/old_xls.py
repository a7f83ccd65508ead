"""An old .xls workbook made by code: one compound file holding one BIFF8 stream."""

from __future__ import annotations

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_xls(
    rows: list[list[str | float | None]], *, sheet: str = "Sheet1", more_streams: tuple[str, ...] = ()
) -> bytes:
    """Return `rows` as an old workbook; `more_streams` are empty streams whose names give a format away."""
    return _compound(_biff(rows, sheet), more_streams)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, width: str) -> bytes:
    return struct.pack(f"<{width}B", len(text), 1) + text.encode("utf-16-le")


def _biff(rows: list[list[str | float | None]], sheet: str) -> bytes:
    def book(position: int) -> bytes:
        bof = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
        names = _record(0x0085, struct.pack("<IH", position, 0) + _text(sheet, "B"))
        return bof + _record(0x0042, struct.pack("<H", 1200)) + names + _record(0x000A, b"")

    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                cells += _record(0x0204, struct.pack("<HHH", r, c, 0) + _text(value, "H"))
            elif value is not None:
                cells += _record(0x0203, struct.pack("<HHHd", r, c, 0, float(value)))
    width = max((len(row) for row in rows), default=0)
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    size = _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    return book(len(book(0))) + start + size + cells + _record(0x000A, b"")


def _compound(stream: bytes, more: tuple[str, ...]) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    fat = [FAT, END, *range(3, 2 + count), END]
    fat += [FREE] * (SECTOR // 4 - len(fat))
    assert len(fat) == SECTOR // 4, "small workbooks only"

    def entry(name: str, kind: int, child: int, first: int, size: int, right: int = FREE) -> bytes:
        coded = name.encode("utf-16-le").ljust(64, b"\0")
        head = coded + struct.pack("<HBBIII", len(name) * 2 + 2, kind, 1, FREE, right, child)
        return head + b"\0" * 36 + struct.pack("<IQ", first, size)

    entries = [entry("Root Entry", 5, 1, END, 0), entry("Workbook", 2, FREE, 2, len(stream), 2 if more else FREE)]
    entries += [entry(name, 2, FREE, END, 0) for name in more[:2]]
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    return header + struct.pack(f"<{len(fat)}I", *fat) + directory + stream
