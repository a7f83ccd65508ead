"""Saving a list of staffing requests: all its lines at once, in the unit's order, or none and what is wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.filing import checks, services_moving
from assignments.kinds import Priority
from assignments.models import Campaign, FiledList, PlanGap, PlanLine, PlanMark, StaffingRequest
from assignments.rules.terms import term_end
from assignments.services.moving import recorded_by
from assignments.states import LineState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people import codes

#: So many lines a unit asks with; so many people with one.
MOST_LINES, MOST_PEOPLE = 50, 99
#: How early before the campaign a person can be asked for, and how many other specialities would do.
MOST_ACCEPTED = 10
COLUMNS = (
    "speciality", "also_accepts", "staff_category", "minimum_title", "number", "starts_on", "priority", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line as it is entered; `id` names the line it was, the order of the rows is the unit's."""

    speciality: str
    number: int = 1
    also_accepts: tuple[str, ...] = ()
    staff_category: str = ""
    minimum_title: str = ""
    starts_on: date | None = None
    priority: int = Priority.NORMAL
    reason: str = ""
    id: int | None = None


#: What is wrong: of which row, in which column, the sentence.
Errors = dict[int, dict[str, str]]


@transaction.atomic
def save_requests(
    *,
    filed: FiledList,
    rows: Sequence[RequestRow],
    nothing: bool = False,
    remark: str | None = None,
    version: int | None,
    by: Actor,
) -> FiledList:
    """Write the lines as they are given, first needed first; what is missing among them is removed.

    All or none: what is wrong is told row by row (`context["rows"]`, and `fields` as “rows.2.number”).
    """
    held = services_moving.take_to_enter(filed=filed, version=None, by=by)
    cleaned = [_cleaned(row) for row in rows]
    if version is not None and version != held.version:
        raise _conflict(held, version, cleaned)
    if found := wrong(cleaned, held.campaign, nothing=nothing):
        raise _refused(found)
    _write(held, cleaned, by)
    return services_moving.write_head(held, nothing=nothing, remark=held.remark if remark is None else remark, by=by)


def wrong(rows: Sequence[RequestRow], campaign: Campaign, *, nothing: bool = False) -> Errors:
    """Return what is wrong with these rows in this campaign, by row and column; nothing where all can be saved."""
    found: Errors = {}
    seen: dict[tuple[Any, ...], int] = {}
    for n, row in enumerate(rows):
        said = dict(_of_row(row, campaign))
        same = (_word(row.speciality), row.staff_category, row.minimum_title, row.starts_on, row.priority)
        if row.speciality and same in seen:
            said.setdefault("speciality", _("The same as line %(n)d: raise its number.") % {"n": seen[same] + 1})
        seen.setdefault(same, n)
        if said:
            found[n] = said
    if len(rows) > MOST_LINES:
        sentence = _("A list has at most %(n)d lines.") % {"n": MOST_LINES}
        found.setdefault(MOST_LINES, {})["speciality"] = sentence
    if nothing and rows:
        found.setdefault(0, {})["speciality"] = _("Nobody is needed this time: remove the lines, or the tick.")
    return found


def last_day(campaign: Campaign) -> date:
    """Return the last day of the campaign's term."""
    return term_end(campaign.starts_on, campaign.term_months, campaign.term_days)


def _of_row(row: RequestRow, campaign: Campaign) -> Iterator[tuple[str, str]]:
    if not row.speciality:
        yield "speciality", _("Say which speciality is needed.")
    if len(row.speciality) > 100:
        yield "speciality", _("At most %(n)d characters.") % {"n": 100}
    if not 1 <= row.number <= MOST_PEOPLE:
        yield "number", _("A request asks for 1 to 99 people.")
    if len(row.also_accepts) > MOST_ACCEPTED or any(len(word) > 100 for word in row.also_accepts):
        yield "also_accepts", _("At most %(n)d other specialities.") % {"n": MOST_ACCEPTED}
    if row.staff_category and row.staff_category not in codes.values(codes.STAFF_CATEGORIES):
        yield "staff_category", _("This is not in the code list.")
    if row.minimum_title and row.minimum_title not in codes.values(codes.TITLE_LEVELS):
        yield "minimum_title", _("This is not in the code list.")
    if row.priority not in Priority.values:
        yield "priority", _("This is not in the code list.")
    if row.starts_on is not None and row.starts_on > last_day(campaign):
        sentence = _("The campaign's people serve until %(day)s.") % {"day": last_day(campaign).isoformat()}
        yield "starts_on", sentence
    if row.starts_on is not None and row.starts_on < campaign.starts_on - timedelta(days=366):
        yield "starts_on", _("This lies more than a year before the campaign begins.")


def _cleaned(row: RequestRow) -> RequestRow:
    """Return the row with its texts as they are kept; the speciality itself is no other one."""
    speciality = scrubbed(row.speciality.strip())
    accepted: dict[str, str] = {}
    for each in row.also_accepts:
        text = scrubbed(each.strip())
        if text and _word(text) != _word(speciality):
            accepted.setdefault(_word(text), text)
    return RequestRow(
        speciality=speciality,
        number=row.number,
        also_accepts=tuple(accepted.values()),
        staff_category=row.staff_category,
        minimum_title=row.minimum_title,
        starts_on=row.starts_on,
        priority=row.priority,
        reason=scrubbed(row.reason.strip())[:500],
        id=row.id,
    )


def _word(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


# ------------------------------------------------------------ steps


def _write(held: FiledList, rows: Sequence[RequestRow], by: Actor) -> None:
    """Write, change and remove lines so that the list's are these. A fixed number of statements."""
    there = {line.pk: line for line in held.requests.filter(state=LineState.STANDING).order_by("pk")}
    asked = [row.id for row in rows if row.id is not None]
    if not set(asked) <= there.keys() or len(set(asked)) != len(asked):
        sentence = _("A line of this list was changed meanwhile: open it again.")
        raise RuleViolation(sentence, "line_unknown")
    settled = checks.settled(held)
    now, new, changed = clock.now(), [], []
    for rank, row in enumerate(rows, start=1):
        values: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS} | {"rank": rank}
        values["also_accepts"] = list(row.also_accepts)
        if row.id is None:
            place = {"filed_list": held, "campaign_id": held.campaign_id, "institution_id": held.institution_id}
            new.append(StaffingRequest(**place, **values, **recorded_by(by), updated_at=now))
            continue
        line = there[row.id]
        other = {name for name, value in values.items() if getattr(line, name) != value}
        if other - {"rank"} and line.pk in settled:
            raise checks.refuse_settled(line.speciality)
        if other:
            for name in other:
                setattr(line, name, values[name])
            line.version, line.updated_at = line.version + 1, now
            changed.append(line)
    with refusals():
        StaffingRequest.objects.bulk_create(new)
        StaffingRequest.objects.bulk_update(changed, [*COLUMNS, "rank", "version", "updated_at"])
        _remove([line for pk, line in there.items() if pk not in asked], settled)


def _remove(lines: Sequence[StaffingRequest], settled: frozenset[int]) -> None:
    """Delete lines; one that a plan mentions is struck, so that the plan can still say what it was about."""
    for line in lines:
        if line.pk in settled:
            raise checks.refuse_settled(line.speciality)
    ids = [line.pk for line in lines]
    if not ids:
        return
    planned: set[int] = set()
    for model in (PlanLine, PlanMark, PlanGap):
        planned |= set(model._default_manager.filter(request__in=ids).order_by().values_list("request_id", flat=True))
    reason = str(_("removed by the unit"))
    kept = StaffingRequest.objects.filter(pk__in=planned)
    kept.update(state=LineState.STRUCK, struck_reason=reason, updated_at=clock.now())
    StaffingRequest.objects.filter(pk__in=set(ids) - planned).delete()


def _refused(found: Errors) -> RuleViolation:
    first = next(sentence for said in found.values() for sentence in said.values())
    fields = {f"rows.{n}.{name}": sentence for n, said in found.items() for name, sentence in said.items()}
    rows = {str(n): said for n, said in found.items()}
    return RuleViolation(first, "rows_refused", fields=fields, context={"rows": rows})


def _conflict(held: FiledList, version: int, rows: Sequence[RequestRow]) -> Conflict:
    """Return the refusal of a version that was not read, with the lines of both sides in words."""
    lines = held.requests.filter(state=LineState.STANDING).order_by("rank", "pk")
    refusal = services_moving.conflict(held, version, {})
    both: Mapping[str, Any] = {"yours": in_words(rows), "theirs": in_words([of_line(line) for line in lines])}
    theirs = {**both["theirs"], "version": held.version, "state": held.state}
    return Conflict(
        refusal.message, refusal.code, context={**refusal.context, "yours": both["yours"], "theirs": theirs}
    )


def in_words(rows: Sequence[RequestRow]) -> dict[str, str]:
    """Return “line 1” → “internal medicine × 2”, as the page about two entries shows them."""
    return {
        _("Line %(n)d") % {"n": n}: " · ".join(
            str(part)
            for part in (
                f"{row.speciality} × {row.number}",
                "/".join(row.also_accepts),
                codes.label(codes.STAFF_CATEGORIES, row.staff_category) if row.staff_category else "",
                codes.label(codes.TITLE_LEVELS, row.minimum_title) if row.minimum_title else "",
                row.starts_on.isoformat() if row.starts_on else "",
                Priority(row.priority).label if row.priority in Priority.values else "",
                row.reason,
            )
            if part
        )
        for n, row in enumerate(rows, start=1)
    }  # fmt: skip


def of_line(line: StaffingRequest) -> RequestRow:
    """Return a stored line as a row."""
    return RequestRow(
        speciality=line.speciality,
        number=line.number,
        also_accepts=tuple(line.also_accepts),
        staff_category=line.staff_category,
        minimum_title=line.minimum_title,
        starts_on=line.starts_on,
        priority=line.priority,
        reason=line.reason,
        id=line.pk,
    )
