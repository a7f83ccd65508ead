"""The addresses of this app, room by room."""

from __future__ import annotations

from appraisals.entry import urls as entry
from appraisals.feedback import urls as feedback
from appraisals.review import urls as review
from appraisals.scoring import urls as scoring
from appraisals.trends import urls as trends
from appraisals.workbooks import urls as workbooks
from appraisals.workload import urls as workload

app_name = "appraisals"
urlpatterns = [
    *entry.urlpatterns,
    *feedback.urlpatterns,
    *review.urlpatterns,
    *scoring.urlpatterns,
    *trends.urlpatterns,
    *workbooks.urlpatterns,
    *workload.urlpatterns,
]
