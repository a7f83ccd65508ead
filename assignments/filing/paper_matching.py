"""Whether a printed list still says what the list says: it is written again as of its day, and compared row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from assignments.filing import paper_content
from assignments.filing.papers import HANDED_IN
from assignments.kinds import PaperKind
from assignments.models import FiledList, IssuedPaper
from assignments.papers import contents
from assignments.papers.contents import Content
from assignments.papers.matching import Change, match_with
from assignments.states import ListState

#: The words that follow the list itself; title and number are the office's.
_TEXTS = ("paragraphs", "closing")


def changes(paper: IssuedPaper) -> list[Change]:
    """Return what is different by now: where the list stands, its rows, its words."""
    printed = paper.content
    filed = FiledList.objects.filter(pk=printed["filed_list"]).select_related("campaign").first()
    if filed is None:
        return []
    approved = date.fromisoformat(printed["approved_on"]) if printed["approved_on"] else None
    now = paper_content.content(
        filed, contents.frame_of(printed), by_authority=printed["by_authority"], approved_on=approved
    )
    found = [*_of_state(filed, approved), *_of_rows(printed, now)]
    return found if found else list(_of_words(printed, now))


def _of_state(filed: FiledList, approved: date | None) -> Iterator[Change]:
    """Yield that the list went back: until it is handed in, or approved, again the paper stands for nothing."""
    state = ListState(filed.state)
    if approved is not None and state is not ListState.APPROVED:
        yield Change(None, "", _("State"), str(ListState.APPROVED.label), str(state.label))
    elif state not in HANDED_IN:
        yield Change(None, "", _("State"), str(ListState.SUBMITTED.label), str(state.label))


def _of_rows(printed: Content, now: Content) -> Iterator[Change]:
    """Yield what is different in the table: by the cell where both have one row of that name, else whole rows."""
    was, said = _rows(printed), _rows(now)
    gone, come = list((Counter(was) - Counter(said)).elements()), list((Counter(said) - Counter(was)).elements())
    head = printed["tables"][0]["head"] if printed["tables"] else now["tables"][0]["head"] if now["tables"] else []
    for row in gone:
        other = _only(row[0], gone, come)
        if other is None:
            yield Change(None, row[0], _("Row"), "；".join(row), "—")
            continue
        cells = zip(head, row, other, strict=True)
        yield from (Change(None, row[0], name, old, new) for name, old, new in cells if old != new)
    for row in come:
        if _only(row[0], come, gone) is None:
            yield Change(None, row[0], _("Row"), "—", "；".join(row))


def _only(name: str, mine: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """Return the one row of this name on the other side, where there is one on either."""
    found = [row for row in others if row[0] == name]
    return found[0] if len(found) == 1 and sum(row[0] == name for row in mine) == 1 else None


def _rows(content: Content) -> list[tuple[str, ...]]:
    return [tuple(row["cells"]) for _table, _group, row in contents.rows_of(content)]


def _of_words(printed: Content, now: Content) -> Iterator[Change]:
    """Yield what is different in the text, where the rows are the same."""
    for name in _TEXTS:
        was, said = [each["text"] for each in printed[name]], [each["text"] for each in now[name]]
        length = max(len(was), len(said))
        padded = zip(was + ["—"] * (length - len(was)), said + ["—"] * (length - len(said)), strict=True)
        yield from (Change(None, "", _("Text"), old, new) for old, new in padded if old != new)


def register() -> None:
    """Say how papers of this room are compared; the app does so when it is ready."""
    match_with(PaperKind.REQUEST_LIST, changes)
    match_with(PaperKind.NOMINATION_LIST, changes)
