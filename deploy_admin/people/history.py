"""One person's record as a line of dated entries, the newest first: what a page tells from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from deploy_admin.people.models import Employment, HealthWorker

#: How an employment's row is told, by how it began.
BEGAN = {"transferred": "transferred", "changed": "post_changed"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened on a day: its kind (a code) and the row that says so."""

    day: date
    kind: str
    row: Any


def timeline(worker: HealthWorker) -> list[Entry]:
    """Return all that is dated about the person, newest first; withdrawn rows too. One query for each kind of row."""
    found = [*_employments(worker), *_holdings(worker), *_rest(worker)]
    return sorted(found, key=lambda entry: entry.day, reverse=True)


def _employments(worker: HealthWorker) -> Iterator[Entry]:
    row: Employment
    for row in worker.employments.select_related("institution"):
        yield Entry(row.valid_from, BEGAN.get(row.began_as, "employed"), row)
        if row.valid_to is not None and row.ended_as not in ("transferred", "changed"):
            yield Entry(row.valid_to, "left", row)


def _holdings(worker: HealthWorker) -> Iterator[Entry]:
    for title in worker.titles.all():
        yield from _dated(
            title,
            ("title_qualified", title.qualified_on),
            ("title_appointed", title.appointed_on),
            ("title_revoked", title.revoked_on),
        )
    for licence in worker.licences.all():
        yield from _dated(licence, ("licence_issued", licence.issued_on), ("licence_ended", licence.ended_on))
    for document in worker.documents.all():
        yield from _dated(document, ("document_issued", document.issued_on))


def _rest(worker: HealthWorker) -> Iterator[Entry]:
    for reason in worker.unavailabilities.all():
        yield from _dated(reason, ("away_from", reason.valid_from), ("away_to", reason.valid_to))
    for recognition in worker.recognitions.all():
        yield Entry(recognition.served_from, "recognition", recognition)
    for event in worker.events.all():
        yield Entry(event.happened_on, "event", event)
    for request in worker.transfer_requests.all():
        yield Entry(_day(request.recorded_at), "transfer_request", request)
    for merge in worker.merges.select_related("dropped"):
        yield Entry(_day(merge.at), "merge", merge)


def _dated(row: Any, *days: tuple[str, date | None]) -> Iterator[Entry]:
    for kind, day in days:
        if day is not None:
            yield Entry(day, kind, row)


def _day(moment: Any) -> date:
    return timezone.localtime(moment, timezone.get_default_timezone()).date()
