"""What follows when months change: scores taken away at once, scores owed; of later months that look back, too."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from appraisals.scoring import computing, working, writing
from assignments.models import Assignment, AssignmentMonth, MonthSheet
from deploy_admin.months import Month
from deploy_admin.policies.language.month import HistoryTarget
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services import governing


@transaction.atomic
def follow(sheet_ids: Collection[int]) -> None:
    """Do what follows from these sheets having moved, within the transaction that moved them.

    Scores of what is with the unit again go at once; everything else is owed, and one job works it off.
    """
    ids = list(sheet_ids)
    writing.remove(ids)
    later = looking_back(ids)
    if later:
        working.bump(MonthSheet.objects.filter(pk__in=later))
    if computing.owed().filter(pk__in=[*ids, *later]).exists():
        working.start_owed()


def looking_back(sheet_ids: Collection[int]) -> set[int]:
    """Return the later sheets, handed in and not released, of the same people, where a clause has own-history targets.

    What was released stands.
    """
    rows = AssignmentMonth.objects.filter(sheet__in=list(sheet_ids)).order_by()
    first = {worker: month for month, worker in rows.order_by("-month").values_list("month", "assignment__worker")}
    if not first:
        return set()
    assignments = Assignment.objects.filter(worker__in=list(first)).order_by().values("pk")
    later = (
        AssignmentMonth.objects.filter(assignment__in=assignments, month__gt=min(first.values()))
        .filter(sheet__in=computing.unreleased().order_by().values("pk"))
        .values_list("sheet_id", "month", "assignment__worker")
    )
    found = {sheet for sheet, month, worker in later if month > first[worker]}
    return found if found and asks_history() else set()


def asks_history() -> bool:
    """Whether any clause ever adopted has a target from the person's own earlier months."""
    documents = map(governing.read_document, PolicyVersion.objects.ever_adopted().defer("source_text"))
    return any(
        isinstance(each.target, HistoryTarget)
        for document in documents
        for clause in document.month
        for each in clause.indicators
    )


@transaction.atomic
def after_adoption(version_id: int) -> int:
    """Have the months scored anew that a version adopted or withdrawn may concern; return how many sheets.

    From its first day on, and only what is not released.
    """
    version = PolicyVersion.objects.select_related("adoption").filter(pk=version_id).first()
    adoption = getattr(version, "adoption", None)
    if version is None or adoption is None:
        return 0
    lineage = PolicyVersion.objects.ever_adopted().filter(policy=version.policy_id).defer("source_text")
    if not any(governing.read_document(each).month for each in lineage):
        return 0
    first = Month.of(adoption.assignments_from).first
    return _anew(computing.unreleased().filter(month__gte=first))


@transaction.atomic
def after_calendar(year: int) -> int:
    """Have the months of a year scored anew whose calendar is another: targets of partial months follow duty days."""
    return _anew(computing.unreleased().filter(month__year=year))


def _anew(sheets: object) -> int:
    moved = working.bump(sheets)
    if moved:
        working.start_owed()
    return moved
