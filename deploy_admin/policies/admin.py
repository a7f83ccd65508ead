"""The admin site shows the policies and changes none: services write them, triggers freeze them."""

from __future__ import annotations

from django.contrib import admin

from deploy_admin.audit.admin import ReadOnly
from deploy_admin.policies.models import Adoption, Policy, PolicyVersion, VersionTransition


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
