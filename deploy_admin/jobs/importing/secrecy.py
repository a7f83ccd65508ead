"""What of a row may stand in the clear: sensitive columns masked, stray ID numbers starred, the true values sealed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from deploy_admin import sealing
from deploy_admin.jobs.importing.columns import Column

PURPOSE = "jobs.upload_row"
#: Eighteen characters that hold a birth date where an ID number does, with or without its check digit being right,
#: alone or inside a longer number: the number of a physician's qualification ends with the ID.
_ID = re.compile(
    r"(\d{6})[ -]?(?:[1１][9９]|[2２][0０])\d{2}(?:[0０][1-9１-９]|[1１][0-2０-２])(?:[0０][1-9１-９]|[12１２]\d|[3３][01０１])"
    r"[ -]?(\d{3}[\dXxＸ])"
)


def scrubbed(text: str) -> str:
    """Return `text` with every ID number in it masked."""
    return _ID.sub(r"\1********\2", text)


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

    def split(self, position: int, values: Mapping[str, Any]) -> tuple[dict[str, Any], bytes | None]:
        """Return the row's plain values as they are shown, and the true ones that differ from them, sealed."""
        if self.vault is None:
            return dict(values), None
        shown = {}
        hidden = {}
        for key, value in values.items():
            if not isinstance(value, str):
                shown[key] = value
                continue
            column = self.columns.get(key)
            seen = scrubbed(column.mask(value) if column is not None and value else value)
            shown[key] = seen
            if seen != value:
                hidden[key] = value
        if not hidden:
            return shown, None
        text = json.dumps(hidden, ensure_ascii=False)
        return shown, self.vault.seal(text, PURPOSE, self._place(position))

    def join(self, position: int, values: Mapping[str, Any], sealed: bytes | None) -> dict[str, Any]:
        """Return the row's true plain values."""
        if not sealed or self.vault is None:
            return dict(values)
        return {**values, **json.loads(self.vault.open(sealed, PURPOSE, self._place(position)))}

    def text(self, value: Any) -> str:
        """Return `value` as JSON, without any ID number where the set has sensitive columns."""
        text = _encode(value)
        return text if self.vault is None else scrubbed(text)

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


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _encode(value: Any) -> str:
    text = _encoder.encode(value)
    return text.replace("\\u0000", "") if "\\u0000" in text else text
