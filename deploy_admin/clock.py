"""What day and what moment it is: asked only at the edges, passed on as an argument."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present moment, aware."""
    return timezone.now()


def today() -> date:
    """Return today's date in Asia/Shanghai, whatever zone is active."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
