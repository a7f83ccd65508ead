"""Who reads what of an issued paper: everything, an extract with the own rows, or only that it exists; its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from assignments import leave_words
from assignments.kinds import PaperKind
from assignments.models import Assignment, IssuedPaper
from assignments.papers import extracts, matching
from assignments.papers.contents import Content
from assignments.papers.matching import Change
from deploy_admin.access import Actor, Permission
from deploy_admin.jobs import files

#: These name kinds of leave: told to those only who are told every kind.
PRIVATE = (PaperKind.LEAVE_RECEIPT, PaperKind.EXTENSION_NOTICE)
#: The kind of stored file.
KIND = "assignments.paper"


@dataclass(frozen=True)
class Reading:
    """One paper in one actor's eyes."""

    paper: IssuedPaper
    #: None where the actor only learns that there is such a paper.
    content: Content | None
    #: Whether every row is there, and the files are.
    whole: bool
    #: The assignments on it that the actor sees; None: all.
    visible: frozenset[int] | None

    def changes(self) -> list[Change]:
        """Return what changed since, as far as the actor is told."""
        return matching.seen(matching.changes(self.paper), self.visible) if self.content is not None else []


def read(paper: IssuedPaper, actor: Actor) -> Reading:
    """Return what the actor reads of a paper it sees."""
    whole = IssuedPaper.objects.whole_for(actor).filter(pk=paper.pk).exists()
    if paper.kind in PRIVATE and not leave_words.knows_kinds(actor):
        return Reading(paper, None, False, None)
    if whole:
        return Reading(paper, paper.content, True, None)
    rows = Assignment.objects.visible_to(actor).filter(paper_lines__paper=paper.pk)
    visible = frozenset(rows.order_by().values_list("pk", flat=True))
    return Reading(paper, extracts.extract(paper.content, visible), False, visible)


def _visible(actor: Actor) -> Q:
    """The files of papers that the actor reads whole."""
    papers: Any = IssuedPaper.objects.whole_for(actor).order_by()
    if not leave_words.knows_kinds(actor):
        papers = papers.exclude(kind__in=PRIVATE)
    found = Q()
    for column in ("pdf", "docx", "stamped"):
        found |= Q(pk__in=papers.filter(**{f"{column}__isnull": False}).values(column))
    return Q(kind=KIND) & found


def register() -> None:
    """Tell who reads the files; the app does so when it is ready."""
    files.register(KIND, permission=Permission.HOME_VIEW, visible=_visible)
