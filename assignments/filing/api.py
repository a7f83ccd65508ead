"""REST: staffing requests and nominations line by line, and the lists they stand on: written whole, moved on."""

from __future__ import annotations

from assignments.filing import api_lines, api_lists

__all__ = ["api_lines", "api_lists"]
