"""Who wants to know that handed-in months have changed; scores follow from here, apps above ask through it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import F

from assignments.models import MonthSheet
from assignments.states import SHEET_HANDED_IN
from deploy_admin import clock

#: What is called within the transaction, by name so that an app that starts twice is asked once.
_callbacks: dict[str, Callable[[set[int]], None]] = {}


def on_change(name: str, callback: Callable[[set[int]], None]) -> None:
    """Have `callback` called with the sheets whose scores may be others now: handed in, taken back or changed."""
    _callbacks[name] = callback


@transaction.atomic
def touch(sheet_ids: Collection[int]) -> None:
    """Move the revision of these sheets, because days, workload or records they are scored by have changed."""
    rows = MonthSheet.objects.filter(pk__in=list(sheet_ids)).order_by("pk")
    held = dict(rows.select_for_update(of=("self",), no_key=True).values_list("pk", "state"))
    MonthSheet.objects.filter(pk__in=held).update(revision=F("revision") + 1, updated_at=clock.now())
    changed({pk for pk, state in held.items() if state in SHEET_HANDED_IN})


def changed(sheet_ids: set[int]) -> None:
    """Tell everybody who asked; the revision has been moved, or the sheet entered or left the handed-in states."""
    if sheet_ids:
        for callback in list(_callbacks.values()):
            callback(set(sheet_ids))
