"""The sentences of the notices about entering the month."""

from __future__ import annotations

from django.utils.functional import Promise

SENTENCES: dict[str, Promise] = {}
