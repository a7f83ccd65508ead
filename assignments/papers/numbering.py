"""Document numbers as offices write them: one way of writing each, and the next one after another. Pure."""

from __future__ import annotations

import re
import unicodedata

_YEAR = re.compile(r"[\[(〔【［（](\d{4})[\])〕】］）]")
_LAST = re.compile(r"^(?P<head>.*〔\d{4}〕)(?P<number>\d{1,6})号$")


def normalised(text: str) -> str:
    """Return “示范人〔2026〕1号” however it is typed: other brackets, full-width digits, blanks, zeros before."""
    # NFKC would also turn the full-width brackets that are looked for into plain ones, which are looked for too.
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    number = _YEAR.sub(r"〔\1〕", folded)
    if found := _LAST.match(number):
        return f"{found['head']}{int(found['number'])}号"
    return number


def following(number: str) -> str:
    """Return the number after this one; nothing where it does not end in one."""
    found = _LAST.match(normalised(number))
    return f"{found['head']}{int(found['number']) + 1}号" if found else ""
