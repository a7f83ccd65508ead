"""Addresses of months by workbook."""

from __future__ import annotations

from django.urls import URLPattern

from appraisals.workbooks import importing  # noqa: F401 -- registers the table
from deploy_admin.jobs.importing.pages import urls_for

urlpatterns: list[URLPattern] = [*urls_for("workbooks", "appraisals", prefix="months/workbooks/")]
