"""What the walk over every address finds of months: a sheet in each state on either side, rows, steps."""

from __future__ import annotations

from datetime import date
from typing import Any

from appraisals.models import FeedbackLetter, LetterLine, MonthCorrection, Score, SituationReport
from assignments.kinds import PaperKind
from assignments.models import IssuedPaper, PaperLine
from assignments.papers import contents
from assignments.papers.contents import Frame
from assignments.papers.matter import Body, Paragraph
from assignments.states import SheetState
from deploy_admin import clock
from deploy_admin.jobs.models import BatchFile, Upload, UploadBatch
from deploy_admin.months import Month
from deploy_admin.registry.models import Indicator
from tests.appraisals.factories import a_released
from tests.assignments.months.factories import a_row, a_sheet, a_sheet_step

#: One month per state, so that the unit has a sheet of each; the one being entered is this month's.
MONTHS = {
    SheetState.DRAFT: Month(date(2026, 11, 1)),
    SheetState.SUBMITTED: Month(date(2026, 10, 1)),
    SheetState.IN_REVIEW: Month(date(2026, 9, 1)),
    SheetState.RETURNED: Month(date(2026, 8, 1)),
    SheetState.ACCEPTED: Month(date(2026, 7, 1)),
    SheetState.RELEASED: Month(date(2026, 6, 1)),
}


def add_months(side: Any) -> None:
    """Add the months of the side's receiving unit: `sheet` and `sheet_row` are this month's, the others by state.

    `sheets` and `sheet_rows` hold them by state; `submitted_sheet`, `accepted_sheet`, `released_sheet` and so on name
    them for the addresses. The row is that of the side's person.
    """
    side.sheets, side.sheet_rows = {}, {}
    for state, month in MONTHS.items():
        sheet = a_sheet(side.receiver, month, state, people=0)
        row = a_row(sheet, side.assignment)
        a_sheet_step(sheet, "opened", from_state="", to_state=SheetState.DRAFT)
        side.sheets[state], side.sheet_rows[state] = sheet, row
        setattr(side, f"{state}_sheet", sheet)
        setattr(side, f"{state}_row", row)
    side.sheet, side.sheet_row = side.sheets[SheetState.DRAFT], side.sheet_rows[SheetState.DRAFT]


def add_released(side: Any) -> None:
    """Add what was released of the side's released month, and a correction of it that waits."""
    side.released_score = a_released(side.released_row, side.authority)
    side.month_release = side.released_score.release
    same = {"points": None, "factor": None, "state": "no_rule", "is_vetoed": False, "missing": []}
    score = same | {"explanation": {"value": "", "steps": []}}
    side.month_correction = MonthCorrection.objects.create(
        row=side.released_row,
        released=side.released_score,
        reason="示范更正",
        days=side.released_row.days,
        workload={},
        moves={
            "was": score, "now": score, "days": [], "totals": [], "workload": [], "letters": [], "later": [],
            "pay_month": "2026-06", "beside": [], "asked_by": "unit",
        },
        recorded_by_name="示范文员",
    )  # fmt: skip


def add_workbooks(side: Any) -> None:
    """Add an indicator of the side's own, a workbook its receiving unit sent in, and a collection of its authority."""
    side.indicator = Indicator.objects.create(
        code=f"own_{side.name}",
        label_zh="自设指标（示范）",
        label_en="Model indicator",
        unit_zh="次",
        unit_en="times",
        highest=100,
        division=side.hospital.profile.division,
    )
    params = {"month": "2026-11", "unit": side.receiver.pk}
    side.workbooks_upload = Upload.objects.create(
        column_set="workbooks",
        scope=f"workbooks:{side.receiver.pk}:2026-11",
        params=params,
        file=side.file,
        sha256=side.file.sha256,
        state="planned",
        summary={},
        digest="0" * 64,
        institution_id=side.receiver.pk,
        created_by_name="示范",
    )
    side.workbooks_batch = UploadBatch.objects.create(
        column_set="workbooks", params={"month": "2026-11"}, institution_id=side.authority.pk, created_by_name="示范"
    )
    side.workbooks_batch_file = BatchFile.objects.create(
        batch=side.workbooks_batch, name="示范.csv", file=side.file, problem="unrecognised"
    )


def add_scores(side: Any) -> None:
    """Add the live score of the submitted month of the side's person; the draft whose effect is looked at."""
    side.score = Score.objects.create(
        row=side.submitted_row, month=side.submitted_row.month, state="no_rule", inputs={"values": {}}, digest="0" * 32
    )
    side.score_draft = side.draft


def add_feedback(side: Any) -> None:
    """Add the letter that told the released month to the sending unit, and a report its receiving unit submitted."""
    told = side.released_score
    paper = _a_paper(side, PaperKind.FEEDBACK_LETTER, side.authority, side.hospital)
    PaperLine.objects.create(paper=paper, assignment_id=told.assignment_id)
    side.feedback_letter = FeedbackLetter.objects.create(
        authority=side.authority, sending_unit=side.hospital, month=told.month, kind="first", paper=paper, people=1,
        sent_by_name="示范经办",
    )  # fmt: skip
    LetterLine.objects.create(letter=side.feedback_letter, released=told)
    side.situation_report = SituationReport.objects.create(
        institution=side.receiver, first_month=told.month, last_month=told.month, state="submitted", work="示范",
        numbers={"months": [], "before": [], "missing": [], "lines": []}, submitted_at=clock.now(),
        submitted_by_name="示范文员", paper=_a_paper(side, PaperKind.SITUATION_REPORT, side.receiver, side.authority),
    )  # fmt: skip


def _a_paper(side: Any, kind: PaperKind, issuer: Any, addressee: Any) -> IssuedPaper:
    """Return a paper with its words and stand-ins for its files."""
    frame = Frame(dated_on=date(2026, 7, 10), made_at=clock.now().isoformat())
    body = Body(("示范", "的函"), "示范单位", (Paragraph("示范"),), ())
    content = contents.compose(kind, body, issuer="示范单位", frame=frame)
    return IssuedPaper.objects.create(
        kind=kind, issuer=issuer, addressee=addressee, dated_on=frame.dated_on, content=content,
        sha256=contents.digest(content), pdf=side.file, docx=side.file,
    )  # fmt: skip
