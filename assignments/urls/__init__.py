"""The addresses of this app, room by room."""

from __future__ import annotations

from assignments.allocation import urls as allocation
from assignments.filing import urls as filing
from assignments.urls import (
    assignments,
    campaigns,
    counting,
    eligibility,
    inspections,
    leave,
    papers,
    past,
    standing,
)

app_name = "assignments"
urlpatterns = [
    *eligibility.urlpatterns,
    *campaigns.urlpatterns,
    *assignments.urlpatterns,
    *leave.urlpatterns,
    *inspections.urlpatterns,
    *standing.urlpatterns,
    *counting.urlpatterns,
    *papers.urlpatterns,
    *past.urlpatterns,
    *filing.urlpatterns,
    *allocation.urlpatterns,
]
