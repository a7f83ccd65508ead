"""Looking for numbers in what was stored, sent and logged: in text, in bytes, in files inside of files."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator

from django.db import connection

from deploy_admin import national_ids

EIGHTEEN = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
#: What a person's date of birth may stand in: the record, whose pages show the month.
BORN_ON = ("people_healthworker", "born_on")


def texts(raw: bytes, depth: int = 3) -> Iterator[str]:
    """Yield what bytes may say: as they are, without the gaps of wide letters, and unpacked."""
    yield raw.decode("latin-1")
    yield raw.replace(b"\x00", b"").decode("utf-8", "ignore")
    if not depth:
        return
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield name
                yield from texts(archive.read(name), depth - 1)
    elif raw.startswith(b"\x1f\x8b"):
        yield from texts(gzip.decompress(raw), depth - 1)
    elif raw.startswith(b"%PDF"):
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", raw, re.DOTALL):
            try:
                yield from texts(zlib.decompress(stream), depth - 1)
            except zlib.error:
                continue


def stored() -> Iterator[tuple[str, str, str]]:
    """Yield (table, column, text) of everything that any table of this database holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
        for table, column, kind in cursor.fetchall():
            wanted = f'"{column}"' if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT DISTINCT {wanted} FROM "{table}" WHERE "{column}" IS NOT NULL')  # noqa: S608
            for (value,) in cursor.fetchall():
                if kind == "bytea":
                    for text in texts(bytes(value)):
                        yield table, column, text
                else:
                    yield table, column, str(value)


def is_whole(text: str) -> bool:
    try:
        return bool(national_ids.parse(text))
    except national_ids.WrongId:
        return False


def found_in(text: str, secrets: Collection[str]) -> list[str]:
    """Return the secret numbers in a text, and whatever else in it is a valid ID number."""
    squeezed = re.sub(r"(?<=\d)[ -](?=\d)", "", text)
    known = {number for number in secrets if number in squeezed or number.lower() in squeezed}
    return sorted(known | {number for number in EIGHTEEN.findall(text) if is_whole(number)})
