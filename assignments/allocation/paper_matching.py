"""Whether a printed decision still says what the rows say: it is written again of those who still go."""

from __future__ import annotations

from assignments.allocation import paper_content
from assignments.kinds import PaperKind
from assignments.models import AllocationPlan, IssuedPaper
from assignments.papers import contents
from assignments.papers.contents import Content
from assignments.papers.matching import write_with
from assignments.papers.matter import Line


def write(paper: IssuedPaper, lines: list[Line]) -> Content:
    """Return what the decision would say of these lines now."""
    plan = AllocationPlan.objects.select_related("campaign").get(pk=paper.content["plan"])
    return paper_content.content(plan, lines, contents.frame_of(paper.content))


def register() -> None:
    """Say how papers of this room are written again; the app does so when it is ready."""
    write_with(PaperKind.ALLOCATION_DECISION, write)
