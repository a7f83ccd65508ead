"""What apps above do when two records become one: they say so at start, because people cannot name them."""

from __future__ import annotations

from collections.abc import Callable

#: Takes the id of the record that is kept and of the one dropped; runs inside the merge's transaction.
AfterMerge = Callable[[int, int], None]
_after_merge: dict[str, AfterMerge] = {}


def on_merge(name: str, follow: AfterMerge) -> None:
    """Have `follow` called in every merge; the same name again replaces it."""
    _after_merge[name] = follow


def merged(kept_id: int, dropped_id: int) -> None:
    """Tell the apps above that `dropped_id` is `kept_id` from now on."""
    for follow in _after_merge.values():
        follow(kept_id, dropped_id)
