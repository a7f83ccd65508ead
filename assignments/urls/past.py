"""Addresses of taking on the past and placing by workbook."""

from __future__ import annotations

from django.urls import path

from assignments.importing import PAST_ASSIGNMENTS, PAST_LEAVE, PLACEMENTS
from assignments.views import past
from deploy_admin.jobs.importing.pages import urls_for

urlpatterns = [
    path("past/", past.past, name="past"),
    *(path(f"past/{name}/", past.page_for(act), name=f"past_{name}") for name, act in past.BATCH.items()),
    path("past/<int:pk>/", past.entry, name="past_entry"),
    *urls_for(PAST_ASSIGNMENTS.key, "assignments", prefix="past/import/"),
    *urls_for(PAST_LEAVE.key, "assignments", prefix="past/leave/import/"),
    *urls_for(PLACEMENTS.key, "assignments", prefix="campaigns/placements/import/"),
]
