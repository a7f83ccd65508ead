"""The sentences of this app's notices, room by room."""

from __future__ import annotations

from appraisals.entry import notices as entry
from appraisals.feedback import notices as feedback
from appraisals.review import notices as review
from appraisals.scoring import notices as scoring
from appraisals.trends import notices as trends
from appraisals.workbooks import notices as workbooks
from appraisals.workload import notices as workload
from deploy_admin.jobs import notices

notices.register(
    {
        **entry.SENTENCES,
        **feedback.SENTENCES,
        **review.SENTENCES,
        **scoring.SENTENCES,
        **trends.SENTENCES,
        **workbooks.SENTENCES,
        **workload.SENTENCES,
    }
)
