"""Addresses of printed lists and of lists by workbook."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.filing import views_papers
from assignments.importing import NOMINATIONS, STAFFING_REQUESTS
from assignments.kinds import ListKind
from deploy_admin.jobs.importing.pages import urls_for

urlpatterns: list[URLPattern] = [
    path("requests/lists/<int:pk>/paper/", views_papers.page_for(ListKind.REQUESTS), name="request_list_paper"),
    path(
        "nominations/lists/<int:pk>/paper/",
        views_papers.page_for(ListKind.NOMINATIONS),
        name="nomination_list_paper",
    ),
    *urls_for(STAFFING_REQUESTS.key, "assignments", prefix="requests/import/"),
    *urls_for(NOMINATIONS.key, "assignments", prefix="nominations/import/"),
]
