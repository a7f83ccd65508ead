"""From where an act came: address, request id and browser, bound by the middleware for the length of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The outside facts of one request; empty for the machine's own work."""

    ip: str | None = None
    request_id: str = ""
    user_agent: str = ""


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=NOWHERE)


def current() -> Origin:
    """Return where the present act comes from."""
    return _origin.get()


@contextmanager
def bound(origin: Origin) -> Iterator[None]:
    """Say for the block that acts come from `origin`."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
