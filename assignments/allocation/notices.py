"""The sentences of this room's notices: who goes where: plans, proposals, decisions."""

from __future__ import annotations

from typing import Any

SENTENCES: dict[str, Any] = {}
