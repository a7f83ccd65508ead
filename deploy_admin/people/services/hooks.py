"""What apps above do when two records become one: they say so at start, because people cannot name them."""

from __future__ import annotations

from collections.abc import Callable

#: Takes the id of the record that is kept and of the one dropped; runs inside the merge's transaction.
OfMerge = Callable[[int, int], None]
_before_merge: dict[str, OfMerge] = {}
_after_merge: dict[str, OfMerge] = {}


def on_merge(name: str, follow: OfMerge, *, before: OfMerge | None = None) -> None:
    """Have `follow` called in every merge; the same name again replaces it.

    `before` is called before the two records are locked: whoever locks its own rows first elsewhere locks them here.
    """
    _after_merge[name] = follow
    if before is not None:
        _before_merge[name] = before


def merging(kept_id: int, dropped_id: int) -> None:
    """Let the apps above take hold of what they will change."""
    for prepare in _before_merge.values():
        prepare(kept_id, dropped_id)


def merged(kept_id: int, dropped_id: int) -> None:
    """Tell the apps above that `dropped_id` is `kept_id` from now on."""
    for follow in _after_merge.values():
        follow(kept_id, dropped_id)
