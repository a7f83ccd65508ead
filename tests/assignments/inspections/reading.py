"""Asking for the pages of inspections as a browser does: addresses, words, forms sent back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

PART = {"HX-Request": "true"}


def page(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"assignments:{name}", args=args, query=query or None)


def text(answer: Any) -> str:
    content: bytes = answer.content
    return content.decode()


def sent(client: Any, address: str, **changes: Any) -> Any:
    """Open the page and send its form back with changes, as a browser does."""
    form = client.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in data.items()}
    return client.post(address, {name: "" if v is None else v for name, v in (data | changes).items()})
