"""The admin site shows what this app keeps and changes none of it: the services own these rows."""

from __future__ import annotations

from django.contrib import admin

from assignments.models import CorrectionRequest, Eligibility, Judged
from deploy_admin.audit.admin import ReadOnly


@admin.register(Eligibility)
class EligibilityAdmin(ReadOnly):
    list_display = ("id", "worker_id", "institution_id", "target", "policy", "clause_id", "code", "state", "since")
    list_filter = ("state", "target")


@admin.register(Judged)
class JudgedAdmin(ReadOnly):
    list_display = ("worker_id", "judged_on", "record_at", "judged_at")


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(ReadOnly):
    list_display = ("id", "worker_id", "asked_at", "answered_at", "answered_by_name")
