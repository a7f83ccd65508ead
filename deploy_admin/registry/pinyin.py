"""The pinyin of a Chinese name: a sort key that is the same on every server, and initials to search by."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin


def key(text: str) -> str:
    """Return the toneless pinyin, a space after every syllable: 重庆市 is "chong qing shi"."""
    return " ".join(part.lower() for part in lazy_pinyin(text))[:400]


def initials(text: str) -> str:
    """Return the first letter of every syllable and what is not Chinese as it stands: 重庆市 is "cqs"."""
    return "".join(part.lower() for part in lazy_pinyin(text, style=Style.FIRST_LETTER))[:120]
