"""What day and what moment it is: asked only at the edges, passed on as an argument."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_supposed: ContextVar[datetime | None] = ContextVar("supposed", default=None)


def now() -> datetime:
    """Return the present moment, aware."""
    return _supposed.get() or timezone.now()


def today() -> date:
    """Return today's date in Asia/Shanghai, whatever zone is active."""
    return timezone.localdate(now(), timezone=timezone.get_default_timezone())


@contextmanager
def supposed(moment: datetime) -> Iterator[None]:
    """Let the present be `moment` within: the demonstration tells past months as they went, with nothing else."""
    token = _supposed.set(moment)
    try:
        yield
    finally:
        _supposed.reset(token)
