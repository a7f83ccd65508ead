"""Addresses of what units file in a campaign, requests and nominations."""

from __future__ import annotations

from django.urls import URLPattern

from assignments.filing import urls_nominations, urls_papers, urls_requests

urlpatterns: list[URLPattern] = [
    *urls_requests.urlpatterns,
    *urls_nominations.urlpatterns,
    *urls_papers.urlpatterns,
]
