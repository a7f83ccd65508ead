"""The admin site shows what this app keeps and changes none of it: the services and the triggers own these rows."""

from __future__ import annotations

from django.contrib import admin

from deploy_admin.audit.admin import ReadOnly
from quotas.models import Figure, ListedPerson, Quota, Release, ReleasedQuota, Run, ShortfallReason, Tally, UnitList


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


@admin.register(ListedPerson)
class ListedPersonAdmin(ReadOnly):
    list_display = (
        "id",
        "institution_id",
        "kind",
        "period_start",
        "worker_id",
        "happened_on",
        "state",
        "on_behalf_of",
    )
    list_filter = ("kind", "state", "on_behalf_of")


@admin.register(UnitList)
class UnitListAdmin(ReadOnly):
    list_display = ("id", "institution_id", "kind", "period_start", "nobody_at", "awaited_at", "awaited_remark")
    list_filter = ("kind",)


admin.site.register([ReleasedQuota, Tally, ShortfallReason], ReadOnly)
