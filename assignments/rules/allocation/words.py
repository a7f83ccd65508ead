"""When two written specialities are the same one. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

#: What is left off at the end: 儿科, 儿科专业 and 儿 are one speciality.
_ENDINGS = ("专业", "科")


@lru_cache(maxsize=4096)
def plain(speciality: str) -> str:
    """Return a speciality as it is compared: one way of writing, lower case, without 科 or 专业 at the end."""
    word = unicodedata.normalize("NFKC", speciality).strip().lower()
    changed = True
    while changed:
        changed = False
        for ending in _ENDINGS:
            if len(word) > len(ending) and word.endswith(ending):
                word, changed = word[: -len(ending)].rstrip(), True
    return word


def same_speciality(one: str, other: str) -> bool:
    """Whether both name the same speciality; nothing named is not the same as anything."""
    return plain(one) == plain(other) != ""


def match(asked: str, also: Iterable[str], held: Iterable[str]) -> str:
    """Return "yes" where the asked one is held, "relaxed" where one is that would do too, else "no"."""
    words = {plain(each) for each in held} - {""}
    if plain(asked) in words:
        return "yes"
    return "relaxed" if any(plain(each) in words for each in also) else "no"
