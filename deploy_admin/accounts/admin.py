"""Accounts in the admin site: to look at only, because services write and rules guard."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from deploy_admin.accounts.models import Membership, Token, User
from deploy_admin.audit.admin import ReadOnly

# Django's groups grant nothing in this house. Secrets of the second factor are nobody's to see: never registered.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("username", "name", "is_active", "last_seen_at")
    search_fields = ("username", "name")
    exclude = ("password",)


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ("user", "role", "institution_id", "manages_unit", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("user",)


@admin.register(Token)
class TokenAdmin(ReadOnly):
    list_display = ("name", "prefix", "institution_id", "expires_at", "revoked_at", "last_used_at")
    exclude = ("digest",)
