"""The sentences of the notices about months by workbook and REST."""

from __future__ import annotations

from django.utils.functional import Promise

SENTENCES: dict[str, Promise] = {}
