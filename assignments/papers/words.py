"""The words of official papers, Chinese whatever the reader's language: days, terms, nouns, cited titles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from deploy_admin.jobs.importing.secrecy import scrubbed

NONE = "—"


def day(when: date) -> str:
    """Return “2025年3月10日”."""
    return f"{when.year}年{when.month}月{when.day}日"


def span(first: date, last: date | None) -> str:
    """Return “2025年3月10日至2026年3月9日”, one day, or an open end."""
    if last is None:
        return f"{day(first)}起"
    return day(first) if first == last else f"{day(first)}至{day(last)}"


def stacked(first: date, last: date) -> str:
    """Return the same on two lines, for a narrow column."""
    return day(first) if first == last else f"{day(first)}至\n{day(last)}"


def term(months: int, days: int = 0) -> str:
    """Return “12个月”, “6个月15日” or “15日”."""
    parts = [f"{months}个月"] if months else []
    return "".join([*parts, f"{days}日"] if days or not months else parts)


def cited(title: str) -> str:
    """Return the title of a document in its marks; marks within become single ones."""
    if title.startswith("《") and title.endswith("》"):
        return title
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


def listed(words: Sequence[str]) -> str:
    """Return “甲、乙、丙”, each once, what is empty left out."""
    return "、".join(dict.fromkeys(word for word in words if word))


def plain(text: object) -> str:
    """Return a cell's text: no control characters, no whole ID number, a dash for nothing; its lines stay."""
    kept = "".join(
        sign if sign.isprintable() or sign == "\n" else " " for sign in str(text if text is not None else "")
    )
    return scrubbed("\n".join(" ".join(line.split()) for line in kept.split("\n"))) or NONE
