"""The admin site shows the policies and changes none: services write them, triggers freeze them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from deploy_admin.policies.models import Adoption, Policy, PolicyVersion, VersionTransition

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnly(ModelAdmin):
    """Nothing is added, changed or deleted here."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Policy)
class PolicyAdmin(ReadOnly):
    list_display = ("slug", "scheme", "level", "division")
    list_filter = ("scheme", "level")
    list_select_related = ("division",)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnly):
    list_display = ("policy", "revision", "state", "title_zh", "in_force_from")
    list_filter = ("state",)
    list_select_related = ("policy",)


@admin.register(Adoption)
class AdoptionAdmin(ReadOnly):
    list_display = ("policy_version", "number", "adopted_on", "quotas_from", "by_name")
    list_select_related = ("policy_version__policy",)


@admin.register(VersionTransition)
class VersionTransitionAdmin(ReadOnly):
    list_display = ("version", "from_state", "to_state", "at", "by_name")
    list_select_related = ("version__policy",)
