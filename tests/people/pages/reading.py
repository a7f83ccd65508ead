"""Reading pages in tests: addresses, filled-in forms, and whether a whole ID number stands anywhere."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from deploy_admin import national_ids

EIGHTEEN = re.compile(r"\d{17}[\dXx]")


def page(name: str, /, *args: Any, **query: Any) -> str:
    return reverse(f"people:{name}", args=args, query=query or None)


def text(answer: Any) -> str:
    return answer.content.decode()


def whole_ids(answer: Any) -> list[str]:
    """Return the ID numbers that stand in the answer in plain text."""
    found = []
    for number in EIGHTEEN.findall(answer.content.decode("utf-8", "ignore")):
        try:
            found.append(national_ids.parse(number).number)
        except national_ids.WrongId:
            continue
    return found


def filled(answer: Any, **changes: Any) -> dict[str, Any]:
    """Return what a browser would send: the form as shown, with changes."""
    form = answer.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in data.items()}
    data = {name: ("no", "yes")[value] if isinstance(value, bool) else value for name, value in data.items()}
    return {name: "" if value is None else value for name, value in (data | changes).items()}
