"""The registry in the admin site: to look at, never to write; its rules live in the services."""

from __future__ import annotations

from django.contrib import admin

from deploy_admin.audit.admin import ReadOnly
from deploy_admin.registry.models import (
    CalendarYear,
    Division,
    Institution,
    InstitutionProfile,
    Jurisdiction,
    PairingSupport,
    ProfileRevision,
    SpecialDay,
    SpecialityProgramme,
    Succession,
)


@admin.register(Division)
class DivisionAdmin(ReadOnly):
    list_display = ("name", "code", "level", "parent", "area_group", "valid_from", "valid_to", "successor")
    list_filter = ("level", "area_group")
    search_fields = ("name", "code", "initials")
    list_select_related = ("parent", "successor")


@admin.register(Institution)
class InstitutionAdmin(ReadOnly):
    list_display = ("id", "credit_code", "opened_on", "closed_on", "updated_at")
    search_fields = ("credit_code", "profiles__name")


@admin.register(InstitutionProfile)
class InstitutionProfileAdmin(ReadOnly):
    list_display = ("name", "kind", "tier", "level", "affiliation", "division", "valid_from", "valid_to")
    list_filter = ("kind", "tier", "affiliation")
    search_fields = ("name", "initials")
    list_select_related = ("division",)


@admin.register(ProfileRevision)
class ProfileRevisionAdmin(ReadOnly):
    list_display = ("profile", "recorded_at", "corrected_at", "corrected_by", "reason")
    list_select_related = ("profile",)


@admin.register(Jurisdiction)
class JurisdictionAdmin(ReadOnly):
    list_display = ("authority_id", "division", "valid_from", "valid_to")
    list_select_related = ("division",)


@admin.register(Succession)
class SuccessionAdmin(ReadOnly):
    list_display = ("kind", "on", "predecessor_id", "heir_id", "share", "document_title", "document_number")
    list_filter = ("kind",)


@admin.register(PairingSupport)
class PairingSupportAdmin(ReadOnly):
    list_display = ("supporting_unit_id", "supported_unit_id", "valid_from", "valid_to", "document")


@admin.register(SpecialityProgramme)
class SpecialityProgrammeAdmin(ReadOnly):
    list_display = ("institution_id", "speciality", "valid_from", "valid_to", "document")


@admin.register(CalendarYear)
class CalendarYearAdmin(ReadOnly):
    list_display = ("year", "state", "source", "document_number", "updated_at", "updated_by_name")
    list_filter = ("state",)


@admin.register(SpecialDay)
class SpecialDayAdmin(ReadOnly):
    list_display = ("day", "kind", "name")
    list_filter = ("kind",)
