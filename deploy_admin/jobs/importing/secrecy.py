"""What of a row may stand in the clear: sensitive columns masked, stray ID numbers starred, the true values sealed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from deploy_admin import national_ids, sealing
from deploy_admin.jobs.importing.columns import Column
from deploy_admin.jobs.importing.findings import Finding
from deploy_admin.jobs.importing.values import plain

PURPOSE = "jobs.upload_row"
#: Eighteen characters that hold a birth date where an ID number does, with or without its check digit being right,
#: alone or inside a longer number: the number of a physician's qualification ends with the ID.
_YEAR, _MONTH, _DAY = r"(?:19|20)\d{2}", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_ID = re.compile(rf"(\d{{6}})[ -]?{_YEAR}{_MONTH}{_DAY}[ -]?(\d{{3}}[\dXx])")
_WIDE_ID = re.compile(r"([０-９]{6})[０-９]{8}([０-９]{3}[０-９ＸｘXx])")


def scrubbed(text: str) -> str:
    """Return `text` with every ID number in it masked."""
    return _WIDE_ID.sub(r"\1********\2", _ID.sub(r"\1********\2", text))


_BARE_ID = re.compile(rb"(?<!\d)\d{17}[\dXx](?!\d)")
_CHUNK = 1024 * 1024


def holds_ids(content: bytes) -> bool:
    """Whether a whole ID number stands in a file, whatever table it was sent in for: people mistake the page."""
    return any(_is_id(found) for part in _parts(content) for found in _BARE_ID.findall(part))


def _is_id(text: bytes) -> bool:
    try:
        return bool(national_ids.parse(text.decode()))
    except national_ids.WrongId:
        return False


def _parts(content: bytes) -> Iterator[bytes]:
    """Yield the file in pieces that share their edges: a package's parts unpacked, anything else without gaps."""
    if not content.startswith(b"PK"):
        yield content.replace(b"\x00", b"")  # of two bytes a character one is nought
        return
    with zipfile.ZipFile(io.BytesIO(content)) as package:  # it was looked at before: it is whole and no bomb
        for part in package.infolist():
            edge = b""
            with package.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    yield edge + chunk
                    edge = chunk[-20:]


def sensitive(columns: Sequence[Column]) -> dict[str, Column]:
    """Return the sensitive columns by key."""
    return {column.key: column for column in columns if column.sensitive}


def shown_value(column: Column, value: Any) -> Any:
    """Return a value of a sensitive column as it may be stored and shown."""
    return column.mask(value) if isinstance(value, str) and value else value


class RowSeal:
    """Splits the rows of one upload into what is shown and what is sealed, and puts them together again."""

    def __init__(self, upload_id: int, columns: Sequence[Column]) -> None:
        self.columns = sensitive(columns)
        self.upload_id = upload_id
        self.vault = sealing.vault() if self.columns else None

    def split(self, position: int, values: Mapping[str, Any]) -> tuple[str, bytes | None]:
        """Return the row's values as JSON as they are shown, and the true ones that differ from them, sealed."""
        if self.vault is None:
            return _values(values), None
        hidden: dict[str, str] = {}
        shown = dict(values)
        for key, column in self.columns.items():
            value = values.get(key)
            if isinstance(value, str) and value and (masked := scrubbed(column.mask(value))) != value:
                hidden[key], shown[key] = value, masked
        text = _values(shown)
        if _ID.search(text) or _WIDE_ID.search(text):  # in a remark, say, or in a number that holds it
            for key, value in values.items():
                if key not in hidden and isinstance(value, str) and (masked := scrubbed(value)) != value:
                    hidden[key], shown[key] = value, masked
            text = scrubbed(_values(shown))
        if not hidden:
            return text, None
        return text, self.vault.seal(_encode(hidden), PURPOSE, self._place(position))

    def join(self, position: int, values: Mapping[str, Any], sealed: bytes | None) -> dict[str, Any]:
        """Return the row's true plain values."""
        if not sealed or self.vault is None:
            return dict(values)
        return {**values, **json.loads(self.vault.open(sealed, PURPOSE, self._place(position)))}

    def text(self, value: Any) -> str:
        """Return `value` as JSON, without any ID number where the set has sensitive columns."""
        text = _clean(_encode(value))
        return text if self.vault is None else scrubbed(text)

    def label(self, text: str) -> str:
        """Return a text for people without any ID number where the set has sensitive columns."""
        return text if self.vault is None else scrubbed(text)

    def finding(self, finding: Finding) -> dict[str, Any]:
        """Return a finding as it may be stored."""
        held = finding.as_json()
        column = self.columns.get(finding.column)
        if column is not None:
            held["value"] = column.mask(held["value"])
        return held

    def changes(self, changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the changes as they may be stored."""
        return [
            {**change, "was": shown_value(column, change["was"]), "now": shown_value(column, change["now"])}
            if (column := self.columns.get(change["column"])) is not None
            else change
            for change in changes
        ]

    def _place(self, position: int) -> bytes:
        return f"{self.upload_id}:{position}".encode()


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, (Decimal, date)) else str(value)


def _values(values: Mapping[str, Any]) -> str:
    """Return a row's values as JSON; what is not there is stored as "", as `plain` has it."""
    return _clean(_encode({key: "" if value is None else value for key, value in values.items()}))


def _clean(text: str) -> str:
    return text.replace("\\u0000", "") if "\\u0000" in text else text


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain, check_circular=False).encode
