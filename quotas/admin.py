"""The admin site shows what this app keeps and changes none of it: the services and the triggers own these rows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from quotas.models import Figure, Quota, Release, ReleasedQuota, Run, ShortfallReason, Tally


class ReadOnly(admin.ModelAdmin[Any]):
    """Nothing is added, changed or deleted here."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = ("id", "period_start", "period_end", "trigger", "state", "requested_at", "duration_ms")
    list_filter = ("state", "trigger")


@admin.register(Figure)
class FigureAdmin(ReadOnly):
    list_display = ("id", "institution_id", "measure", "period_start", "revision", "value", "state", "is_current")
    list_filter = ("state", "source", "is_current", "measure")


@admin.register(Quota)
class QuotaAdmin(ReadOnly):
    list_display = (
        "id",
        "institution_id",
        "topic",
        "period_start",
        "state",
        "required",
        "verdict",
        "superseded_by_id",
    )
    list_filter = ("scheme", "state", "binding", "verdict")


@admin.register(Release)
class ReleaseAdmin(ReadOnly):
    list_display = ("number", "scheme", "period_start", "released_on", "quota_count", "undetermined_count")


admin.site.register([ReleasedQuota, Tally, ShortfallReason], ReadOnly)
