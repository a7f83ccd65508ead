"""What the audit record calls the acts of this app, room by room."""

from __future__ import annotations

from appraisals.entry import acts as entry
from appraisals.feedback import acts as feedback
from appraisals.review import acts as review
from appraisals.scoring import acts as scoring
from appraisals.trends import acts as trends
from appraisals.workbooks import acts as workbooks
from appraisals.workload import acts as workload

ACTS = {
    **entry.ACTS,
    **feedback.ACTS,
    **review.ACTS,
    **scoring.ACTS,
    **trends.ACTS,
    **workbooks.ACTS,
    **workload.ACTS,
}
