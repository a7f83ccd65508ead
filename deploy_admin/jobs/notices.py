"""The sentences of notices: every app registers its codes with lazily translated templates."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)
_templates: dict[str, Any] = {}


def register(templates: Mapping[str, Any]) -> None:
    """Add `{code: lazy template with %(name)s placeholders}`."""
    _templates.update(templates)


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """Return the notice as one sentence; an unknown code or a missing value shows the code, and is logged."""
    template = _templates.get(code)
    try:
        return str(template) % dict(params) if template is not None else code
    except (KeyError, TypeError, ValueError):
        log.exception("notice %s cannot be rendered", code)
        return code
    finally:
        if template is None:
            log.error("notice %s has no sentence", code)


register(
    {
        "jobs.done": _("“%(title)s” is done."),
        "jobs.failed": _("“%(title)s” ended without result: %(error)s"),
        "imports.to_confirm": _("“%(file)s” has been read and waits to be confirmed."),
    }
)
