"""What was done in a month, what it is worth, what was released of it and to whom it was fed back."""

from appraisals.models.feedback import FeedbackLetter, LetterLine
from appraisals.models.releases import MonthCorrection, MonthRelease, ReleasedScore
from appraisals.models.reports import SituationReport
from appraisals.models.scores import Score
from appraisals.models.workload import Workload
from appraisals.models.writes import IdempotentWrite

__all__ = [
    "FeedbackLetter", "IdempotentWrite", "LetterLine", "MonthCorrection", "MonthRelease", "ReleasedScore", "Score",
    "SituationReport", "Workload",
]  # fmt: skip
