"""Whether a paper still says what the rows say: it is written again as of its day, and compared line by line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assignments.kinds import PaperKind
from assignments.models import Assignment, IssuedPaper, Leave
from assignments.papers import contents
from assignments.papers.contents import Content
from assignments.papers.matter import Line
from assignments.states import AssignmentState, LeaveState

#: In these states nobody goes, or the service is not counted: the paper names somebody it no longer concerns.
GONE = (AssignmentState.WITHDRAWN, AssignmentState.VOID)
_TEXTS = ("title", "to", "copies")
#: Assignment and leave of a line.
Key = tuple[int, int | None]


@dataclass(frozen=True)
class Change:
    """One thing that is different now: of whom, what it is, what was printed and what the rows say."""

    assignment_id: int | None
    name: str
    what: str
    printed: str
    now: str


Matcher = Callable[[IssuedPaper], list[Change]]
_matchers: dict[PaperKind, Matcher] = {}
#: What the paper would say of these lines now.
Writer = Callable[[IssuedPaper, list[Line]], Content]
_writers: dict[PaperKind, Writer] = {}


def match_with(kind: PaperKind, matcher: Matcher) -> None:
    """Have papers of a kind that is written further up compared by whoever writes them."""
    _matchers[kind] = matcher


def write_with(kind: PaperKind, writer: Writer) -> None:
    """Have papers of a kind that is written further up written again by whoever writes them, and compared here."""
    _writers[kind] = writer


def changes(paper: IssuedPaper) -> list[Change]:
    """Return everything that changed since the paper was issued; nothing: list and data match."""
    if (matcher := _matchers.get(PaperKind(paper.kind))) is not None:
        return matcher(paper)
    lines = [Line(*values) for values in paper.lines.order_by("pk").values_list("assignment_id", "leave_id")]
    gone = _gone(lines)
    left = [line for line in lines if line not in gone]
    printed, found = paper.content, [*_gone_changes(paper.content, gone)]
    if left:
        now = _written(paper, left)
        found += _of_rows(printed, now, {(line.assignment_id, line.leave_id) for line in gone})
        if not gone:
            found += _of_words(printed, now)
    if printed["whole"] and paper.campaign is not None:
        found += _added(paper, {line.assignment_id for line in lines})
    return found


def _written(paper: IssuedPaper, lines: list[Line]) -> Content:
    kind = PaperKind(paper.kind)
    if (writer := _writers.get(kind)) is not None:
        return writer(paper, lines)
    frame = contents.frame_of(paper.content)
    return contents.build(kind, lines, issuer_id=paper.issuer_id, campaign=paper.campaign, frame=frame)


def seen(found: Collection[Change], visible: Collection[int] | None) -> list[Change]:
    """Return the changes an actor is told that sees these assignments only; None sees all."""
    return [each for each in found if visible is None or each.assignment_id is None or each.assignment_id in visible]


def _gone(lines: Collection[Line]) -> set[Line]:
    """Return the lines that concern nobody any more: plans and leave taken back, what is not counted."""
    rows = Assignment.objects.filter(pk__in={line.assignment_id for line in lines})
    states = dict(rows.values_list("pk", "state"))
    leaves = Leave.objects.filter(pk__in={line.leave_id for line in lines if line.leave_id is not None})
    withdrawn = set(leaves.exclude(state=LeaveState.APPROVED).values_list("pk", flat=True))
    return {line for line in lines if states.get(line.assignment_id) in GONE or line.leave_id in withdrawn}


def _gone_changes(printed: Content, gone: Collection[Line]) -> Iterator[Change]:
    keys = {(line.assignment_id, line.leave_id) for line in gone}
    told: set[Key] = set()
    for table, _group, row in contents.rows_of(printed):
        key = row["assignment"], row["leave"]
        if key in keys and key not in told:
            told.add(key)
            yield Change(row["assignment"], _name(table, row), _("State"), _("on the list"), _("no longer in force"))


def _of_rows(printed: Content, now: Content, gone: Collection[Key]) -> Iterator[Change]:
    """Yield what is different in the rows that still stand: by the cell, or whole where a line has several."""
    before, after = _by_line(printed), _by_line(now)
    for key, (table, rows) in before.items():
        if key in gone:
            continue
        _table, others = after.get(key, (table, []))
        told = rows[0]["assignment"], _name(table, rows[0])
        was, said = [row["cells"] for row in rows], [row["cells"] for row in others]
        if len(was) == len(said) == 1:
            cells = zip(table["head"], was[0], said[0], strict=True)
            yield from (Change(*told, head, old, new) for head, old, new in cells if old != new)
            continue
        yield from (Change(*told, _("Row"), "；".join(row), "—") for row in was if row not in said)
        yield from (Change(*told, _("Row"), "—", "；".join(row)) for row in said if row not in was)


def _by_line(content: Content) -> dict[Key, tuple[Any, list[Any]]]:
    """Return the rows with their table by the line they belong to."""
    found: dict[Key, tuple[Any, list[Any]]] = {}
    for table, _group, row in contents.rows_of(content):
        found.setdefault((row["assignment"], row["leave"]), (table, []))[1].append(row)
    return found


def _of_words(printed: Content, now: Content) -> Iterator[Change]:
    """Yield what is different in the text: title, those addressed, paragraphs, clauses."""
    for name in _TEXTS:
        if printed[name] != now[name]:
            yield Change(None, "", _("Text"), printed[name], now[name])
    for name in ("paragraphs", "closing"):
        was = ["".join((each["head"], each["text"])) for each in printed[name]]
        said = ["".join((each["head"], each["text"])) for each in now[name]]
        yield from (Change(None, "", _("Text"), old, new) for old, new in _paired(was, said))
    was = ["".join((each["phrase"], each["source"])) for each in printed["quotes"]]
    said = ["".join((each["phrase"], each["source"])) for each in now["quotes"]]
    yield from (Change(None, "", _("Clause"), old, new) for old, new in _paired(was, said))


def _paired(was: list[str], said: list[str]) -> Iterator[tuple[str, str]]:
    length = max(len(was), len(said))
    for old, new in zip(was + ["—"] * (length - len(was)), said + ["—"] * (length - len(said)), strict=True):
        if old != new:
            yield old, new


def _added(paper: IssuedPaper, named: Collection[int]) -> Iterator[Change]:
    """Yield who was placed in the campaign after the whole of it was put on paper."""
    rows = Assignment.objects.filter(campaign=paper.campaign_id).exclude(state__in=GONE).exclude(pk__in=named)
    for pk, name in rows.order_by("sort_key", "pk").values_list("pk", "worker__name"):
        yield Change(pk, name, _("State"), _("not on the list"), _("in the campaign"))


def _name(table: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Return whom the row names; a table about one person names nobody in its rows."""
    return row["cells"][0] if table["head"][0] == "姓名" else ""
