"""Whether a letter or a report still says what the rows say: results corrected since, numbers that moved."""

from __future__ import annotations

from django.utils.translation import gettext as _

from appraisals.feedback import letter_tables, report_numbers
from appraisals.feedback.values import Told
from appraisals.models import ReleasedScore, SituationReport
from assignments.kinds import PaperKind
from assignments.models import IssuedPaper
from assignments.papers.matching import Change, match_with
from deploy_admin.jobs.importing.columns import speaks_chinese


def of_letter(paper: IssuedPaper) -> list[Change]:
    """Return the results on the letter that were corrected since: what it told and what stands."""
    told = ReleasedScore.objects.filter(letter_line__letter__paper=paper).defer("explanation")
    scores = {score.row_id: score for score in told.select_related("assignment__worker").order_by("pk")}
    standing = ReleasedScore.objects.standing().filter(row__in=scores).defer("explanation")
    now = {score.row_id: score for score in standing}
    labels = letter_tables.labels_of(Told.of(score) for score in [*scores.values(), *now.values()])
    return [
        Change(
            score.assignment_id,
            score.assignment.worker.name,
            _("Result"),
            _("as printed"),
            letter_tables.changed(Told.of(now[row]), Told.of(score), labels) or _("corrected, with the same numbers"),
        )
        for row, score in scores.items()
        if row in now and now[row].pk != score.pk
    ]


def of_report(paper: IssuedPaper) -> list[Change]:
    """Return the numbers of a report that the months tell otherwise by now."""
    report = SituationReport.objects.filter(paper=paper).first()
    if report is None:
        return []
    now = report_numbers.numbers(report.institution_id, report.first_month, report.last_month)
    return [
        Change(None, "", line["zh"] if speaks_chinese() else line["en"], printed, value)
        for line, printed, value in report_numbers.differences(report.numbers, now)
    ]


def register() -> None:
    """Say how papers of this room are compared; the app does so when it is ready."""
    match_with(PaperKind.FEEDBACK_LETTER, of_letter)
    match_with(PaperKind.SITUATION_REPORT, of_report)
