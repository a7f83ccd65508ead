"""The demonstration's older feedback letters: what they say is real, their files are one sheet that says what it is.

A letter's PDF and DOCX take half a second; a year of letters would keep whoever starts the system waiting for minutes.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from appraisals.feedback import letter_content, owing
from appraisals.feedback.owing import Owed
from appraisals.models import FeedbackLetter, LetterLine
from assignments.kinds import PaperKind
from assignments.models import IssuedPaper, PaperLine
from assignments.papers import contents, printing, word_file
from assignments.papers.contents import Frame
from assignments.papers.matter import Body, Paragraph
from assignments.papers.reading import KIND
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from deploy_admin.months import Month

BY = "示范·月度反馈"
_SAYS = (
    "本文件随示范数据生成。为使示范系统尽快可用，较早月份的反馈函只在页面上保存全文，没有逐份生成文件；"
    "最近月份的反馈函有完整的PDF和可编辑文件。"
)


class Letters:
    """Writes letters of months long over; the two files are drawn once."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def send(self, authorities: Collection[int], month: Month, at: datetime, received_at: datetime) -> int:
        """Write every letter these authorities owe of the month, all of them received."""
        due = [each for authority in sorted(authorities) for each in owing.owed(authority, month)]
        frame = Frame(dated_on=at.date(), made_at=at.isoformat(), number="", contact="", remark="")
        said = [letter_content.content(each, frame) for each in due]
        papers = IssuedPaper.objects.bulk_create(
            self._paper(each, content, at) for each, (content, _named) in zip(due, said, strict=True)
        )
        PaperLine.objects.bulk_create(
            PaperLine(paper=paper, assignment_id=line.assignment_id)
            for paper, (_content, named) in zip(papers, said, strict=True)
            for line in named
        )
        letters = FeedbackLetter.objects.bulk_create(
            FeedbackLetter(
                authority_id=each.authority_id,
                sending_unit_id=each.sending_unit_id,
                month=month.first,
                sequence=1,
                kind=each.kind,
                paper=paper,
                people=len(each.scores),
                sent_at=at,
                sent_by_name=BY,
                received_at=received_at,
                received_by_name="示范·派出单位人事",
            )
            for each, paper in zip(due, papers, strict=True)
        )
        LetterLine.objects.bulk_create(
            LetterLine(letter=letter, released=score)
            for letter, each in zip(letters, due, strict=True)
            for score in each.scores
        )
        return len(letters)

    def _paper(self, owed: Owed, content: contents.Content, at: datetime) -> IssuedPaper:
        return IssuedPaper(
            kind=PaperKind.FEEDBACK_LETTER,
            issuer_id=owed.authority_id,
            addressee_id=owed.sending_unit_id,
            dated_on=at.date(),
            content=content,
            sha256=contents.digest(content),
            recorded_by_name=BY,
            recorded_at=at,
            **self.files,
        )

    @property
    def files(self) -> dict[str, StoredFile]:
        """One PDF and one DOCX that say why there is no more."""
        if not self._files:
            frame = Frame(dated_on=clock.today(), made_at=clock.now().isoformat(), number="", contact="", remark="")
            body = Body(
                title=("示范数据：较早月份的反馈函", ""), to="", paragraphs=(Paragraph(_SAYS),), closing=(), tables=()
            )
            content = contents.compose(PaperKind.FEEDBACK_LETTER, body, issuer="示范", frame=frame)
            drawn: dict[str, tuple[bytes, str]] = {
                "pdf": (printing.pdf(content, contents.digest(content)), "application/pdf"),
                "docx": (word_file.docx(content, contents.digest(content)), word_file.CONTENT_TYPE),
            }
            self._files = {name: _stored(f"示范.{name}", *file) for name, file in drawn.items()}
        return self._files


def _stored(name: str, content: bytes, content_type: str) -> Any:
    return jobs.store_file(
        name=name, content=content, content_type=content_type, by=SYSTEM, owner_institution_id=None, kind=KIND,
        sealed=True,
    )  # fmt: skip
